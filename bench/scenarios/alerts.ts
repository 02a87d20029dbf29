/** From an alert at the door of a façade of its own process to the answer that it was taken, beside a bare signal-with-start of the same. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { groupsOf } from "../../src/client/hooks/grouping.js";
import { readDelivery } from "../../src/client/hooks/kinds.js";
import { hookSchema } from "../../src/schema/config/hooks.js";
import { INCIDENT, RUN_QUEUE, WORKFLOWS } from "../../src/vocabulary/names.js";
import type { Arena } from "../arena.js";
import { eachRound, type Figure } from "../figures.js";
import { within } from "../within.js";
import type { Scenario } from "./scenario.js";

const SECRET = "the-secret-of-the-bench";
/** Kinds of alerts that fire together; a second's deliveries of a storm. */
const KINDS = 20;
const DELIVERIES_A_SECOND = 40;

const declared = {
  ...{ kind: "alertmanager", secret: "env:BENCH_SECRET", debounce_seconds: 600, requests_per_minute: 100_000 },
};
const hook = hookSchema.parse(declared);

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

const PROGRAM = fileURLToPath(new URL("../../dist/client/cli/main.js", import.meta.url));
/** The built worker and façade load within seconds; a machine with other work takes longer. */
const STARTS_SECONDS = 120;

async function open(arena: Arena) {
  const home = mkdtempSync(join(tmpdir(), "autoops-bench-"));
  const config = { version: "1.0", hooks: { pager: declared } };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
  const env = { ...process.env, AUTOOPS_HOME: home, BENCH_SECRET: SECRET, TEMPORAL_ADDRESS: arena.address };
  const children: ChildProcess[] = [];
  const start = (words: string[], says: RegExp): Promise<string> => {
    const child = spawn(process.execPath, [PROGRAM, ...words, "--end-with-parent"], { env });
    children.push(child);
    return within(STARTS_SECONDS, `${words[0]} to start`, said(child, says));
  };
  const [, url] = await Promise.all([
    start(["worker"], /polls for runs (on)/),
    start(["serve", "--port", "0", "--json"], /"url": "([^"]+)"/),
  ]);
  const headers = { authorization: `Bearer ${SECRET}` };
  const { client } = arena;
  return {
    async byFacade(round: number, index: number) {
      const body = JSON.stringify(bodyOf(round, index));
      const send = () => fetch(`${url}/hooks/pager`, { method: "POST", headers, body });
      // A line that broke: senders try again, and the time counts.
      const answer = await send().catch(send);
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
      for (const child of children) child.kill("SIGTERM");
      await Promise.all(children.map((child) => (child.exitCode === null ? once(child, "exit") : undefined)));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What stands in the parentheses, once the program has said it. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const hear = (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text);
      if (found !== null) resolve(found[1] ?? "");
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${text.slice(-500)}`)));
  });
}
