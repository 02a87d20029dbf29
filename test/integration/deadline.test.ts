/**
 * Decisions that come as their gate's deadline does, on the real server: whichever comes first, the report tells one story
 * and the history replays.
 */
import { Client, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { openGate } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { stage, workflowBundle } from "../support/workflows.js";

/** More of them on demand: a seldom order of events is found by many. */
const RUNS = Number(process.env.DEADLINE_RUNS ?? 12);
/** How long before or after the deadline the first and the last decision is sent. */
const SPREAD_MS = 150;
/** The least that a policy takes. */
const TIMEOUT_SECONDS = 5;
const WAYS = ["signal", "update", "signed signal", "signed update"] as const;

/** Decisions spread evenly over the moments around the deadline, each way as often. */
const SENT = Array.from({ length: RUNS }, (_, index) => ({
  offsetMs: Math.round(-SPREAD_MS + (2 * SPREAD_MS * index) / (RUNS - 1)),
  way: WAYS[index % WAYS.length] as (typeof WAYS)[number],
}));

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

const graph = graphOf(["a", write("w"), { id: "after", type: "wait", params: { seconds: 1 } }], ["a>w", "w>after"]);

/** Tools that count, and a look at signatures that takes as long as the token says: `<issued>:<took>`. */
function staging() {
  return stage({
    policy: { ...openPolicy(), approval: { timeout_seconds: TIMEOUT_SECONDS, require_for_production: true } },
    verify: async ({ token }) => {
      const [issuedMs = 0, tookMs = 0] = token.split(":").map(Number);
      await new Promise((resume) => setTimeout(resume, tookMs));
      return { ok: true, approver: "vera", groups: [], issuedMs, jti: `jti-${token}` };
    },
  });
}
type Staging = ReturnType<typeof staging>;

async function workerOf(taskQueue: string, staged: Staging): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: staged.activities,
    stickyQueueScheduleToStartTimeout: "1s",
  });
}

const until = (timeMs: number) => new Promise((resume) => setTimeout(resume, Math.max(0, timeMs - Date.now())));

function begin(taskQueue: string): Promise<WorkflowHandle[]> {
  const args = [{ graph, requester: "rita" }];
  const idOf = (index: number) => `${taskQueue}-${index}`;
  return Promise.all(
    SENT.map((_, index) => client.workflow.start("runGraph", { taskQueue, workflowId: idOf(index), args })),
  );
}

/** Sends one approval at its moment. A run that has ended takes none, and that is no matter here. */
async function send(handle: WorkflowHandle, index: number, gate: { deadlineMs?: number; digest?: string }) {
  const { offsetMs, way } = SENT[index] as (typeof SENT)[number];
  const { deadlineMs = 0, digest } = gate;
  const token = way.startsWith("signed") ? { token: `${deadlineMs - 1_000}:${(index * 37) % 200}` } : {};
  const vote = { node_id: "w", approver: "ann", digest, ...token };
  await until(deadlineMs + offsetMs);
  if (way.endsWith("signal")) return handle.signal("approve", vote).catch(() => undefined);
  return handle.executeUpdate("decide", { args: [{ ...vote, decision: "approve" }] }).catch(() => undefined);
}

/** One story: approved and acted once, or expired and not acted; and the history replays as it is. */
async function expectOneStory(handles: WorkflowHandle[], reports: Report[], { calls }: Staging): Promise<void> {
  const stories = reports.map(({ outcome, gates: [gate] }) => [outcome, gate?.status, gate?.votes.length].join(" "));
  const good = stories.filter((story) => story === "succeeded approved 1").length;
  expect(stories.filter((story) => story !== "succeeded approved 1" && story !== "expired expired 0")).toEqual([]);
  expect(calls.filter((call) => call === "w")).toHaveLength(good);
  const broken: string[] = [];
  for (const [index, { workflowId }] of handles.entries()) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    const replayed = Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowId);
    await replayed.catch(({ message }: Error) => {
      broken.push(`${JSON.stringify(SENT[index])} ${stories[index]}: ${message}\n${shape(history.events ?? [])}`);
    });
  }
  expect(broken).toEqual([]);
}

/** A history's events by name, for whoever has to find out why it does not replay. */
function shape(events: readonly object[]): string {
  const nameOf = (event: object) =>
    Object.entries(event).find(([key, value]) => key.endsWith("EventAttributes") && value !== null)?.[0] ?? "?";
  return events.map((event) => nameOf(event).replace("EventAttributes", "")).join(" ");
}

test("a decision around the deadline counts or is late, never both, and its history replays", async () => {
  const staged = staging();
  const worker = await workerOf("deadline", staged);
  const handles = await worker.runUntil(async () => {
    const started = await begin("deadline");
    await Promise.all(started.map(async (handle, index) => send(handle, index, await openGate(handle, "w"))));
    await Promise.all(started.map((handle) => handle.result()));
    return started;
  });
  const reports = await Promise.all(handles.map(async (handle) => (await handle.result()) as Report));
  await expectOneStory(handles, reports, staged);
}, 180_000);

test("a worker that was away when both decision and deadline came takes them at once, and its history replays", async () => {
  const staged = staging();
  const before = await workerOf("away", staged);
  const [handles, gates] = await before.runUntil(async () => {
    const started = await begin("away");
    return [started, await Promise.all(started.map((handle) => openGate(handle, "w")))] as const;
  });
  const sent = handles.map((handle, index) => send(handle, index, gates[index] ?? {}));
  await until(Math.max(...gates.map(({ deadlineMs }) => deadlineMs ?? 0)) + SPREAD_MS);
  const back = await workerOf("away", staged);
  const reports = await back.runUntil(async () => {
    await Promise.all(sent);
    return Promise.all(handles.map(async (handle) => (await handle.result()) as Report));
  });
  // A verified signature of before the deadline counts, though it is looked at after it.
  expect(reports.filter(({ outcome }) => outcome === "succeeded").length).toBeGreaterThan(0);
  await expectOneStory(handles, reports, staged);
}, 180_000);
