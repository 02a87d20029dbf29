/**
 * The driver of `core/run` in the workflow: starts activities and timers, and reports back what became of them. It decides
 * nothing. Few promises a node: callbacks drive it. Loaded by the workflow sandbox.
 */

import { CancellationScope, scheduleActivity, sleep, workflowInfo } from "@temporalio/workflow";
import type { Grant, ToolCall } from "../activities/contract.js";
import type { CheckedNode } from "../core/check.js";
import { gateOf } from "../core/gate/gate-of.js";
import type { RunFacts } from "../core/report/view.js";
import { runContext } from "../core/run/context.js";
import { type Driver, RunLoop, workLeftMs } from "../core/run/driver.js";
import { pauseSummary, type Read, RUN_TIMER_SUMMARY, waitSummary } from "../core/run/node-start.js";
import { type Run, stateOf } from "../core/run/run.js";
import { takesBackAfterCancel } from "../core/run/undo.js";
import type { Json, JsonObject } from "../schema/json.js";
import { votesFor } from "../vocabulary/decisions.js";
import { RETRY_DEFAULT } from "../vocabulary/limits.js";
import { showAttributes, showDetails } from "./details.js";
import { eventOfFailure } from "./failures.js";
import { Gates } from "./gates.js";
import { readOptions, toolOptions } from "./options.js";

export class Interpreter implements Driver {
  readonly run: Run;
  private readonly facts: RunFacts;
  private readonly work: CancellationScope;
  private readonly gates: Gates;
  private readonly loop: RunLoop;
  /** What takes effects back after a cancellation is not reached by it. */
  private takingBack: CancellationScope | undefined;
  private shownGates: number;

  /** `work` is the scope of everything that a cancellation must reach. */
  constructor(run: Run, facts: RunFacts, work: CancellationScope) {
    this.run = run;
    this.facts = facts;
    this.work = work;
    this.shownGates = run.gates;
    this.gates = new Gates(run, facts, { scope: () => this.scope(), dispatch: (event) => this.dispatch(event) });
    this.loop = new RunLoop(run, this);
  }

  /** Takes in an event and does what follows from it. */
  dispatch: RunLoop["dispatch"] = (event) => this.loop.dispatch(event);

  /** Starts what can start, at this time. */
  pump(atMs: number): void {
    this.loop.pump(atMs);
  }

  /** True while an activity, a wait or a question is on its way: continue-as-new would lose its result. */
  isBusy(): boolean {
    return this.run.running > 0 || this.gates.isAsking() || this.isTelling();
  }

  /** True while people are told how a gate closed. */
  isTelling(): boolean {
    return this.gates.isTelling();
  }

  /** The history is getting long: start nothing new, let what runs finish, then continue as new. */
  mayStart = (): boolean => !workflowInfo().continueAsNewSuggested;

  callTool(node: CheckedNode, params: JsonObject): void {
    const call = this.callOf(node, params);
    const options = toolOptions(node, gateOf(this.run, node.id)?.target);
    this.take(node, scheduleActivity<Json>(node.tool ?? "", [call], options));
  }

  read(node: CheckedNode, { params, tool, activityId }: Read): void {
    const given: ToolCall = { params, requester: this.facts.requester, retries: RETRY_DEFAULT };
    this.take(node, scheduleActivity<Json>(tool, [given], readOptions(node, activityId)), true);
  }

  wait(node: CheckedNode, seconds: number): void {
    sleep(seconds * 1_000, { summary: waitSummary(node) }).then(
      () => this.loop.waitEnded(node.id, Date.now()),
      (error) => this.dispatch(eventOfFailure(node, error, Date.now())),
    );
  }

  pause(node: CheckedNode, seconds: number): void {
    sleep(seconds * 1_000, { summary: pauseSummary(node) }).then(
      () => this.dispatch({ kind: "settled", node: node.id, atMs: Date.now() }),
      (error) => this.dispatch(eventOfFailure(node, error, Date.now(), true)),
    );
  }

  ask(node: CheckedNode, params: JsonObject, atMs: number): void {
    this.gates.armTimer(node, atMs);
    this.gates.ask(node, params);
  }

  /** Gates that were open when the run continued as new keep their absolute deadline. */
  takeUp(node: CheckedNode): void {
    this.gates.armTimer(node, Date.now());
  }

  close(node: CheckedNode): void {
    this.gates.close(node);
  }

  armRunTimer(): void {
    const leftMs = workLeftMs(this.run, Date.now());
    sleep(Math.max(1, leftMs), { summary: RUN_TIMER_SUMMARY }).then(
      () => this.loop.runTimerFired(Date.now()),
      () => undefined,
    );
  }

  timeRanOut(): void {
    this.work.cancel();
  }

  /** What a result starts is in the scope already; entering it anew for each node would cost promises. */
  within(start: () => void): void {
    const scope = this.scope();
    if (CancellationScope.current() === scope) start();
    else void scope.run(async () => start());
  }

  pumped(): void {
    if (this.run.gates !== this.shownGates && this.run.state.outcome === undefined) {
      this.shownGates = this.run.gates;
      showAttributes(this.run);
    }
    showDetails(this.run, this.facts.runId);
  }

  private scope(): CancellationScope {
    if (!takesBackAfterCancel(this.run)) return this.work;
    this.takingBack ??= new CancellationScope({ cancellable: false });
    return this.takingBack;
  }

  private take(node: CheckedNode, result: Promise<Json>, isRead = false): void {
    result.then(
      (output) => this.dispatch({ kind: "node-succeeded", node: node.id, output, atMs: Date.now() }),
      (error) => this.dispatch(eventOfFailure(node, error, Date.now(), isRead)),
    );
  }

  private callOf(node: CheckedNode, params: JsonObject): ToolCall {
    const call: ToolCall = { params, requester: this.facts.requester, retries: node.retries };
    const isGranted = node.gate !== undefined || node.undoes !== undefined;
    if (isGranted || node.effect === "notify") call.runKey = this.facts.runKey;
    if (node.seesRun) call.soFar = runContext(this.run);
    if (isGranted) call.grant = grantOf(this.run, node);
    return call;
  }
}

/** What the acting activity verifies before it acts. What takes an effect back may be covered by the approval of that. */
function grantOf(run: Run, node: CheckedNode): Grant {
  const approved = node.gate === undefined && node.undoes !== undefined ? node.undoes : node.id;
  const { gate } = stateOf(run, approved);
  const votes = votesFor("approve", gate?.votes ?? []);
  return {
    digest: gate?.digest ?? "",
    question: gate?.question,
    votes: votes.map(({ approver, token, atMs }) => ({ approver, token: token || undefined, atMs })),
  };
}
