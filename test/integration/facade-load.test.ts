/**
 * The façade under load: many readers, and many who watch one run. Here in short; `npm run test:load` is the full form,
 * 500 reads a second for a minute and a thousand watchers, which also tells and bounds what it took.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import { createLog } from "../../src/platform/log.js";
import { createStack, GATED, graphOf, type Stack } from "../client/support/stack.js";
import { readSteadily, type Watcher, watchRun } from "../support/load.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const FULL = process.env.LOAD === "full";
const READS = FULL ? { perSecond: 500, seconds: 60 } : { perSecond: 100, seconds: 3 };
const WATCHERS = FULL ? 1_000 : 60;

let server: TestDevServer;
let stack: Stack;
let facade: RunningFacade;

beforeAll(async () => {
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  stack = await createStack({ connection, address, namespace, draft: GATED });
  await stack.startWorker();
  const { runs, local } = stack;
  const common = { runs, local, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal") };
  const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await stack?.close();
  await server?.stop();
});

async function start(graph: object): Promise<string> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ graph });
  const response = await fetch(`${facade.url}/api/v1/runs`, { method: "POST", headers, body });
  return ((await response.json()) as { runId: string }).runId;
}

async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt++) {
    if (await holds()) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error("it did not come to that");
}

async function waitsAtGate(runId: string): Promise<boolean> {
  const answer = await stack.runs.view(runId);
  return answer.ok && answer.value.view.gates[0]?.status === "open";
}

async function approve(runId: string): Promise<void> {
  const wish = { runId, node: "mend", decision: "approve" as const, approver: "ann", channel: "http" };
  expect(await stack.runs.decide(wish)).toMatchObject({ ok: true, value: { result: "accepted" } });
}

test(
  "mixed reads at a steady rate are all answered",
  async () => {
    const waiting = await Promise.all(Array.from({ length: 5 }, () => start(GATED)));
    const done = await Promise.all(
      Array.from({ length: 5 }, () => start({ ...GATED, nodes: GATED.nodes.slice(0, 1), edges: [] })),
    );
    for (const runId of waiting) await waitFor(() => waitsAtGate(runId));
    for (const runId of done) await stack.runs.report(runId, 10_000);
    const paths = [...waiting, ...done].flatMap((runId) => [
      `/api/v1/runs/${runId}`,
      "/api/v1/runs?limit=20",
      `/api/v1/runs/${runId}/report`,
      "/api/v1/inbox",
      "/api/v1/playbooks",
      "/healthz",
      "/readyz",
    ]);
    const { perSecond, seconds } = READS;
    const load = await readSteadily(facade.url, paths, perSecond, seconds);
    expect(Object.keys(load.answers).filter((status) => status !== "200" && status !== "202")).toEqual([]);
    expect(Object.values(load.answers).reduce((sum, count) => sum + count, 0)).toBe(perSecond * seconds);
    if (FULL) {
      process.stdout.write(`reads: ${JSON.stringify(load)}\n`);
      expect(load.seconds).toBeLessThan(seconds + 2);
    }
    for (const runId of waiting) await stack.runs.cancel(runId);
  },
  FULL ? 180_000 : 60_000,
);

test(
  "all who watch a run see each event once and in order, whenever their connection is lost",
  async () => {
    const chain = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const probe = (id: string) => ({ id, type: "metric_query" as const, tool: "probe", params: { target: "v1" } });
    const mend = { id: "mend", type: "rollback" as const, tool: "mend", params: { version: "v1" } };
    const edges = chain.map((id, index): [string, string] => [id, chain[index + 1] ?? "mend"]);
    const runId = await start(graphOf([...chain.map(probe), mend], edges));
    const watchers: Watcher[] = [];
    for (let index = 0; index < WATCHERS; index++) {
      // Each loses its connection at places of its own, some at once and again.
      watchers.push(watchRun(facade.url, runId, [(index % 29) + 1, (index % 7) + 1, (index % 3) + 1]));
      if (index % 50 === 49) await new Promise((resume) => setTimeout(resume, 20));
    }
    await waitFor(() => waitsAtGate(runId));
    const known = (await happened(runId, false)).length;
    // All of them are there at once, with all that has happened.
    await waitFor(() => watchers.every(({ ids }) => ids.length >= known));
    await approve(runId);
    await Promise.all(watchers.map(({ ended }) => ended));
    const all = await happened(runId, true);
    expect(all.length).toBeGreaterThan(known);
    for (const { ids } of watchers) expect(ids).toEqual(all);
    const connections = watchers.reduce((sum, watcher) => sum + watcher.connections, 0);
    expect(connections).toBeGreaterThan(3 * WATCHERS);
    if (FULL) {
      process.stdout.write(`watchers: ${WATCHERS}, connections ${connections}, events of each ${all.length}\n`);
    }
  },
  FULL ? 180_000 : 60_000,
);

/** As a reader of its own sees it, without the façade. */
async function happened(runId: string, toTheEnd: boolean): Promise<string[]> {
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const { id, kind } of stack.runs.happenings(runId, { signal: stop.signal })) {
    ids.push(id);
    if (!toTheEnd && kind === "gate-opened") break;
  }
  stop.abort();
  return ids;
}
