/** The entries of a log grouped by template, each group with its counts, times and level. */
import type { Sliced } from "../../../platform/slices.js";
import { DEFAULT_FIELDS, EntryReader } from "../logs/entries.js";
import { isError, LEVELS, type LevelOrUnknown } from "../logs/levels.js";
import { clusterSteps } from "../logs/templates.js";

export interface TimedEntry {
  /** NaN where the log tells no time: such an entry is on no side of a change. */
  timeMs: number;
  level: LevelOrUnknown;
  message: string;
}

export interface TemplateGroup {
  template: string;
  /** In order of time. */
  entries: TimedEntry[];
  errors: number;
  level: LevelOrUnknown;
}

/** Lines as the log collector's blob holds them, or as any log has them. Stack traces are joined to their entry. */
export function* entriesOf(lines: Iterable<string>, nowMs: number): Sliced<TimedEntry[]> {
  const reader = new EntryReader("text", DEFAULT_FIELDS, nowMs);
  const entries: TimedEntry[] = [];
  const keep = (entry: ReturnType<EntryReader["end"]>): void => {
    if (entry === undefined) return;
    entries.push({ timeMs: entry.timeMs ?? Number.NaN, level: entry.level, message: entry.message });
  };
  for (const line of lines) {
    keep(reader.push(line));
    yield;
  }
  keep(reader.end());
  return entries.sort((a, b) => (a.timeMs || 0) - (b.timeMs || 0));
}

export function* groupsOf(entries: readonly TimedEntry[]): Sliced<TemplateGroup[]> {
  const groups: TemplateGroup[] = [];
  for (const { template, lines } of yield* clusterSteps(entries.map(({ message }) => message))) {
    const own = lines.map((line) => entries[line]).filter((entry) => entry !== undefined);
    const errors = own.filter(({ level }) => isError(level)).length;
    groups.push({ template, entries: own, errors, level: levelOf(own) });
    yield;
  }
  return groups;
}

/** The level that most entries have; of two, the worse. */
function levelOf(entries: readonly TimedEntry[]): LevelOrUnknown {
  let best: LevelOrUnknown = "unknown";
  let most = 0;
  for (const level of ["unknown", ...LEVELS] as const) {
    const count = entries.filter((entry) => entry.level === level).length;
    if (count > 0 && count >= most) {
      best = level;
      most = count;
    }
  }
  return best;
}
