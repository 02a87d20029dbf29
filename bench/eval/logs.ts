/** Grouping accuracy over labelled logs, beside Drain. */
import { clusterLogs } from "../../src/activities/tools/logs/templates.js";
import { drain } from "../../test/support/drain.js";
import { LOGHUB_PRESENT, LOGHUB_SYSTEMS, loghub } from "../../test/support/loghub.js";

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

export function logFigures(): { figures: LogFigure[]; skipped: string[] } {
  if (!LOGHUB_PRESENT) return { figures: [], skipped: ["log grouping: ../shared/data/loghub is absent"] };
  const figures = LOGHUB_SYSTEMS.map((log) => {
    const rows = loghub(log);
    const [contents, events] = [rows.map(({ content }) => content), rows.map(({ event }) => event)];
    const clusters = clusterLogs(contents).map(({ lines }) => lines);
    return {
      log,
      lines: rows.length,
      ours: groupingAccuracy(clusters, events),
      drain: groupingAccuracy(drain(contents), events),
      clusters: clusters.length,
      truth: new Set(events).size,
    };
  });
  return { figures, skipped: [] };
}
