/** One person is one person through whichever channel: API key, token of the issuer, Slack, the command line. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type RunningFacade, startFacade } from "../../src/client/http/server.js";
import type { Policy } from "../../src/core/policy.js";
import { createApiKeys } from "../../src/platform/api-keys.js";
import { createLog } from "../../src/platform/log.js";
import { createSlack } from "../../src/platform/slack/client.js";
import { createStack, GATED, POLICY, type Stack } from "../client/support/stack.js";
import { auditStub } from "../support/audit.js";
import { type Issuer, startIssuer } from "../support/issuer.js";
import { click, SIGNING_SECRET, signed, startWorkspace, type Workspace } from "../support/slack.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let workspace: Workspace;
let issuer: Issuer;
let stack: Stack;
let facade: RunningFacade;
let home: string;
const key: Record<string, string> = {};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "autoops-identities-"));
  [server, workspace, issuer] = await Promise.all([startTestDevServer(), startWorkspace(), startIssuer()]);
  const { connection, address, namespace } = server;
  const { ann = "", bob = "", mel = "" } = workspace.users;
  const rules = [
    {
      name: "three-of-sre",
      match: {},
      groups: ["sre"],
      required: 3,
      forbid_requester: true,
      signed: "always" as const,
    },
  ];
  const policy: Policy = {
    ...POLICY,
    approval: { ...POLICY.approval, rules },
    roles: { sre: ["operator", "approver"] },
    slack: {
      users: {
        [ann]: { name: "ＡＮＮ@Example.com", groups: ["sre"] },
        [bob]: { name: "Bob@example.com", groups: ["sre"] },
        [mel]: { name: "RITA@xn--mnchen-3ya.example", groups: ["sre"] },
      },
    },
  };
  const settings = { token: "env:SLACK", signing_secret: "env:SIGNING", api_url: workspace.apiUrl };
  stack = await createStack({ connection, address, namespace, policy });
  await stack.startWorker();
  const apiKeys = createApiKeys(join(home, "api-keys.json"), Date.now);
  for (const subject of ["ann@example.com", "rita@münchen.example"]) {
    const made = await apiKeys.create({ subject, groups: ["sre"], createdBy: "test" });
    if (made.ok) key[subject] = made.value.key;
  }
  const common = { audit: auditStub(), now: Date.now };
  const started = await startFacade({
    ...{ runs: stack.runs, operator: "nobody", staticDir: "/nonexistent", log: createLog("fatal") },
    access: { ...common, apiKeys, roles: async () => policy.roles, tokens: issuer.verifier() },
    slack: {
      ...common,
      signingSecret: () => SIGNING_SECRET,
      slack: createSlack(settings, workspace.fetch),
      people: async () => policy,
    },
    ...{ host: "127.0.0.1", port: 0 },
  });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  facade = started.facade;
}, 120_000);
afterAll(async () => {
  await facade?.stop();
  await stack?.close();
  await Promise.all([workspace?.stop(), issuer?.stop(), server?.stop()]);
  await rm(home, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
async function ask(credential: string, path: string, body: object): Promise<{ status: number; body: any }> {
  const headers = { authorization: `Bearer ${credential}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${facade.url}/api/v1${path}`, init);
  return { status: response.status, body: await response.json() };
}

let salt = 0;
async function press(who: string, value: object): Promise<string> {
  const user = workspace.users[who] ?? "";
  const before = workspace.whispers(user).length;
  const payload = click(user, "approve", value, { channel: workspace.ops, salt: String(salt++) });
  expect((await fetch(`${facade.url}/api/v1/slack/interactions`, signed(payload))).status).toBe(200);
  return vi.waitUntil(() => workspace.whispers(user)[before], { timeout: 30_000 });
}

test("whoever counts by one channel counts by no other, and who asked may not answer by any", async () => {
  const { body } = await ask(key["rita@münchen.example"] ?? "", "/runs", { graph: GATED });
  const { runId } = body;
  const gate = await vi.waitUntil(
    async () => {
      const view = await stack.runs.view(runId);
      return view.ok ? view.value.view.gates.find(({ status }) => status === "open") : undefined;
    },
    { timeout: 30_000, interval: 100 },
  );
  const question = { run: runId, node: "mend", digest: gate.digest };
  const decide = (credential: string) => ask(credential, `/runs/${runId}/approvals/mend`, { decision: "approve" });
  const byToken = async (sub: string) => decide(await issuer.token({ sub }));
  const byCommandLine = (approver: string) =>
    stack.runs.decide({ runId, node: "mend", decision: "approve", approver, groups: ["sre"], channel: "cli" });

  // Who asked, in other letters.
  const refused = { status: 403, body: { code: "decision-not-allowed" } };
  expect(await decide(key["rita@münchen.example"] ?? "")).toMatchObject(refused);
  for (const sub of [
    "Rita@München.example",
    "rita@xn--mnchen-3ya.EXAMPLE.",
    "ｒｉｔａ@münchen。example",
    "rita@mu\u0308nchen.example",
  ])
    expect(await byToken(sub), sub).toMatchObject(refused);
  expect(await press("mel", question)).toMatch(/does not count/);
  expect(await byCommandLine("RITA@MÜNCHEN.EXAMPLE")).toMatchObject({ value: { counted: false } });

  // One person, four times.
  expect(await decide(key["ann@example.com"] ?? "")).toMatchObject({ status: 200, body: { result: "accepted" } });
  for (const sub of ["ann@example.com", "ANN@EXAMPLE.COM", "ａｎｎ@example.com."])
    expect(await byToken(sub), sub).toMatchObject({ body: { counted: false } });
  expect(await press("ann", question)).toMatch(/nothing changed|2 more|1 of 3/);
  expect(await byCommandLine("Ann@Example.Com")).toMatchObject({ value: { counted: false } });
  for (const sub of [
    "ann\ufe0f@example.com",
    "ann@example.com\u200b",
    "ann\u2800@example.com",
    "a\u00adnn@example.com",
  ])
    expect((await byToken(sub)).status, sub).toBe(401);

  const { value } = (await stack.runs.view(runId)) as { value: { view: { gates: object[] } } };
  expect(value.view.gates[0]).toMatchObject({ status: "open", required: 3 });
  expect(stack.mended).toEqual([]);

  // Two others, by two channels, make three.
  expect(await press("bob", question)).toMatch(/counts/);
  expect(await byToken("bob@example.com")).toMatchObject({ body: { counted: false } });
  expect(stack.mended).toEqual([]);
  expect(await byToken("cleo@example.com")).toMatchObject({ body: { result: "accepted" } });
  expect(await stack.runs.report(runId, 60_000)).toMatchObject({ ok: true, value: { outcome: "succeeded" } });
  expect(stack.mended).toEqual(["v1"]);
}, 120_000);
