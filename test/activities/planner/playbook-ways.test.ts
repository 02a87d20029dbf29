/** Every way through every bundled playbook: whatever fails, is refused or is not found, a summary tells what is known. */
import { expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS } from "../../../src/activities/planner/draft.js";
import { offersRemedy } from "../../../src/activities/planner/parts.js";
import { planFrom } from "../../../src/activities/planner/plan.js";
import { sampleOf, trialConfig } from "../../../src/activities/planner/playbook-trial.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkedGraph } from "../../../src/core/check/checked-graph.js";
import { type CheckedGraph, checkAgainst } from "../../../src/core/check.js";
import { render } from "../../../src/core/condition/template.js";
import { effectivePolicy } from "../../../src/core/policy.js";
import type { Json } from "../../../src/schema/json.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { NODE_TYPE_NAMES, NODE_TYPES } from "../../../src/vocabulary/node-types.js";
import { drive, type Ending } from "../../support/driver.js";

const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
const playbooks = loaded.ok ? loaded.value : [];
const registry = createDefaultRegistry(trialConfig);
const { policy } = effectivePolicy(
  {
    version: "1.0",
    execution: { enable_remediation: true },
    tools: { allowed: registry.list().map(({ name }) => name) },
    node_types: { allowed: [...NODE_TYPE_NAMES] },
  },
  {},
);

function checked(playbook: Playbook, remedy: boolean): CheckedGraph {
  const given = Object.fromEntries(Object.entries(playbook.parameters).map(([name, each]) => [name, sampleOf(each)]));
  const entities = { wantsRemedy: remedy, forbidsRemedy: false };
  const plan = planFrom({ playbook, score: 1, goal: "g", given, entities, config: trialConfig, remedy });
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  const outcome = checkAgainst(plan.graph as never, {
    policy,
    policyDigest: "",
    catalogue: registry,
    checkUrl: () => undefined,
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return checkedGraph(plan.graph as never, outcome.verdict);
}

const at = "2026-11-22T12:00:00.000Z";
const answers = (value: number | null): Record<string, Json> => ({
  log_collector: { blob: `blob:sha256:${"0".repeat(64)}`, since: at, until: at },
  metric_query: { value, series: [] },
  http_probe: { ok: value === null || value === 0 },
  deployment_history: { current: { version: "2", deployed_at: at }, previous: { version: "1", deployed_at: at } },
  change_history: { changes: [], blob: `blob:sha256:${"0".repeat(64)}` },
  analysis: { correlates_with_change: true },
});

function go(graph: CheckedGraph, value: number | null, ends: Record<string, Ending[]> = {}) {
  const given = answers(value);
  const outputs = Object.fromEntries(
    graph.nodes.map(({ id, tool, type }) => [
      id,
      NODE_TYPES[type] === "write" ? { changed: true } : (given[tool ?? ""] ?? {}),
    ]),
  );
  const { run, started } = drive(graph, { ends, outputs });
  const unrendered = started.filter(
    (id) => !render(graph.nodes.find((node) => node.id === id)?.params ?? {}, run.outputs).ok,
  );
  const wrote = graph.nodes.filter(({ id, type }) => NODE_TYPES[type] === "write" && started.includes(id)).length;
  return { last: started.at(-1), unrendered, wrote, outcome: run.state.outcome };
}

const table = playbooks.flatMap((playbook) =>
  (offersRemedy(playbook) ? [true, false] : [false]).map((remedy) => [playbook.id, remedy, playbook] as const),
);
const told = { last: "summary", unrendered: [] };

test.each(table)("%s (remedy: %s) ends in its summary, whatever its measurements say", (_, remedy, playbook) => {
  const graph = checked(playbook, remedy);
  for (const value of [null, 0, 0.5, 1e9])
    expect(go(graph, value), String(value)).toMatchObject({ ...told, outcome: "succeeded" });
  expect(go(graph, null).wrote).toBe(0);
});

test.each(table)("%s (remedy: %s) ends in its summary, whichever node fails", (_, remedy, playbook) => {
  const graph = checked(playbook, remedy);
  for (const { id, type } of graph.nodes) {
    if (["summary", "decision", "wait"].includes(type)) continue;
    for (const value of [0, 1e9]) expect(go(graph, value, { [id]: ["fail"] }), `${id} ${value}`).toMatchObject(told);
  }
});

test.each(table.filter(([, remedy]) => remedy))(
  "%s (remedy: %s) acts on evidence and approval alone",
  (_, remedy, playbook) => {
    const graph = checked(playbook, remedy);
    const gated = graph.nodes.filter(({ type }) => NODE_TYPES[type] === "write").map(({ id }) => id);
    const tried = [0, 1e9].map((value) => go(graph, value).wrote);
    expect(tried.sort()).toEqual([0, 1]);
    for (const [ending, outcome] of [
      ["reject", "rejected"],
      ["expire", "expired"],
    ] as const) {
      const ends = Object.fromEntries(gated.map((id) => [id, [ending]]));
      const refused = [0, 1e9].map((value) => go(graph, value, ends));
      expect(refused.map(({ wrote }) => wrote)).toEqual([0, 0]);
      expect(refused.map((one) => one.outcome)).toContain(outcome);
      for (const one of refused) expect(one).toMatchObject(told);
    }
  },
);
