/** The built program against a real server: runs, gates answered from a second process, and what is told when. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ASKING, DANGEROUS, HARMLESS, policyWith, writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, folderWithHome, type Running, start } from "../client/cli/support/program.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 90_000 });

let server: TestDevServer;
let folder: string;
let home: string;
let env: Record<string, string>;
let worker: Running;
let asking: string;
let remove: () => void;

beforeAll(async () => {
  server = await startTestDevServer();
  ({ folder, home, remove } = folderWithHome());
  env = { AUTOOPS_HOME: home, TEMPORAL_ADDRESS: server.address, AUTOOPS_LOG_LEVEL: "warn" };
  writeFile(home, "safety.yaml", policyWith(60));
  asking = writeFile(folder, "asking.yaml", ASKING);
  worker = start(["worker", "--json", "--end-with-parent"], { env });
  await worker.until(/"ok": true/);
});

afterAll(async () => {
  worker.signal("SIGTERM");
  await worker.ended;
  endAll();
  await server.stop();
  remove();
});

/** Starts the run that asks, and waits until its gate is open and shown. */
async function openGate(...options: string[]): Promise<{ run: Running; runId: string }> {
  const run = start(["run", asking, ...options], { env });
  await run.until(/approval needed/);
  const [, runId = ""] = await run.until(/approve (ask-a-person-\w+) review/);
  return { run, runId };
}

const jsonOf = async (...words: string[]) => {
  const ended = await autoops([...words, "--json"], { env });
  return { code: ended.code, document: JSON.parse(ended.stdout) as Record<string, unknown>, stderr: ended.stderr };
};

test("run shows the plan, each node and the report, and ends with 0", async () => {
  const ended = await autoops(["run", "-"], { env, input: HARMLESS });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("say  Say hello · echo · none");
  expect(ended.stdout).toContain("started say-it-");
  expect(ended.stdout).toMatch(/✔ .*Say hello/);
  expect(ended.stdout).toContain("The run succeeded; nothing of note was found.");
  expect(ended.stdout.indexOf("Say hello · echo")).toBeLessThan(ended.stdout.indexOf("started say-it-"));
});

test("run --json prints one document with the report, and the story on standard error", async () => {
  const ended = await autoops(["run", "-", "--json"], { env, input: HARMLESS });
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: true, status: "succeeded", report: { outcome: "succeeded" } });
  expect(ended.stderr).toContain("started say-it-");
});

test("a gate is shown with the ways to answer; approved from a second process, the run goes on and ends with 0", async () => {
  const { run, runId } = await openGate();
  expect(run.stdout()).toContain("⛔ review");
  expect(run.stdout()).toContain("prompt: go on?");
  expect(run.stdout()).not.toContain("y or n, here");
  const inbox = await jsonOf("inbox");
  expect(inbox.document).toMatchObject({ ok: true });
  expect(inbox.document.gates).toEqual(expect.arrayContaining([expect.objectContaining({ runId, nodeId: "review" })]));
  const status = await jsonOf("status", runId);
  const states = (status.document.run as { nodes: Array<{ id: string; status: string }> }).nodes;
  expect(states.find(({ id }) => id === "after")?.status).toBe("pending");
  const approved = await autoops(["approve", runId, "review", "--comment", "looked at it", "--watch"], { env });
  expect(approved.stdout).toContain("the run succeeded");
  expect(approved.code).toBe(0);
  expect(approved.stdout).toContain(`next: autoops watch ${runId}`);
  const ended = await run.ended;
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("looked at it");
  const report = await autoops(["report", runId], { env });
  expect(report.code).toBe(0);
  expect(report.stdout).toContain("looked at it");
});

test("rejected from a second process, nothing that follows runs and the exit code is 4", async () => {
  const { run, runId } = await openGate("--json");
  expect((await autoops(["reject", runId, "review"], { env })).code).toBe(0);
  const ended = await run.ended;
  expect(ended.code).toBe(4);
  const { report, status } = JSON.parse(ended.stdout) as {
    status: string;
    report: { nodes: Array<{ id: string; status: string }> };
  };
  expect(status).toBe("rejected");
  expect(report.nodes.find(({ id }) => id === "after")?.status).toBe("skipped");
});

test("a gate that nobody answers expires: exit 4, and nothing that follows runs", async () => {
  writeFile(home, "safety.yaml", policyWith(5));
  try {
    const { run } = await openGate("--json");
    const ended = await run.ended;
    expect(ended.code).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, status: "expired" });
  } finally {
    writeFile(home, "safety.yaml", policyWith(60));
  }
});

test("a second decision, another action's digest, an unknown node and an unknown run are told apart", async () => {
  const { run, runId } = await openGate();
  const stale = await jsonOf("approve", runId, "review", "--digest", "0".repeat(64));
  expect([stale.code, stale.document.problems]).toEqual([6, [expect.objectContaining({ code: "decision-stale" })]]);
  const unknownNode = await jsonOf("approve", runId, "nobody");
  expect([unknownNode.code, unknownNode.document.problems]).toEqual([
    5,
    [expect.objectContaining({ code: "node-not-found" })],
  ]);
  expect(run.stdout()).not.toContain("Go on started");
  const nobody = await jsonOf("approve", runId, "--only", "nobody");
  expect(nobody.document.problems).toMatchObject([{ code: "gate-not-open" }]);
  const all = await jsonOf("approve", runId, "--all");
  expect([all.code, all.document.decisions]).toMatchObject([0, [{ node: "review", result: "accepted" }]]);
  expect((await jsonOf("undo", runId)).document.problems).toMatchObject([{ code: "nothing-to-undo" }]);
  await run.ended;
  const again = await jsonOf("reject", runId, "review");
  expect(again.code).toBe(6);
  for (const words of [
    ["approve", "no-such-run", "x"],
    ["watch", "no-such-run"],
    ["report", "no-such-run"],
  ]) {
    const unknown = await jsonOf(...words);
    expect([words[0], unknown.code, unknown.document.problems]).toEqual([
      words[0],
      5,
      [expect.objectContaining({ code: "run-not-found" })],
    ]);
  }
});

test("detached, watched for a while, left by Ctrl-C, cancelled: each says what goes on and what is next", async () => {
  const detached = await jsonOf("run", asking, "--detach");
  expect(detached.code).toBe(0);
  const runId = String(detached.document.runId);
  const waited = await autoops(["watch", runId, "--wait-seconds", "2"], { env });
  expect(waited.code).toBe(8);
  expect(waited.stdout).toContain(`next: autoops watch ${runId}`);
  expect((await autoops(["report", runId], { env })).code).toBe(8);
  const watching = start(["watch", runId], { env });
  await watching.until(/approval needed/);
  watching.signal("SIGINT");
  const left = await watching.ended;
  expect(left.code).toBe(130);
  expect(left.stdout).toContain(`autoops watch ${runId}`);
  const all = await jsonOf("status");
  expect(all.document.runs).toEqual(expect.arrayContaining([expect.objectContaining({ runId, pendingApprovals: 1 })]));
  expect((await autoops(["cancel", runId], { env })).code).toBe(0);
  const ended = await autoops(["watch", runId, "--json"], { env });
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ status: "cancelled", report: { outcome: "cancelled" } });
  const history = await jsonOf("history", "--limit", "200");
  expect(history.document.runs).toEqual(
    expect.arrayContaining([expect.objectContaining({ runId, status: "cancelled" })]),
  );
});

test("a dry run goes the same way, runs no tool, waits at no gate and ends with 0", async () => {
  const ended = await autoops(["run", asking, "--dry-run", "--json"], { env });
  expect(ended.code).toBe(0);
  const { report } = JSON.parse(ended.stdout) as {
    report: { dryRun: boolean; nodes: Array<{ status: string }>; gates: unknown[] };
  };
  expect(report.dryRun).toBe(true);
  expect(new Set(report.nodes.map(({ status }) => status))).toEqual(new Set(["planned"]));
});

test("a graph that the policy refuses is not started; --worker-decides leaves the refusal to the worker", async () => {
  const file = writeFile(folder, "dangerous.yaml", DANGEROUS);
  const countRuns = async () => ((await jsonOf("history", "--limit", "200")).document.runs as unknown[]).length;
  const before = await countRuns();
  const refused = await autoops(["run", file, "--json"], { env });
  expect([1, 3]).toContain(refused.code);
  expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false });
  expect(await countRuns()).toBe(before);
  const decided = await autoops(["run", file, "--worker-decides", "--json"], { env });
  expect(JSON.parse(decided.stdout)).toMatchObject({ ok: false });
  const { problems } = JSON.parse(decided.stdout) as { problems: Array<{ code: string }> };
  expect(problems.map(({ code }) => code)).toContain("remediation-disabled");
  expect([1, 3]).toContain(decided.code);
});

test("a server that goes away under a watched run is exit 7, and nobody says that the run has ended", async () => {
  const other = await startTestDevServer();
  const own = { ...env, TEMPORAL_ADDRESS: other.address };
  const run = start(["run", asking], { env: own });
  try {
    await run.until(/no worker polls/);
    await other.stop();
    const ended = await run.ended;
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain("[temporal-unreachable]");
    expect(ended.stdout).not.toMatch(/The run (succeeded|failed)/);
  } finally {
    run.signal("SIGKILL");
    await other.stop().catch(() => undefined);
  }
});

test("without a worker a run waits for one, and status says so", async () => {
  const other = await startTestDevServer();
  const own = { ...env, TEMPORAL_ADDRESS: other.address };
  try {
    const waited = await autoops(["run", asking, "--wait-seconds", "3"], { env: own });
    expect(waited.code).toBe(8);
    expect(waited.stderr).toContain("no worker polls");
    const status = await autoops(["status"], { env: own });
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("ask-a-person-");
    expect(status.stderr).toContain("1 run(s) wait for one; start one with: autoops worker");
  } finally {
    await other.stop();
  }
});

test("decisions of this machine are signed with its key, and the report says so", async () => {
  const { run, runId } = await openGate("--json");
  await autoops(["approve", runId, "review"], { env });
  const { report } = JSON.parse((await run.ended).stdout) as {
    report: { gates: Array<{ votes: Array<{ verified: boolean; channel?: string }> }> };
  };
  expect(report.gates[0]?.votes).toEqual([expect.objectContaining({ verified: true, channel: "cli" })]);
  expect(readFileSync(join(home, "approval-key.json"), "utf8")).toContain("OKP");
});

test("inbox --watch shows a gate that opens and names it once it has closed", async () => {
  const watching = start(["inbox", "--watch"], { env });
  await watching.until(/watching; Ctrl-C ends it/);
  const { run, runId } = await openGate();
  await watching.until(new RegExp(`${runId}[\\s\\S]*approval needed`));
  // Other params than the tool of a person: a review has none to change.
  const edited = await jsonOf("approve", runId, "review", "--params", '{"prompt":"x"}');
  expect(edited.document.problems).toMatchObject([{ code: "edit-refused" }]);
  expect((await jsonOf("approve", runId, "review")).code).toBe(0);
  await watching.until(new RegExp(`closed: ${runId} review`));
  await run.ended;
  watching.signal("SIGINT");
  expect((await watching.ended).code).toBe(0);
});

test("who may answer by the groups of the policy is who the policy puts in them on this machine", async () => {
  const { username } = userInfo();
  const rules = "  rules: [{ name: sre, groups: [sre] }]";
  const policy = (groups: string) => policyWith(60).replace(/^approval: .*$/m, `approval:\n${rules}\n${groups}`);
  try {
    writeFile(home, "safety.yaml", policy("  local_groups: {}"));
    const { run, runId } = await openGate();
    const refused = await jsonOf("approve", runId, "review");
    expect(refused.document.problems).toMatchObject([{ code: "decision-not-allowed" }]);
    writeFile(home, "safety.yaml", policy(`  local_groups: { ${JSON.stringify(username)}: [sre] }`));
    expect((await jsonOf("approve", runId, "review")).code).toBe(0);
    expect((await run.ended).code).toBe(0);
  } finally {
    writeFile(home, "safety.yaml", policyWith(60));
  }
});

test("a gate is skipped from a second process, with its reason in the report; --skip beside others does the same", async () => {
  const { run, runId } = await openGate();
  const misused = await jsonOf("skip", runId, "--skip", "review");
  expect(misused.document.problems).toMatchObject([{ code: "usage" }]);
  const skipped = await autoops(["skip", runId, "review", "--comment", "known already"], { env });
  expect(skipped.stdout).toContain(`skipped review of ${runId}`);
  expect(skipped.code).toBe(0);
  await run.ended;
  const { document } = await jsonOf("status", runId);
  expect(JSON.stringify(document)).toMatch(/"skipped by [^":]+: known already"/);
  const other = await openGate();
  const among = await jsonOf("approve", other.runId, "--skip", "review");
  expect(among.document.decisions).toMatchObject([{ node: "review", decision: "skip", result: "accepted" }]);
  await other.run.ended;
});
