/** One scene of the kill matrix: a Temporal server with a database file, a service, a home, and processes to kill. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { createRuns } from "../../../src/client/runs.js";
import type { Report } from "../../../src/core/report.js";
import type { GraphInput } from "../../../src/schema/graph.js";
import { RUN_QUEUE, SIGNALS, WORKFLOWS } from "../../../src/vocabulary/names.js";
import { type Ended, type Running, start } from "../../client/cli/support/program.js";
import { startTestDevServer, type TestDevServer } from "../temporal.js";
import { type Service, startService } from "./service.js";
import { graphOf, type Kind, openWard, type Ward } from "./ward.js";

export interface Scene {
  service: Service;
  ward: Ward;
  server(): TestDevServer;
  /** SIGKILL. */
  killServer(): Promise<void>;
  /** A new one on the same file and port. */
  restartServer(): Promise<void>;
  /** The program as a process with this scene's home and server; ended with the scene. */
  program(words: readonly string[], more?: ProgramOptions): Running;
  /** A worker that polls. */
  worker(more?: ProgramOptions): Promise<Running>;
  graph(runId: string): GraphInput;
  begin(runId: string): Promise<void>;
  /** Waits for the gate of the rollback, as history tells it: no worker is asked. */
  gate(runId: string): Promise<void>;
  /** Unsigned, as anybody with a Temporal client may. */
  approve(runId: string): Promise<void>;
  report(runId: string): Promise<Report>;
  close(): Promise<void>;
}

interface ProgramOptions {
  env?: Record<string, string>;
  /** What it takes for the Temporal server. */
  address?: string;
  under?: (argv: string[]) => string[];
}

/** Seconds that a node may take: how long a lost one stays unnoticed, and how long a point may take to be reached. */
const NODE_SECONDS = 30;

export async function openScene(
  runs: Readonly<Record<string, Kind>>,
  environment: "staging" | "production" = "staging",
): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "autoops-scene-"));
  const databaseFile = join(folder, "temporal.db");
  const service = await startService();
  const ward = openWard(runs, service.url, environment);
  let server = await startTestDevServer({ databaseFile });
  const port = Number(server.address.split(":")[1]);
  const processes = new Set<Running>();
  const handle = (runId: string) => clientOf(server).workflow.getHandle(runId);

  const program: Scene["program"] = (words, { env, address = server.address, under } = {}) => {
    const own = { AUTOOPS_HOME: ward.home, TEMPORAL_ADDRESS: address, AUTOOPS_LOG_LEVEL: "info" };
    const running = start(words, { env: { ...own, ...env }, under });
    processes.add(running);
    return running;
  };
  return {
    service,
    ward,
    server: () => server,
    killServer: () => server.stop(0),
    async restartServer() {
      server = await startTestDevServer({ databaseFile, port });
    },
    program,
    async worker(more) {
      const worker = program(["worker", "--end-with-parent"], more);
      await worker.until(/polls for runs on/);
      return worker;
    },
    graph: (runId) => graphOf(runId, service.url, NODE_SECONDS),
    async begin(runId) {
      const args = [{ graph: graphOf(runId, service.url, NODE_SECONDS), requester: "rita" }];
      await clientOf(server).workflow.start(WORKFLOWS.runGraph, { taskQueue: RUN_QUEUE, workflowId: runId, args });
    },
    gate: (runId) => openGate(server, runId),
    approve: (runId) => handle(runId).signal(SIGNALS.approve, { node_id: "rollback", approver: "ann" }),
    report: async (runId) => (await handle(runId).result()) as Report,
    async close() {
      for (const running of processes) running.signal("SIGKILL");
      await Promise.all([...processes].map((running) => running.ended));
      await server.stop(0).catch(() => undefined);
      await service.close();
      ward.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const clientOf = ({ connection, namespace }: TestDevServer) => new Client({ connection, namespace });

async function openGate({ connection, namespace }: TestDevServer, runId: string): Promise<void> {
  const client = new Client({ connection, namespace });
  const runs = createRuns({ client, namespace, idTail: () => "", now: Date.now });
  const stop = new AbortController();
  try {
    for await (const { kind, node } of runs.happenings(runId, { signal: stop.signal })) {
      if (kind === "gate-opened" && node === "rollback") return;
    }
    throw new Error(`${runId} ended without a gate`);
  } finally {
    stop.abort();
  }
}

/** Ends the process as a power cut would, and returns once it is gone. */
export async function kill(running: Running): Promise<Ended> {
  running.signal("SIGKILL");
  return await running.ended;
}
