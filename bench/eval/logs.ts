/** Grouping accuracy over labelled logs, beside Drain. */
import { clusterLogs } from "../../src/activities/tools/logs/templates.js";
import { drain } from "../../test/support/drain.js";
import { LOGHUB_PRESENT, LOGHUB_SYSTEMS, loghub } from "../../test/support/loghub.js";
import { seeded } from "../../test/support/made-incidents.js";

export interface LogFigure {
  log: string;
  lines: number;
  ours: number;
  drain: number;
  clusters: number;
  /** How many templates there are. */
  truth: number;
}

/** The share of lines whose cluster has exactly the lines of their true template. */
export function groupingAccuracy(clusters: ReadonlyArray<readonly number[]>, events: readonly string[]): number {
  const sizes = new Map<string, number>();
  for (const event of events) sizes.set(event, (sizes.get(event) ?? 0) + 1);
  const right = clusters.reduce((sum, lines) => {
    const own = new Set(lines.map((line) => events[line] ?? ""));
    const [only = ""] = own;
    return own.size === 1 && sizes.get(only) === lines.length ? sum + lines.length : sum;
  }, 0);
  return events.length === 0 ? 1 : right / events.length;
}

const NAMES = ["alpha", "bravo", "delta", "echo", "fox", "golf", "india", "kilo", "lima", "nova", "oscar", "tango"];
const VALUES_MAX = 4;
const WORDS_MAX = 4;

/** Names, numbers, paths and words as values may be; a place in a template takes all of its values from one kind. */
function valuesOf(random: () => number, count: number, free: boolean): string[] {
  const name = (): string => NAMES[Math.floor(random() * NAMES.length)] ?? "";
  const kinds = [
    () => String(Math.floor(random() * 1e6)),
    name,
    () => `${name()}-${name()}`,
    () => `com.${name()}.${name()}Manager`,
    () => `/${name()}/${name()}`,
    () => `${name()}_${Math.floor(random() * 99)}`,
    () => `${name()} ${name()}`,
  ];
  const words = (between: string): string =>
    Array.from({ length: 1 + Math.floor(random() * WORDS_MAX) }, name).join(between);
  if (free)
    kinds.push(
      () => words(" "),
      () => `"${words(" ")}"`,
      () => words(", "),
    );
  const kind = kinds[Math.floor(random() * kinds.length)] ?? name;
  return Array.from({ length: count }, kind);
}

/** The same statements with other values, few of them at each place: what no rule has been made for. */
function refilled(rows: ReadonlyArray<{ template: string; event: string }>, free: boolean): string[] {
  const random = seeded(7);
  const pools = new Map<string, string[][]>();
  return rows.map(({ template, event }) => {
    const parts = template.split("<*>");
    const pool =
      pools.get(event) ?? parts.slice(1).map(() => valuesOf(random, 1 + Math.floor(random() * VALUES_MAX), free));
    pools.set(event, pool);
    const value = (at: number): string => pool[at]?.[Math.floor(random() * (pool[at]?.length ?? 0))] ?? "";
    return parts.map((part, at) => (at === 0 ? part : value(at - 1) + part)).join("");
  });
}

function figureOf(log: string, contents: readonly string[], events: readonly string[]): LogFigure {
  const clusters = clusterLogs(contents).map(({ lines }) => lines);
  return {
    log,
    lines: contents.length,
    ours: groupingAccuracy(clusters, events),
    drain: groupingAccuracy(drain(contents), events),
    clusters: clusters.length,
    truth: new Set(events).size,
  };
}

export function logFigures(): { figures: LogFigure[]; skipped: string[] } {
  if (!LOGHUB_PRESENT) return { figures: [], skipped: ["log grouping: ../shared/data/loghub is absent"] };
  const figures = LOGHUB_SYSTEMS.flatMap((log) => {
    const rows = loghub(log);
    const events = rows.map(({ event }) => event);
    return [
      figureOf(
        log,
        rows.map(({ content }) => content),
        events,
      ),
      figureOf(`${log}, other and few values`, refilled(rows, false), events),
      figureOf(`${log}, values of several words`, refilled(rows, true), events),
    ];
  });
  return { figures, skipped: [] };
}
