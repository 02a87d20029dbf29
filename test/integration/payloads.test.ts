/**
 * What the server keeps of a run, read from its raw database file: nothing of the run's content with the codec on, all of
 * it with the codec off, by the same search.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { RunView } from "../../src/core/report/view.js";
import type { Report } from "../../src/core/report.js";
import { newPayloadKey } from "../../src/platform/payloads/keys.js";
import type { GraphInput } from "../../src/schema/graph.js";
import type { StartedWorker } from "../../src/worker.js";
import { filesUnder, foundIn } from "../support/canaries.js";
import { createMachine, type Machine, type Service, startService } from "../support/machine.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

/** One for each place where content gets into a run. */
const PLACES = [
  "goal",
  "name",
  "node",
  "param",
  "output",
  "log",
  "failure",
  "problem",
  "comment",
  "edited",
  "plan",
] as const;
type Canaries = Record<(typeof PLACES)[number], string>;
const canaries = (): Canaries =>
  Object.fromEntries(PLACES.map((place) => [place, `k${randomBytes(16).toString("hex").slice(1)}`])) as Canaries;

interface Told {
  /** What a client with no key is told of the run, and what it lists. */
  keyless: { said: string; listed: number };
  /** What became of a run that a client without the key started. */
  plain: { ended: string; said: string };
  canaries: Canaries;
  report: Report;
  view: RunView;
  happenings: string;
  listed: string[];
  refused: string;
  evidence: { votes: number; effects: number };
  /** All that the server's database files hold. */
  dump: Buffer;
  blobs: Buffer[];
  reports: Buffer[];
  log: string;
}

const folder = mkdtempSync(join(tmpdir(), "autoops-payloads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function graphOf(words: Canaries): GraphInput {
  const node = (id: string, type: string, tool: string, params: object, more: object = {}) => ({
    id,
    name: id,
    type,
    tool,
    params,
    retry_count: 0,
    ...more,
  });
  return {
    id: "g",
    name: `look ${words.name}`,
    goal_description: `find out about ${words.goal}`,
    nodes: [
      { ...node("say", "analysis", "echo", { message: `say ${words.param}` }), name: `say ${words.node}` },
      node("logs", "log_collection", "log_collector", { source: "logs" }),
      node("sift", "analysis", "analysis", { logs: "{{ logs.blob }}" }),
      node("probe", "metric_query", "metric_query", { source: "shop", gauge: "up" }),
      node("fails", "metric_query", "metric_query", { source: "refusing", gauge: "up" }, { continue_on_failure: true }),
      node("mend", "rollback", "rollback", { target: "shop", version: words.param }),
    ],
    edges: [
      { from_node_id: "logs", to_node_id: "sift" },
      ...["say", "sift", "probe", "fails"].map((id) => ({ from_node_id: id, to_node_id: "mend" })),
    ],
  } as GraphInput;
}

/** A run with its gate, a run that the check refuses, and a plan: through the product's own client and worker. */
async function told(variables: Record<string, string>): Promise<Told> {
  const words = canaries();
  const databaseFile = join(mkdtempSync(join(folder, "db-")), "temporal.db");
  const server = await startTestDevServer({ databaseFile });
  const service = await startService();
  const machine = createMachine(server.address);
  Object.assign(machine.variables, variables);
  setUp(machine, service, words);
  let worker: StartedWorker | undefined;
  let opened: OpenedRuns | undefined;
  try {
    worker = await machine.startWorker();
    const open = await openRuns(machine.variables);
    if (!open.ok) throw new Error(JSON.stringify(open.problems));
    opened = open.value;
    const seen = {
      ...(await lived(opened, words)),
      keyless: await readWithoutKey(machine),
      plain: await startedPlain(server, opened),
    };
    await worker.stop();
    worker = undefined;
    await server.stop();
    const home = readdirSync(join(databaseFile, "..")).map((name) => readFileSync(join(databaseFile, "..", name)));
    return {
      ...seen,
      canaries: words,
      dump: Buffer.concat(home),
      blobs: filesUnder(join(machine.home, "blobs")),
      reports: filesUnder(join(machine.home, "reports")),
      log: machine.lines.join(""),
    };
  } finally {
    await opened?.close();
    await worker?.stop();
    await server.stop().catch(() => undefined);
    await service.close();
    machine.remove();
  }
}

async function readWithoutKey({ variables }: Machine) {
  const { AUTOOPS_PAYLOAD_KEY: _, AUTOOPS_PAYLOAD_REQUIRED: __, ...rest } = variables;
  const open = await openRuns(rest);
  if (!open.ok) throw new Error(JSON.stringify(open.problems));
  const { runs, evidence, close } = open.value;
  try {
    const list = await runs.list({ limit: 10 });
    const ids = list.ok ? list.value.runs.map(({ runId }) => runId) : [];
    const answers = await Promise.all(ids.flatMap((id) => [runs.view(id), runs.report(id, 0), evidence(id)]));
    const said = answers.flatMap((answer) => (answer.ok ? [] : answer.problems));
    return { said: JSON.stringify(said), listed: ids.length };
  } finally {
    await close();
  }
}

async function startedPlain({ connection, namespace }: TestDevServer, { runs }: OpenedRuns) {
  const client = new Client({ connection, namespace });
  const node = { id: "a", name: "a", type: "analysis", tool: "echo", params: { message: "hi" } };
  const graph = { id: "p", name: "p", goal_description: "p", nodes: [node], edges: [] };
  const args = [{ graph, requester: "rita" }];
  const handle = await client.workflow.start("runGraph", { taskQueue: "autoops", workflowId: "plain", args });
  await handle.result().catch(() => undefined);
  const report = await runs.report("plain", 10_000);
  return { ended: (await handle.describe()).status.name, said: JSON.stringify(report.ok ? "" : report.problems) };
}

function setUp(machine: Machine, service: Service, words: Canaries): void {
  service.answers["/metrics"] = () => ({ text: `up{shop="${words.output}"} 1\n` });
  service.answers["/refuses"] = () => ({ status: 403, text: `no entry for ${words.failure}` });
  const logs = join(machine.home, "logs");
  mkdirSync(logs);
  const line = JSON.stringify({ time: new Date().toISOString(), level: "error", message: `lost ${words.log}` });
  writeFileSync(join(logs, "shop.log"), `${line}\n`);
  machine.config({
    files: { roots: [logs] },
    sources: {
      logs: { kind: "files", path: join(logs, "shop.log"), environment: "staging" },
      shop: { kind: "exposition", environment: "staging", url: `${service.url}/metrics` },
      refusing: { kind: "exposition", environment: "staging", url: `${service.url}/refuses` },
    },
    targets: {
      shop: {
        kind: "http",
        environment: "staging",
        actions: { rollback: { method: "POST", url: `${service.url}/rollback`, idempotency: "key" } },
      },
    },
  });
  machine.policy({
    execution: { enable_remediation: true },
    tools: { allowed: ["echo", "log_collector", "analysis", "metric_query", "rollback"] },
    node_types: { allowed: ["analysis", "log_collection", "metric_query", "rollback"] },
  });
}

async function lived(opened: OpenedRuns, words: Canaries) {
  const { runs } = opened;
  const requester = "rita";
  const started = await runs.start({ graph: graphOf(words) as never, requester, trigger: "cli" });
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  const { runId } = started.value;
  const bad = graphOf(words);
  (bad.nodes[0] as { params: object }).params = { message: "x", [words.problem]: "y" };
  const refused = await runs.start({ graph: bad as never, requester, trigger: "cli" });
  if (!refused.ok) throw new Error(JSON.stringify(refused.problems));
  const gated = async () => {
    const answer = await runs.view(runId);
    return answer.ok ? answer.value.view.gates.map(({ nodeId, status }) => [nodeId, status]) : answer.problems;
  };
  await until(gated, [["mend", "open"]]);
  const answer = { runId, node: "mend", channel: "cli" as const, approver: "ann" };
  const edit = await runs.decide({ ...answer, decision: "approve", params: { target: "shop", version: words.edited } });
  expect(edit).toMatchObject({ ok: true, value: { result: "edited" } });
  await until(gated, [["mend", "open"]]);
  const decided = await runs.decide({ ...answer, decision: "approve", comment: `because ${words.comment}` });
  expect(decided).toMatchObject({ ok: true, value: { counted: true } });
  const report = await runs.report(runId, 30_000);
  if (!report.ok || report.value === undefined) throw new Error(JSON.stringify(report));
  const view = await runs.view(runId);
  if (!view.ok) throw new Error(JSON.stringify(view.problems));
  const happenings: string[] = [];
  for await (const happening of runs.happenings(runId, {})) happenings.push(happening.text);
  const failed = await runs.report(refused.value.runId, 30_000);
  await runs.plan({ goal: `checkout returns 500s since the last deploy ${words.plan}`, requester });
  const evidence = await opened.evidence(runId);
  if (!evidence.ok) throw new Error(JSON.stringify(evidence.problems));
  let listed: string[] = [];
  const names = async () => {
    const list = await runs.list({ limit: 10 });
    listed = list.ok ? list.value.runs.map(({ name }) => name) : [];
    return listed.length;
  };
  await until(names, 2);
  return {
    report: report.value,
    view: view.value.view,
    happenings: happenings.join("\n"),
    listed,
    refused: JSON.stringify(failed),
    evidence: { votes: evidence.value.votes.length, effects: evidence.value.effects.length },
  };
}
const until = (look: () => Promise<unknown>, wanted: unknown) =>
  vi.waitFor(async () => expect(await look()).toEqual(wanted), { timeout: 30_000, interval: 50 });
const wanted = (words: Canaries, ...places: Array<(typeof PLACES)[number]>) => places.map((place) => words[place]);

let on: Told;
let off: Told;
beforeAll(async () => {
  const key = { AUTOOPS_PAYLOAD_KEY: newPayloadKey(), AUTOOPS_PAYLOAD_REQUIRED: "true" };
  [on, off] = await Promise.all([told(key), told({})]);
}, 180_000);

describe("with the codec on", () => {
  test("the run did its work, and all who read its history read all of it", () => {
    expect(on.report.nodes.map(({ id, status }) => [id, status])).toEqual([
      ["say", "succeeded"],
      ["logs", "succeeded"],
      ["sift", "succeeded"],
      ["probe", "succeeded"],
      ["fails", "failed"],
      ["mend", "succeeded"],
    ]);
    const view = JSON.stringify(on.view);
    for (const word of wanted(on.canaries, "node", "param", "output", "log", "failure", "comment", "edited")) {
      expect(view).toContain(word);
    }
    expect(on.happenings).toContain(on.canaries.failure);
    expect(on.refused).toContain(on.canaries.problem);
    expect(on.listed).toEqual([`look ${on.canaries.name}`, `look ${on.canaries.name}`]);
    expect(on.evidence).toEqual({ votes: 2, effects: 1 });
  });

  test("the raw database of the server holds none of it", () => {
    expect(on.dump.length).toBeGreaterThan(100_000);
    expect(on.dump.includes("binary/encrypted")).toBe(true);
    expect(foundIn(on.canaries, on.dump, true)).toEqual([]);
  });
});

test("with the codec on neither stored results, nor stored reports hold any of it in plain; with it off they do", () => {
  expect([on.blobs.length, on.reports.length]).toEqual([2, 1]);
  expect(foundIn(on.canaries, Buffer.concat([...on.blobs, ...on.reports]))).toEqual([]);
  expect(foundIn(off.canaries, Buffer.concat(off.blobs)).length).toBeGreaterThan(0);
  expect(foundIn(off.canaries, Buffer.concat(off.reports)).length).toBeGreaterThan(0);
});

test("who has no key is told which one is missing, and still sees which runs there are", () => {
  expect(on.keyless.listed).toBe(2);
  expect(on.keyless.said).toMatch(
    /is encrypted with the key [0-9a-f]{16}, which is not here: AUTOOPS_PAYLOAD_KEY is not set/,
  );
  expect(foundIn(on.canaries, on.keyless.said)).toEqual([]);
  const problems = JSON.parse(on.keyless.said) as Array<{ code: string; hint: string }>;
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["payload-key-missing"]));
  expect(problems).toHaveLength(6);
});

describe("a run that a client without the key started", () => {
  test("is refused in words where encryption is required, and runs where it is not", () => {
    expect(on.plain).toMatchObject({ ended: "FAILED", said: expect.stringContaining("payload-not-encrypted") });
    expect(off.plain).toEqual({ ended: "COMPLETED", said: '""' });
  });
});

describe("with the codec off", () => {
  test("the same search finds every word in the same database", () => {
    const found = new Set(foundIn(off.canaries, off.dump).map((text) => text.split(",", 1)[0]));
    expect([...found].sort()).toEqual([...PLACES].sort());
    expect(off.dump.includes("binary/encrypted")).toBe(false);
  });
});
