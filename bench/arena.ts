/** One dev server, and on it a worker for the interpreter and one for the runs written by hand. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, type WorkflowHandle, type WorkflowHandleWithFirstExecutionRunId } from "@temporalio/client";
import { bundleWorkflowCode, NativeConnection, Worker } from "@temporalio/worker";
import type { GraphInput } from "../src/schema/graph.js";
import { RUNNING_NODES_MAX } from "../src/vocabulary/limits.js";
import { sharedModules } from "../src/worker/shared-modules.js";
import { startTestDevServer } from "../test/support/temporal.js";
import type { Side } from "./figures.js";
import { type Bench, createBenchActivities, LEDGER_QUEUE } from "./tools.js";
import { within } from "./within.js";

const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const REQUESTER = "bench";

/** A graph, and the workflow that does the same by hand. */
export interface Shape {
  graph: GraphInput;
  byHand: string;
  /** What the workflow written by hand is given besides. */
  more?: object;
}

export type Started = WorkflowHandleWithFirstExecutionRunId;

export interface Cost {
  events: number;
  bytes: number;
}

export interface Arena {
  address: string;
  client: Client;
  bench: Bench;
  /** Paths of the prebuilt bundles. */
  bundles: { ours: string; byHand: string };
  start(side: Side, shape: Shape, taskQueue?: string): Promise<Started>;
  /** Starts a run and waits for its result, which must be a good one. */
  run(side: Side, shape: Shape): Promise<Started>;
  /** Events, and their bytes as the server counts them, of a run and of those it continued as. */
  cost(handle: Started): Promise<Cost>;
  stop(): Promise<void>;
}

/** Options of a worker as the product's own has them. */
export const workerOptions = {
  maxConcurrentActivityTaskExecutions: RUNNING_NODES_MAX,
  shutdownGraceTime: "1s",
} as const;

/** The longest run, of 1,000 nodes, takes some six seconds on a quiet machine. */
const RUN_SECONDS = 180;

export const queueOf = (side: Side): string => (side === "ours" ? LEDGER_QUEUE : "by-hand");

export function argsOf(side: Side, { graph, more = {} }: Shape): object[] {
  if (side === "ours") return [{ graph, requester: REQUESTER }];
  return [{ requester: REQUESTER, ...more, ...(side === "bare" ? {} : { graph }) }];
}

async function bundleTo(directory: string, source: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL(source, import.meta.url));
  const preloadModules = sharedModules(dirname(workflowsPath));
  const { code } = await bundleWorkflowCode({ workflowsPath, preloadModules, logger: silent });
  const file = join(directory, `${randomUUID()}.js`);
  writeFileSync(file, code);
  return file;
}

export async function createArena(): Promise<Arena> {
  const directory = mkdtempSync(join(tmpdir(), "autoops-bundles-"));
  const server = await startTestDevServer();
  const bundles = {
    ours: await bundleTo(directory, "../src/workflows/index.ts"),
    byHand: await bundleTo(directory, "./by-hand/index.ts"),
  };
  const bench = await createBenchActivities();
  const connection = await NativeConnection.connect({ address: server.address });
  const common = { connection, namespace: server.namespace, activities: bench.activities, ...workerOptions };
  const workers = [
    await Worker.create({ ...common, taskQueue: queueOf("ours"), workflowBundle: { codePath: bundles.ours } }),
    await Worker.create({ ...common, taskQueue: queueOf("byHand"), workflowBundle: { codePath: bundles.byHand } }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  const client = new Client({ connection: server.connection, namespace: server.namespace });

  const start: Arena["start"] = (side, shape, taskQueue = queueOf(side)) =>
    client.workflow.start(side === "ours" ? "runGraph" : shape.byHand, {
      taskQueue,
      workflowId: `${side}-${randomUUID()}`,
      args: argsOf(side, shape),
    });

  return {
    address: server.address,
    client,
    bench,
    bundles,
    start,
    async run(side, shape) {
      const handle = await start(side, shape);
      const ended = within(RUN_SECONDS, `a run of ${shape.byHand} (${side}) to end`, handle.result());
      const result = (await ended) as { outcome?: string; n?: number };
      const good = side === "ours" ? result.outcome === "succeeded" : (result.n ?? 0) > 0;
      if (!good) throw new Error(`${side} ${shape.byHand} ended badly: ${JSON.stringify(result).slice(0, 500)}`);
      return handle;
    },
    async cost({ workflowId, firstExecutionRunId }) {
      const cost: Cost = { events: 0, bytes: 0 };
      let runId: string | null | undefined = firstExecutionRunId;
      while (runId) runId = await addCost(cost, client.workflow.getHandle(workflowId, runId));
      return cost;
    },
    async stop() {
      // The SDK has stopped them already where the process was told to end.
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
      await running;
      await connection.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Adds what one execution left in history; gives the run id of the one it continued as. */
async function addCost(cost: Cost, handle: WorkflowHandle): Promise<string | null | undefined> {
  const { historyLength, historySize } = await handle.describe();
  cost.events += historyLength;
  cost.bytes += historySize ?? 0;
  const last = (await handle.fetchHistory()).events?.at(-1);
  return last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
}
