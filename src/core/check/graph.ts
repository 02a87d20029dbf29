/**
 * The shape of a graph: order, cycles, orphans, ancestors. Kahn's algorithm; file order breaks every tie.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Edge, Graph, GraphInput, Node } from "../../schema/graph.js";

/** Positions of edges in the graph's list, by the node they touch. */
export interface Adjacency {
  incoming: Map<string, number[]>;
  outgoing: Map<string, number[]>;
}

/** Edges that name unknown nodes are left out. */
export function adjacencyOf(graph: Pick<Graph, "nodes" | "edges">): Adjacency {
  const incoming = new Map<string, number[]>();
  const outgoing = new Map<string, number[]>();
  for (const node of graph.nodes) {
    incoming.set(node.id, []);
    outgoing.set(node.id, []);
  }
  graph.edges.forEach((edge, position) => {
    const into = incoming.get(edge.to_node_id);
    const out = outgoing.get(edge.from_node_id);
    if (into === undefined || out === undefined) return;
    into.push(position);
    out.push(position);
  });
  return { incoming, outgoing };
}

/** Node ids in an order in which every edge points forward; nodes on or behind a cycle are absent. */
export function topologicalOrder(graph: Pick<Graph, "nodes" | "edges">, adjacency: Adjacency): string[] {
  const open = new Map<string, number>();
  for (const node of graph.nodes) open.set(node.id, adjacency.incoming.get(node.id)?.length ?? 0);
  const order: string[] = [];
  for (const [id, count] of open) if (count === 0) order.push(id);
  for (let next = 0; next < order.length; next++) {
    for (const position of adjacency.outgoing.get(order[next] as string) ?? []) {
      const target = (graph.edges[position] as Edge).to_node_id;
      const left = (open.get(target) ?? 0) - 1;
      open.set(target, left);
      if (left === 0) order.push(target);
    }
  }
  return order;
}

/** One cycle as the ids along it, the first repeated at the end; undefined where there is none. */
export function findCycle(graph: Pick<Graph, "nodes" | "edges">, adjacency: Adjacency): string[] | undefined {
  const done = new Set(topologicalOrder(graph, adjacency));
  const start = graph.nodes.find((node) => !done.has(node.id));
  if (start === undefined) return undefined;
  // Every node left has a predecessor that is left too: walking backwards must come round.
  const path: string[] = [];
  const seen = new Map<string, number>();
  let current = start.id;
  while (!seen.has(current)) {
    seen.set(current, path.length);
    path.push(current);
    const back = (adjacency.incoming.get(current) ?? []).find(
      (position) => !done.has((graph.edges[position] as Edge).from_node_id),
    );
    if (back === undefined) return undefined;
    current = (graph.edges[back] as Edge).from_node_id;
  }
  const cycle = [...path.slice(seen.get(current)), current];
  return cycle.reverse();
}

/** Ids of all nodes from which `id` can be reached, itself not among them unless it lies on a cycle. */
export function ancestorsOf(graph: Pick<Graph, "edges">, adjacency: Adjacency, id: string): Set<string> {
  const found = new Set<string>();
  const stack = [id];
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    for (const position of adjacency.incoming.get(current) ?? []) {
      const from = (graph.edges[position] as Edge).from_node_id;
      if (found.has(from)) continue;
      found.add(from);
      stack.push(from);
    }
  }
  return found;
}

/**
 * Fills in the defaults that do not depend on the policy, as the schema does (a test holds the two together):
 * the sandbox has no schema library, and the graph that it was given was parsed, without coercion, before.
 */
export function withDefaults(input: GraphInput): Graph {
  return {
    ...input,
    nodes: input.nodes.map(
      (node): Node => ({
        ...node,
        description: node.description ?? "",
        params: node.params ?? {},
        requires_human_approval: node.requires_human_approval ?? false,
        continue_on_failure: node.continue_on_failure ?? false,
        join: node.join ?? "all",
      }),
    ),
    edges: input.edges.map((edge): Edge => ({ ...edge, on: edge.on ?? "success" })),
  };
}
