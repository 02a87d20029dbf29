/** Each way through the bundled playbooks: what runs, what is asked, and that the summary always tells what is known. */
import { expect, test } from "vitest";
import type { CheckedGraph } from "../../../src/core/check.js";
import { render } from "../../../src/core/condition/template.js";
import type { Json } from "../../../src/schema/json.js";
import { checkedFor, DEMO_GOAL, RESTART_GOAL, restartConfig, restartPolicy } from "../../support/demo-plan.js";
import { drive, type Ending, type Script } from "../../support/driver.js";

const at = "2026-11-22T12:00:00.000Z";
const outputs: Record<string, Json> = {
  logs: { blob: `blob:sha256:${"0".repeat(64)}`, since: at, until: at },
  ratio: { value: 0.27 },
  deployments: { current: { version: "2", deployed_at: at }, previous: { version: "1", deployed_at: at } },
  analysis: { correlates_with_change: true },
  rollback: { changed: true },
  ratio_after: { value: 0 },
  probe: { ok: false },
  restart: { changed: true },
  probe_after: { ok: true },
  "rollback:precondition": { current: { version: "2" }, value: 0.27 },
  "rollback:verify": { value: 0 },
  "restart:precondition": { ok: false },
  "restart:verify": { ok: true },
};

/** Runs the graph with scripted endings; renders the params of every node that started, as the workflow does. */
function go(graph: CheckedGraph, ends: Record<string, Ending[]> = {}, own: Record<string, Json> = {}) {
  const script: Script = { ends, outputs: { ...outputs, ...own } };
  const { run, started } = drive(graph, script);
  const unrendered = started.filter(
    (id) => !render(graph.nodes.find((node) => node.id === id)?.params ?? {}, run.outputs).ok,
  );
  const summary = graph.nodes.find(({ id }) => id === "summary");
  const rendered = render(summary?.params.facts ?? {}, run.outputs);
  return {
    outcome: run.state.outcome,
    acted: started.filter((id) => id === "rollback" || id === "restart"),
    summarised: started.at(-1) === "summary",
    unrendered,
    facts: rendered.ok ? Object.values(rendered.value as Record<string, Json>) : rendered.problems,
    problems: run.state.problems,
  };
}

const whole = { summarised: true, unrendered: [], problems: [] };

test("errors since a deployment: with evidence and approval it rolls back, measures again and says that it recovered", async () => {
  expect(go(await checkedFor(DEMO_GOAL))).toEqual({
    ...whole,
    outcome: "succeeded",
    acted: ["rollback"],
    facts: [true, true, true],
  });
});

test("errors since a deployment: a rollback that does not help is told as one", async () => {
  const driven = go(await checkedFor(DEMO_GOAL), {}, { "rollback:verify": { value: 0.3 } });
  expect(driven).toEqual({ ...whole, outcome: "failed", acted: ["rollback"], facts: [true, true, false] });
  const silent = go(await checkedFor(DEMO_GOAL), {}, { "rollback:verify": { value: null } });
  expect(silent.facts).toEqual([true, true, false]);
});

test.each<[string, Json]>([
  ["somebody deployed meanwhile", { current: { version: "3" }, value: 0.27 }],
  ["the service recovered meanwhile", { current: { version: "2" }, value: 0.001 }],
])("errors since a deployment: where %s, an approved rollback is left out", async (_, read) => {
  const driven = go(await checkedFor(DEMO_GOAL), {}, { "rollback:precondition": read });
  expect(driven).toMatchObject({ ...whole, outcome: "succeeded" });
  expect(driven.facts.slice(1)).toEqual([false, false]);
});

test.each<[string, Record<string, Json>]>([
  ["the errors do not correlate with the deployment", { analysis: { correlates_with_change: false } }],
  [
    "there is no version to go back to",
    { deployments: { current: { version: "1", deployed_at: at }, previous: null } },
  ],
  ["the service does not fail any more", { ratio: { value: 0.001 } }],
  ["there is no traffic to measure", { ratio: { value: null } }],
])("errors since a deployment: where %s, nobody is asked and nothing is changed", async (_, own) => {
  const driven = go(await checkedFor(DEMO_GOAL), {}, own);
  expect(driven).toMatchObject({ ...whole, outcome: "succeeded", acted: [] });
  expect(driven.facts.slice(1)).toEqual([false, false]);
});

test.each<["reject" | "expire", string]>([
  ["reject", "rejected"],
  ["expire", "expired"],
])("errors since a deployment: a gate that ends in %s leaves the service as it is", async (ending, outcome) => {
  const driven = go(await checkedFor(DEMO_GOAL), { rollback: [ending] });
  expect(driven).toEqual({ ...whole, outcome, acted: [], facts: [true, false, false] });
});

test.each(["logs", "ratio", "deployments", "analysis"])(
  "errors since a deployment: without %s nothing is changed, the run fails, and the summary tells the rest",
  async (node) => {
    expect(go(await checkedFor(DEMO_GOAL), { [node]: ["fail"] })).toMatchObject({
      ...whole,
      outcome: "failed",
      acted: [],
    });
  },
);

test("errors since a deployment: a rollback that fails fails the run, and is not measured as if it had worked", async () => {
  const driven = go(await checkedFor(DEMO_GOAL), { rollback: ["fail"] });
  expect(driven).toEqual({ ...whole, outcome: "failed", acted: ["rollback"], facts: [true, false, false] });
});

test("errors of a service: it is investigated and nothing else, and what is missing does not keep the summary away", async () => {
  const graph = await checkedFor("why does checkout return 500s?");
  expect(go(graph)).toEqual({ ...whole, outcome: "succeeded", acted: [], facts: [true] });
  for (const node of ["logs", "ratio", "deployments", "analysis"]) {
    expect(go(graph, { [node]: ["fail"] }), node).toMatchObject({ ...whole, outcome: "failed" });
  }
});

test("a service that does not answer is restarted after approval, with or without its log, and asked again", async () => {
  const graph = await checkedFor(RESTART_GOAL, restartPolicy, restartConfig);
  expect(go(graph)).toEqual({ ...whole, outcome: "succeeded", acted: ["restart"], facts: [false, true, true] });
  expect(go(graph, { logs: ["fail"] })).toMatchObject({ ...whole, outcome: "succeeded", acted: ["restart"] });
  expect(go(graph, {}, { probe: { ok: true } })).toEqual({
    ...whole,
    outcome: "succeeded",
    acted: [],
    facts: [true, false, false],
  });
  expect(go(graph, { restart: ["reject"] })).toEqual({
    ...whole,
    outcome: "rejected",
    acted: [],
    facts: [false, false, false],
  });
  expect(go(graph, { probe: ["fail"] })).toMatchObject({ ...whole, outcome: "failed", acted: [] });
});
