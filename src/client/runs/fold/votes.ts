/** Decisions on their way to a gate, as the workflow's handlers take them: a token is verified before its vote counts. */
import type { EditVerdict, RequestTime, VoteVerdict } from "../../../activities/contract.js";
import { decided, needsProof, provenVote, readAnswer, voteOf } from "../../../core/gate/answer.js";
import { judgeEdit, takeEdit } from "../../../core/gate/edit.js";
import type { DecisionResult, Vote } from "../../../core/run/state.js";
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

interface Pending {
  seq: number;
  answer: Answer & { token: string };
  vote: Vote;
}

interface PendingEdit {
  seq: number;
  event: ReturnType<typeof decided>;
}

export class Votes {
  readonly #mirror: Mirror;
  readonly #pending: Pending[] = [];
  readonly #edits: PendingEdit[] = [];

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** A decision arrived; undefined while its token is being verified. */
  take(value: unknown, decision: Vote["decision"], atMs: number): Outcome | undefined {
    const { run } = this.#mirror;
    const read = readAnswer(value);
    if (!read.ok) {
      noteStray(run, unreadable(value, decision, read.message, atMs));
      return { node: "", decision, approver: "", result: "gate-not-open", atMs };
    }
    const { answer } = read;
    const vote = voteOf(answer, decision, atMs);
    if (!needsProof(run, answer)) return this.#count(answer, vote);
    // The gate's digest as it is now is what the workflow has verified; the verdict itself is in history.
    this.#mirror.dispatch({ kind: "vote-arrived", node: answer.node_id, atMs });
    this.#pending.push({ seq: this.#mirror.countActivity(), answer, vote });
    return undefined;
  }

  /** The verification of the activity with this sequence number ended. */
  verified(seq: number, verdict: (VoteVerdict & RequestTime) | undefined): Outcome | undefined {
    const found = taken(this.#pending, seq);
    if (found === undefined) return undefined;
    return this.#settle(this.#count(found.answer, provenVote(found.vote, found.answer.token, verdict)));
  }

  /** The check of other params ended. */
  checkedEdit(seq: number, verdict: (EditVerdict & RequestTime) | undefined): Outcome | undefined {
    const event = taken(this.#edits, seq)?.event;
    if (event === undefined) return undefined;
    const { node, vote } = event;
    const { decision, approver, verified, signatureRefused } = vote;
    const result = takeEdit(this.#mirror.run, event, verdict, this.#mirror.dispatch);
    const outcome = { node, decision, approver, result, atMs: verdict?.atMs ?? vote.atMs };
    return verified || signatureRefused === true ? this.#settle(outcome) : outcome;
  }

  /** The look at a signature is over, unless the check of other params follows. */
  #settle(outcome: Outcome | undefined): Outcome | undefined {
    if (outcome === undefined) return undefined;
    this.#mirror.dispatch({ kind: "vote-settled", node: outcome.node, atMs: outcome.atMs });
    return outcome;
  }

  #count(answer: Answer, vote: Vote): Outcome | undefined {
    const event = decided(answer, vote);
    const { atMs, decision, approver, params } = vote;
    const ended = (result: DecisionResult): Outcome => ({ node: event.node, decision, approver, result, atMs });
    if (params === undefined) return ended(this.#mirror.dispatch(event) ?? "gate-not-open");
    const judged = judgeEdit(this.#mirror.run, event);
    if (judged !== "accepted") return ended(judged);
    this.#edits.push({ seq: this.#mirror.countActivity(), event });
    return undefined;
  }
}

/** That of this sequence number, else the oldest. */
function taken<T extends { seq: number }>(waiting: T[], seq: number): T | undefined {
  const index = waiting.findIndex((one) => one.seq === seq);
  return waiting.splice(Math.max(0, index), 1)[0];
}
