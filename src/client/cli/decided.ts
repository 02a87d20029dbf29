/** What became of a decision: in words, or as a problem where it did not count. */
import type { DecisionResult } from "../../core/run/state.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import type { Decided } from "../runs.js";
import { style } from "./text.js";

type Refused = Exclude<DecisionResult, "accepted" | "edited">;
const REFUSALS: Record<Refused, [ProblemCode, string, string]> = {
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
  "edit-refused": [
    "edit-refused",
    "the params that you gave cannot be used",
    "`autoops status RUN` says what is wrong; they must be literal and keep the target",
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
    if (result !== undefined && !isTaken(result)) return refusal(result, runId, at);
    const message = "the decision is recorded and counts once a worker runs";
    return { code: "decision-not-counted", at, message, hint: "start one with `autoops worker`" };
  }
  return isTaken(result) ? undefined : refusal(result, runId, at);
}

const isTaken = (result: DecisionResult): result is "accepted" | "edited" =>
  result === "accepted" || result === "edited";

function refusal(result: Refused, runId: string, at: string): Problem {
  const [code, message, hint] = REFUSALS[result];
  return { code, at, message: `${at}: ${message}`, hint: hint.replace("RUN", runId) };
}

export function decidedText({ runId, node, result }: Decided, decision: "approve" | "reject"): string {
  if (result === "edited") return `${style.yellow("edited")} ${node} of ${runId}: nothing is approved yet`;
  const word = decision === "approve" ? style.green("approved") : style.yellow("rejected");
  return `${word} ${node} of ${runId}`;
}
