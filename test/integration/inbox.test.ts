/** Runs that never answer, started by whoever may write to the namespace, keep no other run from being seen and decided. */
import { Client, type WorkflowClientInterceptor } from "@temporalio/client";
import { defineSearchAttributeKey } from "@temporalio/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRuns, type Runs } from "../../src/client/runs.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let client: Client;
let runs: Runs;
let queries = 0;
beforeAll(async () => {
  server = await startTestDevServer();
  machine = createMachine(server.address);
  machine.policy({ node_types: { allowed: ["human_review"] } });
  worker = await machine.startWorker();
  const counting: WorkflowClientInterceptor = {
    query: (input, next) => {
      queries += 1;
      return next(input);
    },
  };
  const { connection, namespace } = server;
  client = new Client({ connection, namespace, interceptors: { workflow: [counting] } });
  runs = createRuns({ client, namespace, idTail: () => "aaaaaaaaaa", now: Date.now });
});
afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  machine?.remove();
});

const args = [
  {
    graph: {
      id: "g",
      name: "asks",
      goal_description: "d",
      nodes: [{ id: "ask", name: "ask", type: "human_review", params: { prompt: "go on?" } }],
      edges: [],
    },
    requester: "rita",
  },
];
const STATUS = defineSearchAttributeKey("AutoopsStatus", "KEYWORD");
const PENDING = defineSearchAttributeKey("AutoopsPendingApprovals", "INT");
const ids = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}-${index}`);
const start = (workflowId: string, taskQueue: string) =>
  client.workflow.start("runGraph", {
    ...{ workflowId, taskQueue, args },
    typedSearchAttributes: [
      { key: PENDING, value: 1 },
      { key: STATUS, value: "waiting" },
    ],
  });

async function timed<T>(act: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const beganMs = performance.now();
  const value = await act();
  return { ms: performance.now() - beganMs, value };
}
const gatesNow = async (): Promise<string[]> => {
  const inbox = await runs.inbox();
  if (!inbox.ok) throw new Error(JSON.stringify(inbox.problems));
  expect(inbox.unreadable).toBeUndefined();
  return inbox.value.map(({ runId }) => runId).sort();
};

test("the inbox beside twenty runs that never answer shows every gate, and asks no run", async () => {
  const sound = ids("sound", 3);
  for (const id of sound) await openGate(await start(id, "autoops"), "ask");
  await expect.poll(gatesNow, { timeout: 20_000 }).toEqual(sound);
  const alone = await timed(gatesNow);
  const poisoned = ids("poisoned", 20);
  for (const id of poisoned) await start(id, "nobody-polls");
  const waiting = async () => {
    const listed = await runs.list({ limit: 50, status: "waiting" });
    return listed.ok ? listed.value.runs.length : 0;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(sound.length + poisoned.length);
  queries = 0;
  const beside = await timed(gatesNow);
  process.stdout.write(
    `inbox: ${Math.round(alone.ms)} ms alone, ${Math.round(beside.ms)} ms beside 20 poisoned runs\n`,
  );
  expect(beside.value).toEqual(sound);
  expect(queries).toBe(0);
  // Each is described and read; one that had to be waited for took 5 s.
  expect(beside.ms).toBeLessThan(20 * Math.max(alone.ms, 200));
}, 60_000);

test("one that never answers says nothing of the worker: the others are still asked", async () => {
  expect(await runs.view("poisoned-0")).toMatchObject({ ok: true, value: { source: "history", waitsForWorker: true } });
  expect(await runs.view("sound-0")).toMatchObject({ ok: true, value: { source: "worker", waitsForWorker: false } });
  expect(await runs.hasWorker()).toEqual({ ok: true, value: true });
}, 60_000);
