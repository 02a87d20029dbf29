/** What became of a decision that this page sent, in words, until the page is left. */
import { useState } from "preact/hooks";
import { DECISION_NOUNS, type DecisionWord } from "../../vocabulary/decisions.js";
import { type DecisionAnswer, problemsOf, type ShownProblem } from "./api.js";

export interface GateOutcome {
  gateName: string;
  says: string;
  tone: "good" | "ask" | "bad";
  /** As the façade told it. */
  problem?: ShownProblem;
  /** Nothing is left to decide here, as far as this page knows. */
  isOver: boolean;
}

export function counted(gateName: string, choice: DecisionWord, { result, message }: DecisionAnswer): GateOutcome {
  if (result === undefined) {
    return { gateName, says: "Recorded. It counts as soon as a worker runs.", tone: "ask", isOver: true };
  }
  const says = result === "repeated" ? "Nothing changed" : `Your ${DECISION_NOUNS[choice]} counts`;
  return { gateName, says: message === undefined ? `${says}.` : `${says}: ${message}.`, tone: "good", isOver: true };
}

/** What a refusal means for the person who decided. */
const REFUSALS: Record<string, { says: string; isOver: boolean }> = {
  "decision-late": { says: "Too late: the gate had closed. Your decision does not count.", isOver: true },
  "already-decided": { says: "Somebody decided before you. Your decision does not count.", isOver: true },
  "gate-not-open": { says: "Nothing waits here any more. Your decision does not count.", isOver: true },
  "decision-not-allowed": { says: "Not allowed: your decision does not count.", isOver: false },
  "decision-comment-required": { says: "The policy asks for a comment. Your decision does not count.", isOver: false },
  "decision-stale": {
    says: "The action is no longer the one that you looked at. Nothing was decided: look again, then decide.",
    isOver: false,
  },
};

export function refused(gateName: string, error: unknown): GateOutcome {
  const [problem] = problemsOf(error);
  const code = problem?.code ?? "internal";
  const known = REFUSALS[code];
  const lost = UNKNOWN.has(code)
    ? "It is not known whether your decision arrived. Look at the votes, then try again."
    : "";
  const says = known?.says ?? (lost || "Your decision was not taken.");
  return { gateName, says, tone: "bad", problem, isOver: known?.isOver ?? false };
}

const UNKNOWN = new Set(["facade-unreachable", "temporal-unreachable", "internal"]);

/** Outcomes by gate. They outlive the gate's card, which goes once the gate has closed. */
export function useOutcomes(): [ReadonlyMap<string, GateOutcome>, (gate: string, outcome: GateOutcome) => void] {
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, GateOutcome>>(new Map());
  return [outcomes, (gate, outcome) => setOutcomes((before) => new Map(before).set(gate, outcome))];
}
