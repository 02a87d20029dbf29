/**
 * Turns the answers of `core/run` into activities and timers, and reports back what became of them. It decides
 * nothing. Few promises a node: callbacks drive it. Loaded by the workflow sandbox.
 */

import { CancellationScope, scheduleActivity, sleep, workflowInfo } from "@temporalio/workflow";
import type { Grant, ToolCall } from "../activities/contract.js";
import type { CheckedNode } from "../core/check.js";
import { gateOf } from "../core/gate/gate-of.js";
import type { RunFacts } from "../core/report/view.js";
import { apply } from "../core/run/apply.js";
import { runContext } from "../core/run/context.js";
import { type Action, next, nextOfRunning } from "../core/run/next.js";
import { pauseSummary, startNode, startRead } from "../core/run/node-start.js";
import { type Run, stateOf, workedMs } from "../core/run/run.js";
import type { RunEvent } from "../core/run/state.js";
import { takesBackAfterCancel } from "../core/run/undo.js";
import type { Json, JsonObject } from "../schema/json.js";
import { votesFor } from "../vocabulary/decisions.js";
import { RETRY_DEFAULT, SUMMARY_MAX_CHARS } from "../vocabulary/limits.js";
import { showAttributes, showDetails } from "./details.js";
import { eventOfFailure } from "./failures.js";
import { createGates, type Gates } from "./gates.js";
import { readOptions, toolOptions } from "./options.js";

export interface Interpreter {
  run: Run;
  /** Takes in an event and does what follows from it. */
  dispatch(event: RunEvent): ReturnType<typeof apply>;
  /** Starts what can start, at this time. */
  pump(atMs: number): void;
  /** True while an activity, a wait or a question is on its way: continue-as-new would lose its result. */
  isBusy(): boolean;
  /** True while people are told how a gate closed. */
  isTelling(): boolean;
}

/** `work` is the scope of everything that a cancellation must reach. */
export function createInterpreter(run: Run, facts: RunFacts, work: CancellationScope): Interpreter {
  let timerArmed = false;
  let pumping = false;
  let shownGates = run.gates;
  /** When the latest event happened; what follows from it starts then. The clock may read otherwise on replay. */
  let nowMs = 0;
  /** What takes effects back after a cancellation is not reached by it. */
  let takingBack: CancellationScope | undefined;
  const scope = (): CancellationScope => {
    if (!takesBackAfterCancel(run)) return work;
    takingBack ??= new CancellationScope({ cancellable: false });
    return takingBack;
  };
  const gates: Gates = createGates(run, facts, scope, dispatch);

  function dispatch(event: RunEvent): ReturnType<typeof apply> {
    const result = apply(run, event);
    pump(event.atMs);
    return result;
  }

  function pump(atMs: number): void {
    // A decision that was verified first is older than what came meanwhile.
    nowMs = Math.max(nowMs, atMs);
    if (pumping) return;
    pumping = true;
    inWork(startAll);
    pumping = false;
    if (run.gates !== shownGates && run.state.outcome === undefined) {
      shownGates = run.gates;
      showAttributes(run);
    }
    showDetails(run, facts.runId);
  }

  /** What a result starts is in the scope already; entering it anew for each node would cost promises. */
  function inWork(start: () => void): void {
    const current = scope();
    if (CancellationScope.current() === current) start();
    else void current.run(async () => start());
  }

  function startAll(): void {
    // Something that ends at once (a decision node) may let something else start.
    for (let actions = startable(); actions.length > 0; actions = startable()) actions.forEach(perform);
    gates.tidy();
    armRunTimer();
  }

  function startable(): Action[] {
    // The history is getting long: start nothing new, let what runs finish, then continue as new.
    return workflowInfo().continueAsNewSuggested ? nextOfRunning(run) : next(run);
  }

  function perform(action: Action): void {
    // Something that ended at once may have taken this node from the start line.
    if (!run.ready.includes(action.node) && !run.due.includes(action.node)) return;
    const node = nodeOf(run, action.node);
    if (action.kind === "ask") gates.ask(node, action.deadlineSeconds, nowMs);
    else if (action.kind === "wait") startWait(node, action.seconds);
    else if (action.kind === "read") read(node, action);
    else if (action.kind === "settle") pause(node, action.seconds);
    else startTool(node);
  }

  function startWait(node: CheckedNode, seconds: number): void {
    if (startNode(run, node, nowMs) === undefined) return;
    const summary = node.name.slice(0, SUMMARY_MAX_CHARS);
    sleep(seconds * 1_000, { summary }).then(
      () => dispatch({ kind: "node-succeeded", node: node.id, output: { waited_seconds: seconds }, atMs: Date.now() }),
      (error) => dispatch(eventOfFailure(node, error, Date.now())),
    );
  }

  function startTool(node: CheckedNode): void {
    const params = startNode(run, node, nowMs);
    if (params === undefined) return;
    const call = callOf(node, params);
    scheduleActivity<Json>(node.tool ?? "", [call], toolOptions(node, gateOf(run, node.id)?.target)).then(
      (output) => dispatch({ kind: "node-succeeded", node: node.id, output, atMs: Date.now() }),
      (error) => dispatch(eventOfFailure(node, error, Date.now())),
    );
  }

  /** A look before an effect, or after it. */
  function read(node: CheckedNode, action: Extract<Action, { kind: "read" }>): void {
    const call = startRead(run, node, action, nowMs);
    if (call === undefined) return;
    const { params, tool, activityId } = call;
    const given: ToolCall = { params, requester: facts.requester, retries: RETRY_DEFAULT };
    scheduleActivity<Json>(tool, [given], readOptions(node, activityId)).then(
      (output) => dispatch({ kind: "node-succeeded", node: node.id, output, atMs: Date.now() }),
      (error) => dispatch(eventOfFailure(node, error, Date.now(), true)),
    );
  }

  /** What was changed is given time to show. */
  function pause(node: CheckedNode, seconds: number): void {
    dispatch({ kind: "step-started", node: node.id, atMs: nowMs });
    sleep(seconds * 1_000, { summary: pauseSummary(node) }).then(
      () => dispatch({ kind: "settled", node: node.id, atMs: Date.now() }),
      (error) => dispatch(eventOfFailure(node, error, Date.now(), true)),
    );
  }

  function callOf(node: CheckedNode, params: JsonObject): ToolCall {
    const call: ToolCall = { params, requester: facts.requester, retries: node.retries };
    const isGranted = node.gate !== undefined || node.undoes !== undefined;
    if (isGranted || node.effect === "notify") call.runKey = facts.runKey;
    if (node.seesRun) call.soFar = runContext(run);
    if (isGranted) call.grant = grantOf(run, node);
    return call;
  }

  /** One lazy timer over the working time: re-armed only when it fires, since waiting at a gate does not count. */
  function armRunTimer(): void {
    if (timerArmed || run.running === 0 || run.state.ending !== undefined) return;
    const budgetMs = run.plan.graph.verdict.limits.runSeconds * 1_000;
    const leftMs = budgetMs - workedMs(run, Date.now());
    timerArmed = true;
    sleep(Math.max(1, leftMs), { summary: "working time of the run" }).then(
      () => {
        timerArmed = false;
        if (workedMs(run, Date.now()) < budgetMs) return armRunTimer();
        dispatch({ kind: "time-ran-out", atMs: Date.now() });
        work.cancel();
      },
      () => undefined,
    );
  }

  return {
    run,
    dispatch,
    pump,
    isBusy: () => run.running > 0 || gates.isAsking() || gates.isTelling(),
    isTelling: gates.isTelling,
  };
}

export function nodeOf(run: Run, id: string): CheckedNode {
  return (run.plan.nodes.get(id) as { node: CheckedNode }).node;
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
