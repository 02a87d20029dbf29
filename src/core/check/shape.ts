/**
 * The part of the check that looks at the graph's shape alone: counts, ids, edges, cycles, orphans, joins.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Graph } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Policy } from "../policy.js";
import { type Adjacency, adjacencyOf, findCycle } from "./graph.js";

export function checkShape(graph: Graph, policy: Policy): Problem[] {
  const adjacency = adjacencyOf(graph);
  return [
    ...checkCount(graph, policy),
    ...checkIds(graph),
    ...checkEdges(graph),
    ...checkCycles(graph, adjacency),
    ...checkTouched(graph, adjacency),
  ];
}

function checkCount(graph: Graph, policy: Policy): Problem[] {
  const most = policy.execution.max_nodes_per_workflow;
  if (graph.nodes.length <= most) return [];
  const message = `nodes must be at most ${most}, got ${graph.nodes.length}`;
  return [
    {
      code: "too-many-nodes",
      at: "nodes",
      message,
      hint: "split the graph, or raise execution.max_nodes_per_workflow",
    },
  ];
}

function checkIds(graph: Graph): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, number>();
  graph.nodes.forEach((node, position) => {
    const earlier = first.get(node.id);
    if (earlier === undefined) {
      first.set(node.id, position);
      return;
    }
    const at = `nodes[${position}].id`;
    const message = `${at} ${node.id} is taken by nodes[${earlier}]`;
    problems.push({ code: "duplicate-node-id", at, message, hint: "give each node its own id" });
  });
  return problems;
}

function checkEdges(graph: Graph): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set(graph.nodes.map((node) => node.id));
  const seen = new Map<string, number>();
  graph.edges.forEach((edge, position) => {
    const at = `edges[${position}]`;
    for (const key of ["from_node_id", "to_node_id"] as const) {
      if (ids.has(edge[key])) continue;
      const message = `${at}.${key} names ${edge[key]}, which is not a node of the graph`;
      problems.push({ code: "edge-to-nowhere", at: `${at}.${key}`, message, hint: "name the id of a node" });
    }
    if (edge.from_node_id === edge.to_node_id) {
      const message = `${at} leads from ${edge.from_node_id} to itself`;
      problems.push({ code: "self-loop", at, message, hint: "remove the edge; retries are set by retry_count" });
    }
    const key = JSON.stringify([edge.from_node_id, edge.to_node_id, edge.condition ?? null, edge.on]);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, position);
    else {
      const message = `${at} is the same as edges[${earlier}]`;
      problems.push({ code: "duplicate-edge", at, message, hint: "remove one of the two" });
    }
  });
  return problems;
}

function checkCycles(graph: Graph, adjacency: Adjacency): Problem[] {
  const cycle = findCycle(graph, adjacency);
  // A self-loop is told as such.
  if (cycle === undefined || cycle.length <= 2) return [];
  const shown = cycle.length > 12 ? [...cycle.slice(0, 6), "…", ...cycle.slice(-5)] : cycle;
  const message = `the nodes wait for one another: ${shown.join(" → ")}`;
  return [{ code: "cycle", at: "edges", message, hint: "remove one of these edges" }];
}

function checkTouched(graph: Graph, adjacency: Adjacency): Problem[] {
  const problems: Problem[] = [];
  graph.nodes.forEach((node, position) => {
    const into = adjacency.incoming.get(node.id)?.length ?? 0;
    const out = adjacency.outgoing.get(node.id)?.length ?? 0;
    if (graph.nodes.length > 1 && into + out === 0) {
      const at = `nodes[${position}]`;
      const message = `${at} ${node.id} is an orphan: no edge touches it`;
      problems.push({
        code: "orphan-node",
        at,
        message,
        hint: "connect it by an edge, or put it in a graph of its own",
      });
    }
    if (typeof node.join === "number" && node.join > Math.max(into, 1)) {
      const at = `nodes[${position}].join`;
      const message = `${at} asks for ${node.join} edges and ${into} lead to ${node.id}`;
      problems.push({ code: "join-impossible", at, message, hint: "ask for fewer, or add edges" });
    }
  });
  return problems;
}
