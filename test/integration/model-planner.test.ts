/**
 * Planning by a model through the planner's queue: a real server, real workers, a scripted model over real HTTP. The rate is
 * observed for a part of a minute; `AUTOOPS_TEST_FULL_RATE=1` asks for 100 plans and takes about two minutes.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { DraftResult } from "../../src/activities/contract.js";
import { graphOfRun } from "../../src/client/runs/graph-of-run.js";
import type { Report } from "../../src/core/report.js";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine } from "../support/machine.js";
import { GOOD_PLAN } from "../support/model-planner.js";
import { type ModelServer, startModelServer } from "../support/model-server.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const FULL = process.env.AUTOOPS_TEST_FULL_RATE === "1";
const PLANS = FULL ? 100 : 20;
const PER_MINUTE = 60;
/** Calls that may pass beyond the rate: two by the server's own allowance, and what the way to the model bunches together. */
const BURST = 5;
const KEY = "model-key-of-this-test-0123";
const soon = { timeout: 20_000, interval: 50 };

const folder = mkdtempSync(join(tmpdir(), "autoops-narrative-"));
const deployments = join(folder, "deployments.json");
let server: TestDevServer;
let model: ModelServer;
let machine: Machine;
let client: Client;
const workers: StartedWorker[] = [];
let count = 0;

beforeAll(async () => {
  [server, model] = await Promise.all([startTestDevServer(), startModelServer()]);
  machine = createMachine(server.address);
  machine.config({
    files: { roots: ["/var/log"] },
    sources: { logs: { kind: "files", path: "/var/log/shop.log", environment: "staging" } },
    model: { base_url: model.url, name: "test-model", timeout_seconds: 20 },
  });
  machine.policy({ execution: { rate_limit_llm_per_minute: PER_MINUTE } });
  client = new Client({ connection: server.connection, namespace: server.namespace });
  await startOne();
}, 180_000);
afterEach(() => model.reset());
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await model?.stop();
  await server?.stop();
  machine?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function startOne(): Promise<void> {
  const variables = { AUTOOPS_CACHE_DIR: cacheDirectory(process.env) ?? "", OPENAI_API_KEY: KEY };
  workers.push(await machine.startWorker({ variables }));
}

async function restart(): Promise<void> {
  for (const worker of workers.splice(0)) await worker.stop();
  await startOne();
}

function complete(response: ServerResponse, content: object): void {
  const message = { role: "assistant", content: JSON.stringify(content) };
  const usage = { prompt_tokens: 900, completion_tokens: 90 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage }));
}

function start(goal: string, more: object = {}) {
  const workflowId = `plan-${count++}`;
  const args = [{ goal, requester: "rita", planner: "model", ...more }];
  return client.workflow.start("planGoal", { taskQueue: "autoops", workflowId, args });
}
async function plan(goal: string, more: object = {}) {
  const handle = await start(goal, more);
  return { handle, draft: (await handle.result()) as DraftResult };
}

test("a plan is one activity; each repair is another, and no history holds the key, and the model is not told the host", async () => {
  model.answers({ ...GOOD_PLAN, edges: [] }, GOOD_PLAN);
  const { handle, draft } = await plan("checkout on web-1.shop.example.com returns 500s");
  expect(draft).toMatchObject({ ok: true, planner: "model", graph: { metadata: { calls: 2 } } });
  const history = await handle.fetchHistory();
  const { events } = history;
  const scheduled = events?.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []) ?? [];
  expect(scheduled.map(({ activityType, taskQueue }) => [activityType?.name, taskQueue?.name])).toEqual([
    ["draft_graph", "autoops-planner"],
    ["draft_graph", "autoops-planner"],
  ]);
  const payloads = [...historyToJSON(history).matchAll(/"data":\s*"([^"]*)"/g)].map(([, data = ""]) =>
    Buffer.from(data, "base64").toString(),
  );
  expect(payloads.join("\n")).toContain("checkout on web-1");
  expect(payloads.join("\n")).not.toContain(KEY);
  expect(model.said()).not.toContain("shop.example.com");
}, 60_000);

test("429 is asked again when the server says so, and a server that stays away ends in a problem that names the way out", async () => {
  const asked: number[] = [];
  model.raw((_, response) => {
    asked.push(performance.now());
    response.writeHead(429, { "content-type": "application/json", "retry-after": "3" });
    response.end(JSON.stringify({ error: { message: "slow down" } }));
  });
  machine.config({
    files: { roots: ["/var/log"] },
    sources: { logs: { kind: "files", path: "/var/log/shop.log", environment: "staging" } },
    model: { base_url: model.rawUrl, name: "test-model", timeout_seconds: 20 },
  });
  await restart();
  const { draft } = await plan("checkout returns 500s; find out why, for the second time");
  expect(draft).toMatchObject({
    ok: false,
    problems: [
      {
        code: "too-many-requests",
        message: expect.stringContaining("429: slow down"),
        hint: expect.stringContaining("--planner playbook"),
      },
    ],
  });
  expect(asked).toHaveLength(3);
  for (let i = 1; i < asked.length; i++) expect((asked[i] ?? 0) - (asked[i - 1] ?? 0)).toBeGreaterThanOrEqual(2_900);
}, 90_000);

test("a summary asks for its narrative in the planner's queue, and is whole where the model fails", async () => {
  machine.config({
    files: { roots: [folder] },
    sources: {
      shop: { kind: "deployments", path: deployments, environment: "staging" },
      logs: { kind: "files", path: join(folder, "shop.log"), environment: "staging" },
    },
    model: { base_url: model.rawUrl, name: "test-model", timeout_seconds: 20, narrative: true },
  });
  writeFileSync(deployments, JSON.stringify({ deployments: [{ version: "7", deployed_at: "2026-11-22T10:00:00Z" }] }));
  machine.policy({ execution: { rate_limit_llm_per_minute: PER_MINUTE } });
  await restart();
  const told: string[] = [];
  model.raw((request, response) => {
    request.on("data", (chunk) => told.push(String(chunk)));
    request.on("end", () =>
      complete(response, {
        sentences: [
          { text: "Something was found.", citations: [1] },
          { text: "Restart it.", citations: [1] },
        ],
      }),
    );
  });
  const graph = {
    id: "g",
    name: "g",
    goal_description: "tell",
    nodes: [
      { id: "found", name: "found", type: "log_collection", tool: "deployment_history", params: { source: "shop" } },
      { id: "text", name: "text", type: "summary", tool: "summary", params: {} },
    ],
    edges: [{ from_node_id: "found", to_node_id: "text" }],
  };
  const markdownOf = async (workflowId: string): Promise<string> => {
    const handle = await client.workflow.start("runGraph", {
      taskQueue: "autoops",
      workflowId,
      args: [{ graph, requester: "rita" }],
    });
    const report = (await handle.result()) as Report;
    expect(report.outcome, JSON.stringify(report.nodes)).toBe("succeeded");
    const { events } = await handle.fetchHistory();
    const texts = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) =>
      (done?.result?.payloads ?? []).map(({ data }) => Buffer.from(data ?? "").toString()),
    );
    return (JSON.parse(texts.find((text) => text.includes("markdown")) ?? "{}") as { markdown: string }).markdown;
  };
  const markdown = await markdownOf("with-narrative");
  expect(told.join("")).toContain("findings");
  expect(markdown).toContain("- Something was found. (finding 1)");
  expect(markdown).not.toContain("Restart it");
  model.raw((_, response) => response.writeHead(401).end("{}"));
  // The times of the two runs differ.
  const timeless = (text: string): string => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
  const without = markdown.replace(/## In short[\s\S]*?(?=## Findings)/, "");
  expect(timeless(await markdownOf("without-narrative"))).toBe(timeless(without));
  // What `refine RUN` starts from: the document as it was sent.
  const options = { client, namespace: server.namespace };
  expect(await graphOfRun("with-narrative", options)).toEqual({ ok: true, value: graph });
  expect(await graphOfRun("nobody", options)).toMatchObject({ ok: false, problems: [{ code: "run-not-found" }] });
}, 90_000);

test("cancelling a plan ends its call", async () => {
  let hangs = false;
  let left = false;
  model.raw((request) => {
    hangs = true;
    request.on("close", () => undefined);
    request.socket.on("close", () => {
      left = true;
    });
  });
  const handle = await start("checkout hangs; find out why");
  await vi.waitFor(() => expect(hangs).toBe(true), soon);
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: "CancelledFailure" } });
  await vi.waitFor(() => expect(left).toBe(true), soon);
}, 60_000);

test(`${PLANS} plans asked of three workers at once never pass more calls than the rate and the burst`, async () => {
  const times: number[] = [];
  model.raw((_, response) => {
    times.push(performance.now());
    complete(response, GOOD_PLAN);
  });
  await Promise.all([startOne(), startOne()]);
  const plans = await Promise.all(
    Array.from({ length: PLANS }, (_, number) => plan(`checkout returns 500s, case ${number}`, { cache: false })),
  );
  expect(plans.filter(({ draft }) => !draft.ok).map(({ draft }) => draft)).toEqual([]);
  expect(times).toHaveLength(PLANS);
  times.sort((a, b) => a - b);
  const perMs = (0.9 * PER_MINUTE) / 60_000;
  // Of every span from one call to another: how many more passed in it than the rate allows.
  const excess = times.flatMap((from, i) => times.slice(i + 1).map((to, j) => j + 2 - (to - from) * perMs));
  expect(Math.max(...excess)).toBeLessThanOrEqual(BURST);
  const inAMinute = times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length);
  expect(Math.max(...inAMinute)).toBeLessThanOrEqual(PER_MINUTE);
}, 300_000);
