/**
 * What happens around one effect: reads that must hold right before it, and reads after it that tell whether it
 * worked. The node stays `running` all the while; `progress` says where it is.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { READ_NAME } from "../../vocabulary/names.js";
import type { Failure } from "../../vocabulary/problems.js";
import { evaluateCondition } from "../condition.js";
import { barredReason, endNode, isBarred } from "./node-end.js";
import type { PlanNode } from "./plan.js";
import { addProblem, type Run, stateOf, stopWork } from "./run.js";
import type { NodeState } from "./state.js";

/** Whether the end of an activity of this node is the end of a read, not of the effect. */
export function isReading(own: NodeState): boolean {
  return own.progress?.phase === "precondition" || own.progress?.phase === "verify";
}

/** What a node has to do first when it starts: the checks before its effect, where it has any. */
export function firstProgress({ node }: PlanNode): NodeState["progress"] {
  return node.preconditions === undefined ? undefined : { phase: "precondition", count: 1, busy: false };
}

/** A read returned: before the effect it must hold, after it it tells whether the effect worked. */
export function takeRead(run: Run, entry: PlanNode, output: Json, atMs: number): void {
  const { node } = entry;
  const own = stateOf(run, node.id);
  if (own.progress?.phase === "precondition") {
    const call = node.preconditions?.[own.progress.count - 1];
    const why = call === undefined ? undefined : failedExpectation(run, node.id, call.expect, output);
    if (why !== undefined) {
      return leaveOut(run, node.id, `precondition ${own.progress.count} does not hold: ${why}`, atMs);
    }
    if (run.state.ending !== undefined) return endBetween(run, entry, atMs);
    const isLast = own.progress.count >= (node.preconditions?.length ?? 0);
    own.progress = isLast
      ? { phase: "effect", count: 1, busy: false }
      : { phase: "precondition", count: own.progress.count + 1, busy: false };
    run.due.push(node.id);
    return;
  }
  const why = node.verify === undefined ? undefined : failedExpectation(run, node.id, node.verify.expect, output);
  if (why === undefined) endVerification(run, entry, "verified", undefined, atMs);
  else retryVerification(run, entry, "not_verified", why, atMs);
}

/** A read failed: nothing is changed on the word of nobody, and what was changed stays unproven. */
export function failRead(run: Run, entry: PlanNode, failure: Failure, atMs: number): void {
  const { id } = entry.node;
  const own = stateOf(run, id);
  if (own.progress?.phase !== "precondition")
    return retryVerification(run, entry, "inconclusive", failure.message, atMs);
  stopWork(run, atMs);
  const code = failure.code === "outcome-unknown" ? "timed-out" : failure.code;
  own.failure = {
    ...failure,
    code,
    message: `precondition ${own.progress.count} could not be read: ${failure.message}`,
  };
  own.progress = undefined;
  endNode(run, id, "failed", atMs);
}

/** The effect is done: it succeeded, unless its verification is still to come. */
export function endEffect(run: Run, entry: PlanNode, atMs: number): void {
  const { verify, id } = entry.node;
  if (verify === undefined) {
    stopWork(run, atMs);
    stateOf(run, id).progress = undefined;
    return endNode(run, id, "succeeded", atMs);
  }
  if (run.state.ending !== undefined) {
    return endVerification(run, entry, "inconclusive", "the run ended before it was looked at", atMs);
  }
  beginAttempt(run, entry, 1);
}

function beginAttempt(run: Run, { node }: PlanNode, count: number): void {
  const settles = (node.verify?.settle_seconds ?? 0) > 0;
  stateOf(run, node.id).progress = { phase: settles ? "settle" : "verify", count, busy: false };
  run.due.push(node.id);
}

/** The pause before an attempt is over. */
export function endPause(run: Run, entry: PlanNode, atMs: number): void {
  const { node } = entry;
  const own = stateOf(run, node.id);
  if (own.progress?.phase !== "settle") return;
  if (run.state.ending !== undefined) return endBetween(run, entry, atMs);
  own.progress = { phase: "verify", count: own.progress.count, busy: false };
  run.due.push(node.id);
}

function retryVerification(
  run: Run,
  entry: PlanNode,
  verdict: "not_verified" | "inconclusive",
  why: string,
  atMs: number,
): void {
  const count = stateOf(run, entry.node.id).progress?.count ?? 1;
  const isLast = count >= (entry.node.verify?.attempts ?? 1) || run.state.ending !== undefined;
  if (isLast) endVerification(run, entry, verdict, why, atMs);
  else beginAttempt(run, entry, count + 1);
}

/** The node has failed where the check after its effect does not hold; where nobody could look it has not. */
export function endVerification(
  run: Run,
  { node }: PlanNode,
  verdict: NonNullable<NodeState["verification"]>["verdict"],
  why: string | undefined,
  atMs: number,
): void {
  const own = stateOf(run, node.id);
  stopWork(run, atMs);
  own.progress = undefined;
  own.verification = { verdict, why };
  if (verdict !== "not_verified") return endNode(run, node.id, "succeeded", atMs);
  const message = `${node.id} was carried out, and the check after it does not hold: ${why ?? "it is false"}`;
  own.failure = { code: "not-verified", message, hint: "look at the target before you try again" };
  endNode(run, node.id, "failed", atMs);
}

/** The run ends while a node stands between two of its parts: it has not acted, or nobody has looked yet. */
export function endBetween(run: Run, entry: PlanNode, atMs: number): void {
  const { progress } = stateOf(run, entry.node.id);
  if (progress?.phase === "settle" || progress?.phase === "verify") {
    return endVerification(run, entry, "inconclusive", "the run ended before it was looked at", atMs);
  }
  stopWork(run, atMs);
  stateOf(run, entry.node.id).progress = undefined;
  endNode(run, entry.node.id, "cancelled", atMs);
}

/** Ends a node that has checked and not yet acted, where nothing more may be changed. */
export function isStopped(run: Run, entry: PlanNode, atMs: number): boolean {
  if (stateOf(run, entry.node.id).progress?.phase !== "effect" || !isBarred(run, entry)) return false;
  leaveOut(run, entry.node.id, barredReason(run), atMs);
  return true;
}

function leaveOut(run: Run, id: string, reason: string, atMs: number): void {
  stopWork(run, atMs);
  stateOf(run, id).progress = undefined;
  endNode(run, id, "skipped", atMs, reason);
}

/** Why the expectation does not hold; undefined where it does. What cannot be evaluated does not hold. */
function failedExpectation(run: Run, id: string, expect: string, output: Json): string | undefined {
  const result = evaluateCondition(expect, { ...run.outputs, [READ_NAME]: output }, run.state.semantics);
  if (result.ok) return result.value ? undefined : `${expect} is false`;
  addProblem(run, { ...result.problem, code: "condition-failed", at: id });
  return result.problem.message;
}
