/** `autoops audit verify RUN`: the log of a run held against its history on the real server. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPrinter } from "../../src/client/cli/print.js";
import { runProgram } from "../../src/client/cli/program.js";
import type { Session } from "../../src/client/cli/session.js";
import { compareWithLog, type Difference } from "../../src/client/runs/evidence/compare.js";
import { evidenceOf } from "../../src/client/runs/evidence.js";
import { createAuditLog } from "../../src/platform/audit/log.js";
import { readAudit } from "../../src/platform/audit/read.js";
import { EMPTY_HEAD, type Head, lineOf, sealRecord } from "../../src/platform/audit/record.js";
import { verifyAudit } from "../../src/platform/audit/verify.js";
import { loadSigner } from "../../src/platform/signing.js";
import type { AuditRecord } from "../../src/schema/audit.js";
import { createStack, GATED, type RunningWorker, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let worker: RunningWorker;
let home: string;
/** Approved, with a forged and a stale decision beside the one that counted. */
let clean: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "autoops-history-"));
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  const audit = createAuditLog({ directory: join(home, "audit"), now: Date.now, onProblem: () => undefined });
  stack = await createStack({ connection, address, namespace, draft: GATED, audit });
  worker = await stack.startWorker();
  clean = await start();
  const handle = stack.client.workflow.getHandle(clean);
  await handle.signal("approve", { node_id: "mend", approver: "eve", token: await forged(clean) });
  await handle.executeUpdate("decide", {
    args: [{ node_id: "mend", approver: "rob", decision: "approve", digest: "0".repeat(64) }],
  });
  await approve(clean);
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await stack?.close();
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const answer = await stack.runs.start({ graph: GATED, requester: "ann", trigger: "test" });
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  const stop = new AbortController();
  for await (const { kind } of stack.runs.happenings(answer.value.runId, { signal: stop.signal })) {
    if (kind === "gate-opened") stop.abort();
  }
  return answer.value.runId;
}

async function approve(runId: string, approver = "bob"): Promise<void> {
  const decided = await stack.runs.decide({ runId, node: "mend", decision: "approve", approver, channel: "test" });
  expect(decided).toMatchObject({ ok: true, value: { result: "accepted" } });
  expect(await stack.runs.report(runId, 20_000)).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
}

async function forged(runId: string): Promise<string> {
  const other = await loadSigner(join(home, "other", "key.json"));
  const view = await stack.runs.view(runId);
  if (!other.ok || !view.ok) throw new Error("no view or no key");
  const digest = view.value.view.gates[0]?.digest ?? "";
  const claims = { runKey: view.value.view.runKey, nodeId: "mend", digest, decision: "approve" as const };
  return (await other.signer.sign({ ...claims, subject: "eve", groups: [], channel: "cli" }, Date.now())).token;
}

async function recordsIn(directory: string): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const { record } of readAudit(directory)) records.push(record);
  return records;
}

async function compare(runId: string, records: AuditRecord[]) {
  const evidence = await evidenceOf(runId, { client: stack.client, namespace: server.namespace });
  if (!evidence.ok) throw new Error(JSON.stringify(evidence.problems));
  return compareWithLog(evidence.value, records);
}

/** The whole program, over the server of this test. */
async function verify(runId: string, folder = home) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const environment = { AUTOOPS_HOME: folder, TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace };
  const exit = await runProgram(["audit", "verify", runId, "--json"], ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    return { print, stdout, environment, canAsk: false } as unknown as Session;
  });
  return { exit, ...JSON.parse(out.join("")) } as { exit: number; ok: boolean; differences?: Difference[] } & Record<
    string,
    unknown
  >;
}

/** A home whose log is `records`, chained anew as one who holds the log, but not the key of checkpoints, would. */
function rechained(records: readonly AuditRecord[]): string {
  const folder = mkdtempSync(join(home, "copy-"));
  mkdirSync(join(folder, "audit"), { mode: 0o700 });
  let head: Head = EMPTY_HEAD;
  const lines = records.map(({ run_key: runKey, time, ...entry }) => {
    const record = sealRecord({ entry: { ...entry, runKey }, timeMs: Date.parse(time) }, head);
    head = record;
    return `${lineOf(record)}\n`;
  });
  writeFileSync(join(folder, "audit", "audit-000001.jsonl"), lines.join(""), { mode: 0o600 });
  return folder;
}

test("a clean run agrees: each decision, also the refused ones, and each effect is in both", async () => {
  const records = (await recordsIn(join(home, "audit"))).filter(({ run }) => run === clean);
  const count = (event: string) => records.filter((record) => record.event === event).length;
  expect([count("vote-recorded"), count("signature-refused"), count("tool-called")]).toEqual([1, 1, 2]);
  expect(records.filter(({ code }) => code === "decision-stale")).toHaveLength(1);
  expect(await verify(clean)).toMatchObject({ exit: 0, ok: true, effects: 1, decisions: 2, differences: [] });
});

describe("a log that was changed and chained anew is unbroken in itself, and history tells", () => {
  const isOf = (event: string, node?: string) => (record: AuditRecord) =>
    record.run === clean && record.event === event && (node === undefined || record.node === node);

  test.each([
    ["a decision", "vote-recorded", "mend"],
    ["a refused signature", "signature-refused", "mend"],
    ["a refused decision", "decision-refused", "mend"],
    ["an effect", "tool-called", "mend"],
    ["the question", "gate-requested", "mend"],
    ["how the gate closed", "gate-closed", "mend"],
    ["the beginning", "run-started", undefined],
    ["the end", "run-ended", undefined],
  ])("where %s was taken out", async (_, event, node) => {
    const records = await recordsIn(join(home, "audit"));
    const folder = rechained(records.filter((record) => !isOf(event, node)(record)));
    expect(await verifyAudit(join(folder, "audit"))).toMatchObject({ ok: true });
    const found = await verify(clean, folder);
    expect(found.exit).toBe(1);
    expect(found.problems).toMatchObject([{ code: "audit-differs" }, ...Array(found.differences!.length - 1).fill({})]);
    expect(found.differences).toContainEqual(expect.objectContaining({ kind: "missing", event }));
  });

  test.each<[string, string, (record: AuditRecord) => AuditRecord, Difference["kind"]]>([
    ["who decided", "vote-recorded", (record) => ({ ...record, actor: "carl" }), "different"],
    ["what was decided about", "vote-recorded", (record) => ({ ...record, digest: "0".repeat(64) }), "different"],
    [
      "which params the effect had",
      "tool-called",
      (record) => ({ ...record, details: { ...record.details, params: { version: "v2" } } }),
      "different",
    ],
    [
      "who agreed to the effect",
      "tool-called",
      (record) => ({ ...record, details: { ...record.details, approvers: ["carl"] } }),
      "different",
    ],
    ["which action the effect was", "tool-called", (record) => ({ ...record, digest: "0".repeat(64) }), "extra"],
    [
      "how the gate closed",
      "gate-closed",
      (record) => ({ ...record, details: { ...record.details, status: "rejected" } }),
      "different",
    ],
  ])("where it says otherwise %s", async (_, event, change, kind) => {
    const records = await recordsIn(join(home, "audit"));
    const isVerified = ({ details }: AuditRecord) => event !== "vote-recorded" || details?.vote !== undefined;
    const changed = records.map((record) =>
      isOf(event, "mend")(record) && isVerified(record) ? change(record) : record,
    );
    const found = await compare(clean, changed);
    expect(found.differences).toContainEqual(expect.objectContaining({ kind, event }));
  });

  test.each([
    ["a decision", "vote-recorded", { vote: "00000000-0000-4000-8000-000000000000" }, {}],
    ["a decision without a signature", "vote-recorded", { vote: undefined }, {}],
    ["an effect", "tool-called", {}, { digest: "1".repeat(64) }],
    ["an effect on another node", "tool-called", { effect: "write" }, { node: "look" }],
  ])("where %s was put in", async (_, event, details, more) => {
    const records = await recordsIn(join(home, "audit"));
    const like = records.find(isOf(event, "mend")) as AuditRecord;
    const invented = { ...like, ...more, details: JSON.parse(JSON.stringify({ ...like.details, ...details })) };
    const found = await compare(clean, [...records, invented]);
    expect(found.differences.map(({ kind }) => kind)).toEqual([expect.stringMatching(/extra|different/)]);
  });
});

test("a run that the log knows nothing of is found, and so is a run that Temporal does not know", async () => {
  const records = await recordsIn(join(home, "audit"));
  // Of another run there are lines: a log without any is a broken one.
  const folder = rechained(records.map((one) => (one.run === clean ? { ...one, run: "another-run" } : one)));
  expect(await verify(clean, folder)).toMatchObject({
    exit: 1,
    differences: [{ kind: "missing", message: expect.stringContaining("holds no line about") }],
  });
  expect(await verify("never-ran")).toMatchObject({ exit: 5, problems: [{ code: "run-not-found" }] });
});

test("a log that is broken in itself is told as that, before history is asked", async () => {
  const folder = rechained(await recordsIn(join(home, "audit")));
  cpSync(join(folder, "audit", "audit-000001.jsonl"), join(folder, "audit", "audit-000003.jsonl"));
  expect(await verify(clean, folder)).toMatchObject({ exit: 1, problems: [{ code: "audit-broken" }, {}] });
});

test("a run that was reset agrees too: both questions, both decisions and both effects are in both", async () => {
  const runId = await start();
  await approve(runId);
  const handle = stack.client.workflow.getHandle(runId);
  const { events } = await handle.fetchHistory();
  const accepted = (events ?? []).find((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const before = (events ?? []).findLast(
    (event) => event.workflowTaskCompletedEventAttributes && Number(event.eventId) < Number(accepted?.eventId),
  );
  await stack.client.workflowService.resetWorkflowExecution({
    namespace: server.namespace,
    workflowExecution: { workflowId: runId },
    workflowTaskFinishEventId: before?.eventId,
    requestId: "reset-once",
    reason: "test",
  });
  const stop = new AbortController();
  for await (const { kind } of stack.runs.happenings(runId, { signal: stop.signal })) {
    if (kind === "gate-opened") {
      const view = await stack.runs.view(runId);
      if (view.ok && view.value.view.gates[0]?.status === "open") stop.abort();
    }
  }
  await approve(runId, "cleo");
  expect(await verify(runId)).toMatchObject({ exit: 0, effects: 2, differences: [] });
  const records = await recordsIn(join(home, "audit"));
  const effects = records.filter(({ run, event, node }) => run === runId && event === "tool-called" && node === "mend");
  expect(effects).toHaveLength(2);
  for (const gone of effects) {
    const found = await compare(
      runId,
      records.filter(({ sequence }) => sequence !== gone.sequence),
    );
    expect(found.differences).toMatchObject([{ kind: "missing", event: "tool-called" }]);
  }
}, 60_000);
