/** Continue-as-new and Reset on the real dev server: no gate, vote or remaining time is lost, no write acts twice. */

import { ApplicationFailure, Context } from "@temporalio/activity";
import { Client, QueryNotRegisteredError, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ToolCall } from "../../src/activities/contract.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import type { Graph } from "../../src/schema/graph.js";
import { graphOf, write } from "../support/graphs.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";
import { type Staged, stage, statuses, workflowBundle } from "../support/workflows.js";

/** Events after which the server suggests to continue as new. */
const SUGGEST_AFTER = 60;
let server: TestDevServer;
let connection: NativeConnection;
let client: Client;

beforeAll(async () => {
  const settings = await temporalDevSettings();
  const dynamic = { ...settings.dynamic_config, "limit.historyCount.suggestContinueAsNew": SUGGEST_AFTER };
  server = await startTestDevServer({ settings: { ...settings, dynamic_config: dynamic } });
  connection = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

let count = 0;
async function playing(
  graph: Graph,
  staged: Staged,
  act: (handle: WorkflowHandle) => Promise<unknown>,
): Promise<Report> {
  const taskQueue = `long-${++count}`;
  const worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: staged.activities,
    stickyQueueScheduleToStartTimeout: "1s",
  });
  return worker.runUntil(async () => {
    const args = [{ graph, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue, workflowId: taskQueue, args });
    await act(handle);
    return (await client.workflow.getHandle(taskQueue).result()) as Report;
  });
}

async function openGate(workflowId: string, node: string, isNew: (digest: string) => boolean = () => true) {
  for (let attempt = 0; attempt < 300; attempt++) {
    // A run that was just reset may be asked before its first task has put its handlers up.
    const asked = client.workflow.getHandle(workflowId).query<RunView | null>("runView");
    const view = await asked.catch((error: unknown) => {
      if (error instanceof QueryNotRegisteredError) return null;
      throw error;
    });
    const gate = view?.gates.find((open) => open.nodeId === node && open.status === "open");
    if (gate?.digest !== undefined && isNew(gate.digest)) return gate;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`no gate of ${node} opened`);
}

async function firstRunId(workflowId: string): Promise<string> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return raw.workflowExtendedInfo?.originalStartTime === undefined ? "" : (raw.workflowExecutionInfo?.firstRunId ?? "");
}

test("a long run continues as new and keeps its open gate, its deadline and its findings", async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `n${index}`);
  const chain = ids.slice(1).map((id, index) => `n${index}>${id}`);
  const graph = graphOf([...ids, write("w"), "end"], [...chain, "w>end", "n39>end"]);
  const staged = stage({ tools: { n0: () => ({ findings: [{ statement: "it began", evidence: ["n0"] }] }) } });
  let before: number | undefined;
  const report = await playing(graph, staged, async (handle) => {
    const gate = await openGate(handle.workflowId, "w");
    before = gate.deadlineMs;
    for (let attempt = 0; attempt < 300 && staged.calls.length < 40; attempt++) {
      await new Promise((resume) => setTimeout(resume, 50));
    }
    const late = await openGate(handle.workflowId, "w");
    expect([late.deadlineMs, late.digest]).toEqual([before, gate.digest]);
    const { runId, raw } = await client.workflow.getHandle(handle.workflowId).describe();
    expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
    await client.workflow
      .getHandle(handle.workflowId)
      .signal("approve", { node_id: "w", approver: "ann", digest: gate.digest });
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual([...ids, "w", "end"]);
  expect(report.findings).toEqual([{ node: "n0", statement: "it began", evidence: ["n0"] }]);
  expect(report.gates[0]?.votes.map((vote) => vote.approver)).toEqual(["ann"]);
});

test("a thousand decisions for an older question change nothing and lose nothing", async () => {
  const staged = stage();
  const report = await playing(graphOf([write("w")]), staged, async (handle) => {
    await openGate(handle.workflowId, "w");
    const { workflowId } = handle;
    const stale = { node_id: "w", approver: "eve", digest: "f".repeat(64) };
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        Array.from({ length: 50 }, () => client.workflow.getHandle(workflowId).signal("approve", stale)),
      );
    }
    await client.workflow.getHandle(workflowId).signal("approve", { node_id: "w", approver: "ann" });
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["w"]);
  expect(report.gates[0]?.refused["stale-digest"]).toBe(1_000);
}, 90_000);

test("a thousand signals while a node works and a gate is open: the run continues as new after it, and loses nothing", async () => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const staged = stage({
    tools: { slow: async () => held.then(() => ({ findings: [{ statement: "slow but sure", evidence: ["slow"] }] })) },
  });
  const graph = graphOf(["a", "slow", write("w"), "end"], ["a>slow", "a>w", "slow>end", "w>end"]);
  const report = await playing(graph, staged, async ({ workflowId }) => {
    const gate = await openGate(workflowId, "w");
    const stale = { node_id: "w", approver: "eve", digest: "f".repeat(64) };
    for (let batch = 0; batch < 20; batch++) {
      const handle = client.workflow.getHandle(workflowId);
      await Promise.all(Array.from({ length: 50 }, () => handle.signal("approve", stale)));
    }
    // As one of them, while the node still works.
    await client.workflow
      .getHandle(workflowId)
      .signal("approve", { node_id: "w", approver: "ann", digest: gate.digest });
    letGo();
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls.toSorted()).toEqual(["a", "end", "slow", "w"]);
  expect(report.findings).toEqual([{ node: "slow", statement: "slow but sure", evidence: ["slow"] }]);
  expect(report.gates[0]?.refused["stale-digest"]).toBe(1_000);
  expect(report.gates[0]?.votes.map(({ approver }) => approver)).toEqual(["ann"]);
  const { runId, raw } = await client.workflow.getHandle(report.runId).describe();
  expect(runId).not.toBe(raw.workflowExecutionInfo?.firstRunId);
}, 90_000);

test("a run that was reset after its write asks again, and the old vote does not act a second time", async () => {
  const acted: string[] = [];
  const staged = stage({
    tools: {
      // As the acting activity does: an approval that was given in an earlier run is void.
      w: ({ grant }: ToolCall) => {
        const runId = Context.current().info.workflowExecution?.runId;
        if (runId !== grant?.question?.askedIn) {
          throw ApplicationFailure.create({ type: "run-was-reset", message: "reset", nonRetryable: true });
        }
        acted.push(grant?.question?.nonce ?? "");
        return {};
      },
    },
  });
  const graph = graphOf(
    ["a", write("w"), { id: "hold", type: "human_review", params: { prompt: "go on?" } }],
    ["a>w", "w>hold"],
  );
  // A review in staging needs no signature: the write's target is declared there.
  const report = await playing(graph, staged, async (handle) => {
    const { workflowId } = handle;
    const first = await openGate(workflowId, "w");
    await handle.signal("approve", { node_id: "w", approver: "ann", digest: first.digest });
    await openGate(workflowId, "hold");
    expect(acted).toHaveLength(1);
    await reset(workflowId, "w");
    const second = await openGate(workflowId, "w", (digest) => digest !== first.digest);
    expect(acted).toHaveLength(1);
    await client.workflow
      .getHandle(workflowId)
      .signal("approve", { node_id: "w", approver: "eve", digest: first.digest });
    await client.workflow
      .getHandle(workflowId)
      .signal("approve", { node_id: "w", approver: "ann", digest: second.digest });
    await openGate(workflowId, "hold");
    await client.workflow.getHandle(workflowId).signal("approve", { node_id: "hold", approver: "ann" });
  });
  expect(statuses(report)).toEqual({ a: "succeeded", w: "succeeded", hold: "succeeded" });
  expect(new Set(acted).size).toBe(2);
  expect(await firstRunId(report.runId)).not.toBe("");
}, 60_000);

/** Resets to the last workflow task before the node's activity was scheduled. */
async function reset(workflowId: string, node: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const events = history.events ?? [];
  const scheduled = events.findIndex((event) => event.activityTaskScheduledEventAttributes?.activityId === node);
  const task = events
    .slice(0, scheduled)
    .reverse()
    .find((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId, runId },
    reason: "test",
    workflowTaskFinishEventId: task?.eventId,
    requestId: `${workflowId}-reset`,
  });
}
