/**
 * The questions to people: asked by an activity, answered by signal or update, closed by a timer.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */

import { CancellationScope, scheduleActivity, sleep } from "@temporalio/workflow";
import type { AskCall, AskResult } from "../activities/contract.js";
import type { CheckedNode } from "../core/check.js";
import { gateEnvironment, gateOf } from "../core/gate/gate-of.js";
import { type RunFacts, viewOf } from "../core/report/view.js";
import { closingSummary, shownUndo } from "../core/run/node-start.js";
import { addProblem, type Run, stateOf } from "../core/run/run.js";
import type { Gate, RunEvent } from "../core/run/state.js";
import { takesBackAfterCancel } from "../core/run/undo.js";
import type { JsonObject } from "../schema/json.js";
import { FINDINGS_SHOWN_AT_GATE } from "../vocabulary/limits.js";
import { messageOf } from "../vocabulary/message-of.js";
import { ACTIVITIES, askId } from "../vocabulary/names.js";
import { GateMessages } from "./messages.js";
import { askOptions } from "./options.js";

interface Within {
  /** The scope of the run's work, which everything that starts belongs to. */
  scope(): CancellationScope;
  dispatch(event: RunEvent): unknown;
}

export class Gates {
  private readonly run: Run;
  private readonly facts: RunFacts;
  private readonly within: Within;
  private readonly timers = new Map<string, CancellationScope>();
  private readonly messages: GateMessages;
  private asking = 0;

  constructor(run: Run, facts: RunFacts, within: Within) {
    this.run = run;
    this.facts = facts;
    this.within = within;
    this.messages = new GateMessages(run, facts, within.dispatch);
  }

  /** True while a question is on its way to people. */
  isAsking = (): boolean => this.asking > 0;

  /** True while people are told of something; the run must not end under it. */
  isTelling = (): boolean => this.messages.isTelling();

  /** Puts the question about a node with these params. */
  ask(node: CheckedNode, params: JsonObject): void {
    const { gate } = stateOf(this.run, node.id);
    if (gate === undefined) return;
    this.asking++;
    const options = askOptions(node, askId(node.id, gate.round), gate.deadlineMs - Date.now());
    const call = this.callOf(node, gate, params);
    scheduleActivity<AskResult>(ACTIVITIES.askApproval, [call], options).then(
      (result) => {
        this.asking--;
        this.within.dispatch({ kind: "gate-opened", node: node.id, ...result, atMs: Date.now() });
      },
      (error: unknown) => {
        this.asking--;
        // A question that was called back because the run ends is no problem.
        if (this.run.state.ending !== undefined && !takesBackAfterCancel(this.run)) return;
        const message = `${node.id}: nobody could be asked: ${messageOf(error)}`;
        addProblem(this.run, { code: "tool-failed", at: node.id, message });
      },
    );
  }

  /** Closes the gate at its deadline, and tells again of it what is due after `sinceMs`. */
  armTimer(node: CheckedNode, sinceMs: number): void {
    const { gate } = stateOf(this.run, node.id);
    if (gate === undefined) return;
    const scope = new CancellationScope({ cancellable: true, parent: this.within.scope() });
    this.timers.set(node.id, scope);
    scope
      .run(() => {
        const closing = sleep(Math.max(1, gate.deadlineMs - Date.now()), { summary: closingSummary(node) });
        this.messages.arm(node, sinceMs);
        return closing;
      })
      .then(
        () => this.within.dispatch({ kind: "deadline-passed", node: node.id, atMs: Date.now() }),
        () => undefined,
      );
  }

  /** Its timers go, and people hear that it has closed. */
  close(node: CheckedNode): void {
    const scope = this.timers.get(node.id);
    this.timers.delete(node.id);
    scope?.cancel();
    this.messages.closed(node);
  }

  private callOf(node: CheckedNode, gate: Gate, params: JsonObject): AskCall {
    const run = this.run;
    const asked = gateOf(run, node.id);
    return {
      nodeId: node.id,
      nodeName: node.name,
      nodeType: node.type,
      tool: node.tool || undefined,
      params,
      target: asked?.target,
      environment: gateEnvironment(run, node.id),
      reason: gate.reason,
      requester: this.facts.requester,
      runKey: this.facts.runKey,
      policyDigest: run.plan.graph.verdict.policyDigest,
      openedAtMs: gate.openedAtMs,
      required: gate.required,
      signed: gate.signed,
      retries: node.retries,
      deadlineMs: gate.deadlineMs,
      findings: run.state.findings.slice(0, FINDINGS_SHOWN_AT_GATE),
      answer: viewOf(run, this.facts).answer,
      rule: asked?.rule,
      ...shownUndo(run, node),
      ...editedBy(run, node),
    };
  }
}

function editedBy(run: Run, { id }: CheckedNode): Pick<AskCall, "edited"> {
  const { edited } = stateOf(run, id);
  return edited === undefined ? {} : { edited: { by: edited.by, before: edited.before } };
}
