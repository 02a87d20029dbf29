/** Old approvals in a run that Temporal gave a new life: Reset re-applies them, continue-as-new carries the gate over. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunHappening } from "../../src/client/runs.js";
import type { RunView } from "../../src/core/report/view.js";
import { createStack, GATED, graphOf, POLICY, type Stack } from "../client/support/stack.js";
import { type AuditStub, auditStub } from "../support/audit.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let audit: AuditStub;

beforeAll(async () => {
  const settings = await temporalDevSettings();
  const dynamic = { ...settings.dynamic_config, "limit.historyCount.suggestContinueAsNew": 60 };
  server = await startTestDevServer({ settings: { ...settings, dynamic_config: dynamic } });
  const { connection, address, namespace } = server;
  const policy = { ...POLICY, execution: { ...POLICY.execution, max_nodes_per_workflow: 100 } };
  audit = auditStub();
  stack = await createStack({ connection, address, namespace, policy, audit });
  await stack.startWorker();
}, 120_000);
afterAll(async () => {
  await stack?.close();
  await server?.stop();
});

async function start(graph = GATED): Promise<string> {
  const started = await stack.runs.start({ graph, requester: "ann", trigger: "test" });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  return started.value.runId;
}

async function until(runId: string, isLast: (one: RunHappening) => boolean): Promise<void> {
  const stop = new AbortController();
  for await (const one of stack.runs.happenings(runId, { signal: stop.signal })) if (isLast(one)) stop.abort();
}

async function viewOf(runId: string): Promise<RunView> {
  return (await stack.client.workflow.getHandle(runId).query("runView")) as RunView;
}
const gateOf = (view: RunView) => view.gates.find(({ nodeId }) => nodeId === "mend");

/** A genuine token of bob's for the gate as it is now. */
async function tokenFor({ runKey, gates }: RunView): Promise<string> {
  const digest = gates.find(({ nodeId }) => nodeId === "mend")?.digest ?? "";
  const claims = {
    v: 2 as const,
    runKey,
    nodeId: "mend",
    digest,
    decision: "approve" as const,
    subject: "bob",
    groups: [],
  };
  return (await stack.signer.sign({ ...claims, channel: "cli" }, Date.now())).token;
}
const send = (runId: string, token: string) =>
  stack.client.workflow.getHandle(runId).executeUpdate("decide", {
    args: [{ decision: "approve", node_id: "mend", approver: "bob", token }],
  });
const refusals = (runId: string) =>
  audit.entries.filter(({ event, run }) => event === "signature-refused" && run === runId).length;

test("a reset run asks again; the old approval, applied again and sent again, does nothing", async () => {
  const runId = await start();
  await until(runId, ({ kind }) => kind === "gate-opened");
  const view = await viewOf(runId);
  const asked = gateOf(view) ?? { digest: "" };
  const token = await tokenFor(view);
  const done = stack.mended.length;
  expect(await send(runId, token)).toBe("accepted");
  const handle = stack.client.workflow.getHandle(runId);
  await handle.result();
  expect(stack.mended.length).toBe(done + 1);

  const events = (await handle.fetchHistory()).events ?? [];
  const accepted = events.findIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const tasks = events.slice(0, accepted).filter((event) => event.workflowTaskCompletedEventAttributes);
  await stack.client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId: runId },
    workflowTaskFinishEventId: tasks.at(-2)?.eventId,
    requestId: "reset",
    reason: "test",
  });
  // Applied again by the server or sent again by hand: its grant is void, and people are asked anew.
  const isAskedAnew = async () => {
    const gate = gateOf(await viewOf(runId));
    if (gate?.status === "open" && gate.digest === asked.digest) await send(runId, token);
    return gate?.status === "open" && gate.digest !== asked.digest;
  };
  await expect.poll(isAskedAnew, { timeout: 20_000, interval: 100 }).toBe(true);
  const told = refusals(runId);
  expect(await send(runId, token)).toBe("not-allowed");
  expect(refusals(runId)).toBe(told + 1);
  expect(stack.mended.length).toBe(done + 1);
  expect(await send(runId, await tokenFor(await viewOf(runId)))).toBe("accepted");
  await stack.client.workflow.getHandle(runId).result();
  expect(stack.mended.length).toBe(done + 2);
}, 90_000);

test("a run that continued as new takes the votes of its gate, and none that was given to another run", async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `n${index}`);
  const graph = graphOf(
    [
      ...ids.map((id) => ({ id, type: "metric_query" as const, tool: "probe", params: { id } })),
      { id: "mend", type: "rollback", tool: "mend", params: { version: "{{ n0.id }}" } },
    ],
    [...ids.slice(1).map((id, index): [string, string] => [`n${index}`, id]), ["n0", "mend"]],
  );
  const [runId, otherId] = [await start(graph), await start()];
  const own = until(runId, ({ kind, node }) => kind === "node-succeeded" && node === "n24");
  await until(otherId, ({ kind }) => kind === "gate-opened");
  await own;
  const view = await viewOf(runId);
  expect((await stack.client.workflow.getHandle(runId).describe()).runId).not.toBe(view.runKey);
  const done = stack.mended.length;
  const told = refusals(runId);
  expect(await send(runId, await tokenFor(await viewOf(otherId)))).toBe("not-allowed");
  expect([refusals(runId), stack.mended.length]).toEqual([told + 1, done]);

  const token = await tokenFor(view);
  expect(await send(runId, token)).toBe("accepted");
  await stack.client.workflow.getHandle(runId).result();
  expect(stack.mended.length).toBe(done + 1);
  // The same token in the other run, whose gate is open still.
  expect(await send(otherId, token)).toBe("not-allowed");
  expect([refusals(otherId), stack.mended.length]).toEqual([1, done + 1]);
  await stack.runs.cancel(otherId);
}, 90_000);
