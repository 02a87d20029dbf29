/** Runs that ended without a report of their own. */

import type { NodeView, RunView } from "../../core/report/view.js";
import type { NodeStatus } from "../../core/run/state.js";
import type { Problem } from "../../vocabulary/problems.js";

/** A run that the check refused: it ended before any of its nodes began. */
export function wasRefused({ endedAtMs, status, nodes }: RunView): boolean {
  return endedAtMs !== undefined && status === "failed" && nodes.every((node) => node.status === "pending");
}

/** Whether it ended in Temporal without ending itself: nothing wrote a report. */
export const endedOutside = (view: RunView): Problem | undefined =>
  view.endedAtMs === undefined ? undefined : view.problems.find((problem) => problem.at === "run");

/** `cut_off`: it was running when its run was ended from outside, and may or may not have finished. */
export interface ShownNode extends Omit<NodeView, "status"> {
  status: NodeStatus | "cut_off" | "withdrawn";
}

/** In a run that was ended from outside nothing runs and nothing waits any more, whatever its state last said. */
export function shownNodes(view: RunView): ShownNode[] {
  if (endedOutside(view) === undefined) return view.nodes;
  return view.nodes.map((node) => {
    if (node.status === "running") return { ...node, status: "cut_off" };
    return node.status === "asking" || node.status === "approved" ? { ...node, status: "withdrawn" } : node;
  });
}
