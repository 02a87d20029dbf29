/**
 * A node ends: its edges settle, joins behind it are met or can no longer be, and so on down the graph.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { evaluateCondition, parseCondition, referencesOf } from "../condition.js";
import { findingsOf } from "./context.js";
import { edgeOn, joinOf } from "./join.js";
import { outcomeOf } from "./outcome.js";
import type { PlanNode } from "./plan.js";
import { addProblem, closeGate, isFinal, makeReady, type Run, stateOf, take } from "./run.js";
import type { EdgeState, NodeStatus } from "./state.js";
import { startNextUndo } from "./undo.js";

type Final = Extract<NodeStatus, "succeeded" | "failed" | "rejected" | "expired" | "skipped" | "cancelled" | "planned">;

interface Ending {
  id: string;
  status: Final;
  reason?: string;
}

/** Ends a node and settles all that follows from it. */
export function endNode(run: Run, id: string, status: Final, atMs: number, reason?: string): void {
  // A list instead of recursion: a chain of a thousand skipped nodes must not exhaust the stack.
  const endings: Ending[] = [{ id, status, reason }];
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    const entry = run.plan.nodes.get(ending.id);
    const own = stateOf(run, ending.id);
    if (entry === undefined || isFinal(own)) continue;
    own.status = ending.status;
    own.endedAtMs = atMs;
    if (ending.reason !== undefined) own.reason = ending.reason;
    run.unsettled--;
    take(run, ending.id);
    if (ending.status === "succeeded") keepFindings(run, ending.id, own.output);
    if (ending.status === "failed" && !entry.node.continue_on_failure) noteFailure(run, entry, atMs, endings);
    for (const position of entry.outgoing) endEdge(run, entry, position, endings);
  }
}

function keepFindings(run: Run, id: string, output: Json | undefined): void {
  run.state.findings.push(...findingsOf(id, output, run.state.findings.length));
}

/** After a failure no further write starts, unless a failure edge leads to it. */
function noteFailure(run: Run, failed: PlanNode, atMs: number, endings: Ending[]): void {
  const name = failed.node.id;
  run.state.failedNode ??= name;
  for (const entry of run.plan.nodes.values()) {
    const own = stateOf(run, entry.node.id);
    const waits = own.status === "asking" || own.status === "approved" || run.ready.includes(entry.node.id);
    if (!waits || isFinal(own) || !isBarred(run, entry)) continue;
    closeGate(run, entry.node.id, "withdrawn", atMs);
    endings.push({ id: entry.node.id, status: "skipped", reason: barredReason(run) });
  }
}

/** Whether a write may not start any more. */
export function isBarred(run: Run, entry: PlanNode): boolean {
  if (run.state.failedNode === undefined || entry.node.effect !== "write") return false;
  return stateOf(run, entry.node.id).viaFailure !== true;
}

export const barredReason = (run: Run): string => `nothing more is changed after ${run.state.failedNode} failed`;

function endEdge(run: Run, source: PlanNode, position: number, endings: Ending[]): void {
  const edge = run.plan.graph.edges[position];
  const target = edge === undefined ? undefined : run.plan.nodes.get(edge.to_node_id);
  if (edge === undefined || target === undefined) return;
  const own = stateOf(run, source.node.id);
  // In a dry run nothing is known to fail or to be left out: every branch that could be taken is shown.
  let state: EdgeState =
    own.status === "planned"
      ? "taken"
      : edgeOn(edge.on, own.status, own.status === "failed" && source.node.continue_on_failure);
  if (state === "taken" && edge.condition)
    state = conditionHolds(run, edge.condition, position) ? "taken" : "not_taken";
  run.state.edges[position] = state;
  const into = stateOf(run, target.node.id);
  if (state === "taken") into.taken++;
  else if (state === "not_taken") into.notTaken++;
  else into.neutral++;
  if (state === "taken" && (edge.on === "failure" || own.viaFailure === true)) into.viaFailure = true;
  if (into.status === "pending") consider(run, target, endings);
}

function consider(run: Run, target: PlanNode, endings: Ending[]): void {
  const id = target.node.id;
  const own = stateOf(run, id);
  if (run.ready.includes(id)) return;
  const verdict = joinOf(target.node.join, target.incoming.length, own.taken, own.notTaken, own.neutral);
  if (verdict === "wait") return;
  if (verdict === "skip") endings.push({ id, status: "skipped", reason: skipReason(run, target) });
  else if (isBarred(run, target)) endings.push({ id, status: "skipped", reason: barredReason(run) });
  else if (run.plan.graph.verdict.dryRun) endings.push({ id, status: "planned" });
  else makeReady(run, id);
}

function skipReason(run: Run, target: PlanNode): string {
  const whys = target.incoming.flatMap((position) => {
    const edge = run.plan.graph.edges[position];
    if (edge === undefined || run.state.edges[position] === "taken") return [];
    const source = run.state.nodes[edge.from_node_id]?.status;
    if (run.state.edges[position] === "neutral") return [`${edge.from_node_id} was ${source}`];
    if (run.state.edges[position] !== "not_taken") return [];
    if (edge.condition && source === "succeeded") {
      const at = conditionAt(position);
      const failed = run.state.problems.some((problem) => problem.code === "condition-failed" && problem.at === at);
      return [`the condition after ${edge.from_node_id} ${failed ? "could not be evaluated" : "does not hold"}`];
    }
    return [`${edge.from_node_id} ${source}`];
  });
  return whys.slice(0, 3).join(", ") || "no edge leads to it";
}

function conditionHolds(run: Run, condition: string, position: number): boolean {
  if (run.plan.graph.verdict.dryRun) return !isConstantlyFalse(condition, run.state.semantics);
  const result = evaluateCondition(condition, run.outputs, run.state.semantics);
  if (result.ok) return result.value;
  const message = `${result.problem.message}${withoutOutput(run, condition)}`;
  addProblem(run, { ...result.problem, message, code: "condition-failed", at: conditionAt(position) });
  return false;
}

const conditionAt = (position: number): string => `edges[${position}].condition`;

/** A node that is there and has no output is not one that does not exist. */
function withoutOutput(run: Run, condition: string): string {
  const parsed = parseCondition(condition);
  if (!parsed.ok) return "";
  const lacking = [...new Set(referencesOf(parsed.expression))].filter(
    (name) => Object.hasOwn(run.state.nodes, name) && !Object.hasOwn(run.outputs, name),
  );
  const told = lacking.map((name) => `${name} was ${run.state.nodes[name]?.status} and has no output`);
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}

/** Outputs do not exist in a dry run, so only a condition that needs none is known. */
function isConstantlyFalse(condition: string, semantics: number): boolean {
  const parsed = parseCondition(condition);
  if (!parsed.ok || referencesOf(parsed.expression).length > 0) return false;
  const result = evaluateCondition(condition, {}, semantics);
  return result.ok && !result.value;
}

/** Sets the outcome once every node is final and nothing is left to take back. */
export function finishIfDone(run: Run, atMs: number): void {
  if (run.unsettled > 0 || run.state.outcome !== undefined || startNextUndo(run)) return;
  run.state.outcome = outcomeOf(run);
  run.state.endedAtMs = atMs;
}
