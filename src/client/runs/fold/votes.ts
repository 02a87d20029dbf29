/** Decisions on their way to a gate, as the workflow's desk takes them: a token is verified before its vote counts. */
import type { AskedAt, VoteVerdict } from "../../../activities/contract.js";
import { readAnswer } from "../../../core/approval.js";
import type { DecisionResult, Vote } from "../../../core/run/state.js";
import type { Answer } from "../../../schema/decision.js";
import type { Mirror } from "./mirror.js";

/** What became of one decision. */
export interface Outcome {
  node: string;
  decision: Vote["decision"];
  approver: string;
  result: DecisionResult;
  atMs: number;
}

export interface Votes {
  /** A decision arrived; undefined while its token is being verified. */
  take(value: unknown, decision: Vote["decision"], atMs: number): Outcome | undefined;
  /** The verification of the activity with this sequence number ended. */
  verified(seq: number, verdict: (VoteVerdict & AskedAt) | undefined): Outcome | undefined;
}

interface Pending {
  seq: number;
  answer: Answer;
  vote: Vote;
}

export function createVotes(mirror: Mirror): Votes {
  const pending: Pending[] = [];

  function take(value: unknown, decision: Vote["decision"], atMs: number): Outcome | undefined {
    const read = readAnswer(value);
    if (!read.ok) {
      mirror.run.state.strayDecisions++;
      return { node: "", decision, approver: "", result: "gate-not-open", atMs };
    }
    const { approver, comment, channel, token, decision_id: decisionId, node_id: node } = read.answer;
    const vote: Vote = { decision, approver, comment, channel, atMs, verified: false, decisionId };
    if (token === undefined || !mirror.run.plan.nodes.has(node)) return count(read.answer, vote);
    // The gate's digest as it is now is what the workflow has verified; the verdict itself is in history.
    pending.push({ seq: mirror.countActivity(), answer: read.answer, vote });
    return undefined;
  }

  function verified(seq: number, verdict: (VoteVerdict & AskedAt) | undefined): Outcome | undefined {
    const index = Math.max(
      0,
      pending.findIndex((one) => one.seq === seq),
    );
    const [found] = pending.splice(index, 1);
    if (found === undefined || verdict === undefined) return undefined;
    const asked = { ...found.vote, atMs: verdict.atMs ?? found.vote.atMs };
    if (!verdict.ok) return count(found.answer, asked);
    const { approver, groups, channel = asked.channel, issuedMs, jti } = verdict;
    const { token } = found.answer;
    const vote = { ...asked, approver, groups, channel, verified: true, issuedMs, token, decisionId: jti };
    return count(found.answer, vote);
  }

  function count({ node_id: node, digest }: Answer, vote: Vote): Outcome {
    const { atMs, decision, approver } = vote;
    const result = mirror.report({ kind: "decided", node, vote, digest, atMs }) ?? "gate-not-open";
    return { node, decision, approver, result, atMs };
  }

  return { take, verified };
}
