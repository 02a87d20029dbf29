/**
 * `next` says what to do now. It changes nothing: each action is followed by the event that says it was begun.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { openSeconds } from "../policy/approval-rule.js";
import type { PlanNode } from "./plan.js";
import { type Run, stateOf } from "./run.js";
import { takesBackAfterCancel } from "./undo.js";

/** What the workflow must do now. */
export type Action =
  | { kind: "start"; node: string }
  | { kind: "wait"; node: string; seconds: number }
  | { kind: "ask"; node: string; deadlineSeconds: number }
  /** Around an effect: a fresh read, or the pause before one. */
  | { kind: "read"; node: string; purpose: "precondition" | "verify"; count: number }
  | { kind: "settle"; node: string; seconds: number };

/** What to do now, in file order. Nothing once the run is ending. */
export function next(run: Run): Action[] {
  if (isClosed(run)) return [];
  const actions = nextOfRunning(run);
  let slots = run.plan.graph.verdict.limits.concurrency - run.running;
  for (const id of run.ready) {
    const entry = run.plan.nodes.get(id);
    if (entry === undefined) continue;
    const own = stateOf(run, id);
    if (entry.node.gate !== undefined && own.status === "pending") {
      const { rule } = entry.node.gate;
      const deadlineSeconds = rule === undefined ? run.plan.graph.verdict.limits.approvalSeconds : openSeconds(rule);
      actions.push({ kind: "ask", node: id, deadlineSeconds });
    } else if (slots > 0) {
      slots--;
      actions.push(startOf(entry));
    }
  }
  return actions;
}

/** What running nodes must do to end; also where nothing new may be started. */
export function nextOfRunning(run: Run): Action[] {
  if (isClosed(run)) return [];
  return run.due.flatMap((id) => dueOf(run, id));
}

const isClosed = (run: Run): boolean =>
  run.state.outcome !== undefined || (run.state.ending !== undefined && !takesBackAfterCancel(run));

function startOf(entry: PlanNode): Action {
  if (entry.node.type === "wait") {
    return { kind: "wait", node: entry.node.id, seconds: Number(entry.node.params.seconds) };
  }
  return { kind: "start", node: entry.node.id };
}

/** A running node goes on: it holds its slot already. */
function dueOf(run: Run, id: string): Action[] {
  const { progress } = stateOf(run, id);
  if (progress === undefined || progress.busy) return [];
  const { phase, count } = progress;
  if (phase === "effect") return [{ kind: "start", node: id }];
  if (phase !== "settle") return [{ kind: "read", node: id, purpose: phase, count }];
  return [{ kind: "settle", node: id, seconds: run.plan.nodes.get(id)?.node.verify?.settle_seconds ?? 0 }];
}
