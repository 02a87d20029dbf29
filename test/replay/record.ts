/** Records the histories that are missing, beside those that are kept; a kept one is never written again. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { NativeConnection, Worker } from "@temporalio/worker";
import type { RunView } from "../../src/core/report/view.js";
import { createTestEnvironment, startTestDevServer, temporalDevSettings } from "../support/temporal.js";
import { type Staged, stage, workflowBundle } from "../support/workflows.js";
import { SCENARIOS, type Scenario } from "./scenarios.js";

const FOLDER = join(import.meta.dirname, "histories");
/** Events after which the dev server suggests to continue as new. */
const SUGGEST_AFTER = 60;

interface Stand {
  client: Client;
  connection: NativeConnection;
  namespace: string;
  stop(): Promise<void>;
}

/** Gives the names of what was recorded. */
export async function recordMissing(say: (text: string) => void): Promise<string[]> {
  const missing = Object.entries(SCENARIOS).filter(([name]) => !existsSync(join(FOLDER, `${name}.json`)));
  for (const [name, scenario] of missing) {
    const stand = scenario.server === "dev" ? await devStand() : await skippingStand();
    try {
      await record(name, scenario, stand);
      say(`recorded ${name}`);
    } finally {
      await stand.stop();
    }
  }
  return missing.map(([name]) => name);
}

async function record(name: string, scenario: Scenario, { client, connection, namespace }: Stand): Promise<void> {
  const staged: Staged = stage(scenario.stage);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: name,
    workflowBundle: await workflowBundle(),
    activities: staged.activities,
  });
  await worker.runUntil(async () => {
    const args = [{ graph: scenario.graph, requester: "rita" }];
    const first = await client.workflow.start("runGraph", { taskQueue: name, workflowId: name, args });
    const handle = client.workflow.getHandle(name);
    await scenario.act?.(handle, (node) => digestAt(handle, node), staged);
    await handle.result();
    const kept = scenario.keeps === "first" ? first.firstExecutionRunId : undefined;
    const history = await client.workflow.getHandle(name, kept).fetchHistory();
    // `wx`: what is kept is never replaced.
    await writeFile(join(FOLDER, `${name}.json`), `${anonymous(historyToJSON(history))}\n`, { flag: "wx" });
  });
}

/** Without what tells of the machine: its name, its folders. */
function anonymous(history: string): string {
  return history
    .replace(/"identity":\s*"[^"]*"/g, '"identity": "recorder"')
    .replace(/"stackTrace":\s*"(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
}

async function digestAt(handle: WorkflowHandle, node: string): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const view = (await handle.query("runView")) as RunView | null;
    const gate = view?.gates.find((open) => open.nodeId === node && open.status === "open");
    if (gate?.digest !== undefined) return gate.digest;
    await new Promise((resume) => setTimeout(resume, 30));
  }
  throw new Error(`no gate of ${node} opened`);
}

async function skippingStand(): Promise<Stand> {
  const environment = await createTestEnvironment();
  return {
    client: environment.client,
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? "default",
    stop: () => environment.teardown(),
  };
}

async function devStand(): Promise<Stand> {
  const settings = await temporalDevSettings();
  const dynamic = { ...settings.dynamic_config, "limit.historyCount.suggestContinueAsNew": SUGGEST_AFTER };
  const server = await startTestDevServer({ settings: { ...settings, dynamic_config: dynamic } });
  const connection = await NativeConnection.connect({ address: server.address });
  return {
    client: new Client({ connection: server.connection, namespace: server.namespace }),
    connection,
    namespace: server.namespace,
    stop: async () => {
      await connection.close();
      await server.stop();
    },
  };
}
