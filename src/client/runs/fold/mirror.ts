/**
 * The interpreter of `src/workflows`, without Temporal: the same events in the same order give the same run. Instead of
 * starting activities and timers it keeps account of those that the workflow must have started.
 */

import type { CheckedNode } from "../../../core/check.js";
import { gateOf } from "../../../core/gate/gate-of.js";
import { type DueNotice, dueMessages, noticeSummary, toldChannels } from "../../../core/gate/messages.js";
import { apply } from "../../../core/run/apply.js";
import { type Action, next, nextOfRunning } from "../../../core/run/next.js";
import { askNode, pauseSummary, startNode, startRead } from "../../../core/run/node-start.js";
import { type Run, stateOf, workedMs } from "../../../core/run/run.js";
import type { DecisionResult, RunEvent } from "../../../core/run/state.js";
import { SUMMARY_MAX_CHARS } from "../../../vocabulary/limits.js";

/** What a timer of the workflow is for. */
type Purpose =
  | { kind: "gate" | "wait" | "settle"; node: string }
  | { kind: "notice"; node: string; rest: DueNotice[] }
  | { kind: "run" };

interface Expected {
  purpose: Purpose;
  summary: string;
}

export interface Mirror {
  readonly run: Run;
  /** Takes in an event and does what follows from it. */
  report(event: RunEvent): DecisionResult | undefined;
  pump(atMs: number): void;
  /** False while the workflow must start nothing, because it is about to continue as new. */
  mayStart: boolean;
  /** A timer of this summary was started; in the order of the history. */
  bindTimer(timerId: string, summary: string): void;
  fireTimer(timerId: string, atMs: number): void;
  cancel(atMs: number): void;
  /** The sequence number that the SDK gives to the activity that is scheduled now. */
  countActivity(): number;
}

/** Gates that are open already are told of what comes after `resumedAtMs`. `onStep` is called after each single change of the run. */
export function createMirror(run: Run, activities: number, onStep: (atMs: number) => void, resumedAtMs = 0): Mirror {
  const expected: Expected[] = [];
  const bound = new Map<string, Purpose>();
  const open = new Set<string>();
  let timerArmed = false;
  let scheduled = activities;
  let nowMs = 0;

  for (const { node } of run.plan.nodes.values()) {
    const status = stateOf(run, node.id).gate?.status;
    if (status === "asking" || status === "open") expectGateTimers(node, resumedAtMs);
  }

  function report(event: RunEvent): DecisionResult | undefined {
    const result = apply(run, event);
    nowMs = Math.max(nowMs, event.atMs);
    onStep(nowMs);
    pump(event.atMs);
    return result;
  }

  function pump(atMs: number): void {
    nowMs = Math.max(nowMs, atMs);
    for (let actions = startable(); actions.length > 0; actions = startable()) {
      for (const action of actions) perform(action, nowMs);
    }
    tidy();
    armRunTimer();
  }

  const startable = (): Action[] => (mirror.mayStart ? next(run) : nextOfRunning(run));

  function perform(action: Action, atMs: number): void {
    const node = run.plan.nodes.get(action.node)?.node;
    if (node === undefined) return;
    if (action.kind === "ask") {
      if (askNode(run, node, action.deadlineSeconds, atMs) !== undefined) {
        expectGateTimers(node, atMs);
        scheduled++;
      }
    } else if (action.kind === "read") {
      if (startRead(run, node, action, atMs) !== undefined) scheduled++;
    } else if (action.kind === "settle") {
      apply(run, { kind: "step-started", node: node.id, atMs });
      expected.push({ purpose: { kind: "settle", node: node.id }, summary: pauseSummary(node) });
    } else if (startNode(run, node, atMs) !== undefined) {
      if (action.kind === "wait") {
        expected.push({ purpose: { kind: "wait", node: node.id }, summary: node.name.slice(0, SUMMARY_MAX_CHARS) });
      } else scheduled++;
    }
    onStep(atMs);
  }

  function expectGateTimers(node: CheckedNode, sinceMs: number): void {
    const summary = `gate ${node.id} closes: ${node.name}`.slice(0, SUMMARY_MAX_CHARS);
    expected.push({ purpose: { kind: "gate", node: node.id }, summary });
    open.add(node.id);
    const { gate } = stateOf(run, node.id);
    if (gate === undefined) return;
    expectNotice(
      node,
      dueMessages(gateOf(run, node.id)?.rule, gate).filter((notice) => notice.atMs > sinceMs),
    );
  }

  function expectNotice(node: CheckedNode, [first, ...rest]: DueNotice[]): void {
    if (first === undefined) return;
    expected.push({ purpose: { kind: "notice", node: node.id, rest }, summary: noticeSummary(node) });
  }

  /** Those who were told of a gate are told that it has closed. */
  function tidy(): void {
    for (const id of open) {
      const { gate } = stateOf(run, id);
      if (gate?.status === "asking" || gate?.status === "open") continue;
      open.delete(id);
      if (gate !== undefined && toldChannels(gate).channels.length > 0) scheduled++;
    }
  }

  function armRunTimer(): void {
    if (timerArmed || run.running === 0 || run.state.ending !== undefined) return;
    timerArmed = true;
    expected.push({ purpose: { kind: "run" }, summary: "working time of the run" });
  }

  /** Timers are started in the order of the calls; one that was cancelled at once left no event. */
  function bindTimer(timerId: string, summary: string): void {
    const index = expected.findIndex((timer) => timer.summary === summary);
    const [found] = index < 0 ? [] : expected.splice(0, index + 1).slice(-1);
    if (found !== undefined) bound.set(timerId, found.purpose);
  }

  function fireTimer(timerId: string, atMs: number): void {
    const purpose = bound.get(timerId);
    bound.delete(timerId);
    if (purpose === undefined) return;
    if (purpose.kind === "notice") {
      scheduled++;
      const node = run.plan.nodes.get(purpose.node)?.node;
      if (node !== undefined) expectNotice(node, purpose.rest);
    } else if (purpose.kind === "gate") report({ kind: "deadline-passed", node: purpose.node, atMs });
    else if (purpose.kind === "wait") endWait(purpose.node, atMs);
    else if (purpose.kind === "settle") report({ kind: "settled", node: purpose.node, atMs });
    else endRunTimer(atMs);
  }

  function endWait(id: string, atMs: number): void {
    const seconds = Number(run.plan.nodes.get(id)?.node.params.seconds);
    report({ kind: "node-succeeded", node: id, output: { waited_seconds: seconds }, atMs });
  }

  function endRunTimer(atMs: number): void {
    timerArmed = false;
    if (workedMs(run, atMs) < run.plan.graph.verdict.limits.runSeconds * 1_000) return armRunTimer();
    report({ kind: "time-ran-out", atMs });
    cancelWaits(atMs);
  }

  function cancel(atMs: number): void {
    report({ kind: "cancel-requested", atMs });
    cancelWaits(atMs);
  }

  /** A wait ends at once when it is cancelled; an activity ends when its worker says so. */
  function cancelWaits(atMs: number): void {
    for (const { node } of run.plan.nodes.values()) {
      const { status, progress } = stateOf(run, node.id);
      if (status !== "running" || (node.type !== "wait" && progress?.phase !== "settle")) continue;
      report({ kind: "node-cancelled", node: node.id, atMs });
    }
  }

  const mirror: Mirror = {
    run,
    report,
    pump,
    mayStart: true,
    bindTimer,
    fireTimer,
    cancel,
    countActivity: () => ++scheduled,
  };
  return mirror;
}
