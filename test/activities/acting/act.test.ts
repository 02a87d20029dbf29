/** The activity that acts: no effect without a grant that fits exactly this action, verified there and then. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { mustBeRecorded } from "../../../src/activities/acting/audit-node.js";
import { createToolActivity } from "../../../src/activities/acting/tool-activity.js";
import type { Grant, ToolCall } from "../../../src/activities/contract.js";
import { defineTool } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createRegistry } from "../../../src/activities/registry.js";
import type { GateRule } from "../../../src/core/policy/approval-rule.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { createAuditLog } from "../../../src/platform/audit/log.js";
import { digestOf } from "../../../src/platform/digest.js";
import { toolFailure } from "../../../src/platform/failure.js";
import type { Records } from "../../../src/platform/records/records.js";
import { loadSigner, type SignedDecision, type Signer } from "../../../src/platform/signing.js";
import type { CallingRun } from "../../../src/platform/temporal/calling-run.js";
import type { JsonObject } from "../../../src/schema/json.js";
import type { Question } from "../../../src/schema/question.js";
import { CLOCK_SKEW_MAX_MS, RETRY_MAX } from "../../../src/vocabulary/limits.js";
import { callerStub, grantOf, questionAbout, recordsStub } from "../../support/approvals.js";
import { type AuditStub, auditStub } from "../../support/audit.js";
import { type LedgerStub, ledgerStub } from "../../support/ledger.js";

const RUN = "11111111-1111-1111-1111-111111111111";
const NONCE = "a".repeat(32);
const POLICY: Policy = {
  ...DEFAULT_POLICY,
  execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
  tools: { allowed: ["rollback", "reader"], blocked: [], require_approval: [] },
  node_types: { allowed: ["rollback", "log_collection"], blocked: [] },
};
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

let folder: string;
let signer: Signer;
let effects: unknown[] = [];
let policy: Policy;
let audit: AuditStub;
let ledger: LedgerStub;
let records: Records;
/** What the server says of the caller, where it is not a run of ours that waits for the action. */
let said: Partial<CallingRun> = {};
/** How far the clock has gone on. */
let lateMs = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "autoops-act-"));
  const loaded = await loadSigner(join(folder, "key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  signer = loaded.signer;
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  effects = [];
  policy = POLICY;
  audit = auditStub();
  ledger = ledgerStub();
  records = recordsStub();
  said = {};
  lateMs = 0;
});

const params = z.strictObject({ target: z.string(), version: z.string() });
const rollback = defineTool({
  name: "rollback",
  description: "acts",
  nodeTypes: ["rollback"],
  effect: "write",
  idempotency: "key",
  params,
  output: z.strictObject({ done: z.boolean() }),
  reach: ({ target }) => ({ urls: [], target: String(target), environment: "staging", problems: [] }),
  async run(given, context) {
    effects.push({ given, key: context.idempotencyKey });
    return { done: true };
  },
});
const reader = defineTool({
  name: "reader",
  description: "reads",
  nodeTypes: ["log_collection"],
  effect: "read",
  params: z.strictObject({}),
  output: z.strictObject({ text: z.string() }),
  async run() {
    return { text: `token ghp_${"A".repeat(36)}` };
  },
});

function dependencies(): Dependencies {
  const registry = createRegistry();
  for (const tool of [rollback, reader]) {
    // biome-ignore lint/suspicious/noExplicitAny: the registry holds tools of any params
    const problems = registry.register(tool as any, { builtIn: true });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
  }
  const unused = (): never => {
    throw new Error("not used here");
  };
  return {
    config: {
      files: { roots: [] },
      sources: {},
      targets: { shop: { kind: "http", environment: "staging", actions: {} } },
      channels: {},
    },
    registry,
    policy: async () => ({ ok: true, policy }),
    checkUrl: () => undefined,
    fetch: unused,
    secret: unused,
    blobs: { put: unused, get: unused },
    reports: { put: unused, get: unused },
    signer,
    ledger,
    records,
    askCaller: callerStub(() => ({ runKey: RUN, ...said })),
    audit,
    draft: unused,
    log: silent,
    now: () => Date.now() + lateMs,
  };
}

const PARAMS = { target: "shop", version: "1" };

const grantFor = async (more: Partial<Question> = {}, votes?: Grant["votes"], params: JsonObject = PARAMS) =>
  grantOf(await questionAbout(params, records, more), votes);
/** The question says otherwise, under the digest that people approved. */
async function bent(more: Partial<Question>): Promise<Grant> {
  const grant = await grantFor();
  return { ...grant, question: { ...(grant.question as Question), ...more } };
}

async function act(call: Partial<ToolCall>, runId = RUN, tool = rollback, node = "w", info: object = {}) {
  const environment = new MockActivityEnvironment({
    activityId: node,
    activityType: tool.name,
    workflowExecution: { workflowId: "run", runId },
    startToCloseTimeoutMs: 5_000,
    scheduledTimestampMs: 1,
    ...info,
  });
  // biome-ignore lint/suspicious/noExplicitAny: as in the registry
  const activity = createToolActivity(tool as any, tool.name, dependencies());
  return environment.run(activity, { params: PARAMS, requester: "rita", runKey: RUN, retries: 0, ...call });
}

async function refused(call: Partial<ToolCall>, type: string, runId = RUN): Promise<void> {
  await expect(act(call, runId)).rejects.toMatchObject({ type, nonRetryable: true });
  expect(effects).toEqual([]);
}

const decision = async (more: Partial<SignedDecision> = {}): Promise<SignedDecision> => ({
  v: 2,
  runKey: RUN,
  nodeId: "w",
  digest: (await grantFor({ signed: true })).digest,
  decision: "approve",
  subject: "ann",
  groups: [],
  channel: "cli",
  ...more,
});

test("an approved action is taken, once, with a key of its own", async () => {
  expect(await act({ grant: await grantFor() })).toEqual({ done: true });
  expect(effects).toEqual([{ given: PARAMS, key: `${RUN}.${NONCE}.w` }]);
});

describe("nothing happens", () => {
  test("without a grant", () => refused({}, "grant-invalid"));
  test("where nobody voted", async () => refused({ grant: await grantFor({}, []) }, "grant-invalid"));
  test("where the params were changed after the approval", async () =>
    refused({ grant: await grantFor(), params: { ...PARAMS, version: "2" } }, "grant-invalid"));
  test("where the run is another", async () => refused({ grant: await grantFor(), runKey: "other" }, "grant-invalid"));
  test("where the approval is of an earlier form, so that people are asked again", async () => {
    const { digest, votes } = await grantFor();
    await refused({ grant: { digest, votes } }, "approval-outdated");
    await refused({ grant: { digest, votes, nonce: NONCE, askedIn: RUN } as never }, "approval-outdated");
  });
  test("where any part of the question is another than was approved", async () => {
    const parts: Array<Partial<Question>> = [
      { nonce: "b".repeat(32) },
      { policyDigest: "q" },
      { askedIn: "other" },
      { run: "other" },
      { target: "till" },
      { environment: "production" },
      { requester: "somebody-else" },
      { required: 2 },
      { deadlineMs: 1 },
      { effect: "read" },
      { retries: 5 },
      { undo: { tool: "rollback", nodeType: "rollback", params: "f".repeat(64), shown: "f".repeat(64) } },
    ];
    for (const part of parts) await refused({ grant: await bent(part) }, "grant-invalid");
  });
  test("where what was approved is not what params, configuration and policy say, under whatever digest", async () => {
    const lies: Array<Partial<Question>> = [
      { target: "till" },
      { environment: "development" },
      { effect: "notify" },
      { nodeType: "service_restart" },
      { store: "another-store" },
      { requester: "somebody-else" },
      { tool: "reader" },
      { node: "v" },
    ];
    for (const lie of lies) await refused({ grant: await grantFor(lie) }, "grant-invalid");
    await refused({ grant: await grantFor({ rule: { groups: null } as never }) }, "grant-invalid");
  });
  test("in a run that was reset after the approval", async () =>
    refused({ grant: await grantFor() }, "run-was-reset", "22222222-2222-2222-2222-222222222222"));
  test("in a run that continued from one that was reset after the approval", async () =>
    refused({ grant: await grantFor({ askedIn: "0-before-the-reset" }) }, "run-was-reset"));
  test.each<[string, Partial<CallingRun>]>([
    ["a workflow of another type", { type: "attack" }],
    ["a run that has ended", { isOpen: false }],
    ["a run that does not wait for it", { isPending: false }],
    ["another chain of runs", { runKey: "other" }],
  ])("where the server says that the caller is %s", async (_, lie) => {
    said = lie;
    await refused({ grant: await grantFor() }, "grant-invalid");
  });
  test("where the params do not fit the tool", async () =>
    refused({ grant: await grantFor(), params: { target: "shop" } }, "params-invalid"));
  test.each([[undefined], [null], [[]], ["text"], [{}], [{ params: null }], [{ params: [], grant: 5, retries: -1 }]])(
    "where the input is %j",
    async (input) => {
      const environment = new MockActivityEnvironment({ activityId: "w", startToCloseTimeoutMs: 5_000 });
      // biome-ignore lint/suspicious/noExplicitAny: as in the registry
      const activity = createToolActivity(rollback as any, "rollback", dependencies()) as (given: unknown) => unknown;
      await expect(environment.run(activity as never, input as never)).rejects.toMatchObject({ nonRetryable: true });
      expect(effects).toEqual([]);
      expect(audit.entries.filter(({ event }) => event === "node-finished")).toHaveLength(1);
    },
  );

  test("where remediation was disabled after the approval", async () => {
    policy = { ...POLICY, execution: { ...POLICY.execution, enable_remediation: false } };
    await refused({ grant: await grantFor() }, "policy-changed");
  });
  test("where dry runs were turned on after the approval", async () => {
    policy = { ...POLICY, execution: { ...POLICY.execution, dry_run: true } };
    await refused({ grant: await grantFor() }, "policy-changed");
  });
  test("where the tool was blocked after the approval", async () => {
    policy = { ...POLICY, tools: { ...POLICY.tools, blocked: ["rollback"] } };
    await refused({ grant: await grantFor() }, "policy-changed");
  });
});

describe("an approval is used up by the action that it lets happen", () => {
  const again = (info: object, runId = RUN, node = "w") =>
    grantFor().then((grant) => act({ grant }, runId, rollback, node, info));
  const isUsed = { type: "approval-used", nonRetryable: true };

  test("and lets nothing else act: no other activity, no other run, not the same one once more", async () => {
    await again({});
    said = { hasAsked: true };
    await expect(again({})).resolves.toEqual({ done: true });
    await expect(again({ scheduledTimestampMs: 2 })).rejects.toMatchObject(isUsed);
    await expect(again({}, "another-run")).rejects.toMatchObject(isUsed);
    await expect(again({ attempt: 2, scheduledTimestampMs: 2 })).rejects.toMatchObject(isUsed);
    // The same scheduled activity is told what it had done, and does it no second time.
    expect(effects).toHaveLength(1);
  });

  test("of many that come at once with the same approval one acts", async () => {
    const ways = Array.from({ length: 8 }, (_, index) => again({ scheduledTimestampMs: index }));
    const ended = await Promise.allSettled(ways);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(effects).toHaveLength(1);
  });

  test("an attempt that follows a lost worker acts, with the same key; one that was counted anew does not", async () => {
    const { digest } = await grantFor();
    await records.create(`action-${digest}`, {
      workflowId: "run",
      runId: RUN,
      activityId: "w",
      scheduledMs: 1,
      atMs: 1,
    });
    await records.create(`action-${digest}.1`, { atMs: 1 });
    await expect(again({ attempt: 1 })).rejects.toMatchObject(isUsed);
    await expect(again({ attempt: 5 })).rejects.toMatchObject(isUsed);
    await again({ attempt: 2 });
    expect(effects).toEqual([{ given: PARAMS, key: `${RUN}.${NONCE}.w` }]);
  });

  test("an attempt beside one that is acting still does not act", async () => {
    let letGo = (): void => undefined;
    const { record } = audit;
    audit.record = (entry) => new Promise<void>((resolve) => (letGo = resolve)).then(() => record(entry));
    const first = again({});
    await expect.poll(() => ledger.asked.length).toBe(1);
    await expect(again({ attempt: 2 })).rejects.toMatchObject({ type: "outcome-unknown" });
    letGo();
    await first;
    expect(effects).toHaveLength(1);
  });

  test("not where it asks for more attempts than a node may have: nobody counts that far", async () => {
    const retries = RETRY_MAX + 1;
    await refused({ grant: await grantFor({ retries }), retries }, "grant-invalid");
  });

  test("where that cannot be recorded nothing is done", async () => {
    const create = records.create;
    records.create = async (name, record) => {
      if (name.startsWith("action-")) throw toolFailure("records-unreachable", "no disk");
      return create(name, record);
    };
    await refused({ grant: await grantFor() }, "records-unreachable");
  });
});

describe("where votes must be signed", () => {
  const signedGrant = async (more: Partial<SignedDecision> = {}): Promise<Grant> => {
    const { token } = await signer.sign(await decision(more), Date.now());
    return grantFor({ signed: true }, [{ approver: "ann", token }]);
  };

  test("a vote whose signature fits this action is enough", async () => {
    expect(await act({ grant: await signedGrant() })).toEqual({ done: true });
  });
  test("a vote without a token is not", async () =>
    refused({ grant: await grantFor({ signed: true }) }, "grant-invalid"));
  test("a token given after the deadline is not", async () => {
    const question = { signed: true, deadlineMs: Date.now() - 1_000 };
    const { digest } = await grantFor(question);
    const { token } = await signer.sign(await decision({ digest }), Date.now());
    await refused({ grant: await grantFor(question, [{ approver: "ann", token }]) }, "grant-invalid");
  });
  test.each([
    ["another run", { runKey: "other" }],
    ["another node", { nodeId: "v" }],
    ["another action", { digest: "f".repeat(64) }],
    ["a rejection", { decision: "reject" }],
    ["a skip", { decision: "skip" }],
    ["less than all that was shown", { v: undefined }],
  ] as const)("a token for %s is not", async (_, more) => {
    await refused({ grant: await signedGrant(more) }, "grant-invalid");
  });
  test("a token of another key is not", async () => {
    const other = await loadSigner(join(folder, "other.json"));
    if (!other.ok) throw new Error(other.problem.message);
    const { token } = await other.signer.sign(await decision(), Date.now());
    await refused({ grant: await grantFor({ signed: true }, [{ approver: "ann", token }]) }, "grant-invalid");
  });
  test("a token of the future is not: it would hold for longer than any may", async () => {
    const { token } = await signer.sign(await decision(), Date.now() + CLOCK_SKEW_MAX_MS + 60_000);
    await refused({ grant: await grantFor({ signed: true }, [{ approver: "ann", token }]) }, "grant-invalid");
  });
  test("a token of a clock that goes a little ahead is enough until the deadline", async () => {
    const question = { signed: true, deadlineMs: Date.now() + 30_000 };
    const { digest } = await grantFor(question);
    const { token } = await signer.sign(await decision({ digest }), Date.now() + 60_000);
    const grant = await grantFor(question, [{ approver: "ann", token }]);
    lateMs = 40_000;
    await refused({ grant }, "grant-invalid");
    lateMs = 0;
    expect(await act({ grant })).toEqual({ done: true });
  });
  test("an expired token is not", async () => {
    const { token } = await signer.sign(await decision(), Date.now() - 30 * 86_400_000);
    await refused({ grant: await grantFor({ signed: true }, [{ approver: "ann", token }]) }, "grant-invalid");
  });
});

test("a tool that only reads needs no grant, and its output is redacted", async () => {
  const output = await act({ params: {} }, RUN, reader as never);
  expect(JSON.stringify(output)).not.toContain("ghp_AAAA");
  expect(JSON.stringify(output)).toContain("[redacted:");
});

test("a read-only tool that the policy now gates is not run without a grant", async () => {
  policy = { ...POLICY, tools: { ...POLICY.tools, require_approval: ["reader"] } };
  await expect(act({ params: {} }, RUN, reader as never)).rejects.toMatchObject({ type: "grant-invalid" });
});

describe("params that no tool expects", () => {
  const deep = (): JsonObject => {
    let value: JsonObject = {};
    for (let level = 0; level < 20_000; level++) value = { a: value };
    return value;
  };
  test.each([
    ["nested beyond reading", () => ({ target: deep() })],
    ["of another kind", () => ({ target: { toString: 1 } })],
    ["of too many parts", () => ({ target: "shop", list: Array.from({ length: 300_000 }, () => 1) })],
  ] as const)("%s: refused for good, with one line", async (_, made) => {
    const params = made() as unknown as JsonObject;
    await expect(act({ params, grant: await grantFor() })).rejects.toMatchObject({ nonRetryable: true });
    expect(effects).toEqual([]);
    expect(audit.entries.filter(({ event, code }) => event === "node-finished" && code !== undefined)).toHaveLength(1);
  });
});

describe("the audit log", () => {
  const told = () => audit.entries.map(({ event, code }) => (code === undefined ? event : `${event} ${code}`));

  test("tells of an action before it is taken: who asked, who agreed, to what", async () => {
    await act({ grant: await grantFor() });
    expect(told()).toEqual(["node-started", "tool-called", "node-finished"]);
    expect(audit.entries[1]).toMatchObject({
      actor: "rita",
      run: "run",
      runKey: RUN,
      node: "w",
      digest: (await grantFor()).digest,
      details: { tool: "rollback", effect: "write", approvers: [], unverified: ["ann"], params: PARAMS },
    });
  });

  test("names as approvers those alone whose signatures were verified", async () => {
    const { token } = await signer.sign(await decision({ subject: "cleo" }), Date.now());
    await act({ grant: await grantFor({ signed: true }, [{ approver: "mallet", token }]) });
    expect(audit.entries[1]?.details).toMatchObject({ approvers: ["cleo"] });
    expect(JSON.stringify(audit.entries)).not.toContain("mallet");
  });

  test("names one person once, however often and under whichever spelling they voted", async () => {
    const { digest } = await grantFor({ signed: true });
    const subjects = ["cleo", "Cleo", "cl\u200beo", "bob"];
    const claims = await Promise.all(subjects.map((subject) => decision({ subject, digest })));
    const tokens = await Promise.all(claims.map((claim) => signer.sign(claim, Date.now())));
    const votes = tokens.map(({ token }, at) => ({ approver: subjects[at] ?? "", token }));
    await refused({ grant: await grantFor({ signed: true, required: 3 }, votes) }, "grant-invalid");
    await act({ grant: await grantFor({ signed: true }, votes) });
    expect(audit.entries.find(({ event }) => event === "tool-called")?.details).toMatchObject({
      approvers: ["cleo", "bob"],
    });
  });

  test("tells of a refusal once, and of no call", async () => {
    await refused({}, "grant-invalid");
    expect(told()).toEqual(["node-started", "grant-refused grant-invalid", "node-finished grant-invalid"]);
  });

  test("stops an action where it cannot be written", async () => {
    audit.refuse();
    await refused({ grant: await grantFor() }, "audit-not-written");
  });

  test("that is slow lets no action start whose time is up: another attempt may act by then", async () => {
    const { record } = audit;
    audit.record = async (entry) => {
      await record(entry);
      lateMs = 5_000;
    };
    await expect(act({ grant: await grantFor() })).rejects.toMatchObject({ type: "timed-out" });
    expect(effects).toEqual([]);
  });

  test("stops no tool that only reads", async () => {
    audit.refuse();
    expect(await act({ params: {} }, RUN, reader as never)).toMatchObject({ text: expect.any(String) });
  });

  test("stops a tool that may stand in a node that acts, whatever it says of itself", () => {
    expect(mustBeRecorded({ effect: "read", nodeTypes: ["log_collection", "custom_script"] })).toBe(true);
    expect(mustBeRecorded({ effect: "write", nodeTypes: [] })).toBe(true);
    expect(mustBeRecorded({ effect: "notify", nodeTypes: ["notification"] })).toBe(false);
  });

  test("of a real directory that cannot be made stops the action too", async () => {
    const blocked = join(folder, "a-file");
    await writeFile(blocked, "");
    const troubles: string[] = [];
    const onProblem = (text: string) => void troubles.push(text);
    const real = createAuditLog({ directory: join(blocked, "audit"), now: Date.now, onProblem });
    audit = Object.assign(real, { entries: [], refuse: () => undefined });
    await refused({ grant: await grantFor() }, "audit-not-written");
    expect(await act({ params: {} }, RUN, reader as never)).toMatchObject({ text: expect.any(String) });
    expect(troubles[0]).toContain("cannot be written");
  });
});

describe("a rule of the policy", () => {
  const RULE: GateRule = {
    name: "two-of-sre",
    groups: ["sre"],
    required: 2,
    forbidRequester: true,
    seconds: 60,
    onTimeout: "reject",
    remindAfter: [],
    escalate: [{ afterSeconds: 30, groups: ["leads"] }],
    comment: "never",
    signed: false,
  };
  const OPENED = Date.now() - 20_000;
  const asked: Partial<Question> = { rule: RULE, required: 2, openedAtMs: OPENED };

  async function voteOf(approver: string, groups: string[], sinceOpenedMs = 1_000) {
    const { digest } = await grantFor(asked);
    const claims = { v: 2 as const, runKey: RUN, nodeId: "w", digest, decision: "approve" as const, channel: "cli" };
    const issuedMs = OPENED + sinceOpenedMs;
    const { token } = await signer.sign({ ...claims, subject: approver, groups }, issuedMs);
    return { approver, token, atMs: issuedMs };
  }
  const ruled = (votes: Grant["votes"]) => grantFor(asked, votes);

  test("is met by enough different people of its groups", async () => {
    await act({ grant: await ruled([await voteOf("ann", ["sre"]), await voteOf("bob", ["sre", "dev"])]) });
    expect(effects).toHaveLength(1);
  });

  test("is not met by one person twice, by another group, by who asked, by names without a token, or too early", async () => {
    const ann = await voteOf("ann", ["sre"]);
    await refused({ grant: await ruled([ann, await voteOf("Ann", ["sre"])]) }, "grant-invalid");
    await refused({ grant: await ruled([ann, await voteOf("bob", ["dev"])]) }, "grant-invalid");
    await refused({ grant: await ruled([ann, await voteOf("rita", ["sre"])]) }, "grant-invalid");
    await refused({ grant: await ruled([ann, { approver: "bob", atMs: OPENED }]) }, "grant-invalid");
    await refused({ grant: await ruled([ann, await voteOf("lea", ["leads"])]) }, "grant-invalid");
  });

  test("that holds now must be met too: what was enough when people were asked is not", async () => {
    policy = { ...POLICY, approval: { ...POLICY.approval, rules: [{ name: "now", match: {}, required: 2 }] } };
    await refused({ grant: await grantFor() }, "grant-invalid");
    await act({ grant: await grantFor({}, [{ approver: "ann" }, { approver: "bob" }]) });
    expect(effects).toHaveLength(1);
  });
});

describe("an undo", () => {
  const BACK = { target: "shop", version: "2" };
  const undo = {
    tool: "rollback",
    nodeType: "rollback" as const,
    params: digestOf(BACK),
    shown: digestOf(BACK),
  };
  const covering = (more: Partial<Question> = {}, votes?: Grant["votes"]) => grantFor({ undo, ...more }, votes);
  const takeBack = (call: Partial<ToolCall>, node = "w.undo") => act({ params: BACK, ...call }, RUN, rollback, node);

  test("that was approved with the action may be done after it, once, and nothing else under that approval", async () => {
    await act({ grant: await covering() });
    effects = [];
    const refusals = [
      takeBack({ grant: await covering(), params: { target: "shop", version: "3" } }),
      takeBack({ grant: await covering({ undo: null }) }),
      takeBack({ grant: await covering({ node: "v" }) }),
      takeBack({ grant: await covering({ undo: { ...undo, params: digestOf(PARAMS) } }) }),
      takeBack({ grant: await covering() }, "other"),
      takeBack({ grant: await covering({}, []) }),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toMatchObject({ type: "grant-invalid" });
    expect(effects).toEqual([]);
    await takeBack({ grant: await covering() });
    expect(effects).toHaveLength(1);
    await takeBack({ grant: await covering() });
    expect(effects).toHaveLength(1);
  });

  test("of an action that was never started is not done", async () => {
    await expect(takeBack({ grant: await covering() })).rejects.toMatchObject({ type: "approval-used" });
    expect(effects).toEqual([]);
  });

  test("is part of what is approved: the action may not be done under an approval that showed another", async () => {
    const { digest } = await covering();
    const grant = await grantFor();
    await refused({ grant: { ...grant, digest } }, "grant-invalid");
    const other = await covering({ undo: { ...undo, params: digestOf(PARAMS) } });
    await refused({ grant: { ...other, digest } }, "grant-invalid");
    await act({ grant: await covering() });
    expect(effects).toHaveLength(1);
  });
});
