/** Workers of two builds on the real server: a run stays with the build that started it, over an upgrade and its gate. */
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createWriteLog } from "../../src/activities/acting/write-log.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { Report } from "../../src/core/report.js";
import { createWriteLedger } from "../../src/platform/temporal/write-ledger.js";
import { RUN_QUEUE } from "../../src/vocabulary/names.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate } from "../support/machine.js";
import { recordsInMemory } from "../support/records.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let client: Client;
let deployment: string;
let workers: StartedWorker[];
let count = 0;

beforeAll(async () => {
  server = await startTestDevServer();
  client = new Client({ connection: server.connection, namespace: server.namespace });
  machine = createMachine(server.address);
  machine.policy({
    tools: { allowed: ["echo"] },
    node_types: { allowed: ["analysis", "human_review"] },
    approval: { require_for_production: false },
  });
}, 120_000);
afterAll(async () => {
  machine?.remove();
  await server?.stop();
});
beforeEach(() => {
  deployment = `autoops-${++count}`;
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
});

const graph = {
  id: "reviewed",
  name: "Reviewed",
  goal_description: "ask, then say",
  nodes: [
    { id: "ask", name: "Ask", type: "human_review", params: { prompt: "go on?" } },
    { id: "say", name: "Say", type: "analysis", tool: "echo", params: { message: "done" } },
  ],
  edges: [{ from_node_id: "ask", to_node_id: "say" }],
};

/** A worker of a build, as an operator starts it. */
async function startBuild(buildId: string): Promise<StartedWorker> {
  const variables = { AUTOOPS_DEPLOYMENT_NAME: deployment, AUTOOPS_BUILD_ID: buildId };
  const worker = await machine.startWorker({ variables });
  workers.push(worker);
  return worker;
}

/** The last act of a rollout. The server knows a build once its worker has polled. */
async function setCurrent(buildId: string): Promise<void> {
  const { namespace } = server;
  for (const until = Date.now() + 20_000; ; await new Promise((resume) => setTimeout(resume, 100))) {
    try {
      const wish = { namespace, deploymentName: deployment, buildId, identity: "test" };
      await server.connection.workflowService.setWorkerDeploymentCurrentVersion(wish);
      return;
    } catch (error) {
      if (Date.now() >= until) throw error;
    }
  }
}

async function startRun(workflowId: string): Promise<WorkflowHandle> {
  const args = [{ graph, requester: "rita" }];
  return client.workflow.start("runGraph", { taskQueue: RUN_QUEUE, workflowId, args });
}

async function approve(handle: WorkflowHandle): Promise<void> {
  await handle.signal("approve", { node_id: "ask", approver: "ann" });
}

/** The builds whose workers did the run's workflow tasks, each once. */
async function buildsOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  const done = (events ?? []).flatMap((event) => event.workflowTaskCompletedEventAttributes ?? []);
  expect(done.length).toBeGreaterThan(1);
  return [...new Set(done.map((task) => task.deploymentVersion?.buildId ?? "none"))];
}

const outcomeOf = async (handle: WorkflowHandle) => ((await handle.result()) as Report).outcome;

test("an old run that waits at its gate ends on the old build, and a new one starts on the new", async () => {
  await startBuild("one");
  await setCurrent("one");
  const old = await startRun("old");
  await openGate(old, "ask");
  await startBuild("two");
  await setCurrent("two");
  const young = await startRun("young");
  await openGate(young, "ask");
  await Promise.all([approve(old), approve(young)]);
  expect(await Promise.all([outcomeOf(old), outcomeOf(young)])).toEqual(["succeeded", "succeeded"]);
  expect(await buildsOf(old)).toEqual(["one"]);
  expect(await buildsOf(young)).toEqual(["two"]);
});

test("a run whose build has no worker waits for one, and no worker of another build takes it", async () => {
  const first = await startBuild("one");
  await setCurrent("one");
  const old = await startRun("left-behind");
  await openGate(old, "ask");
  await startBuild("two");
  await setCurrent("two");
  await first.stop();
  await approve(old);
  const young = await startRun("passes-by");
  await openGate(young, "ask");
  await approve(young);
  expect(await outcomeOf(young)).toBe("succeeded");
  expect((await old.describe()).status.name).toBe("RUNNING");
  await startBuild("one");
  expect(await outcomeOf(old)).toBe("succeeded");
  expect(await buildsOf(old)).toEqual(["one"]);
});

test("a worker of a build is seen as one by those who ask whether any lives", async () => {
  await startBuild("one");
  await setCurrent("one");
  const opened = await openRuns(machine.variables);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems));
  try {
    expect(await opened.value.runs.hasWorker()).toEqual({ ok: true, value: true });
  } finally {
    await opened.value.close();
  }
});

test("the ledger of writes goes on with the next build, and knows what was paused", { timeout: 60_000 }, async () => {
  const ledger = createWriteLedger(
    () => ({ client, taskQueue: RUN_QUEUE }),
    createWriteLog(recordsInMemory(), Date.now),
  );
  const write = (key: string) => ledger.start({ key, runKey: "r", environment: "staging" });
  const first = await startBuild("one");
  await setCurrent("one");
  expect(await write("k1")).toEqual({ ok: true });
  const hold = { id: "pause-0001", scope: "all", reason: "hold", by: "ann" };
  await client.workflow.getHandle("autoops-ledger").signal("pause", hold);
  await startBuild("two");
  await setCurrent("two");
  await first.stop();
  expect(await write("k2")).toMatchObject({ ok: false, why: "paused" });
});

test("a build named without its deployment starts no worker", async () => {
  const started = machine.startWorker({ variables: { AUTOOPS_BUILD_ID: "one" } });
  await expect(started).rejects.toThrow(/AUTOOPS_DEPLOYMENT_NAME/);
});
