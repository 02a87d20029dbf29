/**
 * A checked graph made ready to run: positions instead of searches. Holds nothing that changes.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import { adjacencyOf } from "../check/graph.js";
import type { CheckedGraph, CheckedNode } from "../check.js";
import { undoNodesOf } from "./undo-nodes.js";

export interface PlanNode {
  node: CheckedNode;
  /** Place in the file: ready nodes start in this order. */
  position: number;
  incoming: number[];
  outgoing: number[];
}

export interface RunPlan {
  graph: CheckedGraph;
  /** Those of the graph, and the undo nodes that have come into play. */
  nodes: Map<string, PlanNode>;
  /** Undo nodes by the id of the node whose effect they take back. */
  undo: ReadonlyMap<string, CheckedNode>;
}

export function planOf(graph: CheckedGraph): RunPlan {
  const { incoming, outgoing } = adjacencyOf(graph);
  const nodes = new Map<string, PlanNode>();
  graph.nodes.forEach((node, position) => {
    nodes.set(node.id, {
      node,
      position,
      incoming: incoming.get(node.id) ?? [],
      outgoing: outgoing.get(node.id) ?? [],
    });
  });
  return { graph, nodes, undo: undoNodesOf(graph) };
}
