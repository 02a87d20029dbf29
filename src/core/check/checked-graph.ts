/**
 * A graph with the verdict on it. Apart from the check, which a run does not need.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Graph } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
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
  return behindPlanGate(graph, { ...graph, nodes, verdict }, verdict);
}

/**
 * A review in front of every root, about the graph as it was read: a gate as any other, which takes none of the plan's own
 * away. The graph's edges keep their places, for a run's state names them by these.
 */
function behindPlanGate(read: Graph, checked: CheckedGraph, { wholePlan, limits, gates }: Verdict): CheckedGraph {
  if (wholePlan === undefined) return checked;
  const led = new Set(checked.edges.map((edge) => edge.to_node_id));
  const gate: CheckedNode = {
    id: wholePlan,
    name: "The whole plan",
    description: "",
    type: "human_review",
    params: { prompt: "May this plan run, as it stands here?", plan: read as unknown as JsonObject },
    requires_human_approval: true,
    continue_on_failure: false,
    join: "all",
    effect: "none",
    timeoutSeconds: limits.nodeSeconds,
    retries: 0,
    seesRun: false,
    gate: gates[wholePlan],
  };
  const edges = checked.nodes
    .filter(({ id }) => !led.has(id))
    .map(({ id }) => ({ from_node_id: wholePlan, to_node_id: id, on: "success" as const }));
  return { ...checked, nodes: [gate, ...checked.nodes], edges: [...checked.edges, ...edges] };
}
