/** Whatever a log holds, a worker that reads it answers its probes meanwhile, and holds its nodes' time-outs. */
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let machine: Machine;
let worker: StartedWorker;
let client: Client;
let probes: string;

const LINES = 8_000;
const dated = (text: string): string => `${new Date().toISOString()} INFO ${text}\n`;
const random = (words: number): string =>
  Array.from({ length: words }, () => Math.random().toString(36).replace(/[\d.]/g, "")).join(" ");
const repeated = (text: string, count: number): string => Array.from({ length: count }, () => dated(text)).join("");

/** What a writer who means harm, or a program gone wrong, may put into a log. */
const HOSTILE: Readonly<Record<string, () => string>> = {
  dots: () => `${".".repeat(65_000)}\n`.repeat(16),
  secrets: () => repeated('{"password":"abc","a":1},'.repeat(16), LINES),
  assigned: () => repeated("jwt=]".repeat(80), LINES),
  urls: () => repeated("http://a:b@c ".repeat(30), LINES),
  templates: () => Array.from({ length: 3 * LINES }, () => dated(random(12))).join(""),
};

beforeAll(async () => {
  server = await startTestDevServer();
  machine = createMachine(server.address);
  const sources: Record<string, object> = {};
  for (const [name, text] of Object.entries(HOSTILE)) {
    const path = join(machine.home, `${name}.log`);
    writeFileSync(path, text());
    sources[name] = { kind: "files", path, format: "text" };
  }
  machine.config({ files: { roots: [machine.home] }, sources });
  const address = await freeAddress();
  probes = `http://${address}`;
  worker = await machine.startWorker({
    variables: { AUTOOPS_WORKER_HEALTH_ADDRESS: address, AUTOOPS_TEST_SECRET: "hunter2-hunter2" },
  });
  client = new Client({ connection: server.connection, namespace: server.namespace });
});
afterAll(async () => {
  await worker?.stop();
  await server?.stop();
  machine?.remove();
});

async function freeAddress(): Promise<string> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return `127.0.0.1:${port}`;
}

function graphOf(source: string, timeout_seconds: number): GraphInput {
  const params = { source, since: "1h", max_lines: 50_000 };
  const node = { continue_on_failure: true, retry_count: 0, timeout_seconds };
  const read = { id: "read", name: "read", type: "log_collection" as const, tool: "log_collector", params, ...node };
  const logs = "{{ read.blob }}";
  const group = { id: "group", name: "group", type: "analysis" as const, tool: "analysis", params: { logs }, ...node };
  const edges = [{ from_node_id: "read", to_node_id: "group" }];
  return { id: "g", name: "g", goal_description: "look", nodes: [read, group], edges };
}

async function run(source: string, timeoutSeconds: number): Promise<Report> {
  const input = { graph: graphOf(source, timeoutSeconds), requester: "rita" };
  const options = { taskQueue: "autoops", workflowId: `${source}-${timeoutSeconds}`, args: [input] };
  return (await (await client.workflow.start("runGraph", options)).result()) as Report;
}

/** Asks the worker's probe until `work` is done: how long that took, and how long the probe was waited for at most. */
async function probedDuring<T>(work: Promise<T>): Promise<{ result: T; wholeMs: number; longestMs: number }> {
  const began = performance.now();
  let [isDone, longestMs] = [false, 0];
  const ended = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const asked = performance.now();
    const { status } = await fetch(`${probes}/livez`);
    expect(status).toBe(200);
    longestMs = Math.max(longestMs, performance.now() - asked);
  }
  return { result: await ended, wholeMs: performance.now() - began, longestMs };
}

test.each(Object.keys(HOSTILE))("a log of %s keeps no probe waiting", { timeout: 300_000 }, async (source) => {
  const { result, wholeMs, longestMs } = await probedDuring(run(source, 120));
  expect(result.nodes.map(({ id, status }) => [id, status])).toEqual([
    ["read", "succeeded"],
    ["group", "succeeded"],
  ]);
  // The work takes many seconds where there is much of it; a probe waits for a slice of it.
  expect({ source, wholeMs, longestMs, holds: longestMs < Math.max(1_000, wholeMs / 4) }).toMatchObject({
    holds: true,
  });
});

test("a node ends when its time is up, in the middle of its work", { timeout: 120_000 }, async () => {
  const { result } = await probedDuring(run("secrets", 2));
  expect(result.nodes[0]).toMatchObject({ id: "read", status: "failed", failure: { code: "timed-out" } });
  expect(result.nodes[0]?.failure?.message).toContain("log_collector took longer than");
});
