/** The shape of graphs: order, cycles and ancestors, for any graph. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adjacencyOf, ancestorsOf, findCycle, topologicalOrder } from "../../../src/core/check/graph.js";
import type { Graph } from "../../../src/schema/graph.js";
import { graphOf } from "../../support/graphs.js";

const drawn = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    edges: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 16 }),
  })
  .map(({ count, edges }): Graph => {
    const ids = Array.from({ length: count }, (_, index) => `n${index}`);
    return graphOf(
      ids,
      edges.map(([from, to]) => `n${from % count}>n${to % count}`),
    );
  });

/** Reachability by brute force, written apart from the code. */
function reaches(graph: Graph, from: string, to: string): boolean {
  const seen = new Set<string>();
  const visit = (id: string): boolean =>
    graph.edges.some((edge) => {
      if (edge.from_node_id !== id || seen.has(edge.to_node_id)) return false;
      if (edge.to_node_id === to) return true;
      seen.add(edge.to_node_id);
      return visit(edge.to_node_id);
    });
  return visit(from);
}

describe("for any graph", () => {
  test("the order holds every node that is on or behind no cycle, and every edge points forward", () => {
    fc.assert(
      fc.property(drawn, (graph) => {
        const order = topologicalOrder(graph, adjacencyOf(graph));
        const place = new Map(order.map((id, index) => [id, index]));
        expect(place.size).toBe(order.length);
        for (const edge of graph.edges) {
          const to = place.get(edge.to_node_id);
          if (to !== undefined) expect(place.get(edge.from_node_id) ?? Number.POSITIVE_INFINITY).toBeLessThan(to);
        }
        const acyclic = graph.nodes.every((node) => !reaches(graph, node.id, node.id));
        expect(order.length === graph.nodes.length).toBe(acyclic);
      }),
    );
  });

  test("a cycle is found exactly where there is one, and each of its edges exists", () => {
    fc.assert(
      fc.property(drawn, (graph) => {
        const cycle = findCycle(graph, adjacencyOf(graph));
        expect(cycle !== undefined).toBe(graph.nodes.some((node) => reaches(graph, node.id, node.id)));
        if (cycle === undefined) return;
        expect(cycle[0]).toBe(cycle[cycle.length - 1]);
        for (let step = 1; step < cycle.length; step++) {
          const [from, to] = [cycle[step - 1], cycle[step]];
          expect(graph.edges.some((edge) => edge.from_node_id === from && edge.to_node_id === to)).toBe(true);
        }
      }),
    );
  });

  test("the ancestors of a node are those from which it can be reached", () => {
    fc.assert(
      fc.property(drawn, (graph) => {
        const adjacency = adjacencyOf(graph);
        for (const node of graph.nodes) {
          const expected = graph.nodes.filter((other) => reaches(graph, other.id, node.id)).map((other) => other.id);
          expect([...ancestorsOf(graph, adjacency, node.id)].sort()).toEqual(expected.sort());
        }
      }),
    );
  });
});

test("nodes without an order between them stay in file order", () => {
  const graph = graphOf(["c", "a", "b"], ["a>b"]);
  expect(topologicalOrder(graph, adjacencyOf(graph))).toEqual(["c", "a", "b"]);
});
