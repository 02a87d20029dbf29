/** Whatever a workflow is started with, it ends with a code; and a run that hangs all the same is told from one that waits. */
import { fileURLToPath } from "node:url";
import { ApplicationFailure, Client, WorkflowFailedError } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { status } from "../../src/client/cli/commands/status.js";
import { evidenceOf } from "../../src/client/runs/evidence.js";
import { createClient } from "../../src/index.js";
import type { StartedWorker } from "../../src/worker.js";
import { createSession } from "../client/cli/support/session.js";
import { createMachine, type Machine } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let client: Client;

beforeAll(async () => {
  server = await startTestDevServer();
  machine = createMachine(server.address);
  worker = await machine.startWorker();
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  machine?.remove();
});

let count = 0;
async function failureOf(type: string, args: unknown[]): Promise<{ type?: string | null; retryable: boolean }> {
  const workflowId = `malformed-${++count}`;
  const handle = await client.workflow.start(type, { taskQueue: "autoops", workflowId, args });
  try {
    await client.withDeadline(Date.now() + 30_000, () => handle.result());
  } catch (error) {
    if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
    return { type: error.cause.type, retryable: error.cause.nonRetryable !== true };
  }
  throw new Error("it succeeded");
}

const INPUTS: Array<[string, unknown[]]> = [
  ["none", []],
  ["null", [null]],
  ["text", ["checkout is down"]],
  ["a list", [[1, 2]]],
  ["a number", [7]],
];
describe.each(["runGraph", "planGoal", "runGoal", "narrateFindings"])("%s", (type) => {
  test.each(INPUTS)("with %s as input ends with its code", async (_, args) => {
    expect(await failureOf(type, args)).toEqual({ type: "field-invalid", retryable: false });
  });
});

test("an object that lacks everything is refused with its problems", async () => {
  expect(await failureOf("runGraph", [{}])).toEqual({ type: "graph-refused", retryable: false });
  expect(await failureOf("runGoal", [{}])).toEqual({ type: "field-invalid", retryable: false });
});

test("a keeper of rates that is started with a state of somebody's keeps its own", async () => {
  const handle = await client.workflow.start("keepRates", { taskQueue: "autoops", workflowId: "rates-x", args: [7] });
  const take = { rate: "one", perMinute: 10, burst: 1, count: 1, maxWaitMs: 0 };
  await handle.executeUpdate("take", { args: [take] });
  expect((await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0).toBeLessThanOrEqual(1);
  await handle.terminate();
});

describe("nested twenty thousand levels deep", () => {
  const text = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  const deep = JSON.parse(text);
  const raw = (json: string) => ({ metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from(json) });

  test("what a program starts a run with is refused by the library", async () => {
    const runs = await createClient({ variables: machine.variables });
    if (!runs.ok) throw new Error(JSON.stringify(runs.problems));
    const graph = { id: "g", name: "n", goal_description: "d", nodes: [], edges: [], metadata: deep } as never;
    const refused = { ok: false, problems: [{ code: "document-too-large", at: "graph" }] };
    for (const more of [{}, { request: deep, graph: { ...(graph as object), metadata: {} } as never }]) {
      expect(await runs.value.start({ graph, requester: "rita", trigger: "cli", ...more })).toMatchObject(refused);
    }
    await runs.value.close();
  });

  test("what a history holds is no reason to fail for whoever reads it", async () => {
    const workflowId = "poisoned";
    const input = raw(`{"graph":${text},"requester":"rita"}`);
    await server.connection.workflowService.startWorkflowExecution({
      namespace: server.namespace,
      workflowId,
      workflowType: { name: "runGraph" },
      taskQueue: { name: "autoops" },
      input: { payloads: [input, raw(`{"state":${text}}`)] },
      requestId: workflowId,
    });
    await client.workflow
      .getHandle(workflowId)
      .result()
      .catch(() => undefined);
    const runs = await createClient({ variables: machine.variables });
    if (!runs.ok) throw new Error(JSON.stringify(runs.problems));
    expect(await runs.value.inbox()).toMatchObject({ ok: true });
    expect(await runs.value.list({ limit: 10 })).toMatchObject({ ok: true });
    expect(await runs.value.view(workflowId)).toMatchObject({ ok: expect.any(Boolean) });
    expect(await evidenceOf(workflowId, { client, namespace: server.namespace })).toMatchObject({ ok: true });
    await runs.value.close();
  });
});

test("a run whose task fails over and over is stuck, and is not told as one without a worker", async () => {
  await worker.stop();
  const connection = await NativeConnection.connect({ address: server.address });
  const workflowsPath = fileURLToPath(new URL("./stuck.workflow.ts", import.meta.url));
  const broken = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue: "autoops",
    workflowsPath,
    shutdownGraceTime: 0,
  });
  const ended = broken.run();
  try {
    const graph = { id: "g", name: "n", goal_description: "d", nodes: [], edges: [] };
    const args = [{ graph, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue: "autoops", workflowId: "stuck", args });
    const events = async () =>
      ((await handle.fetchHistory()).events ?? []).filter((e) => e.workflowTaskFailedEventAttributes);
    await expect.poll(async () => (await events()).length, { timeout: 30_000 }).toBeGreaterThan(0);
    const runs = await createClient({ variables: machine.variables });
    if (!runs.ok) throw new Error(JSON.stringify(runs.problems));
    try {
      expect(await runs.value.view("stuck")).toMatchObject({
        ok: true,
        value: { waitsForWorker: false, failing: expect.stringContaining("this build cannot go on") },
      });
      await expect
        .poll(async () => (await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0, { timeout: 30_000 })
        .toBeGreaterThan(1);
      expect(await runs.value.hasWorker()).toEqual({ ok: true, value: true });
    } finally {
      await runs.value.close();
    }
    const { session, err } = createSession();
    await status({ ...session, environment: machine.variables }, ["stuck"]);
    expect(err()).toMatch(/stuck.*this build cannot go on/);
    expect(err()).not.toContain("no worker");
    await handle.terminate();
  } finally {
    broken.shutdown();
    await ended;
    await connection.close();
  }
});
