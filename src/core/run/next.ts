/**
 * `next` says what to do now. It changes nothing: each action is followed by the event that says it was begun.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { openSeconds } from "../approval-rule.js";
import type { PlanNode } from "./plan.js";
import { type Run, stateOf } from "./run.js";

/** What the workflow must do now. */
export type Action =
  | { kind: "start"; node: string }
  | { kind: "wait"; node: string; seconds: number }
  | { kind: "ask"; node: string; deadlineSeconds: number };

/** What to do now, in file order. Nothing once the run is ending. */
export function next(run: Run): Action[] {
  if (run.state.ending !== undefined || run.state.outcome !== undefined) return [];
  const actions: Action[] = [];
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

function startOf(entry: PlanNode): Action {
  if (entry.node.type === "wait") {
    return { kind: "wait", node: entry.node.id, seconds: Number(entry.node.params.seconds) };
  }
  return { kind: "start", node: entry.node.id };
}
