/** Edit and approve: other params are checked and asked about anew; no vote for the old ones counts for them. */
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ToolCall } from "../../src/activities/contract.js";
import type { RunView } from "../../src/core/report/view.js";
import type { JsonObject } from "../../src/schema/json.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { createTestEnvironment } from "../support/temporal.js";
import { gateOf, play, type Stage, stage } from "../support/workflows.js";

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  environment = await createTestEnvironment();
});
afterAll(() => environment?.teardown());

const graph = graphOf([write("w", { params: { version: "1" } })]);
const twoVotes: Stage = {
  policy: {
    ...openPolicy(),
    approval: { timeout_seconds: 300, require_for_production: true, rules: [{ name: "two", match: {}, required: 2 }] },
  },
};
const send = (handle: WorkflowHandle, approver: string, more: { digest?: string; params?: JsonObject } = {}) =>
  handle.signal("approve", { node_id: "w", approver, ...more });
const viewed = (handle: WorkflowHandle, check: (view: RunView) => void) =>
  vi.waitFor(async () => check((await handle.query("runView")) as RunView), { timeout: 20_000, interval: 50 });

test("other params get a new digest and keep the deadline; earlier votes are void and the old digest is stale", async () => {
  const acted: JsonObject[] = [];
  const act = (call: ToolCall) => {
    acted.push(call.params);
    return {};
  };
  const staged = stage({ ...twoVotes, tools: { w: act } });
  const report = await play(environment, graph, staged, async (handle) => {
    const first = await gateOf(handle, "w");
    await send(handle, "ann");
    await send(handle, "bob", { params: { version: "2" }, digest: first.digest });
    await viewed(handle, (view) => expect(view.gates[0]?.edited?.by).toBe("bob"));
    const second = await gateOf(handle, "w");
    expect(second).toMatchObject({ params: { version: "2" }, edited: { before: { version: "1" } }, votes: [] });
    expect(second.digest).not.toBe(first.digest);
    expect(second.deadlineMs).toBe(first.deadlineMs);
    await send(handle, "ann", { digest: first.digest });
    await send(handle, "ann", { digest: second.digest });
    await send(handle, "bob", { digest: second.digest });
  });
  expect(acted).toEqual([{ version: "2" }]);
  expect(report.gates[0]).toMatchObject({ status: "approved", refused: { "stale-digest": 1 }, edited: { by: "bob" } });
  expect(staged.asked.map((call) => call.edited)).toEqual([undefined, { by: "bob", before: { version: "1" } }]);
});

test.each([
  ["do not pass the check", { version: "bad" }],
  ["hold a template", { version: "{{ a.b }}" }],
])("params that %s change nothing, and the question stands", async (_, params) => {
  const staged = stage();
  const report = await play(environment, graph, staged, async (handle) => {
    const first = await gateOf(handle, "w");
    await send(handle, "ann", { params });
    await viewed(handle, (view) => expect(view.gates[0]?.refused).toEqual({ "edit-refused": 1 }));
    expect((await gateOf(handle, "w")).digest).toBe(first.digest);
    await send(handle, "ann", { digest: first.digest });
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.asked).toHaveLength(1);
});

test("who may not answer may not give other params either", async () => {
  const policy = { ...openPolicy() };
  policy.approval = { ...policy.approval, rules: [{ name: "no-requester", match: {}, forbid_requester: true }] };
  const staged = stage({ policy });
  await play(environment, graph, staged, async (handle) => {
    await gateOf(handle, "w");
    await send(handle, "rita", { params: { version: "2" } });
    await viewed(handle, (view) => expect(view.gates[0]?.refused).toEqual({ "not-allowed": 1 }));
    await send(handle, "ann");
  });
  expect(staged.asked).toHaveLength(1);
});
