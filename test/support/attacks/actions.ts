/** Attacks on the action itself, after everybody has agreed: what is sent to the activity that acts. */
import type { Grant } from "../../../src/activities/contract.js";
import type { Policy } from "../../../src/core/policy.js";
import { digestOf } from "../../../src/platform/digest.js";
import type { Question } from "../../../src/schema/question.js";
import { recordsStub } from "../approvals.js";
import type { AttackedRun, Prepared } from "./run.js";
import { type Scenario, votesWanted, wantsSignatures } from "./scenario.js";
import type { Situation } from "./votes.js";

export interface ActionAttack {
  /** Codes, one of which it must be refused with. */
  refusedAs: readonly string[];
  /** Where the scenario must be of a kind for this to be an attack. */
  suits?(scenario: Scenario): boolean;
  bend(prepared: Prepared, situation: Situation<AttackedRun>): Prepared | Promise<Prepared>;
}

const invalid = ["grant-invalid"];
const grantOf = ({ call }: Prepared): Grant => call.grant as Grant;
const withGrant = (prepared: Prepared, more: Partial<Grant>): Prepared => ({
  ...prepared,
  call: { ...prepared.call, grant: { ...grantOf(prepared), ...more } },
});
const questionOf = (prepared: Prepared): Question => grantOf(prepared).question as Question;
/** The question says otherwise, under the digest that was signed. */
const saying = (prepared: Prepared, more: Partial<Question>): Prepared =>
  withGrant(prepared, { question: { ...questionOf(prepared), ...more } });
/** The same under a digest made for it. */
const sayingAnew = (prepared: Prepared, more: Partial<Question>): Prepared => {
  const question = { ...questionOf(prepared), ...more };
  return withGrant(prepared, { question, digest: digestOf(question) });
};
const withParams = (prepared: Prepared, params: object): Prepared => ({
  ...prepared,
  call: { ...prepared.call, params: { ...prepared.call.params, ...params } as Prepared["call"]["params"] },
});
const unsigned = (prepared: Prepared) =>
  grantOf(prepared).votes.map(({ approver, atMs }) => ({ approver, ...(atMs === undefined ? {} : { atMs }) }));
const wantsMany = (scenario: Scenario): boolean => votesWanted(scenario) > 1;

function tightened(policy: Policy): Policy {
  const [rule = { name: "new", match: {} }] = policy.approval.rules ?? [];
  return { ...policy, approval: { ...policy.approval, rules: [{ ...rule, required: 4 }] } };
}

export const ACTION_ATTACKS: Record<string, ActionAttack> = {
  "no grant": {
    refusedAs: invalid,
    bend: (prepared) => {
      const { grant: _, ...call } = prepared.call;
      return { ...prepared, call };
    },
  },
  "params that were changed": {
    refusedAs: invalid,
    bend: (prepared, { pick }) => withParams(prepared, { version: ["2", "1 ", "latest"][pick(3)] }),
  },
  "another target": { refusedAs: invalid, bend: (prepared) => withParams(prepared, { target: "till" }) },
  "another target, said to be approved": {
    refusedAs: invalid,
    bend: (prepared) => saying(withParams(prepared, { target: "till" }), { target: "till" }),
  },
  "a target that nobody was asked about": {
    refusedAs: invalid,
    bend: (prepared) => saying(prepared, { target: null, environment: "staging" }),
  },
  "changed params under a digest made for them": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: (prepared) => {
      const changed = withParams(prepared, { version: "2" });
      const { params } = changed.call;
      return sayingAnew(changed, { params: digestOf(params), shown: digestOf(params) });
    },
  },
  "params beyond the tool's own": {
    refusedAs: [...invalid, "params-invalid"],
    bend: (prepared) => withParams(prepared, { force: true }),
  },
  "another nonce": { refusedAs: invalid, bend: (prepared) => saying(prepared, { nonce: "b".repeat(32) }) },
  "an empty nonce": { refusedAs: invalid, bend: (prepared) => saying(prepared, { nonce: "" }) },
  "another policy's digest": {
    refusedAs: invalid,
    bend: (prepared) => saying(prepared, { policyDigest: "f".repeat(64) }),
  },
  "another run's key": {
    refusedAs: invalid,
    bend: (prepared, { other }) => ({ ...prepared, call: { ...prepared.call, runKey: other.runKey } }),
  },
  "another node": { refusedAs: invalid, bend: (prepared) => ({ ...prepared, activityId: "w2" }) },
  "another run's whole grant": {
    refusedAs: [...invalid, "run-was-reset"],
    bend: (prepared, { other }) => ({
      ...prepared,
      call: { ...prepared.call, grant: other.callOf("w", prepared.call.params).grant },
    }),
  },
  "a run that was reset": {
    refusedAs: ["run-was-reset"],
    bend: (prepared, { attacked }) => {
      attacked.target.said = { runKey: attacked.runKey };
      return { ...prepared, runId: "after-the-reset" };
    },
  },
  "a run that continued from a reset one": {
    refusedAs: ["run-was-reset"],
    bend: (prepared, { attacked }) => {
      attacked.target.said = { runKey: attacked.runKey, hasAsked: false };
      return { ...prepared, runId: "continued" };
    },
  },
  "no votes": { refusedAs: invalid, bend: (prepared) => withGrant(prepared, { votes: [] }) },
  "fewer votes than wanted": {
    refusedAs: invalid,
    suits: wantsMany,
    bend: (prepared, { scenario }) =>
      withGrant(prepared, { votes: grantOf(prepared).votes.slice(0, votesWanted(scenario) - 1) }),
  },
  "one vote many times": {
    refusedAs: invalid,
    suits: wantsMany,
    bend: (prepared) => {
      const [first] = grantOf(prepared).votes;
      return withGrant(prepared, { votes: first === undefined ? [] : [first, first, first, first] });
    },
  },
  "votes without their signatures": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: (prepared) => withGrant(prepared, { votes: unsigned(prepared) }),
  },
  "unsigned votes where signatures are said not to be wanted": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: (prepared) => {
      const { rule } = questionOf(prepared);
      const relaxed = rule === null ? {} : { rule: { ...rule, signed: false, groups: [] } };
      const votes = unsigned(prepared);
      return withGrant(sayingAnew(prepared, { signed: false, environment: "staging", ...relaxed }), { votes });
    },
  },
  "unsigned votes where groups are wanted": {
    refusedAs: invalid,
    suits: ({ rule }) => rule?.groups !== undefined,
    bend: (prepared) => withGrant(sayingAnew(prepared, { signed: false, rule: null }), { votes: unsigned(prepared) }),
  },
  "a rule that was relaxed": {
    refusedAs: invalid,
    suits: wantsMany,
    bend: (prepared, { pick }) => {
      const { rule } = questionOf(prepared);
      const relaxed = pick(2) === 0 || rule === null ? null : { ...rule, required: 1, groups: [] };
      const votes = grantOf(prepared).votes.slice(0, 1);
      return withGrant(sayingAnew(prepared, { rule: relaxed, required: 1 }), { votes });
    },
  },
  "votes for another run": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: async (prepared, { other, signer }) => {
      const { digest } = grantOf(prepared);
      const claims = {
        v: 2 as const,
        nodeId: "w",
        digest,
        decision: "approve" as const,
        groups: ["sre"],
        channel: "cli",
      };
      const tokens = ["ann", "bob", "cleo"].map((subject) =>
        signer.sign({ ...claims, subject, runKey: other.runKey }, other.target.nowMs),
      );
      const votes = (await Promise.all(tokens)).map(({ token }, index) => ({ approver: `p${index}`, token }));
      return withGrant(prepared, { votes });
    },
  },
  "rejections in place of approvals": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: async (prepared, { attacked, signer }) => {
      const { digest } = grantOf(prepared);
      const claims = {
        v: 2 as const,
        nodeId: "w",
        digest,
        decision: "reject" as const,
        groups: ["sre"],
        channel: "cli",
      };
      const tokens = ["ann", "bob", "cleo"].map((subject) =>
        signer.sign({ ...claims, subject, runKey: attacked.runKey }, attacked.target.nowMs),
      );
      const votes = (await Promise.all(tokens)).map(({ token }, index) => ({ approver: `p${index}`, token }));
      return withGrant(prepared, { votes });
    },
  },
  "votes of a stranger's key": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: async (prepared, { attacked, stranger }) => {
      const { digest } = grantOf(prepared);
      const claims = {
        v: 2 as const,
        nodeId: "w",
        digest,
        decision: "approve" as const,
        groups: ["sre"],
        channel: "cli",
      };
      const tokens = ["ann", "bob", "cleo"].map((subject) =>
        stranger.sign({ ...claims, subject, runKey: attacked.runKey }, attacked.target.nowMs),
      );
      const votes = (await Promise.all(tokens)).map(({ token }, index) => ({ approver: `p${index}`, token }));
      return withGrant(prepared, { votes });
    },
  },
  "the requester in place of the others": {
    refusedAs: invalid,
    suits: ({ rule }) => rule?.forbidRequester === true,
    bend: async (prepared, { attacked, signer }) => {
      const { digest } = grantOf(prepared);
      const claims = {
        v: 2 as const,
        nodeId: "w",
        digest,
        decision: "approve" as const,
        groups: ["sre"],
        channel: "cli",
      };
      const tokens = ["rita", "RITA", " rita"].map((subject) =>
        signer.sign({ ...claims, subject, runKey: attacked.runKey }, attacked.target.nowMs),
      );
      const votes = (await Promise.all(tokens)).map(({ token }, index) => ({ approver: `p${index}`, token }));
      return withGrant(prepared, { votes });
    },
  },
  "approvals of before the policy wanted more": {
    refusedAs: invalid,
    bend: (prepared, { attacked }) => {
      attacked.target.policy = tightened(attacked.target.policy);
      return prepared;
    },
  },
  "approvals of before remediation was disabled": {
    refusedAs: ["policy-changed"],
    bend: (prepared, { attacked: { target } }) => {
      target.policy = { ...target.policy, execution: { ...target.policy.execution, enable_remediation: false } };
      return prepared;
    },
  },
  "approvals of before the tool was blocked": {
    refusedAs: ["policy-changed"],
    bend: (prepared, { attacked: { target }, pick }) => {
      const { tools, node_types } = target.policy;
      target.policy =
        pick(2) === 0
          ? { ...target.policy, tools: { ...tools, blocked: ["rollback"] } }
          : { ...target.policy, node_types: { ...node_types, blocked: ["rollback"] } };
      return prepared;
    },
  },
  "approvals of before dry runs were turned on": {
    refusedAs: ["policy-changed"],
    bend: (prepared, { attacked: { target } }) => {
      target.policy = { ...target.policy, execution: { ...target.policy.execution, dry_run: true } };
      return prepared;
    },
  },
  "approvals of before the policy's file was broken": {
    refusedAs: ["policy-invalid"],
    bend: (prepared, { attacked: { target } }) => {
      target.policyIsLost = true;
      return prepared;
    },
  },
  "approvals of before the rule asked other people": {
    refusedAs: invalid,
    bend: (prepared, { attacked: { target } }) => {
      const others = { name: "new", match: {}, groups: ["auditors"] };
      target.policy = { ...target.policy, approval: { ...target.policy.approval, rules: [others] } };
      return prepared;
    },
  },
  "a rule that was taken away while too few had approved": {
    refusedAs: invalid,
    suits: wantsMany,
    bend: (prepared, { attacked: { target } }) => {
      const { rules: _, ...approval } = target.policy.approval;
      target.policy = { ...target.policy, approval };
      return withGrant(prepared, { votes: grantOf(prepared).votes.slice(0, 1) });
    },
  },
  "signatures that are wanted no more, and votes without": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: (prepared, { attacked: { target } }) => {
      const { rules = [], ...approval } = target.policy.approval;
      const relaxed = rules.map((rule) => ({ ...rule, signed: "never" as const }));
      const milder = { ...approval, rules: relaxed, signed: "never" as const, require_for_production: false };
      target.policy = { ...target.policy, approval: milder };
      return withGrant(prepared, { votes: unsigned(prepared) });
    },
  },
  "votes whose key was taken away": {
    refusedAs: invalid,
    bend: (prepared, { attacked: { target }, stranger }) => {
      target.verifier = stranger;
      return prepared;
    },
  },
  "more attempts than any node may have": {
    refusedAs: invalid,
    bend: (prepared, { pick }) => {
      const retries = 2 ** (8 + pick(22));
      const bent = sayingAnew(prepared, { retries });
      return { ...bent, call: { ...bent.call, retries } };
    },
  },
  "records that were taken away": {
    refusedAs: invalid,
    bend: (prepared, { attacked: { target } }) => {
      target.records = recordsStub();
      return prepared;
    },
  },
  "tokens that have expired since": {
    refusedAs: invalid,
    suits: wantsSignatures,
    bend: (prepared, { attacked, pick }) => {
      attacked.target.nowMs += (8 + pick(30)) * 86_400_000;
      return prepared;
    },
  },
};
