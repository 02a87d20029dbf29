/**
 * What the policy says of each node of a graph, also of one that is refused: a check's answer in detail.
 * Imports no package and reads no clock.
 */
import type { Graph } from "../schema/graph.js";
import { type Effect, type Environment, NODE_TYPES, type NodeType, riskier } from "../vocabulary/node-types.js";
import type { Problem } from "../vocabulary/problems.js";
import type { CheckContext } from "./check.js";
import { checkNode } from "./check-node.js";

export interface Explained {
  node: string;
  type: NodeType;
  tool?: string;
  effect: Effect;
  /** Whether nothing stands against the node itself; its graph may be refused all the same. */
  allowed: boolean;
  gated: boolean;
  /** The rules that let it pass, or do not. */
  rule: string;
  /** Why a person must agree first. */
  gate?: string;
  target?: string;
  environment?: Environment;
  problems: Problem[];
}

/** One answer a node, in the graph's order. Problems of the graph as a whole (cycles, edges …) are the check's. */
export function explainGraph(graph: Graph, context: CheckContext): Explained[] {
  return graph.nodes.map((node, position) => {
    const { problems, gate, rule, target, environment } = checkNode(node, `nodes[${position}]`, context);
    const tool = node.tool ? context.catalogue.find(node.tool) : undefined;
    return {
      node: node.id,
      type: node.type,
      ...(node.tool ? { tool: node.tool } : {}),
      effect: riskier(NODE_TYPES[node.type], tool?.effect ?? "none"),
      allowed: problems.length === 0,
      gated: gate !== undefined,
      rule,
      ...(gate === undefined ? {} : { gate }),
      ...(target === undefined ? {} : { target }),
      ...(environment === undefined ? {} : { environment }),
      problems,
    };
  });
}
