/** Whether enough people agreed, by the rule that they were shown and by the one that holds now. */
import { type GateRule, mayAnswer, ruleFor, type Voter, wantsSignedVotes } from "../../core/policy/approval-rule.js";
import { strictest } from "../../vocabulary/node-types.js";
import { peopleOf, personOf } from "../../vocabulary/person.js";
import type { Dependencies } from "../dependencies.js";
import { verifyVote } from "../gates/verify-vote.js";
import { type Acting, type Derived, refuse, type SignedGrant } from "./action.js";

interface Voted {
  approvers: string[];
  unverified: string[];
}

export async function checkVotes(
  acting: Acting,
  grant: SignedGrant,
  derived: Derived,
  dependencies: Dependencies,
): Promise<Voted> {
  const { question } = grant;
  const { policy, tool, effect } = derived;
  const environment = strictest(question.environment, derived.environment ?? question.environment);
  const subject = { type: grant.type, names: [tool.name, ...tool.aliases], effect };
  // Of the place that it reaches, and of the run that it stands in: both hold.
  const present = [derived.environment ?? environment, environment].map((each) =>
    ruleFor(policy, { ...subject, environment: each }),
  );
  const rules = [question.rule, ...present].filter((rule) => rule !== null && rule !== undefined);
  const signed = question.signed || rules.some((rule) => rule.signed) || wantsSignedVotes(policy, environment);
  const { voters, refused } = await votersOf(acting, grant, signed, dependencies);
  const enough = (rule: GateRule | undefined, openedAtMs: number, voted: Voter[]): void => {
    const entitled = voted.filter(
      (voter) => rule === undefined || mayAnswer(rule, voter, question.requester, openedAtMs),
    );
    const people = new Set(entitled.map((voter) => personOf(voter.approver))).size;
    const required = Math.max(question.required, rule?.required ?? 1);
    if (people >= required) return;
    const why =
      refused ?? `${people} of ${required} people who may approve it did${rule ? ` (rule ${rule.name})` : ""}`;
    throw refuse(`${acting.nodeId} is not approved: ${why}`);
  };
  enough(undefined, 0, voters);
  if (question.rule !== null) enough(question.rule as GateRule, question.openedAtMs, voters);
  // Whoever the present rule lets answer at any time of its escalation may have answered.
  const whenever = voters.map((voter) => ({ ...voter, givenAtMs: Number.POSITIVE_INFINITY }));
  for (const rule of present) if (rule !== undefined) enough(rule, 0, whenever);
  const names = (isVerified: boolean) =>
    peopleOf(voters.filter((voter) => (voter.groups !== undefined) === isVerified).map(({ approver }) => approver));
  return { approvers: names(true), unverified: names(false) };
}

/** The votes that hold; where signatures are wanted, only those with one. */
async function votersOf(
  { call }: Acting,
  { digest, votes, question }: SignedGrant,
  signed: boolean,
  dependencies: Dependencies,
) {
  const voters: Voter[] = [];
  let refused: string | undefined;
  for (const { approver, token, atMs = 0 } of votes) {
    if (token === undefined) {
      if (signed) refused ??= `the vote of ${approver} has no signature`;
      else voters.push({ approver, givenAtMs: atMs });
      continue;
    }
    const asked = { token, runKey: call.runKey ?? "", nodeId: question.node, digest, decision: "approve" as const };
    const verdict = await verifyVote({ ...asked, v: 2 }, dependencies);
    if (!verdict.ok) refused ??= `the signature of ${approver} does not hold: ${verdict.reason}`;
    // What is here before the deadline was decided before it, whatever the clock of who signed.
    else if (Math.min(verdict.issuedMs, dependencies.now()) >= question.deadlineMs)
      refused ??= `${verdict.approver} decided after the deadline`;
    else voters.push({ ...verdict, givenAtMs: Math.min(verdict.issuedMs, atMs || verdict.issuedMs) });
  }
  return { voters, refused };
}
