/**
 * `apply` takes in what happened. The workflow reports events and decides nothing.
 * It changes the state it is given; the same events give the same state, whoever applies them.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { decide, expireGate, openGate } from "../gate/approval.js";
import { edit } from "../gate/edit.js";
import { noteTold } from "../gate/messages.js";
import { endBetween, endEffect, endPause, failRead, firstProgress, isReading, takeRead } from "./effect-checks.js";
import { endNode, finishIfDone } from "./node-end.js";
import type { PlanNode } from "./plan.js";
import { closeGate, isFinal, makeReady, type Run, startWork, stateOf, stopWork, take } from "./run.js";
import type { DecisionResult, RunEvent } from "./state.js";
import { takeEvent, withdraw } from "./withdraw.js";

/** Begins a fresh run. A dry run ends here: every node that could run is planned. */
export function begin(run: Run, atMs: number): void {
  if (run.plan.graph.verdict.dryRun) for (const id of [...run.ready]) endNode(run, id, "planned", atMs);
  finishIfDone(run, atMs);
}

/** Takes in one event. Events about nodes that are final already change nothing. */
export function apply(run: Run, event: RunEvent): DecisionResult | undefined {
  if (event.kind === "cancel-requested" || event.kind === "time-ran-out") {
    end(run, event.kind === "cancel-requested" ? "cancelled" : "timed_out", event.atMs);
    return undefined;
  }
  if (event.kind === "decided") return decide(run, event);
  if (event.kind === "gate-told") {
    noteTold(run, event.node, event.notices);
    return undefined;
  }
  if (event.kind === "event-arrived") {
    takeEvent(run, event.event, event.atMs);
    finishIfDone(run, event.atMs);
    return undefined;
  }
  const entry = run.plan.nodes.get(event.node);
  if (entry === undefined || isFinal(stateOf(run, event.node))) return undefined;
  applyToNode(run, entry, event);
  finishIfDone(run, event.atMs);
  return undefined;
}

type NodeEvent = Exclude<
  RunEvent,
  { kind: "cancel-requested" | "time-ran-out" | "decided" | "event-arrived" | "gate-told" }
>;

function applyToNode(run: Run, entry: PlanNode, event: NodeEvent): void {
  const own = stateOf(run, event.node);
  switch (event.kind) {
    case "node-started":
      take(run, event.node);
      own.status = "running";
      own.startedAtMs = event.atMs;
      own.progress = firstProgress(entry);
      if (own.progress !== undefined) run.due.push(event.node);
      startWork(run, event.atMs);
      return;
    case "node-succeeded":
      if (isReading(own)) return takeRead(run, entry, event.output, event.atMs);
      own.output = event.output;
      run.outputs[event.node] = event.output;
      return endEffect(run, entry, event.atMs);
    case "node-failed":
      if (isReading(own)) return failRead(run, entry, event.failure, event.atMs);
      if (own.status === "running") stopWork(run, event.atMs);
      own.failure = event.failure;
      endNode(run, event.node, "failed", event.atMs);
      return;
    case "node-cancelled":
      return endBetween(run, entry, event.atMs);
    case "settled":
      return endPause(run, entry, event.atMs);
    case "step-started":
      if (own.progress !== undefined) own.progress = { ...own.progress, busy: true };
      run.due = run.due.filter((id) => id !== event.node);
      return;
    case "gate-asked":
      take(run, event.node);
      openGate(run, entry, event);
      return;
    case "gate-opened":
      openGate(run, entry, event);
      return;
    case "edited":
      return edit(run, event);
    case "withdrawn":
      withdraw(run, event.node, event.reason, event.atMs);
      return;
    case "vote-arrived":
      run.verifying.set(event.node, (run.verifying.get(event.node) ?? 0) + 1);
      return;
    case "vote-settled":
      return endVote(run, event.node);
    case "deadline-passed":
      if (run.verifying.has(event.node)) {
        run.overdue.set(event.node, event.atMs);
        return;
      }
      expireGate(run, event.node, event.atMs);
      return;
    case "run-was-reset":
      askAgain(run, entry, event.atMs);
      return;
  }
}

/** The acting worker found that the run was reset: the old approval is void and people are asked afresh. */
function askAgain(run: Run, entry: PlanNode, atMs: number): void {
  const own = stateOf(run, entry.node.id);
  stopWork(run, atMs);
  own.status = "pending";
  if (own.gate !== undefined) own.gate = { ...own.gate, status: "withdrawn", closedAtMs: atMs };
  // The old question's time may be long over.
  if (own.edited !== undefined) own.edited = { ...own.edited, openedAtMs: atMs, deadlineMs: undefined };
  makeReady(run, entry.node.id);
}

function end(run: Run, how: "cancelled" | "timed_out", atMs: number): void {
  if (run.state.ending !== undefined || run.state.outcome !== undefined) return;
  run.state.ending = how;
  run.ready = [];
  for (const entry of run.plan.nodes.values()) {
    const own = stateOf(run, entry.node.id);
    if (isFinal(own)) continue;
    if (own.status === "running") {
      if (own.progress?.busy === false) endBetween(run, entry, atMs);
      continue;
    }
    closeGate(run, entry.node.id, "withdrawn", atMs);
    own.status = "cancelled";
    own.endedAtMs = atMs;
    run.unsettled--;
  }
  finishIfDone(run, atMs);
}

/** A decision that was given in time counts, although its signature took until after the deadline to be looked at. */
function endVote(run: Run, node: string): void {
  const left = (run.verifying.get(node) ?? 0) - 1;
  if (left > 0) {
    run.verifying.set(node, left);
    return;
  }
  run.verifying.delete(node);
  const overdueAtMs = run.overdue.get(node);
  run.overdue.delete(node);
  if (overdueAtMs !== undefined) expireGate(run, node, overdueAtMs);
}
