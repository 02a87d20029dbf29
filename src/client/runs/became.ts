/** What became of a decision, beyond what the run says to it: whether it changed anything, and how many more are wanted. */
import type { GateView } from "../../core/report/view.js";
import type { DecisionResult } from "../../core/run/state.js";
import { type DecisionWord, votesFor } from "../../vocabulary/decisions.js";
import { peopleOf, personOf } from "../../vocabulary/person.js";
import type { Result } from "../../vocabulary/result.js";
import type { Became, Decide, Decided } from "./contract.js";

/** A run takes a person's second approval, and it changes nothing. One decision that is delivered twice is no second one. */
export function becameOf(
  { decision, approver, digest, decisionId }: Decide,
  result: DecisionResult,
  gate?: GateView,
): Became {
  const isSame = gate !== undefined && (digest === undefined || digest === gate.digest);
  if (result !== "accepted" || decision === "reject" || !isSame) return result;
  if (decisionId !== undefined && gate.votes.some((vote) => vote.decisionId === decisionId)) return result;
  return saidBy(decision, gate).some((known) => personOf(known) === personOf(approver)) ? "repeated" : result;
}

/** `gate` as it was before the decision. */
export function decided(input: Decide, result?: Became, gate?: GateView): Result<Decided> {
  const { runId, node, decision, approver } = input;
  const counted = result === "accepted" || result === "edited";
  // A rejection needs no second person.
  const isCounted = decision !== "reject" && (result === "accepted" || result === "repeated");
  const given = peopleOf([...saidBy(decision, gate), approver]).length;
  return {
    ok: true,
    value: {
      ...{ runId, node, counted },
      result,
      approvals: isCounted && gate !== undefined ? { given, required: gate.required } : undefined,
      rule: gate?.rule,
    },
  };
}

const saidBy = (decision: DecisionWord, gate?: GateView): string[] =>
  votesFor(decision, gate?.votes ?? []).map(({ approver }) => approver);

/** The rule that refuses, in brackets behind the sentence; empty where no rule does. */
export function refusedBy({ result, rule }: Pick<Decided, "result" | "rule">): string {
  const isOfRule = result === "not-allowed" || result === "comment-required";
  return isOfRule && rule !== undefined ? ` (rule ${rule})` : "";
}

/** What is still to come, or why nothing changed; undefined where the decision says it all. */
export function stillToCome({ result, approvals }: Decided, decision: DecisionWord): string | undefined {
  if (approvals === undefined) return undefined;
  const { given, required } = approvals;
  const [done, had] = decision === "skip" ? ["said to skip it", "said so"] : ["approved", "approved it"];
  const so = `${given} of ${required} people have ${done}`;
  if (result === "repeated") return `you had ${had} before, so nothing changed; ${so}`;
  return given < required ? so : undefined;
}
