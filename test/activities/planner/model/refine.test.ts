/** Refining a graph by a model: what is not named stays the very same, what is named is checked as any draft. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { diffGraphs } from "../../../../src/core/check/graph-diff.js";
import type { JsonObject } from "../../../../src/schema/json.js";
import { parseGraph } from "../../../../src/schema/parse-graph.js";
import { createTestPlanner, type TestPlanner, wireEdge, wireNode } from "../../../support/model-planner.js";
import { type ModelServer, startModelServer } from "../../../support/model-server.js";

/** As a person writes it: defaults left out, keys in an order of its own. */
const BASE = {
  name: "Look",
  id: "look",
  goal_description: "checkout returns 500s",
  version: "1.0.3",
  nodes: [
    { tool: "log_collector", type: "log_collection", id: "logs", name: "Logs", params: { source: "logs" } },
    {
      id: "think",
      name: "Think",
      type: "analysis",
      tool: "analysis",
      params: { logs: "{{ logs.blob }}" },
      retry_count: 1,
    },
  ],
  edges: [{ to_node_id: "think", from_node_id: "logs" }],
};
const NOTHING = { remove_nodes: [], put_nodes: [], remove_edges: [], put_edges: [], cannot: null };
const hourOfLogs = wireNode({
  id: "logs",
  name: "Logs",
  type: "log_collection",
  tool: "log_collector",
  params: { source: "logs", since: "1h", until: null, level: null, contains: null, max_lines: null },
});

let server: ModelServer;
let planner: TestPlanner;
beforeAll(async () => {
  server = await startModelServer();
});
afterEach(async () => {
  server.reset();
  await planner.dispose();
});
afterAll(() => server.stop());

async function refined(feedback: string, ...answers: unknown[]) {
  planner = await createTestPlanner(server.url);
  server.answers(...answers);
  return planner.plan({ goal: BASE.goal_description, refine: { graph: BASE as unknown as JsonObject, feedback } });
}

async function good(feedback: string, answer: object) {
  const result = await refined(feedback, { ...NOTHING, ...answer });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.graph;
}

function diff(after: unknown) {
  const [a, b] = [parseGraph(BASE), parseGraph(after)];
  if (!a.ok || !b.ok) throw new Error("a graph does not parse");
  return diffGraphs(a.graph, b.graph);
}

test("a changed node is changed, the others are kept byte for byte, and the version goes up", async () => {
  const graph = await good("look at the last hour", { put_nodes: [hourOfLogs] });
  expect(JSON.stringify(graph.nodes[1])).toBe(JSON.stringify(BASE.nodes[1]));
  expect(JSON.stringify(graph.edges)).toBe(JSON.stringify(BASE.edges));
  expect(graph.version).toBe("1.0.4");
  expect(graph.metadata).toMatchObject({ planner: "model", refines: { id: "look" } });
  expect(diff(graph)).toEqual({
    added: [],
    removed: [],
    changed: [{ id: "logs", fields: [{ field: "params.since", before: "absent", after: '"1h"' }] }],
    edgesAdded: [],
    edgesRemoved: [],
  });
});

test("nodes and edges are added and removed by name", async () => {
  const probe = wireNode({
    id: "probe",
    type: "metric_query",
    tool: "http_probe",
    params: {
      url: "https://api.datadog.com/",
      method: null,
      expect_status: null,
      contains: null,
      timeout_seconds: null,
    },
  });
  const graph = await good("probe instead of thinking", {
    remove_nodes: ["think"],
    put_nodes: [probe],
    put_edges: [wireEdge("logs", "probe")],
  });
  expect(graph.nodes[0]).toEqual(BASE.nodes[0]);
  expect(diff(graph)).toMatchObject({
    added: ["probe"],
    removed: ["think"],
    edgesAdded: ["logs → probe"],
    edgesRemoved: ["logs → think"],
  });
});

test("a node that is put as it was stays as it was written", async () => {
  const same = wireNode({
    id: "logs",
    name: "Logs",
    type: "log_collection",
    tool: "log_collector",
    params: { source: "logs", since: null, until: null, level: null, contains: null, max_lines: null },
  });
  const { retry_count: _, ...rest } = same;
  const graph = await good("drop the retries", {
    put_nodes: [
      rest,
      wireNode({
        id: "think",
        name: "Think",
        type: "analysis",
        tool: "analysis",
        params: { logs: "{{ logs.blob }}" },
      }),
    ],
  });
  expect(JSON.stringify(graph.nodes[0])).toBe(JSON.stringify(BASE.nodes[0]));
  expect(diff(graph).changed.map(({ id }) => id)).toEqual(["think"]);
});

const refused: Array<[string, object, string]> = [
  ["changes nothing", NOTHING, "model-answer-invalid"],
  ["removes what is not there", { ...NOTHING, remove_nodes: ["nobody"] }, "model-answer-invalid"],
  [
    "adds a tool that nobody registered",
    {
      ...NOTHING,
      put_nodes: [wireNode({ id: "x", type: "custom_script", tool: "shell", params: {} })],
      put_edges: [wireEdge("think", "x")],
    },
    "unknown-tool",
  ],
  ["leaves an edge to nowhere", { ...NOTHING, put_edges: [wireEdge("think", "x")] }, "edge-to-nowhere"],
];
test.each(refused)("an answer that %s goes back, then the refinement fails", async (_, answer, code) => {
  const result = await refined("do it", answer);
  expect(result).toMatchObject({ ok: false, problems: expect.arrayContaining([expect.objectContaining({ code })]) });
  expect(server.calls()).toBe(3);
});
