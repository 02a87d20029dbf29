/** What became of a decision: in words, or as a problem where it did not count. */
import type { DecisionResult } from "../../core/run/state.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import type { Decided } from "../runs.js";
import { style } from "./text.js";

const REFUSALS: Record<Exclude<DecisionResult, "accepted">, [ProblemCode, string, string]> = {
  "already-decided": ["already-decided", "the gate is closed already", "autoops status RUN shows how it closed"],
  late: ["decision-late", "the deadline has passed; nothing was done", "start the run again if it is still wanted"],
  "not-allowed": [
    "decision-not-allowed",
    "the policy does not let this decision count (it may have to be signed with the worker's key)",
    "decide as a person the policy names, with the same AUTOOPS_HOME as the worker or with AUTOOPS_APPROVAL_KEY_FILE set",
  ],
  "comment-required": [
    "decision-comment-required",
    "the policy wants a comment with this decision",
    'add --comment "why"',
  ],
  "stale-digest": [
    "decision-stale",
    "the gate asks about another action by now",
    "look at `autoops inbox` and decide anew",
  ],
  "gate-not-open": ["gate-not-open", "the node has no open gate", "`autoops inbox` lists the open ones"],
  "node-not-found": ["node-not-found", "the run has no such node", "`autoops status RUN` lists its nodes"],
};

/** The problem with a decision that does not count, or does not count yet. */
export function problemOfDecision({ result, counted, runId, node }: Decided): Problem | undefined {
  const at = `${runId} ${node}`;
  if (result === undefined || !counted) {
    if (result !== undefined && result !== "accepted") return refusal(result, runId, at);
    const message = "the decision is recorded and counts once a worker runs";
    return { code: "decision-not-counted", at, message, hint: "start one with `autoops worker`" };
  }
  return result === "accepted" ? undefined : refusal(result, runId, at);
}

function refusal(result: Exclude<DecisionResult, "accepted">, runId: string, at: string): Problem {
  const [code, message, hint] = REFUSALS[result];
  return { code, at, message: `${at}: ${message}`, hint: hint.replace("RUN", runId) };
}

export function decidedText({ runId, node }: Decided, decision: "approve" | "reject"): string {
  const word = decision === "approve" ? style.green("approved") : style.yellow("rejected");
  return `${word} ${node} of ${runId}`;
}
