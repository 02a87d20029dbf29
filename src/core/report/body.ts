/**
 * What a report holds beside its texts.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Effect } from "../../vocabulary/node-types.js";
import type { Outcome } from "../run/state.js";
import type { NodeView, RunView } from "./view.js";

/** How one node went. What it is stands in the graph, what it returned in history: a report must not grow with them. */
export interface ReportNode
  extends Pick<
    NodeView,
    "id" | "name" | "status" | "startedAtMs" | "endedAtMs" | "reason" | "failure" | "verification" | "undoes"
  > {
  /** Absent where running the node told nobody and changed nothing. */
  effect?: Extract<Effect, "notify" | "write">;
}

export interface ReportBody extends Omit<RunView, "status" | "nodes" | "edges"> {
  outcome: Outcome;
  endedAtMs: number;
  nodes: ReportNode[];
}
