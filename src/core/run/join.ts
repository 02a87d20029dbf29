/**
 * When a node may start: how each edge settles, and what a join makes of the settled edges.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Edge, Node } from "../../schema/graph.js";
import type { EdgeState, NodeStatus } from "./state.js";

export type JoinVerdict = "start" | "skip" | "wait";

/**
 * How an edge settles by the end of its source, conditions aside: `taken` still asks the condition.
 * `succeeds` is true where a failed source has `continue_on_failure`.
 */
export function edgeOn(on: Edge["on"], source: NodeStatus, succeeds: boolean): Exclude<EdgeState, "open"> {
  if (source === "skipped" || source === "cancelled") {
    return on === "skipped" || on === "always" ? "taken" : "neutral";
  }
  const good = source === "succeeded" || source === "planned" || succeeds;
  if (on === "always") return "taken";
  if (on === "skipped") return "not_taken";
  return (on === "success") === good ? "taken" : "not_taken";
}

/** What a node's join makes of its incoming edges: `total` lead to it, the counts are those settled so far. */
export function joinOf(
  join: Node["join"],
  total: number,
  taken: number,
  notTaken: number,
  neutral: number,
): JoinVerdict {
  const open = total - taken - notTaken - neutral;
  if (total === 0) return "start";
  if (join === "all") {
    if (notTaken > 0) return "skip";
    if (open > 0) return "wait";
    return taken > 0 ? "start" : "skip";
  }
  const needed = join === "any" ? 1 : join;
  if (taken >= needed) return "start";
  return taken + open < needed ? "skip" : "wait";
}
