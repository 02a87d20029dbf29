/** What the audit log is told of a run, from the plan to its end. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { beforeEach, expect, test } from "vitest";
import {
  auditedAsk,
  auditedCheck,
  auditedDraft,
  auditedStore,
  auditedTell,
  auditedVerify,
} from "../../../src/activities/acting/audit-run.js";
import type { AskCall, CheckResult } from "../../../src/activities/contract.js";
import type { Report } from "../../../src/core/report.js";
import { digestOf } from "../../../src/platform/digest.js";
import { type AuditStub, auditStub } from "../../support/audit.js";

const RUN_KEY = "11111111-1111-1111-1111-111111111111";
const DIGEST = "ab".repeat(32);
const GRAPH = { id: "g", name: "g", goal_description: "mend it", nodes: [], edges: [] };
let audit: AuditStub;
beforeEach(() => {
  audit = auditStub();
});

// biome-ignore lint/suspicious/noExplicitAny: activities of any kind
function call<T>(activity: (...args: any[]) => Promise<T>, ...args: unknown[]): Promise<T> {
  const environment = new MockActivityEnvironment({ workflowExecution: { workflowId: "run-1", runId: RUN_KEY } });
  return environment.run(activity, ...args);
}

test("a plan is told of with its graph's digest", async () => {
  const draft = () => ({ ok: true as const, graph: GRAPH as never, playbook: "errors", score: 1, notices: [] });
  await call(
    auditedDraft(async () => draft(), { audit }),
    { goal: "mend it", requester: "rita" },
  );
  expect(audit.entries).toMatchObject([
    { event: "plan-made", actor: "rita", run: "run-1", digest: digestOf(GRAPH), details: { playbook: "errors" } },
  ]);
});

test("what was taken out of a goal stands in the line of its plan", async () => {
  const removed = [{ at: "goal", what: "role-marker" as const, taken: ["[INST]"] }];
  const draft = () => ({ ok: true as const, graph: GRAPH as never, notices: [], removed });
  await call(
    auditedDraft(async () => draft(), { audit }),
    { goal: "mend it", requester: "rita" },
  );
  expect(audit.entries).toMatchObject([{ event: "plan-made", details: { removed } }]);
});

test("a graph that passes its check is told of, and the run that starts with it", async () => {
  const verdict = {
    environment: "production",
    policyDigest: DIGEST,
    dryRun: false,
    targets: ["shop"],
    gates: { mend: {} },
  };
  const check = async () => ({ ok: true, verdict }) as unknown as CheckResult;
  await call(auditedCheck(check, { audit }), { graph: GRAPH, requester: "rita", dry_run: true });
  expect(audit.entries).toMatchObject([
    {
      event: "graph-checked",
      actor: "rita",
      run: "run-1",
      digest: digestOf(GRAPH),
      details: { policy_digest: DIGEST, targets: ["shop"], gated: ["mend"] },
    },
    { event: "run-started", actor: "rita", run: "run-1", runKey: RUN_KEY, details: { dry_run: true } },
  ]);
});

test.each([[{ graph: GRAPH, requester: "rita" }], [undefined], [{ requester: 7 }], [{ graph: { name: "\ud800" } }]])(
  "a graph that is refused is told of once, with what is wrong, also where it is %j",
  async (input) => {
    const problems = [{ code: "cycle" as const, at: "", message: "no" }];
    const check = async () => ({ ok: false as const, problems });
    await call(auditedCheck(check, { audit }), input);
    expect(audit.entries).toMatchObject([{ event: "graph-refused", code: "cycle", details: { codes: ["cycle"] } }]);
  },
);

test("a question to people is told of with its digest and what they are shown", async () => {
  const asked = { nonce: "n", digest: DIGEST, askedIn: RUN_KEY, shown: { target: "shop" }, notices: [] };
  const question = {
    nodeId: "mend",
    runKey: RUN_KEY,
    requester: "rita",
    reason: "it writes",
    deadlineMs: 0,
  } as AskCall;
  await call(
    auditedAsk(async () => asked, { audit }),
    question,
  );
  expect(audit.entries).toMatchObject([
    {
      event: "gate-requested",
      actor: "rita",
      node: "mend",
      runKey: RUN_KEY,
      digest: DIGEST,
      details: { params: asked.shown },
    },
  ]);
  expect(JSON.stringify(audit.entries)).not.toContain('"nonce"');
});

test("a vote is told of by who signed it, and a signature that does not hold as refused; no token is kept", async () => {
  const vote = { token: "t.o.ken", runKey: RUN_KEY, nodeId: "mend", digest: DIGEST, decision: "approve" as const };
  const proven = { ok: true as const, approver: "ann", groups: ["sre"], channel: "cli", issuedMs: 0, jti: "j1" };
  await call(
    auditedVerify(async () => proven, { audit }),
    vote,
  );
  await call(
    auditedVerify(async () => ({ ok: false, reason: "another run" }), { audit }),
    vote,
  );
  expect(audit.entries).toMatchObject([
    {
      event: "vote-recorded",
      actor: "ann",
      channel: "cli",
      node: "mend",
      details: { decision: "approve", verified: true, groups: ["sre"] },
    },
    { event: "signature-refused", node: "mend", digest: DIGEST, details: { reason: "another run" } },
  ]);
  expect(JSON.stringify(audit.entries)).not.toContain(vote.token);
});

test("the end of a run is told of with each gate, its votes, and what was changed; and the report is kept", async () => {
  const kept: Report[] = [];
  const reports = { put: async (report: Report) => void kept.push(report), get: async () => undefined };
  const votes = [
    { decision: "approve", approver: "ann", verified: true, atMs: 1 },
    { decision: "approve", approver: "bob", channel: "signal", verified: false, atMs: 2 },
  ];
  const gate = { nodeId: "mend", digest: DIGEST, status: "approved", votes, refused: { late: 1 }, closedAtMs: 3 };
  const nodes = [{ id: "mend", effect: "write", status: "succeeded" }];
  const ended = { runId: "run-1", runKey: RUN_KEY, requester: "rita", outcome: "succeeded", gates: [gate], nodes };
  await call(auditedStore({ audit, reports }), ended);
  expect(audit.entries).toMatchObject([
    { event: "vote-recorded", actor: "bob", channel: "signal", node: "mend", details: { verified: false } },
    { event: "decision-refused", code: "decision-late", node: "mend", digest: DIGEST },
    { event: "gate-closed", node: "mend", digest: DIGEST, details: { status: "approved", refused: { late: 1 } } },
    { event: "run-ended", actor: "rita", details: { outcome: "succeeded", writes: [{ node: "mend" }] } },
  ]);
  expect(kept).toEqual([ended]);
});

test("nothing of a run stops where the log cannot be written", async () => {
  audit.refuse();
  const kept: Report[] = [];
  const reports = { put: async (report: Report) => void kept.push(report), get: async () => undefined };
  await call(auditedStore({ audit, reports }), { gates: [], nodes: [], outcome: "succeeded" });
  expect(kept).toHaveLength(1);
});

test("what was taken out of a goal is told of before its plan, and a goal that is refused by itself", async () => {
  const notices = [{ code: "goal-suspicious" as const, at: "goal", message: "the goal: it hides letters (invisible)" }];
  const draft = { ok: true as const, graph: GRAPH as never, playbook: "errors", score: 1, notices };
  await call(
    auditedDraft(async () => draft, { audit }),
    { goal: "mend it", requester: "rita" },
  );
  const problems = [
    { code: "goal-invalid" as const, at: "goal", message: "nothing is left of it" },
    { code: "no-playbook" as const, at: "goal", message: "no playbook fits" },
  ];
  await call(
    auditedDraft(async () => ({ ok: false as const, problems }), { audit }),
    { goal: "\u200b", requester: "rita" },
  );
  expect(audit.entries).toMatchObject([
    { event: "goal-cleaned", actor: "rita", run: "run-1", details: { signs: [notices[0]?.message] } },
    { event: "plan-made", actor: "rita", run: "run-1", digest: digestOf(GRAPH) },
    { event: "goal-refused", actor: "rita", run: "run-1", code: "goal-invalid" },
  ]);
});

test.each([
  ["gate-reminder", "gate-reminded"],
  ["gate-escalated", "gate-escalated"],
] as const)(
  "a message that is a %s gets the line %s, and that it could not be delivered stands in it",
  async (event, line) => {
    const notices = [{ channel: "slack:ops", ok: false, problem: "no such channel" }];
    const told = { event, nodeId: "mend", nodeName: "mend", digest: DIGEST, groups: ["dba"] };
    await call(
      auditedTell(async () => ({ notices }), { audit }),
      told,
    );
    expect(audit.entries).toMatchObject([
      { event: line, run: "run-1", node: "mend", digest: DIGEST, details: { groups: ["dba"], notices } },
    ]);
  },
);

test("that a gate has closed is told when its run ends, and not twice", async () => {
  const told = { event: "gate-closed" as const, nodeId: "mend", nodeName: "mend" };
  await call(
    auditedTell(async () => ({ notices: [] }), { audit }),
    told,
  );
  expect(audit.entries).toEqual([]);
});
