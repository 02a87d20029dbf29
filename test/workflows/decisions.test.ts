/** When a decision comes: before its gate, twice, or not before the run's time is up. */
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, play, stage, statuses } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

const decide = (handle: WorkflowHandle, more: object = {}) =>
  handle.executeUpdate("decide", { args: [{ node_id: "w", approver: "ann", decision: "approve", ...more }] });

test("an approval of before its gate opens nothing: the gate asks, and the write waits for an answer to that", async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const staged = stage({ tools: { a: () => held.then(() => ({})) } });
  const report = await play(environment, graphOf(["a", write("w")], ["a>w"]), staged, async (handle) => {
    expect(await decide(handle)).toBe("gate-not-open");
    expect(await decide(handle, { digest: "f".repeat(64) })).toBe("gate-not-open");
    letGo();
    const gate = await gateOf(handle, "w");
    expect([gate.votes, staged.calls]).toEqual([[], ["a"]]);
    await handle.signal("reject", { node_id: "w", approver: "ann" });
  });
  expect(report.outcome).toBe("rejected");
  expect(staged.calls).toEqual(["a"]);
});

test("an answer that comes twice, or after another, changes nothing: the write runs once", async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const staged = stage({ tools: { w: () => held.then(() => ({})) } });
  const report = await play(environment, graphOf([write("w")]), staged, async (handle) => {
    const { digest } = await gateOf(handle, "w");
    expect(await decide(handle, { digest, decision_id: "the-same-one" })).toBe("accepted");
    expect(await decide(handle, { digest, decision_id: "the-same-one" })).toBe("accepted");
    expect(await decide(handle, { digest })).toBe("already-decided");
    expect(await decide(handle, { digest, approver: "eve", decision: "reject" })).toBe("already-decided");
    await handle.signal("approve", { node_id: "w", approver: "ann", digest });
    letGo();
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["w"]);
  expect(report.gates[0]?.votes.map(({ approver, decision }) => [approver, decision])).toEqual([["ann", "approve"]]);
});

test("a run whose time is up while a gate waits withdraws the question, and the write never starts", async () => {
  const graph = graphOf(
    ["a", { id: "long", type: "wait", params: { seconds: 3_600 } }, write("w"), "after"],
    ["a>long", "a>w", "w>after"],
  );
  const staged = stage({ policy: openPolicy({ workflow_timeout_seconds: 60 }) });
  const report = await play(environment, graph, staged, async (handle) => {
    await gateOf(handle, "w");
  });
  expect(report.outcome).toBe("timed_out");
  expect(statuses(report)).toEqual({ a: "succeeded", long: "cancelled", w: "cancelled", after: "cancelled" });
  const [gate] = report.gates;
  expect([gate?.status, gate?.votes]).toEqual(["withdrawn", []]);
  expect((gate?.closedAtMs ?? 0) - (gate?.openedAtMs ?? 0)).toBeLessThan(300_000);
  expect(staged.calls).toEqual(["a"]);
});

test.each(["update", "signal"])(
  "a write that people skip by %s does not happen, and what may follow a skip does",
  async (way) => {
    const staged = stage();
    const graph = graphOf([write("w"), "instead", "never", "beside"], ["w>instead", "w>never", "w>beside"]);
    const [edge] = graph.edges;
    if (edge !== undefined) edge.on = "skipped";
    const last = graph.edges.at(-1);
    if (last !== undefined) last.on = "always";
    const report = await play(environment, graph, staged, async (handle) => {
      const { digest } = await gateOf(handle, "w");
      const said = { digest, comment: "it recovered" };
      if (way === "update") expect(await decide(handle, { ...said, decision: "skip" })).toBe("accepted");
      else await handle.signal("skip", { node_id: "w", approver: "ann", ...said });
    });
    expect(report.outcome).toBe("succeeded");
    expect(statuses(report)).toMatchObject({
      w: "skipped",
      instead: "succeeded",
      never: "skipped",
      beside: "succeeded",
    });
    expect(staged.calls.sort()).toEqual(["beside", "instead"]);
    expect(report.gates[0]).toMatchObject({
      status: "skipped",
      votes: [{ decision: "skip", comment: "it recovered" }],
    });
    expect(report.nodes[0]?.reason).toBe("skipped by ann: it recovered");
  },
);

test("an answer of no known kind is refused before it stands in history", async () => {
  await play(environment, graphOf([write("w")]), stage(), async (handle) => {
    await gateOf(handle, "w");
    await expect(decide(handle, { decision: "forget" })).rejects.toThrow();
    await decide(handle);
  });
});

test("a whole plan waits for its approval before anything runs, and its write for its own", async () => {
  const policy = { ...openPolicy() };
  policy.approval = { ...policy.approval, whole_plan: "writes" };
  const staged = stage({ policy, tools: { a: () => ({ v: "1" }) } });
  const graph = graphOf(["a", write("w", { params: { version: "{{ a.v }}" } })], ["a>w"]);
  const report = await play(environment, graph, staged, async (handle) => {
    const plan = await gateOf(handle, "whole-plan");
    expect(JSON.stringify(plan.params)).toContain("{{ a.v }}");
    expect(staged.calls).toEqual([]);
    expect(await decide(handle, { node_id: "whole-plan", digest: plan.digest })).toBe("accepted");
    expect((await gateOf(handle, "w")).params).toEqual({ version: "1" });
    expect(staged.calls).toEqual(["a"]);
    await decide(handle);
  });
  expect(staged.calls).toEqual(["a", "w"]);
  expect(report.gates.map(({ nodeId, status }) => [nodeId, status])).toEqual([
    ["whole-plan", "approved"],
    ["w", "approved"],
  ]);
});
