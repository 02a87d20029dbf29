/** What is said to somebody whose decision does not count. */
import type { ProblemCode } from "../../vocabulary/problems.js";
import { refusedBy } from "../runs/became.js";
import type { Became } from "../runs.js";

/** What a decision that did not count is called in problem documents, and what it says. */
export const DECISION_REFUSALS: Record<
  Exclude<Became, "accepted" | "edited" | "repeated">,
  { code: ProblemCode; says: string }
> = {
  "already-decided": { code: "already-decided", says: "was decided before" },
  late: { code: "decision-late", says: "was not decided in time" },
  "not-allowed": { code: "decision-not-allowed", says: "may not be decided by you, or not without a signature" },
  "edit-refused": { code: "edit-refused", says: "cannot have the params that you gave" },
  "comment-required": { code: "decision-comment-required", says: "wants a comment with this decision" },
  "stale-digest": { code: "decision-stale", says: "asks about another action than the one you decided" },
  "gate-not-open": { code: "gate-not-open", says: "has no open gate" },
  "node-not-found": { code: "node-not-found", says: "is no node of this run" },
};

/** In a sentence about the node, with the rule that says so. */
export function refusalText(result: keyof typeof DECISION_REFUSALS, rule: string | undefined): string {
  return `${DECISION_REFUSALS[result].says}${refusedBy({ result, rule })}`;
}
