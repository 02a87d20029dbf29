/** Runs that ended without a report of their own. */
import type { RunView } from "../../core/view.js";
import type { Problem } from "../../vocabulary/problems.js";

/** A run that the check refused: it ended before any of its nodes began. */
export function wasRefused({ endedAtMs, status, nodes }: RunView): boolean {
  return endedAtMs !== undefined && status === "failed" && nodes.every((node) => node.status === "pending");
}

/** Whether it ended in Temporal without ending itself: nothing wrote a report. */
export const endedOutside = (view: RunView): Problem | undefined =>
  view.endedAtMs === undefined ? undefined : view.problems.find((problem) => problem.at === "run");
