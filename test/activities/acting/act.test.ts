/** The activity that acts: no effect without a grant that fits exactly this action, verified there and then. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { actionDigest } from "../../../src/activities/acting/action-digest.js";
import { mustBeRecorded } from "../../../src/activities/acting/audit-node.js";
import { createToolActivity } from "../../../src/activities/acting/tool-activity.js";
import type { Grant, ToolCall } from "../../../src/activities/contract.js";
import { defineTool } from "../../../src/activities/define-tool.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createRegistry } from "../../../src/activities/registry.js";
import type { GateRule } from "../../../src/core/policy/approval-rule.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { createAuditLog } from "../../../src/platform/audit/log.js";
import { loadSigner, type SignedDecision, type Signer } from "../../../src/platform/signing.js";
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
    audit,
    draft: unused,
    log: silent,
    now: () => Date.now() + lateMs,
  };
}

const PARAMS = { target: "shop", version: "1" };

function grantFor(more: Partial<Grant> = {}): Grant {
  const action = {
    runKey: RUN,
    nonce: NONCE,
    node: "w",
    tool: "rollback",
    params: PARAMS,
    target: "shop",
    policyDigest: "p",
  };
  return {
    nonce: NONCE,
    digest: actionDigest(action),
    policyDigest: "p",
    askedIn: RUN,
    startedAs: RUN,
    signed: false,
    votes: [{ approver: "ann" }],
    target: "shop",
    ...more,
  };
}

async function act(call: Partial<ToolCall>, runId = RUN, tool = rollback, node = "w"): Promise<unknown> {
  const environment = new MockActivityEnvironment({
    activityId: node,
    activityType: tool.name,
    workflowExecution: { workflowId: "run", runId },
    startToCloseTimeoutMs: 5_000,
  });
  // biome-ignore lint/suspicious/noExplicitAny: as in the registry
  const activity = createToolActivity(tool as any, tool.name, dependencies());
  return environment.run(activity, { params: PARAMS, requester: "rita", runKey: RUN, retries: 0, ...call });
}

async function refused(call: Partial<ToolCall>, type: string, runId = RUN): Promise<void> {
  await expect(act(call, runId)).rejects.toMatchObject({ type, nonRetryable: true });
  expect(effects).toEqual([]);
}

const decision = (more: Partial<SignedDecision> = {}): SignedDecision => ({
  runKey: RUN,
  nodeId: "w",
  digest: grantFor().digest,
  decision: "approve",
  subject: "ann",
  groups: [],
  channel: "cli",
  ...more,
});

test("an approved action is taken, once, with a key of its own", async () => {
  expect(await act({ grant: grantFor() })).toEqual({ done: true });
  expect(effects).toEqual([{ given: PARAMS, key: `${RUN}.${NONCE}.w` }]);
});

describe("nothing happens", () => {
  test("without a grant", () => refused({}, "grant-invalid"));
  test("where nobody voted", () => refused({ grant: grantFor({ votes: [] }) }, "grant-invalid"));
  test("where the params were changed after the approval", () =>
    refused({ grant: grantFor(), params: { ...PARAMS, version: "2" } }, "grant-invalid"));
  test("where the nonce is another", () => refused({ grant: grantFor({ nonce: "b".repeat(32) }) }, "grant-invalid"));
  test("where the nonce is empty", () => refused({ grant: grantFor({ nonce: "" }) }, "grant-invalid"));
  test("where the run is another", () => refused({ grant: grantFor(), runKey: "other" }, "grant-invalid"));
  test("where another target was approved", () => {
    const action = {
      runKey: RUN,
      nonce: NONCE,
      node: "w",
      tool: "rollback",
      params: PARAMS,
      target: "till",
      policyDigest: "p",
    };
    return refused({ grant: grantFor({ target: "till", digest: actionDigest(action) }) }, "grant-invalid");
  });
  test("in a run that was reset after the approval", () =>
    refused({ grant: grantFor() }, "run-was-reset", "22222222-2222-2222-2222-222222222222"));
  test("in a run that continued from one that was reset after the approval", () =>
    refused({ grant: grantFor({ askedIn: "0-before-the-reset", startedAs: "" }) }, "run-was-reset"));
  test("where the params do not fit the tool", () =>
    refused({ grant: grantFor(), params: { target: "shop" } }, "params-invalid"));

  test("where remediation was disabled after the approval", async () => {
    policy = { ...POLICY, execution: { ...POLICY.execution, enable_remediation: false } };
    await refused({ grant: grantFor() }, "policy-changed");
  });
  test("where the tool was blocked after the approval", async () => {
    policy = { ...POLICY, tools: { ...POLICY.tools, blocked: ["rollback"] } };
    await refused({ grant: grantFor() }, "policy-changed");
  });
});

describe("where votes must be signed", () => {
  const signedGrant = async (more: Partial<SignedDecision> = {}): Promise<Grant> => {
    const { token } = await signer.sign(decision(more), Date.now());
    return grantFor({ signed: true, votes: [{ approver: "ann", token }] });
  };

  test("a vote whose signature fits this action is enough", async () => {
    expect(await act({ grant: await signedGrant() })).toEqual({ done: true });
  });
  test("a vote without a token is not", () => refused({ grant: grantFor({ signed: true }) }, "grant-invalid"));
  test.each([
    ["another run", { runKey: "other" }],
    ["another node", { nodeId: "v" }],
    ["another action", { digest: "f".repeat(64) }],
    ["a rejection", { decision: "reject" }],
  ] as const)("a token for %s is not", async (_, more) => {
    await refused({ grant: await signedGrant(more) }, "grant-invalid");
  });
  test("a token of another key is not", async () => {
    const other = await loadSigner(join(folder, "other.json"));
    if (!other.ok) throw new Error(other.problem.message);
    const { token } = await other.signer.sign(decision(), Date.now());
    await refused({ grant: grantFor({ signed: true, votes: [{ approver: "ann", token }] }) }, "grant-invalid");
  });
  test("an expired token is not", async () => {
    const { token } = await signer.sign(decision(), Date.now() - 30 * 86_400_000);
    await refused({ grant: grantFor({ signed: true, votes: [{ approver: "ann", token }] }) }, "grant-invalid");
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

describe("the audit log", () => {
  const told = () => audit.entries.map(({ event, code }) => (code === undefined ? event : `${event} ${code}`));

  test("tells of an action before it is taken: who asked, who agreed, to what", async () => {
    await act({ grant: grantFor() });
    expect(told()).toEqual(["node-started", "tool-called", "node-finished"]);
    expect(audit.entries[1]).toMatchObject({
      actor: "rita",
      run: "run",
      runKey: RUN,
      node: "w",
      digest: grantFor().digest,
      details: { tool: "rollback", effect: "write", approvers: ["ann"], params: PARAMS },
    });
  });

  test("tells of a refusal once, and of no call", async () => {
    await refused({}, "grant-invalid");
    expect(told()).toEqual(["node-started", "grant-refused grant-invalid", "node-finished grant-invalid"]);
  });

  test("stops an action where it cannot be written", async () => {
    audit.refuse();
    await refused({ grant: grantFor() }, "audit-not-written");
  });

  test("that is slow lets no action start whose time is up: another attempt may act by then", async () => {
    const { record } = audit;
    audit.record = async (entry) => {
      await record(entry);
      lateMs = 5_000;
    };
    await expect(act({ grant: grantFor() })).rejects.toMatchObject({ type: "timed-out" });
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
    const onTrouble = (text: string) => void troubles.push(text);
    const real = createAuditLog({ directory: join(blocked, "audit"), now: Date.now, onTrouble });
    audit = Object.assign(real, { entries: [], refuse: () => undefined });
    await refused({ grant: grantFor() }, "audit-not-written");
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

  async function voteOf(approver: string, groups: string[], sinceOpenedMs = 1_000) {
    const { digest } = grantFor();
    const claims = { runKey: RUN, nodeId: "w", digest, decision: "approve" as const, channel: "cli" };
    const issuedMs = OPENED + sinceOpenedMs;
    const { token } = await signer.sign({ ...claims, subject: approver, groups }, issuedMs);
    return { approver, token, atMs: issuedMs };
  }
  const ruled = (votes: Grant["votes"], rule = RULE) =>
    grantFor({ votes, rule, openedAtMs: OPENED, nodeType: "rollback", environment: "staging" });

  test("is met by enough different people of its groups", async () => {
    await act({ grant: ruled([await voteOf("ann", ["sre"]), await voteOf("bob", ["sre", "dev"])]) });
    expect(effects).toHaveLength(1);
  });

  test("is not met by one person twice, by another group, by who asked, by names without a token, or too early", async () => {
    const ann = await voteOf("ann", ["sre"]);
    await refused({ grant: ruled([ann, await voteOf("Ann", ["sre"])]) }, "grant-invalid");
    await refused({ grant: ruled([ann, await voteOf("bob", ["dev"])]) }, "grant-invalid");
    await refused({ grant: ruled([ann, await voteOf("rita", ["sre"])]) }, "grant-invalid");
    await refused({ grant: ruled([ann, { approver: "bob", atMs: OPENED }]) }, "grant-invalid");
    await refused({ grant: ruled([ann, await voteOf("lea", ["leads"])]) }, "grant-invalid");
  });

  test("that holds now must be met too: what was enough when people were asked is not", async () => {
    policy = { ...POLICY, approval: { ...POLICY.approval, rules: [{ name: "now", match: {}, required: 2 }] } };
    await refused({ grant: grantFor() }, "grant-invalid");
    await act({ grant: grantFor({ votes: [{ approver: "ann" }, { approver: "bob" }] }) });
    expect(effects).toHaveLength(1);
  });
});

describe("an undo", () => {
  const UNDO = { tool: "rollback", params: { target: "shop", version: "2" } };
  const ACTION = {
    runKey: RUN,
    nonce: NONCE,
    node: "w",
    tool: "rollback",
    params: PARAMS,
    target: "shop",
    policyDigest: "p",
  };
  const undoOf = { node: "w", tool: "rollback", params: PARAMS };
  const covering = (more: Partial<Grant> = {}): Grant =>
    grantFor({ digest: actionDigest({ ...ACTION, undo: UNDO }), undoOf, ...more });
  const takeBack = (call: Partial<ToolCall>, node = "w.undo") =>
    act({ params: UNDO.params, ...call }, RUN, rollback, node);

  test("that was approved with the action may be done, and nothing else under that approval", async () => {
    await takeBack({ grant: covering() });
    expect(effects).toHaveLength(1);
    effects = [];
    const refusals = [
      takeBack({ grant: covering(), params: { target: "shop", version: "3" } }),
      takeBack({ grant: covering({ digest: actionDigest(ACTION) }) }),
      takeBack({ grant: covering({ undoOf: { ...undoOf, node: "v" } }) }),
      takeBack({ grant: covering({ undoOf: { ...undoOf, params: UNDO.params } }) }),
      takeBack({ grant: covering() }, "other"),
      takeBack({ grant: covering({ votes: [] }) }),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toMatchObject({ type: "grant-invalid" });
    expect(effects).toEqual([]);
  });

  test("is part of what is approved: the action may not be done under an approval that showed another", async () => {
    const digest = actionDigest({ ...ACTION, undo: UNDO });
    await act({ grant: grantFor({ digest, undo: UNDO }) });
    expect(effects).toHaveLength(1);
    effects = [];
    await refused({ grant: grantFor({ digest }) }, "grant-invalid");
    await refused({ grant: grantFor({ digest, undo: { ...UNDO, params: PARAMS } }) }, "grant-invalid");
  });
});
