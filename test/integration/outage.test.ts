/** Gates across an outage of the worker: what was sent in time counts, what was sent too late does not. */
import { Client, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { graphOf, openPolicy, write } from "../support/graphs.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";
import { type Staged, stage, workflowBundle } from "../support/workflows.js";

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

const graph = graphOf([write("w")]);

async function withWorker<T>(taskQueue: string, staged: Staged, work: () => Promise<T>): Promise<T> {
  const worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: staged.activities,
    stickyQueueScheduleToStartTimeout: "1s",
  });
  return worker.runUntil(work);
}

/** Starts a run under a worker and lets the worker go once the gate is open. */
async function waitAtGate(taskQueue: string, staged: Staged): Promise<{ handle: WorkflowHandle; deadlineMs: number }> {
  return withWorker(taskQueue, staged, async () => {
    const args = [{ graph, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue, workflowId: taskQueue, args });
    const view = await openView(handle);
    return { handle, deadlineMs: view.gates[0]?.deadlineMs ?? 0 };
  });
}

/** The run once its gate is open. */
async function openView(handle: WorkflowHandle): Promise<RunView> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const view = (await handle.query("runView")) as RunView | null;
    if (view?.gates[0]?.status === "open") return view;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error("the gate did not open");
}

test("an approval sent while no worker lives, in time, counts when one is back", async () => {
  const staged = stage();
  const { handle } = await waitAtGate("in-time", staged);
  await handle.signal("approve", { node_id: "w", approver: "ann" });
  const report = await withWorker("in-time", staged, async () => (await handle.result()) as Report);
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["w"]);
});

test("an approval sent while no worker lives, after the deadline, is late and the write never starts", async () => {
  const staged = stage({ policy: { ...openPolicy(), approval: { timeout_seconds: 5, require_for_production: true } } });
  const { handle, deadlineMs } = await waitAtGate("too-late", staged);
  // The server's clock is this machine's: the deadline is a moment, not a guess.
  await new Promise((resume) => setTimeout(resume, Math.max(0, deadlineMs - Date.now()) + 200));
  await handle.signal("approve", { node_id: "w", approver: "ann" });
  const report = await withWorker("too-late", staged, async () => (await handle.result()) as Report);
  expect(report.outcome).toBe("expired");
  expect(report.gates[0]?.refused).toEqual({ late: 1 });
  expect(staged.calls).toEqual([]);
});

test("a decision that was signed in time counts although no worker lived until after the deadline", async () => {
  const policy = { ...openPolicy(), approval: { timeout_seconds: 5, require_for_production: true } };
  let issuedMs = 0;
  // The look takes a while: the deadline must not win over it.
  const verify = async () => {
    await new Promise((resume) => setTimeout(resume, 300));
    return { ok: true, approver: "vera", groups: [], channel: "cli", issuedMs, jti: "jti-12345678" };
  };
  const staged = stage({ policy, verify });
  const { handle, deadlineMs } = await waitAtGate("signed-in-time", staged);
  issuedMs = deadlineMs - 1;
  await new Promise((resume) => setTimeout(resume, Math.max(0, deadlineMs - Date.now()) + 200));
  await handle.signal("approve", { node_id: "w", approver: "vera", token: "good" });
  const report = await withWorker("signed-in-time", staged, async () => (await handle.result()) as Report);
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["w"]);
});

test("a gate that is open over a restart of the worker keeps its digest and can be answered", async () => {
  const staged = stage();
  const { handle, deadlineMs } = await waitAtGate("restart", staged);
  const report = await withWorker("restart", staged, async () => {
    const view = (await handle.query("runView")) as RunView;
    expect(view.gates[0]?.deadlineMs).toBe(deadlineMs);
    await handle.signal("reject", { node_id: "w", approver: "ann", digest: view.gates[0]?.digest });
    return (await handle.result()) as Report;
  });
  expect(report.outcome).toBe("rejected");
  expect(staged.asked).toHaveLength(1);
  expect(staged.calls).toEqual([]);
});

test("a run tells the same times after a restart, also where it was looked at while its graph was checked", async () => {
  // A query that is answered in the first workflow task moves the end of the check into the next one, but not on replay.
  const staged = stage();
  const args = [{ graph, requester: "rita" }];
  const ids = Array.from({ length: 20 }, (_, index) => `looked-at-${index}`);
  const views = (): Promise<RunView[]> => Promise.all(ids.map((id) => openView(client.workflow.getHandle(id))));
  for (const workflowId of ids) await client.workflow.start("runGraph", { taskQueue: "looked-at", workflowId, args });
  const asked = views();
  const before = await withWorker("looked-at", staged, () => asked);
  const after = await withWorker("looked-at", staged, views);
  expect(after).toEqual(before);
  for (const id of ids) await client.workflow.getHandle(id).terminate("the test is over");
}, 60_000);

test("a run that is cancelled while its graph is checked still ends with a report, and writes nothing", async () => {
  const staged = stage();
  let letGo = (): void => undefined;
  const cancelled = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const check = staged.activities.check_graph as (...args: unknown[]) => Promise<unknown>;
  staged.activities.check_graph = async (...args: never[]) => {
    await cancelled;
    return check(...args);
  };
  const report = await withWorker("early-cancel", staged, async () => {
    const args = [{ graph, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue: "early-cancel", workflowId: "early", args });
    await handle.cancel();
    letGo();
    return (await handle.result()) as Report;
  });
  expect(report).toMatchObject({ outcome: "cancelled", nodes: [{ id: "w", status: "cancelled" }] });
  expect(staged.calls).toEqual([]);
});

test("a tool whose worker stops answering is tried on another, and counts as a lost worker and no failure", async () => {
  let attempts = 0;
  let thaw = (): void => undefined;
  const staged = stage({
    tools: {
      a: () => {
        // The first attempt never ends and never heartbeats, as on a machine that froze.
        if (attempts++ === 0) return new Promise<never>((_, reject) => (thaw = () => reject(new Error("thawed"))));
        return {};
      },
    },
  });
  const report = await withWorker("frozen", staged, async () => {
    const frozen = graphOf([{ id: "a", timeout_seconds: 1, retry_count: 0 }]);
    const args = [{ graph: frozen, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue: "frozen", workflowId: "frozen", args });
    const ended = (await handle.result()) as Report;
    thaw();
    return ended;
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["a", "a"]);
});

test("a long tool that no longer heartbeats is given up long before its time-out, and tried again", async () => {
  let attempts = 0;
  let thaw = (): void => undefined;
  const staged = stage({
    tools: {
      a: () => {
        if (attempts++ === 0) return new Promise<never>((_, reject) => (thaw = () => reject(new Error("thawed"))));
        return {};
      },
    },
  });
  const report = await withWorker("silent", staged, async () => {
    const silent = graphOf([{ id: "a", timeout_seconds: 3_600, retry_count: 0 }]);
    const args = [{ graph: silent, requester: "rita" }];
    const handle = await client.workflow.start("runGraph", { taskQueue: "silent", workflowId: "silent", args });
    const ended = (await handle.result()) as Report;
    thaw();
    return ended;
  });
  expect(report.outcome).toBe("succeeded");
  expect(staged.calls).toEqual(["a", "a"]);
  const { events } = await client.workflow.getHandle("silent").fetchHistory();
  const started = events?.map((event) => event.activityTaskStartedEventAttributes).filter((one) => one?.attempt === 2);
  const HEARTBEAT = 4;
  expect(started?.map((one) => one?.lastFailure?.timeoutFailureInfo?.timeoutType)).toEqual([HEARTBEAT]);
}, 120_000);
