/**
 * Secrets that must reach their source and nothing else: not the history, a log, an error, a report, a stored result, a
 * prompt, memory, a ticket, a notice, a page or a metric. One is random with no form of its own, one has the form of a
 * GitHub token. Sources repeat what they were told in every way that they know.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { memoryOf } from "../../src/app/memory.js";
import { createMetrics } from "../../src/client/http/metrics.js";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { createLog } from "../../src/platform/log.js";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { filesUnder as bytesUnder, formsOf, foundIn } from "../support/canaries.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { type ModelServer, startModelServer } from "../support/model-server.js";
import { API_KEY, type PagerDuty, startPagerDuty } from "../support/pagerduty.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const random = (characters: number) => randomBytes(characters).toString("hex").slice(0, characters);
const CANARY = `c${random(31)}`;
const TOKEN = `ghp_${random(36)}`;
const MODEL_KEY = `m${random(31)}`;
/** Never referred to by config.yaml: known only by what stands beside it. */
const STRAY = `s${random(31)}`;
/** Written by a person into a comment: the signal itself is history, all that is made of it is not. */
const COMMENT = `p${random(31)}`;

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let handle: WorkflowHandle;
let view: RunView;
let report: Report;
let history: string;
let chunks: Server;
let pagerduty: PagerDuty;
let model: ModelServer;
let prompts = "";
let opened: OpenedRuns;
let facade: RunningFacade;

const LINES = [
  { level: "error", message: `push failed with ${TOKEN}` },
  { level: "error", message: `Authorization: Bearer ${STRAY}` },
  { level: "error", message: `login password=${STRAY} refused` },
  { level: "warn", message: "config read", api_key: STRAY, nested: { client_secret: STRAY, password: STRAY } },
  { level: "error", message: `https://ann:${STRAY}@example.com/ did not answer` },
  { level: "error", message: `{"access_token":"${STRAY}","user":"ann"}` },
  { level: "error", message: `the metrics server said: no such key ${CANARY}` },
  { level: "error", message: `checkout failed for ${CANARY}/${TOKEN}`, [TOKEN]: CANARY },
];

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  // A talkative server repeats what it was told, in its page, its errors and its headers.
  service.answers["/metrics"] = ({ headers }) => ({
    text: `# HELP up said ${headers["x-api-key"]}\nup{key="${headers["x-api-key"]}"} 1\n`,
  });
  service.answers["/refuses"] = ({ headers }) => ({ status: 403, text: `invalid key ${headers["x-api-key"]}` });
  service.answers["/version"] = ({ headers }) => ({
    text: JSON.stringify({ version: "2", seen: headers.authorization }),
  });
  service.answers["/basic"] = ({ headers }) => ({ status: 401, text: `not you: ${headers.authorization}` });
  service.answers["/rollback"] = ({ headers }) => ({ text: `done for ${headers.authorization}` });
  // One that repeats it in other encodings, and one whose answer comes in pieces that cut it in two.
  service.answers["/encoded"] = ({ headers }) => ({ status: 403, text: encodings(String(headers["x-api-key"])) });
  chunks = await startChunks();
  pagerduty = await startPagerDuty();
  model = await startModelServer();
  model.raw((request, response) => {
    request.on("data", (chunk) => {
      prompts += String(chunk);
    });
    request.on("end", () => void response.writeHead(401).end("{}"));
  });
  machine = createMachine(server.address);
  machine.variables.AUTOOPS_CACHE_DIR = cacheDirectory(process.env) ?? "";
  machine.variables.AUTOOPS_MEMORY_KEY = randomBytes(32).toString("hex");
  const logs = join(machine.home, "logs");
  mkdirSync(logs);
  const lines = LINES.map((line) => JSON.stringify({ time: new Date().toISOString(), ...line }));
  writeFileSync(join(logs, "shop.log"), `${lines.join("\n")}\n`);
  const source = { kind: "exposition", environment: "staging", headers: { "X-Api-Key": "env:CANARY" } };
  machine.config({
    files: { roots: [logs] },
    sources: {
      logs: { kind: "files", path: join(logs, "shop.log"), environment: "staging" },
      metrics: { ...source, url: `${service.url}/metrics` },
      refusing: { ...source, url: `${service.url}/refuses` },
      encoded: { ...source, url: `${service.url}/encoded` },
      chunks: { ...source, url: `http://127.0.0.1:${(chunks.address() as AddressInfo).port}/metrics` },
      basic: { ...source, url: `${service.url}/basic`, headers: { Authorization: "Basic env:PAIR" } },
    },
    trackers: {
      incidents: {
        kind: "pagerduty",
        url: pagerduty.url,
        token: "env:PD",
        service: "PSHOP01",
        from: "oncall@example.com",
      },
    },
    memory: { enabled: true },
    model: { base_url: model.rawUrl, name: "test-model", timeout_seconds: 20, narrative: true },
    targets: {
      shop: {
        kind: "http",
        environment: "staging",
        actions: {
          rollback: {
            method: "POST",
            url: `${service.url}/rollback`,
            headers: { Authorization: "Bearer env:CANARY" },
            idempotency: "probe",
            state: {
              url: `${service.url}/version`,
              headers: { Authorization: "Bearer env:CANARY" },
              read: "seen",
              done_when: "{{ params.version }}",
            },
          },
        },
      },
    },
    channels: { ops: { kind: "webhook", url: `${service.url}/hook`, headers: { "X-Hook": "env:TOKEN" } } },
  });
  const allowed = ["log_collector", "metric_query", "http_probe", "analysis", "summary", "rollback", "notification"];
  allowed.push("ticket_create");
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed },
    node_types: {
      allowed: ["log_collection", "metric_query", "analysis", "summary", "rollback", "notification", "ticket_create"],
    },
    approval: { notify_channel: "webhook:ops" },
  });
  Object.assign(machine.variables, { CANARY, TOKEN, PAIR: `ann:${CANARY}`, PD: API_KEY, OPENAI_API_KEY: MODEL_KEY });
  worker = await machine.startWorker();
  await run();
  const open = await openRuns(machine.variables);
  if (!open.ok) throw new Error(JSON.stringify(open.problems));
  opened = open.value;
  const log = createLog("debug", { write: (line: string) => void machine.lines.push(line) });
  const wish = { runs: opened.runs, operator: "ann", staticDir: "/none", log, metrics: createMetrics() };
  const started = await startFacade({ ...wish, host: "127.0.0.1", port: 0 });
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await opened?.close();
  await worker?.stop();
  await service?.close();
  await pagerduty?.stop();
  await model?.stop();
  chunks?.close();
  await server?.stop();
  machine?.remove();
});

/** As the answer of a source that was told a secret may have it. */
function encodings(secret: string): string {
  const bytes = Buffer.from(secret);
  const inside = Buffer.from(JSON.stringify({ user: "ann", key: secret }));
  const url = encodeURIComponent(`?key=${secret}&user=ann`);
  return [
    `no entry: ${bytes.toString("base64")}`,
    inside.toString("base64url"),
    `Basic ${Buffer.from(`a:${secret}`).toString("base64")}`,
    bytes.toString("hex"),
    url,
  ].join("\n");
}

/** Answers in pieces of seven bytes, each written by itself. */
async function startChunks(): Promise<Server> {
  const made = createServer(async (request, response) => {
    const text = Buffer.from(
      `# HELP up said ${request.headers["x-api-key"]}\nup{key="${request.headers["x-api-key"]}"} 1\n`,
    );
    for (let at = 0; at < text.length; at += 7) {
      response.write(text.subarray(at, at + 7));
      await new Promise((resume) => setImmediate(resume));
    }
    response.end();
  });
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return made;
}

async function run(): Promise<void> {
  const client = new Client({ connection: server.connection, namespace: server.namespace });
  handle = await client.workflow.start("runGraph", {
    taskQueue: "autoops",
    workflowId: "canary",
    args: [{ graph: graph(), requester: "rita" }],
  });
  await openGate(handle, "mend");
  await handle.signal("approve", { node_id: "mend", approver: "ann", comment: `I used password=${COMMENT}` });
  report = (await handle.result()) as Report;
  view = (await handle.query("runView")) as RunView;
  history = JSON.stringify(await handle.fetchHistory());
}

function graph(): GraphInput {
  const read = (id: string, source: string) => ({
    id,
    name: id,
    type: "metric_query" as const,
    tool: "metric_query",
    params: { source, gauge: "up" },
    continue_on_failure: true,
    retry_count: 1,
  });
  return {
    id: "canary",
    name: "look everywhere",
    goal_description: "find out",
    nodes: [
      { id: "logs", name: "logs", type: "log_collection", tool: "log_collector", params: { source: "logs" } },
      { id: "sift", name: "sift", type: "analysis", tool: "analysis", params: { logs: "{{ logs.blob }}" } },
      read("metrics", "metrics"),
      read("refusing", "refusing"),
      read("basic", "basic"),
      read("encoded", "encoded"),
      read("chunks", "chunks"),
      {
        id: "probe",
        name: "probe",
        type: "metric_query",
        tool: "http_probe",
        params: { url: `${service.url}/metrics` },
      },
      { id: "sum", name: "sum", type: "summary", tool: "summary", params: {} },
      {
        id: "mend",
        name: "mend",
        type: "rollback",
        tool: "rollback",
        params: { target: "shop", version: "1" },
      },
      {
        id: "ticket",
        name: "ticket",
        type: "ticket_create",
        tool: "ticket_create",
        params: {
          tracker: "incidents",
          title: "logs",
          description: "{{ logs.sample[0].message }} before {{ mend.before }}",
        },
      },
      {
        id: "tell",
        name: "tell",
        type: "notification",
        tool: "notification",
        params: { channel: "ops", message: "logs: {{ logs.sample[0].message }} before {{ mend.before }}" },
      },
    ],
    edges: [
      { from_node_id: "logs", to_node_id: "sift" },
      ...["sift", "metrics", "refusing", "basic", "encoded", "chunks", "probe"].map((id) => ({
        from_node_id: id,
        to_node_id: "sum",
      })),
      { from_node_id: "sum", to_node_id: "mend" },
      { from_node_id: "mend", to_node_id: "ticket" },
      { from_node_id: "ticket", to_node_id: "tell" },
    ],
  };
}

const SECRETS = { CANARY, TOKEN, STRAY, PAIR: `ann:${CANARY}`, API_KEY, MODEL_KEY };
const found = (text: string): string[] => foundIn(SECRETS, text);
const foundOf = foundIn;

/** All payloads of a history, decoded, as one text. */
function payloads(value: unknown): string {
  const texts: string[] = [];
  const visit = (item: unknown): void => {
    if (typeof item !== "object" || item === null) return;
    const { data, metadata } = item as { data?: unknown; metadata?: unknown };
    if (metadata !== undefined && data !== undefined) texts.push(bytesOf(data).toString("utf8"));
    for (const child of Object.values(item)) visit(child);
  };
  visit(value);
  return texts.join("\n");
}
function bytesOf(data: unknown): Buffer {
  if (typeof data === "string") return Buffer.from(data, "base64");
  if (data instanceof Uint8Array) return Buffer.from(data);
  return Buffer.from(Object.values(data as Record<string, number>));
}

const filesUnder = (folder: string): string[] => bytesUnder(folder).map((bytes) => bytes.toString("utf8"));
const page = async (path: string): Promise<string> => (await fetch(`${facade.url}${path}`)).text();

/** Where what a run found may end up. A row for each place: the text that stands there, and a word that shows that it was looked into. */
const PLACES: Record<string, { text: () => string | Promise<string>; has: string }> = {
  "the audit log": { text: () => filesUnder(join(machine.home, "audit")).join("\n"), has: "node-finished" },
  "a ticket": { text: () => JSON.stringify(pagerduty.incidents), has: "[redacted" },
  "what the model is told": { text: () => prompts, has: "findings" },
  "the run over HTTP": { text: () => page("/api/v1/runs/canary"), has: "invalid key [redacted" },
  "the report over HTTP": { text: () => page("/api/v1/runs/canary/report"), has: "I used password=[redacted" },
  "the events over HTTP": { text: () => page("/api/v1/runs/canary/events"), has: "invalid key [redacted" },
  "the list and the inbox": {
    text: async () => `${await page("/api/v1/runs")}${await page("/api/v1/inbox")}`,
    has: "canary",
  },
  "an error of the façade": { text: () => page(`/api/v1/runs/${encodeURIComponent("no such")}`), has: "problem" },
  "the metrics and their labels": { text: () => page("/metrics"), has: "autoops_http_requests_total" },
  "what the evidence of the run is": {
    text: async () => JSON.stringify(await opened.evidence("canary")),
    has: "effects",
  },
};

describe("a run over logs and sources full of secrets", () => {
  test("did its work: each source, target and channel was told its secret", () => {
    const failures = report.nodes.filter(({ id }) => id === "ticket" || id === "tell").map(({ failure }) => failure);
    expect(failures).toEqual([undefined, undefined]);
    expect(report.nodes.map(({ id, status }) => [id, status])).toEqual([
      ["logs", "succeeded"],
      ["sift", "succeeded"],
      ["metrics", "succeeded"],
      ["refusing", "failed"],
      ["basic", "failed"],
      ["encoded", "failed"],
      ["chunks", "succeeded"],
      ["probe", "succeeded"],
      ["sum", "succeeded"],
      ["mend", "succeeded"],
      ["ticket", "succeeded"],
      ["tell", "succeeded"],
    ]);
    const told = (path: string, header: string) =>
      service.received.find((request) => request.path === path && request.headers[header] !== undefined)?.headers[
        header
      ];
    expect(told("/metrics", "x-api-key")).toBe(CANARY);
    expect(told("/refuses", "x-api-key")).toBe(CANARY);
    expect(told("/basic", "authorization")).toBe(`Basic ${Buffer.from(`ann:${CANARY}`).toString("base64")}`);
    expect(told("/version", "authorization")).toBe(`Bearer ${CANARY}`);
    expect(told("/rollback", "authorization")).toBe(`Bearer ${CANARY}`);
    expect(told("/hook", "x-hook")).toBe(TOKEN);
    const logs = view.nodes.find(({ id }) => id === "logs")?.output as { total: number };
    expect(logs.total).toBe(LINES.length);
  });

  test("no secret stands in the raw history, nor in any payload of it", async () => {
    expect(found(history)).toEqual([]);
    const decoded = payloads(await handle.fetchHistory());
    // The sweep reads what it is meant to read.
    expect(decoded).toContain("push failed with [redacted:github-token]");
    expect(decoded).toContain("invalid key [redacted");
    expect(decoded.length).toBeGreaterThan(5_000);
    expect(found(decoded)).toEqual([]);
  });

  test("none stands in the worker's log", () => {
    const text = machine.lines.join("");
    expect(text).toContain('"node":"refusing"');
    expect(found(text)).toEqual([]);
  });

  test("none stands in the report, the stored reports, the stored results or the view", () => {
    const reports = filesUnder(join(machine.home, "reports"));
    const blobs = filesUnder(join(machine.home, "blobs"));
    expect(reports).toHaveLength(1);
    expect(blobs.join("")).toContain("push failed with");
    expect(found(reports.join("\n"))).toEqual([]);
    expect(found(blobs.join("\n"))).toEqual([]);
    expect(found(JSON.stringify(report))).toEqual([]);
    expect(found(JSON.stringify(view))).toEqual([]);
  });

  test("what a person wrote into a comment stands in nothing that is shown or kept", () => {
    const reports = filesUnder(join(machine.home, "reports")).join("\n");
    expect(reports).toContain("I used password=[redacted");
    const texts = [reports, JSON.stringify(report), JSON.stringify(view), machine.lines.join("")];
    for (const text of texts) expect(foundOf({ COMMENT }, text)).toEqual([]);
  });

  test("none stands in what the channel was told", () => {
    const notices = service.received.filter(({ path }) => path === "/hook").map(({ body }) => body);
    // The question, its closing, and the report's own message.
    expect(notices).toHaveLength(3);
    expect(notices.join("")).toContain("logs: ");
    expect(found(notices.join("\n"))).toEqual([]);
  });

  test("none stands in the details, the summaries and the search attributes that the Web UI shows", async () => {
    const description = await handle.describe();
    expect(found(JSON.stringify(description.raw))).toEqual([]);
    expect(found(payloads(description.raw))).toEqual([]);
  });

  test.each(Object.keys(PLACES))("none stands in %s", async (place) => {
    const text = (await PLACES[place]?.text()) ?? "";
    expect(text).toContain(PLACES[place]?.has);
    expect(found(text)).toEqual([]);
  });

  test("none stands in memory", async ({ skip }) => {
    const local = await loadLocal(machine.variables);
    if (!local.ok) throw new Error(JSON.stringify(local.problems));
    const kept = async () => memoryOf(local).store.list(10);
    const first = await kept();
    if (!first.ok && first.problems[0]?.code === "memory-not-installed") skip("memory's package is not installed");
    await expect.poll(async () => JSON.stringify(await kept()), { timeout: 20_000 }).toContain("canary");
    expect(found(JSON.stringify(await kept()))).toEqual([]);
  });

  test("the sweep finds a secret in every form in which it looks for one", () => {
    for (const [name, form] of Object.entries(formsOf(CANARY))) {
      const text = Buffer.concat([Buffer.from("before "), form, Buffer.from(" after")]);
      expect(foundIn(SECRETS, text).length, name).toBeGreaterThan(0);
    }
    for (const line of encodings(CANARY).split("\n")) expect(found(line).length, line).toBeGreaterThan(0);
    expect(found(Buffer.from(`before ${CANARY} after`).toString("base64")).length).toBeGreaterThan(0);
  });
});
