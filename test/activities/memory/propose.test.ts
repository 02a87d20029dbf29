/** A playbook drafted from a run: what belonged to that day is lifted out, and what was not proved gives none. */
import { expect, test } from "vitest";
import { beyondRun, follows, proposePlaybook } from "../../../src/activities/memory/propose.js";
import { draftGraph } from "../../../src/activities/planner/draft.js";
import { parsePlaybook } from "../../../src/activities/planner/playbooks.js";
import type { KeptWhole } from "../../../src/platform/memory/contents.js";
import type { Config } from "../../../src/schema/config.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { toYaml } from "../../../src/schema/yaml-text.js";
import { entryOf } from "../../support/memory.js";

const target = { kind: "http" as const, environment: "staging" as const, actions: { rollback: action() } };
const CONFIG: Config = {
  files: { roots: [] },
  sources: {
    "checkout-metrics": { kind: "exposition", url: "http://127.0.0.1:1/metrics" },
    "checkout-deploys": { kind: "deployments", url: "http://127.0.0.1:1/d" },
  },
  targets: { checkout: target },
  channels: {},
};
function action() {
  return { method: "POST" as const, url: "http://127.0.0.1:1/r", expect_status: [200], idempotency: "key" as const };
}

const GRAPH: JsonObject = {
  id: "checkout-abc",
  name: "Errors of checkout",
  goal_description: "checkout returns 500s; roll it back",
  nodes: [
    {
      id: "ratio",
      name: "Errors of checkout",
      type: "metric_query",
      tool: "metric_query",
      params: { source: "checkout-metrics", gauge: 'up{app="checkout"}' },
    },
    {
      id: "mend",
      name: "Roll checkout back",
      type: "rollback",
      tool: "rollback",
      params: { target: "checkout", version: "1.7.2" },
    },
    { id: "settle", name: "Wait", type: "wait", params: { seconds: 5 } },
    {
      id: "again",
      name: "Look again",
      type: "metric_query",
      tool: "metric_query",
      params: { source: "checkout-metrics", gauge: "up" },
    },
    {
      id: "recovered",
      name: "Recovered",
      type: "decision",
      params: { expression: "again.value == 1 or 'checkout' == 'x'" },
    },
  ],
  edges: [
    { from_node_id: "ratio", to_node_id: "mend", condition: "ratio.value == 0" },
    { from_node_id: "mend", to_node_id: "settle" },
    { from_node_id: "settle", to_node_id: "again" },
    { from_node_id: "again", to_node_id: "recovered" },
  ],
};
const kept = (more: Partial<KeptWhole> = {}): KeptWhole => {
  return {
    entry: entryOf("r-1", { goal: "checkout returns 500s; roll it back" }),
    origin: "run",
    graph: GRAPH,
    ...more,
  };
};

function proposed() {
  const answer = proposePlaybook("r-1", kept(), CONFIG);
  if (!answer.ok) throw new Error(answer.problems[0]?.message);
  return answer.value;
}
function parsed() {
  const answer = parsePlaybook(toYaml(proposed()), "draft.yaml");
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.value;
}

test("service, sources, target and version become parameters; expressions stay as they were", () => {
  const { parameters, graph, goals, symptoms, title } = proposed();
  expect(Object.entries(parameters).map(([name, { type }]) => [name, type])).toEqual([
    ["exposition_source", "source"],
    ["service", "string"],
    ["target", "target"],
    ["version", "string"],
  ]);
  expect(graph.nodes[0]).toMatchObject({
    name: "Errors of ${service}",
    params: { source: "${exposition_source}", gauge: 'up{app="${service}"}' },
  });
  expect(graph.nodes[1]).toMatchObject({ params: { target: "${target}", version: "${version}" } });
  expect(graph.nodes[4]).toMatchObject({ params: { expression: "again.value == 1 or 'checkout' == 'x'" } });
  expect(graph.edges[0]).toEqual({ from_node_id: "ratio", to_node_id: "mend", condition: "ratio.value == 0" });
  expect([title, goals, symptoms]).toEqual([
    "Errors of the service",
    ["returns 500s; roll it back"],
    ["returns 500s", "roll it back"],
  ]);
  expect(JSON.stringify(graph)).not.toContain("1.7.2");
});

test("the draft is a playbook that plans: for another service, with its own source and target", () => {
  const other: Config = {
    ...CONFIG,
    sources: { "mail-metrics": { kind: "exposition", url: "http://127.0.0.1:1/m" } },
    targets: { mail: target },
  };
  const input = { goal: "mail returns 500s; roll it back to version 2.0.1", requester: "rita" };
  const drafted = draftGraph(input, { playbooks: [parsed()], config: other });
  expect(drafted).toMatchObject({ ok: true, playbook: "learned-errors-of-the-service" });
  const nodes = drafted.ok ? drafted.graph.nodes : [];
  expect(nodes[1]).toMatchObject({ params: { target: "mail", version: "2.0.1" } });
  expect(nodes[0]).toMatchObject({ params: { source: "mail-metrics" } });
});

test("the version of that day is never used again: without one in the goal there is no plan", () => {
  const input = { goal: "checkout returns 500s; roll it back", requester: "rita" };
  const drafted = draftGraph(input, { playbooks: [parsed()], config: CONFIG });
  expect(drafted).toMatchObject({ ok: false, problems: [{ code: "parameter-missing" }] });
});

test.each([
  ["that is not remembered", undefined],
  ["that was imported", kept({ origin: "import" })],
  ["that was not verified", kept({ entry: entryOf("r-1", { verification: { status: "none", checks: [] } }) })],
  [
    "after which it did not recover",
    kept({ entry: entryOf("r-1", { verification: { status: "failed", checks: ["x"] } }) }),
  ],
  ["that failed", kept({ entry: entryOf("r-1", { outcome: "failed" }) })],
  ["whose graph is not kept", { entry: entryOf("r-1"), origin: "run" as const }],
  ["whose graph held a secret", kept({ graph: { ...GRAPH, name: "[redacted:password]" } })],
  ["whose graph held a placeholder", kept({ graph: { ...GRAPH, name: "${service}" } })],
  ["whose graph is none", kept({ graph: { id: "x" } })],
])("a run %s gives no playbook", (_, given) => {
  expect(proposePlaybook("r-1", given, CONFIG)).toMatchObject({
    ok: false,
    problems: [{ code: "playbook-not-learned" }],
  });
});

test("what a playbook would do beyond the run is found, and so is a graph that is not its own", () => {
  const playbook = parsed();
  expect(beyondRun(playbook, GRAPH)).toEqual([]);
  const more = { id: "x", name: "x", type: "custom_script", tool: "custom_script", params: {} };
  const edited = { ...playbook, graph: { ...playbook.graph, nodes: [...playbook.graph.nodes, more] } };
  expect(beyondRun(edited, GRAPH)).toMatchObject([{ code: "playbook-not-learned", at: "graph.nodes[5]" }]);
  expect(follows(GRAPH, playbook)).toBe(true);
  expect(follows({ ...GRAPH, nodes: [...(GRAPH.nodes as JsonObject[]), more] }, playbook)).toBe(false);
  expect(follows(undefined, playbook)).toBe(false);
});
