/**
 * What a run says to a person, before anything else: what is wrong, why, what was done about it, what next. One model for
 * the terminal, the page, messages, tickets and documents. Times in texts are ISO-8601 in UTC; whoever shows them makes
 * them local. Loaded by the workflow sandbox: imports no package and reads no clock.
 */

/** How sure a cause is. `none`: nothing is wrong, or nobody asked for a cause. */
export type Sureness = "confirmed" | "likely" | "possible" | "inconclusive" | "none";

/** One fact that decides, and who said it. */
export interface Fact {
  text: string;
  /** What was asked, for people: a declared source, else the node's name. */
  source: string;
  node: string;
  query: string;
}

export interface AnswerCause {
  sureness: Sureness;
  /** What it is; where it is inconclusive, why none is named; where it is none, how its facts are headed. */
  text: string;
  facts: Fact[];
}

/** Something that changes production: done, not done, or asked about. */
export interface AnswerAction {
  node: string;
  state: "done" | "taken-back" | "unknown" | "not-done" | "proposed";
  text: string;
  /** What is known of whether it worked. */
  proof?: "verified" | "not-verified" | "unproven";
  /** What showed it: `27 % → 0 % of requests fail`. */
  shown?: string;
}

/** What is drawn: the metric of a node, with moments marked in order of their kinds. */
export interface AnswerChart {
  node: string;
  title: string;
  marks: Array<{ atMs: number; label: string; kind: "change" | "began" | "action" }>;
}

export interface Answer {
  /** One sentence: what is wrong with what, since when, how bad. */
  headline: string;
  /** Colours it; never the only sign. */
  mood: "bad" | "good" | "open" | "quiet";
  cause?: AnswerCause;
  /** One line. */
  ruledOut?: string;
  actions: AnswerAction[];
  /** Only what can be done with what is declared; at most three. */
  next: string[];
  /** What could not be looked at, and so may be missing; at most two. */
  missing: string[];
  /** Absent where the run has no metric over time. */
  chart?: AnswerChart;
}

export const FACTS_MAX = 3;
export const NEXT_MAX = 3;
export const MISSING_MAX = 2;

/** The newest thing that a search for a cause came to, whichever tool searched. */
export interface Judgement {
  node: string;
  /** Undefined where the search does not say whether anything is wrong. */
  isTrouble?: boolean;
  /** No look found any data: that nothing was found says nothing. */
  isBlind?: boolean;
  sureness: Sureness;
  /** Why it is so sure, and no surer. */
  rule: string;
  headline?: string;
  service?: string;
  /** What is wrong, in the tool's words. */
  trouble?: string;
  /** Not before, and by then; `fromMs` is absent where it was so all along. */
  began?: { fromMs?: number; toMs: number };
  causes: Array<{
    service: string;
    text: string;
    facts: Array<{ kind: string; text: string; atMs?: number; node: string; query: string }>;
  }>;
  ruledOut: Array<{ what: string; why: string }>;
  /** In words, for a person. */
  next: string[];
  notLookedAt: Array<{ node: string; why: string }>;
  /** What the look itself could not see. */
  missing?: string[];
}
