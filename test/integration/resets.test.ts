/** A run that an operator resets, to before its gate, to its gate, to after its write: no write happens twice for one approval. */
import { randomUUID } from "node:crypto";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService, viewWhen } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { statuses } from "../support/workflows.js";

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  // With no idempotency of its own: what is asked of it twice, it does twice.
  const rollback = { method: "POST", url: `${service.url}/rollback`, body: { to: "{{ params.version }}" } };
  machine.config({ targets: { shop: { kind: "http", environment: "staging", actions: { rollback } } } });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["echo", "rollback"] },
    node_types: { allowed: ["analysis", "rollback", "human_review"] },
  });
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});

const graphFor = (version: string): GraphInput => ({
  id: "roll-back",
  name: "roll the shop back",
  goal_description: "the shop answers 500",
  nodes: [
    { id: "look", name: "look at it", type: "analysis", tool: "echo", params: { message: "look" } },
    { id: "mend", name: "roll back", type: "rollback", tool: "rollback", params: { target: "shop", version } },
    { id: "hold", name: "go on", type: "human_review", params: { prompt: "go on?" } },
  ],
  edges: [
    { from_node_id: "look", to_node_id: "mend" },
    { from_node_id: "mend", to_node_id: "hold" },
  ],
});

/** A run at the gate of its write; `acted` counts what the target did for it. */
async function atGate(workflowId: string) {
  const args = [{ graph: graphFor(workflowId), requester: "rita" }];
  await client.workflow.start("runGraph", { taskQueue: "autoops", workflowId, args });
  // Without a run id: whichever run the id means now.
  const handle = client.workflow.getHandle(workflowId);
  const { digest } = await openGate(handle, "mend");
  const acted = () => service.received.filter(({ body }) => body.includes(`"${workflowId}"`)).length;
  return { handle, digest, acted };
}

const approve = (handle: WorkflowHandle, node: string, digest?: string) =>
  handle.signal("approve", { node_id: node, approver: "ann", ...(digest === undefined ? {} : { digest }) });

type Event = { eventId?: unknown; [attributes: string]: unknown };
const isTask = (event: Event) => event.workflowTaskCompletedEventAttributes != null;

/** Resets the run to the workflow task that `pick` finds in its history. */
async function reset(handle: WorkflowHandle, pick: (events: Event[]) => Event | undefined): Promise<void> {
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const events = ((await handle.fetchHistory()).events ?? []) as unknown as Event[];
  await client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: pick(events)?.eventId as never,
    requestId: randomUUID(),
    reason: "test",
  });
}

/** Waits for a question about the write that is not the first one. */
async function askedAnew(handle: WorkflowHandle, first: string | undefined): Promise<string | undefined> {
  const isNew = (gate: { nodeId: string; status: string; digest?: string }) =>
    gate.nodeId === "mend" && gate.status === "open" && gate.digest !== undefined && gate.digest !== first;
  return (await viewWhen(handle, (view) => view.gates.some(isNew))).gates.find(isNew)?.digest;
}

const toStart = (events: Event[]) => events.find(isTask);
const toLast = (events: Event[]) => events.findLast(isTask);
const toGate = (events: Event[]) => {
  const vote = events.findIndex((event) => event.workflowExecutionSignaledEventAttributes != null);
  return events.slice(0, vote).findLast(isTask);
};

test.each([
  ["before its gate", toStart],
  ["the gate at which it was approved", toGate],
])(
  "a run that was reset to %s asks again: the old approval is void, and nothing is done a second time",
  async (where, to) => {
    const { handle, digest, acted } = await atGate(`acted-${where.replaceAll(" ", "-")}`);
    await approve(handle, "mend", digest);
    await openGate(handle, "hold");
    expect(acted()).toBe(1);
    await reset(handle, to);
    const second = await askedAnew(handle, digest);
    await approve(handle, "mend", digest);
    await viewWhen(handle, (view) => view.gates.some((gate) => (gate.refused["stale-digest"] ?? 0) > 0));
    expect(acted()).toBe(1);
    await handle.signal("reject", { node_id: "mend", approver: "ann", digest: second });
    const report = (await handle.result()) as Report;
    expect(report.outcome).toBe("rejected");
    expect(acted()).toBe(1);
  },
  60_000,
);

test("a run that was reset while its gate is open asks again before it acts, and acts once", async () => {
  const { handle, digest, acted } = await atGate("open");
  await reset(handle, (events) => events.findLast(isTask));
  // The question stands as it was put, and was put by a run that is no more.
  await approve(handle, "mend", digest);
  const second = await askedAnew(handle, digest);
  expect(acted()).toBe(0);
  await approve(handle, "mend", second);
  await openGate(handle, "hold");
  await approve(handle, "hold");
  const report = (await handle.result()) as Report;
  expect(statuses(report)).toEqual({ look: "succeeded", mend: "succeeded", hold: "succeeded" });
  expect(acted()).toBe(1);
}, 60_000);

test("a run that was reset to after its write goes on from there: neither asked nor done again", async () => {
  const { handle, digest, acted } = await atGate("after");
  await approve(handle, "mend", digest);
  await openGate(handle, "hold");
  await reset(handle, (events) => events.findLast(isTask));
  await openGate(handle, "hold");
  await approve(handle, "hold");
  const report = (await handle.result()) as Report;
  expect(statuses(report)).toEqual({ look: "succeeded", mend: "succeeded", hold: "succeeded" });
  expect(report.gates.find(({ nodeId }) => nodeId === "mend")?.digest).toBe(digest);
  expect(acted()).toBe(1);
}, 60_000);

test("a run that is asked while it is being reset answers, and never that it knows no such query", async () => {
  const { handle, digest } = await atGate("asked-meanwhile");
  const answers: string[] = [];
  let isReset = false;
  const ask = async (): Promise<void> => {
    while (!isReset) {
      const answered = handle.query("runView").then(
        () => "answered",
        (error: Error) => String((error.cause as Error | undefined)?.message ?? error.message),
      );
      answers.push(await answered);
    }
  };
  const asking = [ask(), ask()];
  for (const to of [toStart, toLast, toStart, toLast]) {
    await reset(handle, to);
    await viewWhen(handle, (view) => view.gates.some(({ status }) => status === "open"));
  }
  await askedAnew(handle, digest);
  isReset = true;
  await Promise.all(asking);
  expect(answers).toContain("answered");
  expect(answers.filter((answer) => /handler|register|unknown query/i.test(answer))).toEqual([]);
  await handle.terminate();
}, 60_000);
