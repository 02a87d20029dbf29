/** Problems of the format do not hide those of the structure: all are told in one pass, at their place as written. */
import { describe, expect, test } from "vitest";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { checkAgainst } from "../../src/core/check.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import { withStructure } from "../../src/schema/readable-graph.js";
import { contextWith, openPolicy } from "../support/graphs.js";

const registry = createDefaultRegistry();
const policy = openPolicy();
policy.tools.allowed = ["dns_probe", "analysis"];
policy.node_types.allowed = ["metric_query", "analysis"];
const check = (graph: Parameters<typeof checkAgainst>[0]) =>
  checkAgainst(graph, { ...contextWith(policy), catalogue: registry });
const told = (graph: object): string[] => {
  const parsed = parseGraph(graph);
  if (parsed.ok) throw new Error("the format is fine");
  return withStructure(graph, parsed.problems, check).map(({ at, code }) => `${at}: ${code}`);
};

const probe = (id: string, more: object = {}) => ({
  id,
  name: id,
  type: "metric_query",
  tool: "dns_probe",
  params: { name: "localhost" },
  ...more,
});
const edge = (from_node_id: string, to_node_id: string, more: object = {}) => ({ from_node_id, to_node_id, ...more });
const graph = (nodes: unknown[], edges: unknown[], more: object = {}) => ({
  id: "g",
  name: "g",
  goal_description: "find out",
  nodes,
  edges,
  ...more,
});

describe("a fault of the format is told together with", () => {
  test.each([
    [
      "a cycle",
      graph(
        [probe("a", { timeout_seconds: 0 }), probe("b"), probe("c")],
        [edge("a", "b"), edge("b", "c"), edge("c", "a")],
      ),
      ["nodes[0].timeout_seconds: field-invalid", "edges: cycle"],
    ],
    [
      "an unknown tool, an orphan and an edge to nowhere",
      graph(
        [probe("a", { colour: "red" }), probe("b", { tool: "nosuch" }), probe("c")],
        [edge("a", "b"), edge("b", "z")],
      ),
      [
        "nodes[0].colour: unknown-key",
        "edges[1].to_node_id: edge-to-nowhere",
        "nodes[2]: orphan-node",
        "nodes[1].tool: unknown-tool",
      ],
    ],
    [
      "wrong params and a condition that cannot be read",
      graph([probe("a", { params: { nam: "x" } }), probe("b")], [edge("a", "b", { condition: "a.ok = 1" })], {
        colour: 1,
      }),
      [
        "colour: unknown-key",
        "nodes[0].params.name: params-invalid",
        "nodes[0].params.nam: params-invalid",
        "edges[0].condition: condition-invalid",
      ],
    ],
    [
      "a doubled id, where the graph has no name",
      Object.fromEntries(
        Object.entries(graph([probe("a"), probe("a")], [edge("a", "a")])).filter(([key]) => key !== "name"),
      ),
      ["name: field-invalid", "nodes[1].id: duplicate-node-id", "edges[0]: self-loop"],
    ],
  ])("%s", (_, given, expected) => {
    expect(new Set(told(given))).toEqual(new Set(expected));
  });
});

describe("what follows from an unreadable part alone is not told", () => {
  test.each([
    [
      "a type that does not exist",
      graph([probe("a", { type: "Dns" }), probe("b")], [edge("a", "b")]),
      ["nodes[0].type: field-invalid"],
    ],
    [
      "an id that is none",
      graph([probe("a b"), probe("b")], [edge("a b", "b")]),
      ["nodes[0].id: field-invalid", "edges[0].from_node_id: field-invalid"],
    ],
    ["a node that is a text", graph(["a", probe("b")], [edge("a", "b")]), ["nodes[0]: field-invalid"]],
    ["params that are a list", graph([probe("a", { params: [] })], []), ["nodes[0].params: field-invalid"]],
    ["edges that are no list", { ...graph([probe("a"), probe("b")], []), edges: "a>b" }, ["edges: field-invalid"]],
  ])("%s", (_, given, expected) => {
    expect(told(given)).toEqual(expected);
  });

  test("and positions are those of the file", () => {
    const given = graph([probe("a"), 7, probe("c", { tool: "nosuch" })], ["x", edge("a", "c"), edge("a", "c")]);
    expect(told(given)).toEqual([
      "nodes[1]: field-invalid",
      "edges[0]: field-invalid",
      "edges[2]: duplicate-edge",
      "nodes[2].tool: unknown-tool",
    ]);
  });

  test("a document that is no graph at all is told as before", () => {
    expect(told([])).toEqual([": field-invalid"]);
    expect(told({ nodes: 1 }).length).toBeGreaterThan(3);
  });
});
