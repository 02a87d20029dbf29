/** Rules for approvals: which one a gate follows, whom it lets answer, how many it wants, and what silence does. */
import { describe, expect, test } from "vitest";
import { groupsAt, openSeconds, ruleFor, wantsSignedVotes } from "../../../src/core/policy/approval-rule.js";
import type { Policy } from "../../../src/core/policy.js";
import { viewOf } from "../../../src/core/report/view.js";
import { apply } from "../../../src/core/run/apply.js";
import { next } from "../../../src/core/run/next.js";
import { createRun, type Run, stateOf } from "../../../src/core/run/run.js";
import type { DecisionResult, Vote } from "../../../src/core/run/state.js";
import type { ApprovalRule } from "../../../src/schema/approval-rules.js";
import { policyFileSchema } from "../../../src/schema/policy.js";
import { checked, graphOf, openPolicy, write } from "../../support/graphs.js";

const DIGEST = "a".repeat(64);
type Rule = Partial<ApprovalRule>;

function policyWith(...rules: Rule[]): Policy {
  const policy = openPolicy();
  const named = rules.map((rule, index) => ({ name: `r${index}`, match: {}, ...rule }));
  return { ...policy, approval: { ...policy.approval, rules: named } };
}

/** A run whose only node waits at a gate that opened at second 1. */
function waiting(...rules: Rule[]): Run {
  const run = createRun(checked(graphOf([write("w")]), policyWith(...rules)), 0, "rita");
  const [action] = next(run);
  if (action?.kind !== "ask") throw new Error("nobody is asked");
  apply(run, { kind: "gate-asked", node: "w", deadlineMs: 1_000 + action.deadlineSeconds * 1_000, atMs: 1_000 });
  const opened = { nonce: "n", digest: DIGEST, askedIn: "r", shown: {}, notices: [] };
  apply(run, { kind: "gate-opened", node: "w", ...opened, atMs: 1_000 });
  return run;
}

function vote(run: Run, approver: string, more: Partial<Vote> = {}): DecisionResult | undefined {
  const verified = more.groups !== undefined;
  const whole: Vote = { decision: "approve", approver, atMs: 2_000, verified, ...more };
  return apply(run, { kind: "decided", node: "w", vote: whole, digest: DIGEST, atMs: whole.atMs });
}
const status = (run: Run) => stateOf(run, "w").status;

test("the policy's own comment_required holds where no rule says it, and a rule's beats it", () => {
  const subject = { type: "rollback", names: ["rollback"], effect: "write", environment: "production" } as const;
  const wanting = (policy: Policy): Policy => ({
    ...policy,
    approval: { ...policy.approval, comment_required: "reject" },
  });
  expect(ruleFor(openPolicy(), subject)).toBeUndefined();
  expect(ruleFor(wanting(openPolicy()), subject)).toMatchObject({ comment: "reject", groups: [], required: 1 });
  expect(ruleFor(wanting(policyWith({})), subject)?.comment).toBe("reject");
  expect(ruleFor(wanting(policyWith({ comment_required: "never" })), subject)?.comment).toBe("never");
});

describe("which rule a gate follows", () => {
  const subject = { type: "rollback", names: ["rollback"], effect: "write", environment: "production" } as const;

  test("is the first that matches in everything it names", () => {
    const policy = policyWith(
      { name: "types", match: { node_types: ["service_restart"] } },
      { name: "tools", match: { tools: ["restart"] } },
      { name: "effects", match: { effects: ["read"] } },
      { name: "environments", match: { environments: ["staging"] } },
      { name: "mine", match: { tools: ["rollback"], environments: ["production"], effects: ["write"] } },
      { name: "rest" },
    );
    expect(ruleFor(policy, subject)?.name).toBe("mine");
    expect(ruleFor(policy, { ...subject, environment: "test" })?.name).toBe("rest");
  });

  test("is none where none matches, and then one person is enough", () => {
    expect(ruleFor(policyWith({ match: { effects: ["read"] } }), subject)).toBeUndefined();
    expect(ruleFor(openPolicy(), subject)).toBeUndefined();
  });

  test.each([
    ["always", undefined, "development", true],
    ["never", "always", "development", true],
    ["never", "never", "production", true],
    [undefined, "production", "staging", false],
    [undefined, undefined, "production", true],
  ] as const)("policy %s and rule %s in %s: signed is %s", (ofPolicy, ofRule, environment, expected) => {
    const policy = openPolicy();
    const strict = { ...policy, approval: { ...policy.approval, signed: ofPolicy } };
    expect(wantsSignedVotes(strict, environment, ofRule)).toBe(expected);
  });

  test("cannot make production go unsigned unless the policy gives that up for all", () => {
    const policy = policyWith({ signed: "never" });
    expect(ruleFor(policy, subject)?.signed).toBe(true);
    policy.approval.require_for_production = false;
    expect(ruleFor(policy, subject)?.signed).toBe(false);
  });
});

describe("who may answer", () => {
  test("are members of its groups, by a verified signature only", () => {
    const run = waiting({ groups: ["sre"] });
    expect(vote(run, "ann")).toBe("not-allowed");
    expect(vote(run, "ann", { groups: ["dev"] })).toBe("not-allowed");
    expect(vote(run, "ann", { groups: ["sre"], verified: true, decision: "approve" })).toBe("accepted");
    expect(status(run)).toBe("approved");
    expect(viewOf(run, { runId: "r", runKey: "k", requester: "rita" }).gates[0]?.refused).toEqual({ "not-allowed": 2 });
  });

  test("is not who asked for the run, however the name is written, where the rule forbids it", () => {
    const run = waiting({ forbid_requester: true });
    const written = [
      "rita",
      "Rita ",
      "ＲＩＴＡ",
      "ri\u200bta",
      "rita\ufe0f",
      "r\u00adita",
      "\u2066rita\u2069",
      "rita\u{e0041}",
    ];
    for (const name of written) expect(vote(run, name)).toBe("not-allowed");
    expect(vote(run, "rita", { decision: "reject" })).toBe("not-allowed");
    expect(status(run)).toBe("asking");
    expect(vote(run, "ann")).toBe("accepted");
  });

  test("are as many different people as the rule wants; one person on two channels is one", () => {
    const run = waiting({ required: 2 });
    expect(vote(run, "ann", { channel: "cli" })).toBe("accepted");
    for (const name of ["Ann", "ann\ufe0f", "a\u200cnn"]) expect(vote(run, name, { channel: "page" })).toBe("accepted");
    expect(status(run)).toBe("asking");
    expect(vote(run, "bob")).toBe("accepted");
    expect(status(run)).toBe("approved");
  });

  test("can say no alone, whoever said yes before", () => {
    const run = waiting({ required: 3 });
    vote(run, "ann");
    vote(run, "bob");
    expect(vote(run, "eve", { decision: "reject" })).toBe("accepted");
    expect(status(run)).toBe("rejected");
  });

  test("grows by the steps of the escalation, at their time and not before", () => {
    const run = waiting({
      groups: ["sre"],
      timeout_seconds: 60,
      on_timeout: "escalate",
      escalate: [{ after_seconds: 30, groups: ["leads"] }],
    });
    const lead = { groups: ["leads"], verified: true };
    expect(vote(run, "lea", { ...lead, atMs: 30_999 })).toBe("not-allowed");
    expect(vote(run, "lea", { ...lead, atMs: 31_000 })).toBe("accepted");
  });

  test("must comment where the rule wants it", () => {
    const always = waiting({ comment_required: "always" });
    expect(vote(always, "ann", { comment: "  " })).toBe("comment-required");
    expect(vote(always, "ann", { comment: "seen the graphs" })).toBe("accepted");
    const onReject = waiting({ comment_required: "reject" });
    expect(vote(onReject, "ann", { decision: "reject" })).toBe("comment-required");
    expect(vote(onReject, "ann")).toBe("accepted");
  });
});

describe("silence", () => {
  const expire = (run: Run) => apply(run, { kind: "deadline-passed", node: "w", atMs: 999_000 });

  test("expires the gate, also where some had approved", () => {
    const run = waiting({ required: 2 });
    vote(run, "ann");
    expire(run);
    expect(stateOf(run, "w")).toMatchObject({
      status: "expired",
      reason: "1 of 2 people had approved at the deadline",
    });
    expect(run.state.outcome).toBe("expired");
  });

  test("leaves the node out where the rule says skip, and never approves", () => {
    const run = waiting({ on_timeout: "skip" });
    expire(run);
    expect(stateOf(run, "w")).toMatchObject({ status: "skipped", gate: { status: "expired" } });
    expect(run.state.outcome).toBe("succeeded");
  });

  test("lasts as long as the rule says; each step of an escalation gets the time of the first question", () => {
    const rule = ruleFor(
      policyWith({
        timeout_seconds: 60,
        on_timeout: "escalate",
        escalate: [{ after_seconds: 90, channel: "webhook:x" }],
      }),
      { type: "rollback", names: [], effect: "write", environment: "test" },
    );
    if (rule === undefined) throw new Error("it matches");
    expect(openSeconds(rule)).toBe(150);
    expect(openSeconds({ ...rule, onTimeout: "reject" })).toBe(60);
    expect(groupsAt(rule, 0, 1e9)).toEqual([]);
  });
});

describe("a policy file", () => {
  const parse = (rule: object) =>
    policyFileSchema.safeParse({ version: "1.0", approval: { rules: [{ name: "a", ...rule }] } });

  test("with a whole rule loads", () => {
    const rule = {
      match: { node_types: ["rollback"], tools: ["rollback"], environments: ["production"], effects: ["write"] },
      groups: ["sre"],
      required: 2,
      forbid_requester: true,
      timeout_seconds: 600,
      on_timeout: "escalate",
      remind_after_seconds: [60, 300],
      escalate: [{ after_seconds: 600, groups: ["leads"], channel: "webhook:leads" }],
      comment_required: "reject",
      signed: "always",
    };
    expect(parse(rule).success).toBe(true);
  });

  test.each([
    ["an unknown key", { grops: ["sre"] }],
    ["no votes at all", { required: 0 }],
    ["an unknown node type", { match: { node_types: ["rolback"] } }],
    ["an empty list of groups, which would mean everybody", { groups: [] }],
    ["an escalation to nobody", { on_timeout: "escalate" }],
    [
      "steps out of order",
      {
        groups: ["a"],
        escalate: [
          { after_seconds: 60, groups: ["b"] },
          { after_seconds: 60, groups: ["c"] },
        ],
      },
    ],
    ["a step that asks nobody", { escalate: [{ after_seconds: 60 }] }],
    ["a step with groups where everybody may answer", { escalate: [{ after_seconds: 60, groups: ["b"] }] }],
    ["reminders out of order", { remind_after_seconds: [60, 30] }],
  ])("with %s is refused", (_, rule) => {
    expect(parse(rule).success).toBe(false);
  });

  test("whose rules share a name is refused", () => {
    const rules = [{ name: "a" }, { name: "a" }];
    expect(policyFileSchema.safeParse({ version: "1.0", approval: { rules } }).success).toBe(false);
  });
});
