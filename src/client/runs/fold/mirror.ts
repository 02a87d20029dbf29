/**
 * The driver of `core/run` without Temporal: the same events in the same order give the same run. Instead of starting
 * activities and timers it keeps account of those that the workflow must have started.
 */

import type { CheckedNode } from "../../../core/check.js";
import { type DueNotice, dueAfter, noticeSummary, toldChannels } from "../../../core/gate/messages.js";
import { type Driver, nodeOf, RunLoop } from "../../../core/run/driver.js";
import { closingSummary, pauseSummary, RUN_TIMER_SUMMARY, waitSummary } from "../../../core/run/node-start.js";
import { type Run, stateOf } from "../../../core/run/run.js";

/** What a timer of the workflow is for. */
type Purpose =
  | { kind: "gate" | "wait" | "settle"; node: string }
  | { kind: "notice"; node: string; rest: DueNotice[] }
  | { kind: "run" };

interface Expected {
  purpose: Purpose;
  summary: string;
}

interface MirrorStart {
  /** Activities that the workflow had scheduled before. */
  activities: number;
  /** Called after each single change of the run. */
  onStep(atMs: number): void;
  /** Gates that are open already are told of what comes after it. */
  resumedAtMs?: number;
}

export class Mirror implements Driver {
  readonly run: Run;
  /** False while the workflow must start nothing, because it is about to continue as new. */
  isStarting = true;
  readonly #expected: Expected[] = [];
  readonly #bound = new Map<string, Purpose>();
  readonly #resumedAtMs: number;
  readonly #loop: RunLoop;
  #scheduled: number;
  readonly changed: (atMs: number) => void;

  constructor(run: Run, { activities, onStep, resumedAtMs = 0 }: MirrorStart) {
    this.run = run;
    this.#scheduled = activities;
    this.#resumedAtMs = resumedAtMs;
    this.changed = onStep;
    this.#loop = new RunLoop(run, this);
  }

  /** Takes in an event and does what follows from it. */
  dispatch: RunLoop["dispatch"] = (event) => this.#loop.dispatch(event);

  pump(atMs: number): void {
    this.#loop.pump(atMs);
  }

  /** The sequence number that the SDK gives to the activity that is scheduled now. */
  countActivity(): number {
    return ++this.#scheduled;
  }

  /** A timer of this summary was started, in the order of the history; one that was cancelled at once left no event. */
  bindTimer(timerId: string, summary: string): void {
    const index = this.#expected.findIndex((timer) => timer.summary === summary);
    const [found] = index < 0 ? [] : this.#expected.splice(0, index + 1).slice(-1);
    if (found !== undefined) this.#bound.set(timerId, found.purpose);
  }

  fireTimer(timerId: string, atMs: number): void {
    const purpose = this.#bound.get(timerId);
    this.#bound.delete(timerId);
    if (purpose === undefined) return;
    if (purpose.kind === "notice") {
      this.#scheduled++;
      this.#expectNotice(nodeOf(this.run, purpose.node), purpose.rest);
    } else if (purpose.kind === "gate") this.dispatch({ kind: "deadline-passed", node: purpose.node, atMs });
    else if (purpose.kind === "wait") this.#loop.waitEnded(purpose.node, atMs);
    else if (purpose.kind === "settle") this.dispatch({ kind: "settled", node: purpose.node, atMs });
    else this.#loop.runTimerFired(atMs);
  }

  cancel(atMs: number): void {
    this.dispatch({ kind: "cancel-requested", atMs });
    this.#cancelWaits(atMs);
  }

  mayStart = (): boolean => this.isStarting;

  callTool(): void {
    this.#scheduled++;
  }

  read(): void {
    this.#scheduled++;
  }

  wait(node: CheckedNode): void {
    this.#expected.push({ purpose: { kind: "wait", node: node.id }, summary: waitSummary(node) });
  }

  pause(node: CheckedNode): void {
    this.#expected.push({ purpose: { kind: "settle", node: node.id }, summary: pauseSummary(node) });
  }

  ask(node: CheckedNode, _: unknown, atMs: number): void {
    this.#expectGateTimers(node, atMs);
    this.#scheduled++;
  }

  takeUp(node: CheckedNode): void {
    this.#expectGateTimers(node, this.#resumedAtMs);
  }

  close(node: CheckedNode): void {
    const { gate } = stateOf(this.run, node.id);
    if (gate !== undefined && toldChannels(gate).channels.length > 0) this.#scheduled++;
  }

  armRunTimer(): void {
    this.#expected.push({ purpose: { kind: "run" }, summary: RUN_TIMER_SUMMARY });
  }

  timeRanOut(atMs: number): void {
    this.#cancelWaits(atMs);
  }

  #expectGateTimers(node: CheckedNode, sinceMs: number): void {
    this.#expected.push({ purpose: { kind: "gate", node: node.id }, summary: closingSummary(node) });
    this.#expectNotice(node, dueAfter(this.run, node, sinceMs));
  }

  #expectNotice(node: CheckedNode, [first, ...rest]: DueNotice[]): void {
    if (first === undefined) return;
    this.#expected.push({ purpose: { kind: "notice", node: node.id, rest }, summary: noticeSummary(node) });
  }

  /** A wait ends at once when it is cancelled; an activity ends when its worker says so. */
  #cancelWaits(atMs: number): void {
    for (const { node } of this.run.plan.nodes.values()) {
      const { status, progress } = stateOf(this.run, node.id);
      if (status !== "running" || (node.type !== "wait" && progress?.phase !== "settle")) continue;
      this.dispatch({ kind: "node-cancelled", node: node.id, atMs });
    }
  }
}
