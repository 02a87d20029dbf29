/** Decisions on their way to a gate, as the workflow's handlers take them: a token is verified before its vote counts. */
import type { EditVerdict, RequestTime, VoteVerdict } from "../../../activities/contract.js";
import { readAnswer } from "../../../core/gate/answer.js";
import { judgeEdit, refuseEdit } from "../../../core/gate/edit.js";
import { addProblem } from "../../../core/run/run.js";
import type { DecisionResult, RunEvent, Vote } from "../../../core/run/state.js";
import { noteStray, unreadable } from "../../../core/run/stray-decisions.js";
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
  verified(seq: number, verdict: (VoteVerdict & RequestTime) | undefined): Outcome | undefined;
  /** The check of other params ended. */
  checkedEdit(seq: number, verdict: (EditVerdict & RequestTime) | undefined): Outcome | undefined;
}

interface Pending {
  seq: number;
  answer: Answer;
  vote: Vote;
}

export function createVotes(mirror: Mirror): Votes {
  const pending: Pending[] = [];
  const edits: Array<{ seq: number; event: Extract<RunEvent, { kind: "decided" }> }> = [];

  function take(value: unknown, decision: Vote["decision"], atMs: number): Outcome | undefined {
    const read = readAnswer(value);
    if (!read.ok) {
      noteStray(mirror.run, unreadable(value, decision, read.message, atMs));
      return { node: "", decision, approver: "", result: "gate-not-open", atMs };
    }
    const { approver, comment, channel, token, decision_id: decisionId, node_id: node } = read.answer;
    const params = decision === "approve" && read.answer.params !== undefined ? { params: read.answer.params } : {};
    const vote: Vote = { decision, approver, comment, channel, atMs, verified: false, decisionId, ...params };
    if (token === undefined || !mirror.run.plan.nodes.has(node)) return count(read.answer, vote);
    // The gate's digest as it is now is what the workflow has verified; the verdict itself is in history.
    mirror.report({ kind: "vote-arrived", node, atMs });
    pending.push({ seq: mirror.countActivity(), answer: read.answer, vote });
    return undefined;
  }

  function verified(seq: number, verdict: (VoteVerdict & RequestTime) | undefined): Outcome | undefined {
    const index = Math.max(
      0,
      pending.findIndex((one) => one.seq === seq),
    );
    const [found] = pending.splice(index, 1);
    if (found === undefined) return undefined;
    const asked = { ...found.vote, atMs: verdict?.atMs ?? found.vote.atMs };
    if (!verdict?.ok) return counted(count(found.answer, { ...asked, signatureRefused: true }));
    const { approver, groups, channel = asked.channel, issuedMs, jti } = verdict;
    const { token } = found.answer;
    const vote = { ...asked, approver, groups, channel, verified: true, issuedMs, token, decisionId: jti };
    return counted(count(found.answer, vote));
  }

  /** The look at a signature is over, unless the check of other params follows. */
  function counted(outcome: Outcome | undefined): Outcome | undefined {
    if (outcome !== undefined) mirror.report({ kind: "vote-settled", node: outcome.node, atMs: outcome.atMs });
    return outcome;
  }

  /** Its params went into the vote; the check of them comes next. */
  function takeEdit({ node_id: node, digest }: Answer, vote: Vote): Outcome | undefined {
    const { atMs, decision, approver } = vote;
    const event = { kind: "decided" as const, node, vote, digest, atMs };
    const judged = judgeEdit(mirror.run, event);
    if (judged !== "accepted") return { node, decision, approver, result: judged, atMs };
    edits.push({ seq: mirror.countActivity(), event });
    return undefined;
  }

  function checkedEdit(seq: number, verdict: (EditVerdict & RequestTime) | undefined): Outcome | undefined {
    const index = Math.max(
      0,
      edits.findIndex((one) => one.seq === seq),
    );
    const [found] = edits.splice(index, 1);
    if (found === undefined) return undefined;
    const { node, vote } = found.event;
    const { decision, approver, params = {} } = vote;
    const atMs = verdict?.atMs ?? vote.atMs;
    const wasSigned = vote.verified || vote.signatureRefused === true;
    const end = (result: DecisionResult): Outcome | undefined => {
      const outcome = { node, decision, approver, result, atMs };
      return wasSigned ? counted(outcome) : outcome;
    };
    if (!verdict?.ok) {
      for (const problem of verdict?.problems ?? []) addProblem(mirror.run, problem);
      return end(refuseEdit(mirror.run, found.event));
    }
    const again = judgeEdit(mirror.run, found.event);
    if (again !== "accepted") return end(again);
    const asked = verdict.gate === undefined ? {} : { gate: verdict.gate };
    mirror.report({ kind: "edited", node, params, by: approver, ...asked, atMs });
    return end("edited");
  }

  function count(answer: Answer, vote: Vote): Outcome | undefined {
    return vote.params === undefined ? countVote(answer, vote) : takeEdit(answer, vote);
  }

  function countVote({ node_id: node, digest }: Answer, vote: Vote): Outcome {
    const { atMs, decision, approver } = vote;
    const result = mirror.report({ kind: "decided", node, vote, digest, atMs }) ?? "gate-not-open";
    return { node, decision, approver, result, atMs };
  }

  return { take, verified, checkedEdit };
}
