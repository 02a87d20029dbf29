/** Gates in Slack, whole: the question in a workspace on loopback, signed clicks at the façade, the run going on, the message closed. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import type { Policy } from "../../src/core/policy.js";
import { createApiKeys } from "../../src/platform/api-keys.js";
import { createLog } from "../../src/platform/log.js";
import { createSlack } from "../../src/platform/slack/client.js";
import { createStack, GATED, POLICY, type Stack } from "../client/support/stack.js";
import { type AuditStub, auditStub } from "../support/audit.js";
import { click, SIGNING_SECRET, signed, startWorkspace, submission, type Workspace } from "../support/slack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let workspace: Workspace;
let stack: Stack;
let facade: RunningFacade;
let policy: Policy;
let audit: AuditStub;

beforeAll(async () => {
  [server, workspace] = await Promise.all([startTestDevServer(), startWorkspace()]);
  const { connection, address, namespace } = server;
  const { ann = "", bob = "", mel = "" } = workspace.users;
  policy = {
    ...POLICY,
    approval: {
      ...POLICY.approval,
      notify_channel: "slack:#ops",
      rules: [{ name: "sre-writes", match: {}, groups: ["sre"], comment_required: "reject" }],
    },
    roles: { sre: ["approver"], sales: ["approver"] },
    slack: {
      users: {
        [ann]: { name: "ann", groups: ["sre"] },
        [bob]: { name: "bob", groups: ["sre"] },
        [mel]: { name: "mel", groups: ["sales"] },
      },
    },
  };
  audit = auditStub();
  const settings = { token: "env:SLACK", signing_secret: "env:SIGNING", api_url: workspace.apiUrl };
  const told = { slack: settings, facadeUrl: "https://autoops.example.com", fetch: workspace.fetch };
  stack = await createStack({ connection, address, namespace, policy, slack: told });
  await stack.startWorker();
  const started = await startFacade({
    runs: stack.runs,
    operator: "nobody",
    staticDir: "/nonexistent",
    log: createLog("fatal"),
    access: {
      apiKeys: createApiKeys("/nonexistent/api-keys.json", Date.now),
      roles: async () => policy.roles,
      audit,
      now: Date.now,
    },
    slack: {
      signingSecret: () => SIGNING_SECRET,
      slack: createSlack(settings, workspace.fetch),
      people: async () => policy,
      audit,
      now: Date.now,
    },
    host: "127.0.0.1",
    port: 0,
  });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await stack?.close();
  await workspace?.stop();
  await server?.stop();
});
beforeEach(() => {
  workspace.sent.splice(0);
  stack.mended.splice(0);
});

interface Asked {
  runId: string;
  ts: string;
  /** What the buttons carry. */
  value: { run: string; node: string; digest: string };
}

async function ask(): Promise<Asked> {
  const started = await stack.runs.start({ graph: GATED, requester: "rita", trigger: "test" });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  const { runId } = started.value;
  const message = await vi.waitUntil(
    async () => (await workspace.messages()).find((one) => JSON.stringify(one.blocks).includes(runId)),
    { timeout: 30_000, interval: 100 },
  );
  // The buttons stand before the run knows that it has asked.
  await vi.waitUntil(
    async () => {
      const view = await stack.runs.view(runId);
      return view.ok && view.value.view.gates[0]?.status === "open";
    },
    { timeout: 30_000, interval: 100 },
  );
  const { elements } = message.blocks.find((block: { type: string }) => block.type === "actions");
  return { runId, ts: message.ts, value: JSON.parse(elements[0].value) };
}

let salt = 0;
async function press(
  who: string,
  action: "approve" | "reject" | "skip",
  value: object,
  trigger?: string,
): Promise<string> {
  const user = workspace.users[who] ?? "";
  const before = workspace.whispers(user).length;
  const payload = click(user, action, value, {
    channel: workspace.ops,
    salt: String(salt++),
    ...(trigger ? { trigger } : {}),
  });
  const response = await fetch(`${facade.url}/api/v1/slack/interactions`, signed(payload));
  expect(response.status).toBe(200);
  if (trigger !== undefined) return "";
  return vi.waitUntil(() => workspace.whispers(user)[before], { timeout: 30_000 });
}

const isOpen = async ({ runId }: Asked) => {
  const view = await stack.runs.view(runId);
  return view.ok && view.value.view.gates[0]?.status === "open" && view.value.view.gates[0].votes.length === 0;
};
const closedMessage = (asked: Asked) =>
  vi.waitUntil(
    async () => {
      const message = (await workspace.messages()).find(({ ts }) => ts === asked.ts);
      return JSON.stringify(message.blocks).includes("autoops_approve") ? undefined : JSON.stringify(message.blocks);
    },
    { timeout: 30_000, interval: 100 },
  );

/** The form that a click opened, sent back; what its sender alone is told. */
async function sendForm(user: string, comment?: string): Promise<string> {
  const opened = await vi.waitUntil(() => workspace.sent.find(({ method }) => method === "views.open"), {
    timeout: 30_000,
  });
  const view = JSON.parse(opened.body.view ?? "");
  const before = workspace.whispers(user).length;
  await fetch(`${facade.url}/api/v1/slack/interactions`, signed(submission(user, view, comment)));
  return vi.waitUntil(() => workspace.whispers(user)[before], { timeout: 30_000 });
}

test("a click approves: the run goes on, the vote is signed, the message closes; what came before was refused", async () => {
  const asked = await ask();
  expect(await press("zed", "approve", asked.value)).toContain("you are not known here");
  expect(await press("mel", "approve", asked.value)).toContain("may not be decided by you");
  expect(await press("ann", "approve", { ...asked.value, digest: "ab".repeat(32) })).toContain("another action");
  expect(await press("ann", "approve", { ...asked.value, node: "look" })).toContain("does not count");
  const forged = click(workspace.users.ann ?? "", "approve", asked.value, { channel: workspace.ops });
  const response = await fetch(`${facade.url}/api/v1/slack/interactions`, signed(forged, { secret: "guessed" }));
  expect(response.status).toBe(401);
  expect(await isOpen(asked)).toBe(true);
  expect(stack.mended).toEqual([]);

  expect(await press("ann", "approve", asked.value)).toBe("Your approval of mend counts.");
  const report = await stack.runs.report(asked.runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
  const votes = report.ok ? report.value?.gates[0]?.votes : [];
  expect(votes).toMatchObject([
    { approver: "ann", decision: "approve", channel: "slack", verified: true, groups: ["sre"] },
  ]);
  expect(stack.mended).toEqual(["v1"]);
  expect(await closedMessage(asked)).toMatch(/✅ approved.*by ann: approve/);
  expect(await press("bob", "approve", asked.value)).toContain("was decided before");
  expect(stack.mended).toEqual(["v1"]);
}, 120_000);

test("a rejection wants the comment that the rule asks for, and gets it by the form", async () => {
  const asked = await ask();
  const user = workspace.users.ann ?? "";
  await press("ann", "reject", asked.value, await workspace.trigger(user));
  expect(await sendForm(user)).toContain("wants a comment");
  expect(await isOpen(asked)).toBe(true);
  expect(await sendForm(user, "not during the sale")).toBe("Your rejection of mend counts.");
  const report = await stack.runs.report(asked.runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "rejected" } });
  const votes = report.ok ? report.value?.gates[0]?.votes : [];
  expect(votes).toMatchObject([
    { approver: "ann", decision: "reject", comment: "not during the sale", verified: true },
  ]);
  expect(stack.mended).toEqual([]);
  expect(await closedMessage(asked)).toMatch(/⛔ rejected.*by ann: reject/);
}, 120_000);

test("a click on Skip leaves the node out: the run goes on without it, by whom stands in the report, the message closes", async () => {
  const asked = await ask();
  const user = workspace.users.ann ?? "";
  const forged = click(user, "skip", asked.value, { channel: workspace.ops });
  const response = await fetch(`${facade.url}/api/v1/slack/interactions`, signed(forged, { secret: "guessed" }));
  expect(response.status).toBe(401);
  expect(await isOpen(asked)).toBe(true);
  // The very button of the message, not one that the test made up.
  const message = (await workspace.messages()).find(({ ts }) => ts === asked.ts);
  const { elements } = message.blocks.find((block: { type: string }) => block.type === "actions");
  const button = elements.find((one: { action_id: string }) => one.action_id === "autoops_skip");
  await press("ann", "skip", JSON.parse(button.value), await workspace.trigger(user));
  const said = await sendForm(user, "it recovered");
  expect(said).toMatch(/mend counts/);
  const report = await stack.runs.report(asked.runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "succeeded", gates: [{ status: "skipped" }] } });
  const votes = report.ok ? report.value?.gates[0]?.votes : [];
  expect(votes).toMatchObject([
    { approver: "ann", decision: "skip", channel: "slack", comment: "it recovered", verified: true },
  ]);
  expect(stack.mended).toEqual([]);
  expect(await closedMessage(asked)).toMatch(/by ann: skip/);
}, 120_000);

test("two clicks at once count once, and a click after the deadline is late", async () => {
  stack.setPolicy({
    ...policy,
    approval: {
      ...policy.approval,
      rules: [{ name: "two", match: {}, groups: ["sre"], required: 2, timeout_seconds: 12 }],
    },
  });
  const asked = await ask();
  await Promise.all([press("ann", "approve", asked.value), press("ann", "approve", asked.value)]);
  const view = await stack.runs.view(asked.runId);
  const gate = view.ok ? view.value.view.gates[0] : undefined;
  expect(gate).toMatchObject({ status: "open", required: 2 });
  expect(new Set(gate?.votes.map(({ approver }) => approver))).toEqual(new Set(["ann"]));
  const report = await stack.runs.report(asked.runId, 60_000);
  expect(report).toMatchObject({ ok: true, value: { outcome: "expired" } });
  expect(await press("bob", "approve", asked.value)).toMatch(/It does not count/);
  expect(stack.mended).toEqual([]);
  expect(await closedMessage(asked)).toContain("nobody answered in time");
}, 120_000);
