/** A worker as a cluster sees it: what its probes answer, and what its metrics tell of the work it did. */
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freePort } from "../../src/platform/temporal/ports.js";
import { HARMLESS, writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, start, temporaryFolder } from "../client/cli/support/program.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

vi.setConfig({ testTimeout: 90_000 });

const OPERATE = resolve(import.meta.dirname, "../../docs/operate.md");
const WAIT = { timeout: 20_000, interval: 100 };

/** A source that nobody serves. */
const NOWHERE = `version: "1.0"
sources:
  gone: { kind: exposition, url: "http://127.0.0.1:1/metrics", environment: test }
`;
const LOOKS_AT_NOTHING = `id: looks
name: Look
goal_description: see what a failure is counted as
nodes:
  - { id: look, name: Look, type: metric_query, tool: metric_query, retry_count: 1, params: { source: gone, gauge: up } }
edges: []
`;

let server: TestDevServer;
beforeEach(async () => {
  server = await startTestDevServer();
});
afterEach(async () => {
  endAll();
  await server?.stop();
});

/** Settings of a worker whose metrics and probes are on ports that were free a moment ago. */
async function observed() {
  const home = join(temporaryFolder(), "home");
  mkdirSync(home, { mode: 0o700 });
  writeFile(home, "config.yaml", NOWHERE);
  const [metrics, health] = [await freePort(), await freePort()];
  const env = {
    AUTOOPS_HOME: home,
    AUTOOPS_LOG_LEVEL: "warn",
    TEMPORAL_ADDRESS: server.address,
    AUTOOPS_WORKER_METRICS_ADDRESS: `127.0.0.1:${metrics}`,
    AUTOOPS_WORKER_HEALTH_ADDRESS: String(health),
  };
  return { env, metrics: `http://127.0.0.1:${metrics}/metrics`, health: `http://127.0.0.1:${health}` };
}

const statusOf = (url: string) => fetch(url).then(({ status }) => status);

test("a worker that polls is alive and ready, and its metrics count what it did; it stops listening as it ends", async () => {
  const { env, metrics, health } = await observed();
  const worker = start(["worker"], { env });
  await worker.until(/polls for runs on/);
  await vi.waitFor(async () => expect(await statusOf(`${health}/readyz`)).toBe(200), WAIT);
  expect(await statusOf(`${health}/livez`)).toBe(200);
  expect(await statusOf(`${health}/metrics`)).toBe(404);
  expect((await fetch(`${health}/readyz`, { method: "POST" })).status).toBe(405);

  expect((await autoops(["run", "-"], { env, input: HARMLESS })).code).toBe(0);
  expect((await autoops(["run", "-"], { env, input: LOOKS_AT_NOTHING })).code).toBe(1);
  const text = await (await fetch(metrics)).text();
  const counted = (name: string, labels: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, "gm"))]
      .filter(([, found = ""]) => found.includes(labels))
      .reduce((sum, [, , value]) => sum + Number(value), 0);
  expect(counted("temporal_workflow_completed", 'workflow_type="runGraph"')).toBe(2);
  // The first attempt and one more.
  expect(counted("temporal_activity_execution_failed", 'activity_type="metric_query"')).toBe(2);
  expect(counted("temporal_worker_task_slots_available", 'worker_type="ActivityWorker"')).toBeGreaterThan(0);
  const told = new Set(text.match(/(?<=^# TYPE )\w+/gm));
  // The two that nothing here brings about.
  for (const never of ["temporal_request_failure", "temporal_workflow_task_execution_failed"]) told.add(never);
  await server.stop();
  await vi.waitFor(async () => {
    const failed = /^temporal_long_request_failure\{.*status_code="TRANSPORT_ERROR"/m;
    expect(await (await fetch(metrics)).text()).toMatch(failed);
  }, WAIT);
  told.add("temporal_long_request_failure");
  expect(await statusOf(`${health}/readyz`)).toBe(200);
  const documented =
    readFileSync(OPERATE, "utf8")
      .match(/`temporal_\w+/g)
      ?.map((name) => name.slice(1)) ?? [];
  expect(documented.length).toBeGreaterThan(5);
  expect(documented.filter((name) => !told.has(name))).toEqual([]);

  worker.signal("SIGINT");
  expect((await worker.ended).code).toBe(0);
  await expect(fetch(`${health}/livez`)).rejects.toThrow();
  await expect(fetch(metrics)).rejects.toThrow();
});

test("an address that another program has is named, and the worker does not start: exit 7", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  const { env } = await observed();
  try {
    for (const name of ["AUTOOPS_WORKER_METRICS_ADDRESS", "AUTOOPS_WORKER_HEALTH_ADDRESS"]) {
      const ended = await autoops(["worker", "--json"], { env: { ...env, [name]: `127.0.0.1:${port}` } });
      expect.soft(ended.code, name).toBe(7);
      const problem = { code: "port-in-use", at: `127.0.0.1:${port}`, hint: expect.stringContaining(name) };
      expect.soft(JSON.parse(ended.stdout), name).toMatchObject({ ok: false, problems: [problem] });
    }
  } finally {
    taken.close();
  }
});
