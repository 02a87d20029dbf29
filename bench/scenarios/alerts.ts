/** From an alert at the façade's door to the answer that it was taken, beside a bare signal-with-start of the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { NativeConnection, Worker } from "@temporalio/worker";
import { groupsOf } from "../../src/client/hooks/grouping.js";
import { readDelivery } from "../../src/client/hooks/kinds.js";
import { createHooks } from "../../src/client/hooks.js";
import { startFacade } from "../../src/client/http/server.js";
import type { Runs } from "../../src/client/runs.js";
import { createAuditLog } from "../../src/platform/audit/log.js";
import { createLog } from "../../src/platform/log.js";
import { hookSchema } from "../../src/schema/config/hooks.js";
import { INCIDENT, RUN_QUEUE, WORKFLOWS } from "../../src/vocabulary/names.js";
import type { Arena } from "../arena.js";
import { eachRound, type Figure } from "../figures.js";
import type { Scenario } from "./scenario.js";

const SECRET = "the-secret-of-the-bench";
/** Kinds of alerts that fire together; a second's deliveries of a storm. */
const KINDS = 20;
const DELIVERIES_A_SECOND = 40;

const hook = hookSchema.parse({
  ...{ kind: "alertmanager", secret: "env:BENCH", debounce_seconds: 600, requests_per_minute: 100_000 },
});

const bodyOf = (round: number, index: number) => ({
  version: "4",
  status: "firing",
  alerts: Array.from({ length: 3 }, (_, part) => ({
    status: "firing",
    labels: { alertname: `Kind${round}-${index % KINDS}`, pod: `pod-${index}-${part}`, namespace: "shop" },
    annotations: { summary: "more than 5 % of requests fail" },
    fingerprint: `${index}-${part}`,
  })),
});

export const takeAlert: Scenario = {
  name: "alerts",
  what: `alerts taken, ${DELIVERIES_A_SECOND} deliveries a second of ${KINDS} kinds`,
  async measure(arena, { rounds, quick }) {
    const figures: Figure[] = [
      { name: "alert taken, median", unit: "ms", rounds: [] },
      { name: "alert taken, p99", unit: "ms", rounds: [], absolute: { atMost: 50 } },
    ];
    const ways = await open(arena);
    try {
      return await eachRound(figures, ["ours", "bare"], rounds, async (side, round) => {
        const send = side === "ours" ? ways.byFacade : ways.bare;
        const times = await steadily(quick ? 40 : 800, (index) => send(round, index));
        return [0.5, 0.99].map((share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
      });
    } finally {
      await ways.close();
    }
  },
};

/** Milliseconds of each call, in order of size; none waits for another, as senders do not. */
async function steadily(count: number, call: (index: number) => Promise<void>): Promise<number[]> {
  const startedMs = performance.now();
  const calls: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const wait = startedMs + (index * 1_000) / DELIVERIES_A_SECOND - performance.now();
    if (wait > 0) await pause(wait);
    const beganMs = performance.now();
    calls.push(call(index).then(() => performance.now() - beganMs));
  }
  return (await Promise.all(calls)).sort((a, b) => a - b);
}

async function open(arena: Arena) {
  const folder = mkdtempSync(join(tmpdir(), "autoops-bench-audit-"));
  const { client } = arena;
  const audit = createAuditLog({ directory: folder, now: Date.now, onProblem: () => undefined });
  const hooks = createHooks({ client, hooks: { pager: hook }, secret: () => SECRET, audit, now: Date.now });
  const started = await startFacade({
    ...{ runs: {} as Runs, operator: "bench", staticDir: "/nonexistent", log: createLog("fatal"), hooks },
    ...{ host: "127.0.0.1", port: 0 },
  });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  const { facade } = started;
  const connection = await NativeConnection.connect({ address: arena.address });
  const worker = await Worker.create({
    ...{ connection, taskQueue: RUN_QUEUE, workflowBundle: { codePath: arena.bundles.ours } },
  });
  const running = worker.run();
  const headers = { authorization: `Bearer ${SECRET}` };
  return {
    async byFacade(round: number, index: number) {
      const body = JSON.stringify(bodyOf(round, index));
      const answer = await fetch(`${facade.url}/hooks/pager`, { method: "POST", headers, body });
      if (answer.status !== 202) throw new Error(`the façade answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    },
    async bare(round: number, index: number) {
      const read = readDelivery(bodyOf(round, index), hook);
      if (!read.ok) throw new Error("the alert cannot be read");
      const [group] = groupsOf("bare", hook, read.delivery.alerts);
      if (group === undefined) throw new Error("the alert has no group");
      await client.workflow.signalWithStart(WORKFLOWS.incident, {
        ...{ workflowId: group.id, taskQueue: RUN_QUEUE, args: [group.input] },
        ...{ signal: INCIDENT.take, signalArgs: [group.alerts] },
      });
    },
    async close() {
      await facade.stop();
      worker.shutdown();
      await running;
      await connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
