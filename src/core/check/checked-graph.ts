/**
 * A graph with the verdict on it. Apart from the check, which a run does not need.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Graph } from "../../schema/graph.js";
import { RETRY_DEFAULT } from "../../vocabulary/limits.js";
import { isBuiltIn, NODE_TYPES, riskier } from "../../vocabulary/node-types.js";
import type { CheckedGraph, CheckedNode, Verdict } from "../check.js";

/** Joins a parsed graph with the verdict that was given for it. */
export function checkedGraph(graph: Graph, verdict: Verdict): CheckedGraph {
  const nodes = graph.nodes.map((node): CheckedNode => {
    const tool = node.tool ? verdict.tools[node.tool] : undefined;
    const own =
      verdict.effects !== undefined && Object.hasOwn(verdict.effects, node.id) ? verdict.effects[node.id] : undefined;
    const effect = riskier(riskier(NODE_TYPES[node.type], tool?.effect ?? "none"), own ?? "none");
    return {
      ...node,
      effect,
      timeoutSeconds: node.timeout_seconds ?? verdict.limits.nodeSeconds,
      retries: node.retry_count ?? (effect === "write" || isBuiltIn(node.type) ? 0 : RETRY_DEFAULT),
      seesRun: tool?.seesRun === true,
      gate: Object.hasOwn(verdict.gates, node.id) ? verdict.gates[node.id] : undefined,
    };
  });
  return { ...graph, nodes, verdict };
}
