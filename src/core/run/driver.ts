/**
 * What a run does when something happens. Events go in; what must be started outside is handed to a driver. The workflow's
 * driver starts activities and timers; the one that rebuilds a run from its history keeps account of them.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import type { CheckedNode } from "../check.js";
import { apply } from "./apply.js";
import { type Action, next, nextOfRunning } from "./next.js";
import { askNode, type Read, startNode, startRead } from "./node-start.js";
import { type Run, stateOf, workedMs } from "./run.js";
import type { DecisionResult, RunEvent } from "./state.js";

export interface Driver {
  /** False while nothing new may start, because the run is about to continue as new. */
  mayStart(): boolean;
  callTool(node: CheckedNode, params: JsonObject): void;
  /** A read before an effect or after it. */
  read(node: CheckedNode, call: Read): void;
  wait(node: CheckedNode, seconds: number): void;
  /** What was changed is given time to show. */
  pause(node: CheckedNode, seconds: number): void;
  /** People are asked, and the timers of the gate begin. */
  ask(node: CheckedNode, params: JsonObject, atMs: number): void;
  /** A gate that was open when the run was taken up again. */
  takeUp(node: CheckedNode): void;
  /** The timers of a gate end, and who was told of it hears that it has closed. */
  close(node: CheckedNode): void;
  /** One lazy timer over the working time, since waiting at a gate does not count. */
  armRunTimer(): void;
  /** The working time is over, and the run knows it. */
  timeRanOut(atMs: number): void;
  /** After each single change of the run. */
  changed?(atMs: number): void;
  /** Where the starts belong; without it, where they are called. */
  within?(start: () => void): void;
  /** Everything that an event brought about has been started. */
  pumped?(): void;
}

export class RunLoop {
  readonly run: Run;
  private readonly driver: Driver;
  /** Gates whose timers run. */
  private readonly open = new Set<string>();
  private timerArmed = false;
  private pumping = false;
  /** When the latest event happened; what follows from it starts then. The clock may read otherwise on replay. */
  private nowMs = 0;

  constructor(run: Run, driver: Driver) {
    this.run = run;
    this.driver = driver;
    for (const { node } of run.plan.nodes.values()) {
      if (!isGateOpen(run, node.id)) continue;
      this.open.add(node.id);
      driver.takeUp(node);
    }
  }

  /** Takes in an event and does what follows from it. */
  dispatch(event: RunEvent): DecisionResult | undefined {
    const result = apply(this.run, event);
    this.nowMs = Math.max(this.nowMs, event.atMs);
    this.driver.changed?.(this.nowMs);
    this.pump(event.atMs);
    return result;
  }

  /** Starts what can start, at this time. */
  pump(atMs: number): void {
    // A decision that was verified first is older than what came meanwhile.
    this.nowMs = Math.max(this.nowMs, atMs);
    if (this.pumping) return;
    this.pumping = true;
    const start = () => this.startAll();
    if (this.driver.within === undefined) start();
    else this.driver.within(start);
    this.pumping = false;
    this.driver.pumped?.();
  }

  waitEnded(id: string, atMs: number): void {
    const seconds = Number(nodeOf(this.run, id).params.seconds);
    this.dispatch({ kind: "node-succeeded", node: id, output: { waited_seconds: seconds }, atMs });
  }

  runTimerFired(atMs: number): void {
    this.timerArmed = false;
    if (workLeftMs(this.run, atMs) > 0) return this.armRunTimer();
    this.dispatch({ kind: "time-ran-out", atMs });
    this.driver.timeRanOut(atMs);
  }

  private startAll(): void {
    // Something that ends at once (a decision node) may let something else start.
    for (let actions = this.startable(); actions.length > 0; actions = this.startable()) {
      for (const action of actions) this.perform(action);
    }
    for (const id of this.open) if (!isGateOpen(this.run, id)) this.close(id);
    this.armRunTimer();
  }

  private startable(): Action[] {
    return this.driver.mayStart() ? next(this.run) : nextOfRunning(this.run);
  }

  private perform(action: Action): void {
    // Something that ended at once may have taken this node from the start line.
    if (!this.run.ready.includes(action.node) && !this.run.due.includes(action.node)) return;
    const node = nodeOf(this.run, action.node);
    if (action.kind === "ask") this.ask(node, action.deadlineSeconds);
    else if (action.kind === "read") this.read(node, action);
    else if (action.kind === "settle") this.pause(node, action.seconds);
    else this.start(node, action);
    this.driver.changed?.(this.nowMs);
  }

  private start(node: CheckedNode, action: Exclude<Action, { kind: "ask" | "read" | "settle" }>): void {
    const params = startNode(this.run, node, this.nowMs);
    if (params === undefined) return;
    if (action.kind === "wait") this.driver.wait(node, action.seconds);
    else this.driver.callTool(node, params);
  }

  private read(node: CheckedNode, action: Extract<Action, { kind: "read" }>): void {
    const call = startRead(this.run, node, action, this.nowMs);
    if (call !== undefined) this.driver.read(node, call);
  }

  private pause(node: CheckedNode, seconds: number): void {
    apply(this.run, { kind: "step-started", node: node.id, atMs: this.nowMs });
    this.driver.pause(node, seconds);
  }

  private ask(node: CheckedNode, deadlineSeconds: number): void {
    // A question that is put anew about other params: the old one is void.
    if (this.open.has(node.id)) this.close(node.id);
    const params = askNode(this.run, node, deadlineSeconds, this.nowMs);
    if (params === undefined) return;
    this.open.add(node.id);
    this.driver.ask(node, params, this.nowMs);
  }

  private close(id: string): void {
    this.open.delete(id);
    this.driver.close(nodeOf(this.run, id));
  }

  private armRunTimer(): void {
    if (this.timerArmed || this.run.running === 0 || this.run.state.ending !== undefined) return;
    this.timerArmed = true;
    this.driver.armRunTimer();
  }
}

export function nodeOf(run: Run, id: string): CheckedNode {
  return (run.plan.nodes.get(id) as { node: CheckedNode }).node;
}

/** What is left of the run's working time. */
export const workLeftMs = (run: Run, atMs: number): number =>
  run.plan.graph.verdict.limits.runSeconds * 1_000 - workedMs(run, atMs);

function isGateOpen(run: Run, id: string): boolean {
  const status = stateOf(run, id).gate?.status;
  return status === "asking" || status === "open";
}
