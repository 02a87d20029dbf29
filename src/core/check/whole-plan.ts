/**
 * One approval over the whole plan before anything of it runs: whether the policy wants it, and the id of its gate.
 * Imports no package and reads no clock.
 */
import type { Graph } from "../../schema/graph.js";
import type { Effect } from "../../vocabulary/node-types.js";
import type { Policy } from "../policy.js";

/** An id that no node of the graph has; undefined where nobody is asked about the plan. */
export function planGateId({ nodes }: Pick<Graph, "nodes">, effects: readonly Effect[], policy: Policy) {
  const { whole_plan: wanted = "never" } = policy.approval;
  if (wanted === "never" || (wanted === "writes" && !effects.includes("write"))) return undefined;
  const taken = new Set(nodes.map(({ id }) => id));
  let id = "whole-plan";
  for (let count = 2; taken.has(id); count++) id = `whole-plan-${count}`;
  return id;
}
