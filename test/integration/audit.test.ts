/** The audit log of real runs: who asked, who agreed, what was done; and no action where it cannot be written. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuditLog } from "../../src/platform/audit/log.js";
import { tailAudit } from "../../src/platform/audit/read.js";
import { verifyAudit } from "../../src/platform/audit/verify.js";
import type { AuditRecord } from "../../src/schema/audit.js";
import { createStack, GATED, type RunningWorker, type Stack } from "../client/support/stack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let worker: RunningWorker;
let folder: string;
const directory = () => join(folder, "audit");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "autoops-audit-"));
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  const audit = createAuditLog({ directory: directory(), now: Date.now, onProblem: () => undefined });
  stack = await createStack({ connection, address, namespace, draft: GATED, audit });
  worker = await stack.startWorker();
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await stack?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const answer = await stack.runs.start({ graph: GATED, requester: "ann", trigger: "test" });
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  const { runId } = answer.value;
  const stop = new AbortController();
  for await (const { kind } of stack.runs.happenings(runId, { signal: stop.signal })) {
    if (kind === "gate-opened") stop.abort();
  }
  return runId;
}

async function approve(runId: string): Promise<string> {
  const decided = await stack.runs.decide({
    runId,
    node: "mend",
    decision: "approve",
    approver: "bob",
    channel: "test",
  });
  expect(decided).toMatchObject({ ok: true });
  const report = await stack.runs.report(runId, 20_000);
  return report.ok ? (report.value?.outcome ?? "none") : "unknown";
}

const recordsOf = async (runId: string): Promise<AuditRecord[]> =>
  (await tailAudit(directory(), 1_000)).map(({ record }) => record).filter(({ run }) => run === runId);

test("a run with a gate leaves an unbroken story in which the action stands before its end and under its approval", async () => {
  const runId = await start();
  expect(await approve(runId)).toBe("succeeded");
  const records = await recordsOf(runId);
  expect(records.map(({ event, node }) => (node === undefined ? event : `${event} ${node}`))).toEqual([
    "graph-checked",
    "run-started",
    "node-started look",
    "tool-called look",
    "node-finished look",
    "gate-requested mend",
    "vote-recorded mend",
    "node-started mend",
    "tool-called mend",
    "node-finished mend",
    "gate-closed mend",
    "run-ended",
  ]);
  const byEvent = (event: string) => records.find((record) => record.event === event && record.node === "mend");
  const digest = byEvent("gate-requested")?.digest;
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  for (const event of ["vote-recorded", "tool-called", "gate-closed"]) expect(byEvent(event)?.digest).toBe(digest);
  expect(byEvent("vote-recorded")?.actor).toBe("bob");
  expect(byEvent("tool-called")).toMatchObject({
    actor: "ann",
    details: { approvers: ["bob"], params: { version: "v1" } },
  });
  const keys = new Set(records.flatMap(({ run_key }) => run_key ?? []));
  expect(keys.size).toBe(1);
  expect(await verifyAudit(directory())).toMatchObject({ ok: true });
}, 60_000);

test("where the log can no longer be written, what reads goes on and what acts does not", async () => {
  const before = stack.mended.length;
  rmSync(directory(), { recursive: true });
  writeFileSync(directory(), "");
  const runId = await start();
  expect(await approve(runId)).toBe("failed");
  expect(stack.mended.length).toBe(before);
  const report = await stack.runs.report(runId, 1_000);
  const nodes = report.ok ? report.value?.nodes : undefined;
  expect(nodes).toMatchObject([
    { id: "look", status: "succeeded" },
    { id: "mend", status: "failed", failure: { code: "audit-not-written" } },
  ]);
}, 60_000);
