/** Around an effect: what must hold right before it, what tells whether it worked, and what takes it back. */
import { ApplicationFailure } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ToolCall } from "../../src/activities/contract.js";
import type { Report } from "../../src/core/report.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, play, stage } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

const READ = { tool: "reader", params: {}, expect: "output.ok" };
const approve = (node: string) => (handle: WorkflowHandle) => decide(handle, node);
async function decide(handle: WorkflowHandle, node: string): Promise<void> {
  await gateOf(handle, node);
  await handle.signal("approve", { node_id: node, approver: "ann" });
}
const nodeOf = (report: Report, id: string) => report.nodes.find((node) => node.id === id);

test("an effect whose preconditions hold is carried out after all of them were read", async () => {
  const staged = stage({
    tools: { "precondition:w:1": () => ({ ok: true }), "precondition:w:2": () => ({ ok: true }) },
  });
  const graph = graphOf([write("w", { preconditions: [READ, READ] })]);
  const report = await play(environment, graph, staged, approve("w"));
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["precondition:w:1", "precondition:w:2", "w"]);
});

test.each([
  ["is false", () => ({ ok: false }), "skipped", "precondition 1 does not hold: output.ok is false"],
  ["cannot be told", () => ({}), "skipped", undefined],
])("an effect is left out where a precondition %s after the approval", async (_, read, status, reason) => {
  const staged = stage({ tools: { "precondition:w:1": read } });
  const report = await play(environment, graphOf([write("w", { preconditions: [READ] })]), staged, approve("w"));
  expect(nodeOf(report, "w")?.status).toBe(status);
  if (reason !== undefined) expect(nodeOf(report, "w")?.reason).toBe(reason);
  expect(staged.calls).toEqual(["precondition:w:1"]);
});

test("an effect whose precondition cannot be read fails and is not carried out", async () => {
  const broken = () => {
    throw ApplicationFailure.nonRetryable("no answer", "source-unreachable");
  };
  const staged = stage({ tools: { "precondition:w:1": broken } });
  const report = await play(environment, graphOf([write("w", { preconditions: [READ] })]), staged, approve("w"));
  expect(nodeOf(report, "w")).toMatchObject({ status: "failed", failure: { code: "source-unreachable" } });
  expect(staged.calls).not.toContain("w");
});

const verifying = (more: object = {}) => write("w", { verify: { ...READ, settle_seconds: 30, attempts: 3, ...more } });

test("an effect is verified once a look after it shows what was expected", async () => {
  let looks = 0;
  const look = () => ({ ok: ++looks === 2 });
  const staged = stage({ tools: { "verify:w:1": look, "verify:w:2": look } });
  const report = await play(environment, graphOf([verifying(), "after"], ["w>after"]), staged, approve("w"));
  expect(nodeOf(report, "w")).toMatchObject({ status: "succeeded", verification: { verdict: "verified" } });
  expect(staged.calls).toEqual(["w", "verify:w:1", "verify:w:2", "after"]);
  expect(report.text).toContain("**verified**");
});

test("an effect that never shows has failed, and is not called a success", async () => {
  const no = () => ({ ok: false });
  const staged = stage({ tools: { "verify:w:1": no, "verify:w:2": no, "verify:w:3": no } });
  const report = await play(environment, graphOf([verifying()]), staged, approve("w"));
  expect(report.outcome).toBe("failed");
  expect(nodeOf(report, "w")).toMatchObject({ failure: { code: "not-verified" } });
  expect(report.text).toContain("was carried out");
  expect(report.text).toContain("**not verified**");
});

test("an effect at which nobody could look is inconclusive, and no failure", async () => {
  const broken = () => {
    throw ApplicationFailure.nonRetryable("no answer", "source-unreachable");
  };
  const staged = stage({ tools: { "verify:w:1": broken } });
  const report = await play(environment, graphOf([verifying({ attempts: 1 })]), staged, approve("w"));
  expect(nodeOf(report, "w")).toMatchObject({ status: "succeeded", verification: { verdict: "inconclusive" } });
  expect(report.text).toContain("**inconclusive**");
});

test("a run that is cancelled while an effect settles says that it was carried out and not looked at", async () => {
  const staged = stage();
  const report = await play(environment, graphOf([verifying({ settle_seconds: 3_000 })]), staged, async (handle) => {
    await decide(handle, "w");
    await vi.waitFor(() => expect(staged.calls).toContain("w"), { timeout: 20_000 });
    await handle.cancel();
  });
  expect(report.outcome).toBe("cancelled");
  expect(nodeOf(report, "w")).toMatchObject({ status: "succeeded", verification: { verdict: "inconclusive" } });
});

const UNDO = { tool: "rollback", params: { version: "2" } };
const fails = () => {
  throw ApplicationFailure.nonRetryable("it broke", "tool-failed");
};
const undoable = (id: string, undo: object = UNDO) => write(id, { params: { version: "1" }, undo } as never);
const failing = (...writes: ReturnType<typeof write>[]) =>
  graphOf(
    [...writes, "last"],
    writes.map(({ id }, index) => `${id}>${writes[index + 1]?.id ?? "last"}`),
  );

test("finished effects are taken back when the run fails, the latest first, under the approvals that showed it", async () => {
  const grants: Record<string, ToolCall["grant"]> = {};
  const keep = (id: string) => (call: ToolCall) => {
    grants[id] = call.grant;
    return {};
  };
  const staged = stage({
    tools: { last: fails, "one.undo": keep("one.undo"), "two.undo": keep("two.undo"), one: keep("one") },
  });
  const report = await play(environment, failing(undoable("one"), undoable("two")), staged, async (handle) => {
    await decide(handle, "one");
    await decide(handle, "two");
  });
  expect(report.outcome).toBe("failed");
  expect(staged.calls).toEqual(["one", "two", "last", "two.undo", "one.undo"]);
  expect(staged.asked.map((call) => [call.nodeId, call.undo])).toEqual([
    ["one", { ...UNDO, nodeType: "rollback" }],
    ["two", { ...UNDO, nodeType: "rollback" }],
  ]);
  expect(grants["one.undo"]?.digest).toBe(grants.one?.digest);
  expect(grants["one.undo"]?.question?.node).toBe("one");
  expect(nodeOf(report, "one.undo")).toMatchObject({ status: "succeeded", undoes: "one" });
});

test("an undo that hangs on what the effect returned asks for itself", async () => {
  const undo = { tool: "rollback", params: { version: "{{ one.before }}" } };
  const staged = stage({ tools: { last: fails, one: () => ({ before: "7" }) } });
  const report = await play(environment, failing(undoable("one", undo)), staged, async (handle) => {
    await decide(handle, "one");
    await decide(handle, "one.undo");
  });
  expect(staged.asked[1]).toMatchObject({ nodeId: "one.undo", params: { version: "7" } });
  expect(report.gates.map((gate) => [gate.nodeId, gate.status])).toEqual([
    ["one", "approved"],
    ["one.undo", "approved"],
  ]);
  expect(staged.calls).toEqual(["one", "last", "one.undo"]);
});

const REVIEW = { id: "look", type: "human_review", params: { prompt: "go on?" } } as const;
const cancelled = (undo: object = UNDO) => graphOf([undoable("one", undo), REVIEW], ["one>look"]);
const cancelAtReview = async (handle: WorkflowHandle): Promise<void> => {
  await decide(handle, "one");
  await gateOf(handle, "look");
  await handle.cancel();
};

test("a cancelled run leaves its effects as they are, or takes them back where the policy says so", async () => {
  const left = stage();
  expect((await play(environment, cancelled(), left, cancelAtReview)).outcome).toBe("cancelled");
  expect(left.calls).toEqual(["one"]);
  const back = stage({ policy: openPolicy({ undo_on_cancel: true }) });
  const report = await play(environment, cancelled(), back, cancelAtReview);
  expect(report.outcome).toBe("cancelled");
  expect(back.calls).toEqual(["one", "one.undo"]);
  expect(nodeOf(report, "one.undo")).toMatchObject({ status: "succeeded", undoes: "one" });
  expect(nodeOf(report, "look")?.status).toBe("cancelled");
});

test.each(["approve", "reject"])("after a cancellation an undo of its own gate is asked about: %s", async (answer) => {
  const undo = { tool: "rollback", params: { version: "{{ one.before }}" } };
  const staged = stage({ tools: { one: () => ({ before: "7" }) }, policy: openPolicy({ undo_on_cancel: true }) });
  const report = await play(environment, cancelled(undo), staged, async (handle) => {
    await cancelAtReview(handle);
    await gateOf(handle, "one.undo");
    await handle.signal(answer, { node_id: "one.undo", approver: "ann" });
  });
  expect(report.outcome).toBe("cancelled");
  expect(staged.calls).toEqual(answer === "approve" ? ["one", "one.undo"] : ["one"]);
});

test("a run that is cancelled before it changed anything takes nothing back", async () => {
  const staged = stage({ policy: openPolicy({ undo_on_cancel: true }) });
  const report = await play(environment, cancelled(), staged, async (handle) => {
    await gateOf(handle, "one");
    await handle.cancel();
  });
  expect(report.outcome).toBe("cancelled");
  expect(staged.calls).toEqual([]);
});

test("nothing is taken back in a run that succeeds, or where the policy says no", async () => {
  const fine = stage();
  await play(environment, failing(undoable("one")), fine, approve("one"));
  expect(fine.calls).toEqual(["one", "last"]);
  const off = stage({ tools: { last: fails }, policy: openPolicy({ undo_on_failure: false }) });
  await play(environment, failing(undoable("one")), off, approve("one"));
  expect(off.calls).toEqual(["one", "last"]);
});

test("an effect whose verification fails is taken back only where the policy says so", async () => {
  const graph = graphOf([{ ...undoable("w"), verify: { ...READ } }]);
  const tools = { "verify:w:1": () => ({ ok: false }) };
  const kept = stage({ tools });
  await play(environment, graph, kept, approve("w"));
  expect(kept.calls).toEqual(["w", "verify:w:1"]);
  const undone = stage({ tools, policy: openPolicy({ undo_on_failed_verification: true }) });
  const report = await play(environment, graph, undone, approve("w"));
  expect(undone.calls).toEqual(["w", "verify:w:1", "w.undo"]);
  expect(report.outcome).toBe("failed");
});

test("an undo that fails ends the taking back, and the report says so", async () => {
  const staged = stage({ tools: { last: fails, "two.undo": fails } });
  const report = await play(environment, failing(undoable("one"), undoable("two")), staged, async (handle) => {
    await decide(handle, "one");
    await decide(handle, "two");
  });
  expect(staged.calls).not.toContain("one.undo");
  expect(nodeOf(report, "two.undo")?.status).toBe("failed");
  expect(report.outcome).toBe("failed");
});

test("an event for which a gate is to be withdrawn closes it, and the node is left out", async () => {
  const staged = stage();
  const graph = graphOf([write("w", { withdraw_when: "event.status == 'resolved'" })]);
  const report = await play(environment, graph, staged, async (handle) => {
    await gateOf(handle, "w");
    await handle.signal("event", { status: "firing" });
    await handle.signal("event", "x".repeat(10_000));
    await handle.signal("event", { status: "resolved" });
  });
  expect(report.gates[0]?.status).toBe("withdrawn");
  expect(nodeOf(report, "w")?.reason).toBe("it is not needed any more: event.status == 'resolved'");
  expect(report.problems.map((problem) => problem.message)).toContain(
    "an event was larger than 8000 characters, or nested too deep, and was not read",
  );
  expect(staged.calls).toEqual([]);
});

test("an event that came before the question keeps it from being put", async () => {
  const staged = stage({ tools: { slow: () => new Promise((resume) => setTimeout(() => resume({}), 500)) } });
  const graph = graphOf(["slow", write("w", { withdraw_when: "event.status == 'resolved'" })], ["slow>w"]);
  const report = await play(environment, graph, staged, (handle) => handle.signal("event", { status: "resolved" }));
  expect(staged.asked).toEqual([]);
  expect(nodeOf(report, "w")?.status).toBe("skipped");
});
