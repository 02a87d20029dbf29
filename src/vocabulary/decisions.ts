import { personOf } from "./person.js";

/** What a person can answer at a gate, and the word for what was then done. */
export const DECISION_WORDS = ["approve", "reject", "skip"] as const;
export type DecisionWord = (typeof DECISION_WORDS)[number];
export const DECIDED: Readonly<Record<DecisionWord, string>> = {
  approve: "approved",
  reject: "rejected",
  skip: "skipped",
};
/** "Your approval counts." */
export const DECISION_NOUNS: Readonly<Record<DecisionWord, string>> = {
  approve: "approval",
  reject: "rejection",
  skip: "skip",
};
export const isDecisionWord = (value: unknown): value is DecisionWord => DECISION_WORDS.some((word) => word === value);

interface Given {
  decision: DecisionWord;
  approver: string;
}

/** The votes that stand for this: by people who said nothing else after it, for they have changed their mind. */
export function votesFor<V extends Given>(decision: DecisionWord, votes: readonly V[]): V[] {
  const latest = new Map(votes.map((vote) => [personOf(vote.approver), vote.decision]));
  return votes.filter((vote) => vote.decision === decision && latest.get(personOf(vote.approver)) === decision);
}
