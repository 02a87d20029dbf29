/**
 * What a run costs in history, counted on the real dev server. A workflow task is three events and its number depends
 * on when results arrive, save where nodes follow one another; everything else is exact.
 */
import { Client, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Graph } from "../../src/schema/graph.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { stage, workflowBundle } from "../support/workflows.js";

/** `temporal.api.enums.v1.EventType`. */
const TYPES = {
  5: "task",
  10: "activity",
  17: "timer",
  18: "fired",
  19: "cancelled",
  25: "marker",
  26: "signal",
  40: "upsert",
};

let server: TestDevServer;
let connection: NativeConnection;
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  connection = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

let count = 0;

/** All events of a run, and how many of each kind that costs something. */
async function eventsOf(graph: Graph, act: (handle: WorkflowHandle) => Promise<unknown> = async () => undefined) {
  const taskQueue = `budget-${++count}`;
  const { activities } = stage({ policy: openPolicy({ max_concurrency: 20 }) });
  const common = { connection, namespace: server.namespace, taskQueue };
  const worker = await Worker.create({ ...common, workflowBundle: await workflowBundle(), activities });
  return worker.runUntil(async () => {
    const args = [{ graph, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue, workflowId: taskQueue, args });
    await act(handle);
    expect(await handle.result()).toMatchObject({ outcome: "succeeded" });
    const events = (await handle.fetchHistory()).events ?? [];
    const kinds: Record<string, number> = { total: events.length };
    for (const { eventType } of events) {
      const kind = TYPES[eventType as keyof typeof TYPES];
      if (kind !== undefined) kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return kinds;
  });
}

/** Started, completed, the check's marker, the report's marker, the timer of working time, the last attributes. */
const RUN = 6;

test.each([1, 10])(
  "a chain of %i nodes costs six events a node, Temporal's own five, and four for the whole run",
  async (n) => {
    const ids = Array.from({ length: n }, (_, index) => `n${index}`);
    const graph = graphOf(
      ids,
      ids.slice(1).map((id, index) => `n${index}>${id}`),
    );
    expect(await eventsOf(graph)).toEqual({
      total: 5 + 6 * n + 4,
      task: n + 1,
      activity: n,
      marker: 2,
      timer: 1,
      upsert: 1,
    });
  },
);

test("layers cost three events a node and three for each time that results come in", async () => {
  const [depth, width] = [5, 4];
  const ids = Array.from({ length: depth * width }, (_, index) => `n${index}`);
  const edges = ids.slice(width).flatMap((id, index) => {
    const above = index - (index % width);
    return Array.from({ length: width }, (_, column) => `n${above + column}>${id}`);
  });
  const { total, task = 0, ...rest } = await eventsOf(graphOf(ids, edges));
  expect(rest).toEqual({ activity: ids.length, marker: 2, timer: 1, upsert: 1 });
  expect(total).toBe(RUN + 3 * ids.length + 3 * task);
  expect(task).toBeGreaterThanOrEqual(depth + 1);
  expect(task).toBeLessThanOrEqual(ids.length + 1);
});

test("a gate costs fourteen events: the asking, its timer, the answer, two upserts and two more tasks", async () => {
  const ungated = await eventsOf(graphOf(["w"]));
  const gated = await eventsOf(graphOf([write("w")]), async (handle) => {
    await openGate(handle);
    await handle.signal("approve", { node_id: "w", approver: "rita" });
  });
  expect(gated).toEqual({
    total: (ungated.total ?? 0) + 14,
    task: 4,
    // The asking and the action.
    activity: 2,
    // The gate's own timer and that of working time, which starts with the action.
    timer: 2,
    cancelled: 1,
    signal: 1,
    marker: 2,
    upsert: 3,
  });
});

/** By describing, not by the query `runView`: one that meets a workflow task may bring about another. */
async function openGate(handle: WorkflowHandle): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { raw, historyLength } = await handle.describe();
    if (historyLength >= AT_THE_GATE && raw.pendingWorkflowTask == null) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error("no gate opened");
}
/** Started, two workflow tasks, the check, the gate's timer, the asking, an upsert. */
const AT_THE_GATE = 13;
