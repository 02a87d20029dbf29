/** A real Temporal server of a newer version than the dev server of the tests, in memory: it has activities without a workflow. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Connection } from "@temporalio/client";
import { stringify } from "yaml";
import { addSearchAttributes } from "../../src/platform/temporal/service.js";
import { SEARCH_ATTRIBUTES } from "../../src/vocabulary/names.js";
import { freePort, slowProgram } from "./services.js";
import { quietRuntime } from "./temporal.js";

const NAMESPACE = "default";
const LOOPBACK = "127.0.0.1";
const START_MS = 120_000;

export interface NewerTemporal {
  address: string;
  namespace: string;
  connection: Connection;
  stop(): Promise<void>;
}

export async function startNewerTemporal(): Promise<NewerTemporal> {
  quietRuntime();
  const folder = mkdtempSync(join(tmpdir(), "newer-temporal-"));
  const ports: number[] = [];
  while (ports.length < 9) ports.push(await freePort());
  const dynamic = join(folder, "dynamic.yaml");
  writeFileSync(dynamic, stringify({ "activity.enableStandalone": [{ value: true }] }));
  const file = join(folder, "temporal.yaml");
  writeFileSync(file, stringify(configOf(ports, dynamic)));
  const child = spawn(slowProgram("server"), ["--config-file", file, "--allow-no-auth", "start"], {
    ...{ cwd: folder, stdio: "ignore" },
  });
  const gone = once(child, "exit");
  const address = `${LOOPBACK}:${ports[0]}`;
  const connection = await persistently(() => Connection.connect({ address, connectTimeout: 1_000 }));
  await persistently(async () => {
    const week = { seconds: (7 * 86_400) as never };
    const request = { namespace: NAMESPACE, workflowExecutionRetentionPeriod: week };
    await connection.workflowService.registerNamespace(request).catch((error: { code?: number }) => {
      const ALREADY_EXISTS = 6;
      if (error.code !== ALREADY_EXISTS) throw error;
    });
    // Its front learns of a new namespace with a delay.
    await addSearchAttributes(connection, NAMESPACE, SEARCH_ATTRIBUTES);
  });
  return {
    ...{ address, namespace: NAMESPACE, connection },
    async stop() {
      await connection.close();
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function persistently<T>(attempt: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + START_MS; ; await pause(200)) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

function configOf(ports: readonly number[], dynamic: string): object {
  const store = {
    sql: {
      ...{ pluginName: "sqlite", databaseName: "default", connectAddr: "localhost", connectProtocol: "tcp" },
      ...{
        connectAttributes: { mode: "memory", cache: "private" },
        maxConns: 1,
        maxIdleConns: 1,
        maxConnLifetime: "1h",
      },
    },
  };
  const rpc = (at: number) => ({
    rpc: { grpcPort: ports[at], membershipPort: ports[at + 1], bindOnLocalHost: true },
  });
  const own = { enabled: true, initialFailoverVersion: 1, rpcName: "frontend", rpcAddress: `${LOOPBACK}:${ports[0]}` };
  return {
    log: { stdout: true, level: "error" },
    persistence: {
      ...{ defaultStore: "main", visibilityStore: "main", numHistoryShards: 1, datastores: { main: store } },
    },
    global: { membership: { maxJoinDuration: "30s", broadcastAddress: LOOPBACK } },
    services: { frontend: rpc(0), matching: rpc(2), history: rpc(4), worker: rpc(6) },
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: "active", currentClusterName: "active", clusterInformation: { active: own } },
    },
    dcRedirectionPolicy: { policy: "noop" },
    archival: { history: { state: "disabled" }, visibility: { state: "disabled" } },
    publicClient: { hostPort: `${LOOPBACK}:${ports[0]}` },
    dynamicConfigClient: { filepath: dynamic, pollInterval: "60s" },
  };
}
