// A server, a worker and a run in a process of its own, from the built program: what `cold` times from outside.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { z } from "zod";
import { createActivities } from "../dist/activities/create-activities.js";
import { loadLocal } from "../dist/app/local.js";
import { createLog } from "../dist/platform/log.js";
import { startDevServer } from "../dist/platform/temporal/dev-server.js";
import { loadTemporalDev } from "../dist/platform/temporal/settings.js";
import { createDependencies } from "../dist/worker.js";

const { cliPath, codePath, type, args } = JSON.parse(process.argv[2]);
const home = mkdtempSync(join(tmpdir(), "autoops-cold-"));
const taskQueue = "cold";
Runtime.install({ logger: new DefaultLogger("ERROR") });

/** What `valueOf` gives, or the end of the process with what was wrong. */
function must(result) {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

const { value: settings } = must(await loadTemporalDev());
const [{ server }, activities] = await Promise.all([
  startDevServer({ cliPath, settings, port: 0, uiPort: false, say: () => undefined }).then(must),
  loadActivities(),
]);
const { address, namespace } = server;
const [connection, native] = await Promise.all([
  Connection.connect({ address }),
  NativeConnection.connect({ address }),
]);
const worker = await Worker.create({
  connection: native,
  namespace,
  taskQueue,
  workflowBundle: { codePath },
  activities,
});
const client = new Client({ connection, namespace });
await worker.runUntil(async () => {
  await client.workflow.execute(type, { taskQueue, workflowId: "cold", args });
  process.stdout.write("done\n");
});
await connection.close();
await native.close();
await server.stop(0);
rmSync(home, { recursive: true, force: true });

async function loadActivities() {
  const local = must(await loadLocal({ PATH: process.env.PATH, HOME: home, AUTOOPS_HOME: home }));
  local.registry.register(
    {
      name: "noop",
      description: "Adds one.",
      nodeTypes: ["analysis"],
      effect: "none",
      params: z.strictObject({ n: z.number().optional() }),
      output: z.strictObject({ n: z.number() }),
      run: ({ n = 0 }) => Promise.resolve({ n: n + 1 }),
    },
    { builtIn: true },
  );
  return createActivities(must(await createDependencies(local, createLog("fatal"))).value);
}
