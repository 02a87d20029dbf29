/**
 * Secrets that must reach their source and nothing else: not the history, the log, the reports, the stored results,
 * the view or a notice. One is random with no form of its own, one has the form of a GitHub token.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, type WorkflowHandle } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/core/report.js";
import type { RunView } from "../../src/core/view.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, openGate, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

const random = (characters: number) => randomBytes(characters).toString("hex").slice(0, characters);
const CANARY = `c${random(31)}`;
const TOKEN = `ghp_${random(36)}`;
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
  machine = createMachine(server.address);
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
      basic: { ...source, url: `${service.url}/basic`, headers: { Authorization: "Basic env:PAIR" } },
    },
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
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed },
    node_types: {
      allowed: ["log_collection", "metric_query", "analysis", "summary", "rollback", "notification"],
    },
    approval: { notify_channel: "webhook:ops" },
  });
  worker = await machine.startWorker({ variables: { CANARY, TOKEN, PAIR: `ann:${CANARY}` } });
  await run();
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await service?.close();
  await server?.stop();
  machine?.remove();
});

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
        id: "tell",
        name: "tell",
        type: "notification",
        tool: "notification",
        params: { channel: "ops", message: "logs: {{ logs.sample[0].message }} before {{ mend.before }}" },
      },
    ],
    edges: [
      { from_node_id: "logs", to_node_id: "sift" },
      ...["sift", "metrics", "refusing", "basic", "probe"].map((id) => ({ from_node_id: id, to_node_id: "sum" })),
      { from_node_id: "sum", to_node_id: "mend" },
      { from_node_id: "mend", to_node_id: "tell" },
    ],
  };
}

/** Every form in which a secret may stand somewhere. */
function forms(secret: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    // Inside a longer text it is encoded by where it begins; the ends depend on what stands beside it.
    const encoded = Buffer.from("x".repeat(shift) + secret).toString("base64");
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  return [secret, ...base64, Buffer.from(secret).toString("hex"), encodeURIComponent(secret)];
}

function found(text: string): string[] {
  return foundOf({ CANARY, TOKEN, STRAY, PAIR: `ann:${CANARY}` }, text);
}
function foundOf(secrets: Record<string, string>, text: string): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    forms(secret).flatMap((form, index) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${name}, form ${index}: …${text.slice(Math.max(0, at - 60), at)}‹here›`];
    }),
  );
}

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

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

describe("a run over logs and sources full of secrets", () => {
  test("did its work: each source, target and channel was told its secret", () => {
    expect(report.nodes.map(({ id, status }) => [id, status])).toEqual([
      ["logs", "succeeded"],
      ["sift", "succeeded"],
      ["metrics", "succeeded"],
      ["refusing", "failed"],
      ["basic", "failed"],
      ["probe", "succeeded"],
      ["sum", "succeeded"],
      ["mend", "succeeded"],
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

  test("the sweep finds a secret in every form in which it looks for one", () => {
    for (const form of forms(CANARY)) expect(found(`before ${form} after`).length).toBeGreaterThan(0);
    expect(found(Buffer.from(`before ${CANARY} after`).toString("base64")).length).toBeGreaterThan(0);
  });
});
