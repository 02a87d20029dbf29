/** What watches for long hands its state on, sealed: an incident loses no alert, a watch over rollouts tells none twice. */
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RolloutReading, RolloutToTake } from "../../src/activities/rollout/contract.js";
import type { IncidentView } from "../../src/core/incident/incident.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";
import { stage, workflowBundle } from "../support/workflows.js";

let server: TestDevServer;
let connection: NativeConnection;
let client: Client;
beforeAll(async () => {
  const settings = await temporalDevSettings();
  const dynamic = { ...settings.dynamic_config, "limit.historyCount.suggestContinueAsNew": 60 };
  server = await startTestDevServer({ settings: { ...settings, dynamic_config: dynamic } });
  connection = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

const input = {
  hook: "pager",
  key: { alertname: "HighErrors" },
  settings: { debounceMs: 100, cooldownMs: 600_000 },
};
const alert = (id: string) => ({ id, name: "HighErrors", says: "", labels: {}, status: "firing" });

test("every alert is in the last of the chain, and each execution proves what it was handed", async () => {
  const taskQueue = "incident-chain";
  const workflowId = `alert-pager-${"0".repeat(24)}`;
  const proven: unknown[] = [];
  const { activities } = stage();
  const worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: {
      ...activities,
      plan_incident: async () => ({ kind: "no-rule", notes: ["no rule of the hook fits"] }),
      prove_state: async (_: unknown, from: string, seal: unknown) => {
        proven.push(from);
        return { proven: seal === "sealed" };
      },
    },
  });
  const ids = Array.from({ length: 100 }, (_, index) => `alert-${index}`);
  await worker.runUntil(async () => {
    for (const id of ids) {
      const started = { workflowId, taskQueue, args: [input], signal: "alerts", signalArgs: [[alert(id)]] };
      await client.workflow.signalWithStart("incident", started);
    }
    const seen = async (): Promise<number | undefined> => {
      const asked = client.workflow.getHandle(workflowId).query<IncidentView>("incidentView");
      const view = await asked.catch(() => undefined);
      return proven.length > 0 ? view?.alerts : undefined;
    };
    await expect.poll(seen, { timeout: 30_000 }).toBe(ids.length);
  });
  expect(proven.length).toBeGreaterThan(0);
  // A worker that is asked again proves it again.
  const executions = new Set(proven);
  const { firstExecutionRunId } = (await client.workflow.getHandle(workflowId).fetchHistory()).events?.[0]
    ?.workflowExecutionStartedEventAttributes ?? { firstExecutionRunId: undefined };
  expect(executions.has(firstExecutionRunId)).toBe(true);
  const first = await client.workflow.getHandle(workflowId, firstExecutionRunId ?? "").fetchHistory();
  expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads).toHaveLength(3);
}, 90_000);

test("a watch over rollouts tells each once across its executions, and each proves what it was handed", async () => {
  const taskQueue = "rollouts-chain";
  const proven: unknown[] = [];
  const taken: string[] = [];
  let count = 0;
  const { activities } = stage();
  const worker = await Worker.create({
    connection,
    namespace: server.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: {
      ...activities,
      // A rollout every eighth look, and none after the thirtieth: no worker knows the hook any more.
      async look_at_rollouts(): Promise<RolloutReading> {
        if (++count > 30) return { known: false };
        const at = {
          target: "web",
          uid: "u",
          generation: 1,
          isUnique: true,
          image: "web",
          says: "",
        };
        const sightings = [{ ...at, stands: "complete" as const, revision: String(Math.floor(count / 8)) }];
        return { known: true, everySeconds: 0.01, stalledSeconds: 300, sightings };
      },
      async take_rollout({ event }: RolloutToTake) {
        taken.push(`${event.kind} ${event.revision}`);
        return {};
      },
      prove_state: async (_: unknown, from: string, seal: unknown) => {
        proven.push(from);
        return { proven: seal === "sealed" };
      },
    },
  });
  const handle = await client.workflow.start("watchRollouts", {
    ...{ taskQueue, workflowId: "rollouts-chain", args: [{ hook: "rollouts" }] },
  });
  await worker.runUntil(async () => {
    const all = ["complete 1", "replaced 1", "complete 2", "replaced 2", "complete 3"];
    await expect.poll(() => taken, { timeout: 60_000 }).toEqual(all);
    await expect.poll(() => count, { timeout: 60_000 }).toBeGreaterThan(30);
    expect(new Set(proven).size).toBeGreaterThan(0);
    await handle.terminate();
  });
  const first = await client.workflow.getHandle("rollouts-chain", handle.firstExecutionRunId).fetchHistory();
  expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads).toHaveLength(3);
}, 150_000);
