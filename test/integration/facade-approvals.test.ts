/** Rules of approvals over HTTP: people sign in with keys, and the worker counts the votes by the groups of their sign-in. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import type { Policy } from "../../src/core/policy.js";
import { type ApiKeys, createApiKeys } from "../../src/platform/api-keys.js";
import { createLog } from "../../src/platform/log.js";
import { createStack, GATED, POLICY, type Stack } from "../client/support/stack.js";
import { auditStub } from "../support/audit.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let stack: Stack;
let facade: RunningFacade;
let home: string;
let keys: ApiKeys;
let policy: Policy;
const key: Record<string, string> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "autoops-keys-"));
  server = await startTestDevServer();
  const { connection, address, namespace } = server;
  const rules = [{ name: "two-of-sre", match: {}, groups: ["sre"], required: 2, forbid_requester: true }];
  policy = { ...POLICY, approval: { ...POLICY.approval, rules } } as Policy;
  stack = await createStack({ connection, address, namespace, policy });
  await stack.startWorker();
  keys = createApiKeys(join(home, "api-keys.json"), Date.now);
  const people = { rita: ["sre", "leads"], bob: ["sre"], cleo: ["sre"], mallory: ["sales"] };
  for (const [subject, groups] of Object.entries(people)) {
    const made = await keys.create({ subject, groups, createdBy: "test" });
    if (made.ok) key[subject] = made.value.key;
  }
  const access = {
    apiKeys: keys,
    // Everyone here may answer somewhere, so that the rule is what refuses.
    roles: async () => ({ leads: ["operator" as const], sre: ["approver" as const], sales: ["approver" as const] }),
    audit: auditStub(),
    now: Date.now,
  };
  const common = { runs: stack.runs, operator: "nobody", staticDir: "/nonexistent", log: createLog("fatal"), access };
  const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await stack?.close();
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
async function ask(person: string, path: string, body?: object): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${key[person]}`, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${facade.url}/api/v1${path}`, init);
  return { status: response.status, body: await response.json() };
}

async function gate(runId: string) {
  for (;;) {
    const { body } = await ask("bob", `/runs/${runId}`);
    const open = body.view?.gates?.find((one: { status: string }) => one.status === "open");
    if (open !== undefined) return open;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("two people of the group who did not ask must agree; others' votes count for nothing, whatever role they have", async () => {
  const started = await ask("rita", "/runs", { graph: GATED });
  expect(started.status).toBe(202);
  const { runId } = started.body;
  await gate(runId);
  const decide = (person: string, decision = "approve") => ask(person, `/runs/${runId}/approvals/mend`, { decision });

  expect(await decide("mallory")).toMatchObject({ status: 403, body: { code: "decision-not-allowed" } });
  expect(await decide("mallory", "reject")).toMatchObject({ status: 403, body: { code: "decision-not-allowed" } });
  expect(await decide("rita")).toMatchObject({ status: 403, body: { code: "decision-not-allowed" } });
  expect(stack.mended).toEqual([]);
  expect(await decide("bob")).toMatchObject({ status: 200, body: { result: "accepted" } });
  await decide("bob");
  // One person counts once: the gate is open still.
  expect(await gate(runId)).toMatchObject({ nodeId: "mend", required: 2 });
  expect(stack.mended).toEqual([]);
  expect(await decide("cleo")).toMatchObject({ status: 200, body: { result: "accepted" } });
  const report = await stack.runs.report(runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded", requester: "rita" } });
  const votes = report.ok ? (report.value?.gates[0]?.votes ?? []) : [];
  expect(new Set(votes.map(({ approver }) => approver))).toEqual(new Set(["bob", "cleo"]));
  expect(votes.every(({ verified }) => verified)).toBe(true);
  expect(stack.mended).toEqual(["v1"]);
}, 90_000);

test("two people of the group skip it: it does not happen, the run goes on, and who and why stand in the report and the audit log", async () => {
  const before = stack.mended.length;
  const { runId } = (await ask("rita", "/runs", { graph: GATED })).body;
  const { digest } = await gate(runId);
  const skip = (person: string, more: object = {}) =>
    ask(person, `/runs/${runId}/approvals/mend`, { decision: "skip", digest, ...more });
  for (const person of ["mallory", "rita"]) {
    expect(await skip(person)).toMatchObject({ status: 403, body: { code: "decision-not-allowed" } });
  }
  const first = await skip("bob", { comment: "it recovered" });
  expect(first).toMatchObject({
    status: 200,
    body: { decision: "skip", message: "1 of 2 people have said to skip it" },
  });
  expect(await skip("bob")).toMatchObject({ status: 200, body: { result: "repeated", counted: false } });
  expect(await gate(runId)).toMatchObject({ nodeId: "mend", status: "open" });
  expect(await skip("cleo")).toMatchObject({ status: 200, body: { result: "accepted" } });
  const report = await stack.runs.report(runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded", gates: [{ status: "skipped" }] } });
  const mend = report.ok ? report.value?.nodes.find(({ id }) => id === "mend") : undefined;
  expect(mend).toMatchObject({ status: "skipped", reason: "skipped by bob, cleo: it recovered" });
  expect(stack.mended).toHaveLength(before);
}, 90_000);

test("a plan that is asked about whole wants the same people, signed, and takes no gate of its own away", async () => {
  stack.setPolicy({ ...policy, approval: { ...policy.approval, whole_plan: "writes" } });
  const before = stack.mended.length;
  const { runId } = (await ask("rita", "/runs", { graph: GATED })).body;
  const { nodeId, digest, params } = await gate(runId);
  expect(nodeId).toBe("whole-plan");
  expect(params.plan).toMatchObject({ nodes: GATED.nodes.map(({ id }) => ({ id })) });
  const decide = (node: string, person: string, more: object = {}) =>
    ask(person, `/runs/${runId}/approvals/${node}`, { decision: "approve", ...more });
  for (const person of ["mallory", "rita"]) {
    expect(await decide("whole-plan", person)).toMatchObject({ status: 403, body: { code: "decision-not-allowed" } });
  }
  expect(await decide("whole-plan", "bob", { digest: "0".repeat(64) })).not.toMatchObject({
    body: { result: "accepted" },
  });
  for (const person of ["bob", "cleo"]) {
    expect(await decide("whole-plan", person, { digest })).toMatchObject({ body: { result: "accepted" } });
  }
  expect(await gate(runId)).toMatchObject({ nodeId: "mend", required: 2 });
  expect(stack.mended).toHaveLength(before);
  for (const person of ["bob", "cleo"]) await decide("mend", person);
  const report = await stack.runs.report(runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
  const votes = report.ok ? (report.value?.gates ?? []).map(({ votes }) => votes) : [];
  expect(votes.map((all) => all.length)).toEqual([2, 2]);
  expect(votes.flat().every(({ verified }) => verified)).toBe(true);
  expect(stack.mended).toHaveLength(before + 1);
}, 90_000);
