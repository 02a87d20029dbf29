/** Runs whose history is cut in pieces, by continue-as-new and by Reset: seen as one run all the same. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunHappening } from "../../src/client/runs.js";
import type { RunView } from "../../src/core/report/view.js";
import { createStack, GATED, graphOf, POLICY, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;

beforeAll(async () => {
  const settings = await temporalDevSettings();
  const dynamic = { ...settings.dynamic_config, "limit.historyCount.suggestContinueAsNew": 60 };
  server = await startTestDevServer({ settings: { ...settings, dynamic_config: dynamic } });
  const { connection, address, namespace } = server;
  const policy = { ...POLICY, execution: { ...POLICY.execution, max_nodes_per_workflow: 100 } };
  stack = await createStack({ connection, address, namespace, policy });
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

async function follow(runId: string, isLast: (one: RunHappening) => boolean, after?: string): Promise<RunHappening[]> {
  const all: RunHappening[] = [];
  for await (const happening of stack.runs.happenings(runId, { after })) {
    all.push(happening);
    if (isLast(happening)) break;
  }
  return all;
}

test("a run that continued as new is one run: its view, its decisions, its stream", async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `n${index}`);
  const graph = graphOf(
    [
      ...ids.map((id) => ({ id, type: "metric_query" as const, tool: "probe", params: { id } })),
      { id: "mend", type: "rollback", tool: "mend", params: { version: "{{ n0.id }}" } },
    ],
    [...ids.slice(1).map((id, index): [string, string] => [`n${index}`, id]), ["n0", "mend"]],
  );
  const runId = await start(graph);
  const seen = await follow(runId, ({ kind, node }) => kind === "node-succeeded" && node === "n24");
  expect(Number(seen.at(-1)?.id.split(".")[0])).toBeGreaterThan(0);

  const handle = stack.client.workflow.getHandle(runId);
  const asked = (await handle.query("runView")) as RunView;
  const answer = await stack.runs.view(runId);
  expect(answer).toMatchObject({ ok: true, value: { source: "worker", view: { runKey: asked.runKey } } });
  expect(asked.runKey).not.toBe((await handle.describe()).runId);

  const decision = { runId, node: "mend", decision: "approve", approver: "bob", channel: "test" } as const;
  expect(await stack.runs.decide(decision)).toMatchObject({ ok: true, value: { result: "accepted" } });
  const rest = await follow(runId, () => false, seen.at(-1)?.id);
  expect(rest.at(-1)).toMatchObject({ kind: "run-ended", status: "succeeded" });
  expect(stack.mended).toEqual(["n0"]);

  const all = await follow(runId, () => false);
  expect(all).toEqual([...seen, ...rest]);
  for (const kind of ["run-started", "graph-checked", "run-ended"]) {
    expect(all.filter((one) => one.kind === kind).length, kind).toBe(1);
  }
  expect(all.filter(({ kind }) => kind === "node-succeeded").length).toBe(26);

  const folded = await stack.runs.view(runId);
  expect(folded).toMatchObject({ ok: true, value: { source: "history" } });
  if (folded.ok) expect(JSON.parse(JSON.stringify(folded.value.view))).toEqual(await handle.query("runView"));
}, 60_000);

test("a run that was reset asks again, and its rebuilt view is the worker's", async () => {
  const graph = graphOf(
    [
      { id: "mend", type: "rollback", tool: "mend", params: { version: "reset" } },
      { id: "hold", type: "human_review", params: { prompt: "go on?" } },
    ],
    [["mend", "hold"]],
  );
  const runId = await start(graph);
  const opens = (node: string) => (one: RunHappening) => one.kind === "gate-opened" && one.node === node;
  await follow(runId, opens("mend"));
  const decide = (node: string) =>
    stack.runs.decide({ runId, node, decision: "approve", approver: "bob", channel: "test" });
  expect(await decide("mend")).toMatchObject({ ok: true, value: { result: "accepted" } });
  await follow(runId, opens("hold"));

  const handle = stack.client.workflow.getHandle(runId);
  const before = await handle.describe();
  const events = (await handle.fetchHistory()).events ?? [];
  // The task that took in that the question was put: the vote after it is applied once more.
  const accepted = events.findIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const tasks = events.slice(0, accepted).filter((event) => event.workflowTaskCompletedEventAttributes);
  await stack.client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId: runId, runId: before.runId },
    workflowTaskFinishEventId: tasks.at(-2)?.eventId,
    requestId: "reset",
    reason: "test",
  });
  const questions: string[] = [];
  await follow(runId, (one) => {
    if (opens("mend")(one)) questions.push(one.id);
    return questions.length === 2;
  });
  expect(stack.mended.filter((version) => version === "reset")).toHaveLength(1);
  const asked = (await handle.query("runView")) as RunView;
  expect(asked.gates.find((gate) => gate.nodeId === "mend")?.status).toBe("open");
  const found = await stack.runs.view(runId);
  expect(found.ok && found.value.view.runKey).toBe(asked.runKey);

  expect(await decide("mend")).toMatchObject({ ok: true, value: { result: "accepted" } });
  await follow(runId, opens("hold"));
  expect(await decide("hold")).toMatchObject({ ok: true, value: { result: "accepted" } });
  expect(await stack.runs.report(runId, 20_000)).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
  const folded = await stack.runs.view(runId);
  expect(folded).toMatchObject({ ok: true, value: { source: "history" } });
  if (folded.ok) expect(JSON.parse(JSON.stringify(folded.value.view))).toEqual(await handle.query("runView"));
}, 60_000);
