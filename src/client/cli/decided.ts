/** What became of a decision: in words, or as a problem where it did not count. */
import { DECIDED, type DecisionWord } from "../../vocabulary/decisions.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import { refusedBy, stillToCome } from "../runs/became.js";
import type { Became, Decided } from "../runs.js";
import { style } from "./text.js";

type Taken = "accepted" | "edited" | "repeated";
type Refused = Exclude<Became, Taken>;
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
export function problemOfDecision({ result, runId, node, rule }: Decided): Problem | undefined {
  const at = `${runId} ${node}`;
  if (result === undefined) {
    const message = "the decision is recorded and counts once a worker runs";
    return { code: "decision-not-counted", at, message, hint: "start one with `autoops worker`" };
  }
  return isTaken(result) ? undefined : refusal(result, runId, at, rule);
}

const isTaken = (result: Became): result is Taken =>
  result === "accepted" || result === "edited" || result === "repeated";

function refusal(result: Refused, runId: string, at: string, rule: string | undefined): Problem {
  const [code, message, hint] = REFUSALS[result];
  return { code, at, message: `${at}: ${message}${refusedBy({ result, rule })}`, hint: hint.replace("RUN", runId) };
}

export function decidedText(decided: Decided, decision: DecisionWord): string {
  const { runId, node, result } = decided;
  const more = stillToCome(decided, decision);
  if (result === "repeated") return `${style.yellow("unchanged")} ${node} of ${runId}: ${more ?? "nothing changed"}`;
  if (result === "edited") return `${style.yellow("edited")} ${node} of ${runId}: nothing is approved yet`;
  const word = decision === "approve" ? style.green(DECIDED.approve) : style.yellow(DECIDED[decision]);
  return `${word} ${node} of ${runId}${more === undefined ? "" : `: ${more}`}`;
}
