/**
 * The questions to people: asked by an activity, answered by signal or update, closed by a timer.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */

import { CancellationScope, scheduleActivity, sleep } from "@temporalio/workflow";
import type { AskCall, AskResult } from "../activities/contract.js";
import type { CheckedNode } from "../core/check.js";
import { gateEnvironment, gateOf } from "../core/gate/gate-of.js";
import { type RunFacts, viewOf } from "../core/report/view.js";
import { askNode, shownUndo } from "../core/run/node-start.js";
import { addProblem, type Run, stateOf } from "../core/run/run.js";
import type { RunEvent } from "../core/run/state.js";
import { takesBackAfterCancel } from "../core/run/undo.js";
import type { JsonObject } from "../schema/json.js";
import { FINDINGS_SHOWN_AT_GATE, SUMMARY_MAX_CHARS } from "../vocabulary/limits.js";
import { messageOf } from "../vocabulary/message-of.js";
import { ACTIVITIES, askId } from "../vocabulary/names.js";
import { createGateMessages } from "./messages.js";
import { askOptions } from "./options.js";

export interface Gates {
  /** Called within the scope of the run's work, as everything that starts is. */
  ask(node: CheckedNode, deadlineSeconds: number, atMs: number): void;
  /** Stops the timers of gates that have closed. */
  tidy(): void;
  /** True while a question is on its way to people. */
  isAsking(): boolean;
  /** True while people are told of something; the run must not end under it. */
  isTelling(): boolean;
}

export function createGates(
  run: Run,
  facts: RunFacts,
  work: () => CancellationScope,
  dispatch: (event: RunEvent) => unknown,
): Gates {
  const timers = new Map<string, CancellationScope>();
  const messages = createGateMessages(run, facts, dispatch);
  let asking = 0;

  // Gates that were open when the run continued as new keep their absolute deadline.
  for (const { node } of run.plan.nodes.values()) if (isOpen(run, node.id)) armTimer(node, Date.now());

  function ask(node: CheckedNode, deadlineSeconds: number, atMs: number): void {
    closeOld(node);
    const params = askNode(run, node, deadlineSeconds, atMs);
    if (params === undefined) return;
    armTimer(node, atMs);
    tell(node, params);
  }

  /** A question that is put anew about other params: the old one's timers go, and people hear that it is void. */
  function closeOld(node: CheckedNode): void {
    const scope = timers.get(node.id);
    if (scope === undefined) return;
    timers.delete(node.id);
    scope.cancel();
    messages.closed(node);
  }

  function tell(node: CheckedNode, params: JsonObject): void {
    const gate = stateOf(run, node.id).gate;
    if (gate === undefined) return;
    const asked = gateOf(run, node.id);
    const call: AskCall = {
      nodeId: node.id,
      nodeName: node.name,
      nodeType: node.type,
      tool: node.tool || undefined,
      params,
      target: asked?.target,
      environment: gateEnvironment(run, node.id),
      reason: gate.reason,
      requester: facts.requester,
      runKey: facts.runKey,
      policyDigest: run.plan.graph.verdict.policyDigest,
      openedAtMs: gate.openedAtMs,
      required: gate.required,
      signed: gate.signed,
      retries: node.retries,
      deadlineMs: gate.deadlineMs,
      findings: run.state.findings.slice(0, FINDINGS_SHOWN_AT_GATE),
      answer: viewOf(run, facts).answer,
      rule: asked?.rule,
      ...shownUndo(run, node),
      ...editedBy(run, node),
    };
    asking++;
    const options = askOptions(node, askId(node.id, gate.round), gate.deadlineMs - Date.now());
    scheduleActivity<AskResult>(ACTIVITIES.askApproval, [call], options).then(
      (result) => {
        asking--;
        dispatch({ kind: "gate-opened", node: node.id, ...result, atMs: Date.now() });
      },
      (error: unknown) => {
        asking--;
        // A question that was called back because the run ends is no problem.
        if (run.state.ending !== undefined && !takesBackAfterCancel(run)) return;
        const message = `${node.id}: nobody could be asked: ${messageOf(error)}`;
        addProblem(run, { code: "tool-failed", at: node.id, message });
      },
    );
  }

  function armTimer(node: CheckedNode, sinceMs: number): void {
    const gate = stateOf(run, node.id).gate;
    if (gate === undefined) return;
    const scope = new CancellationScope({ cancellable: true, parent: work() });
    timers.set(node.id, scope);
    const summary = `gate ${node.id} closes: ${node.name}`.slice(0, SUMMARY_MAX_CHARS);
    scope
      .run(() => {
        const closing = sleep(Math.max(1, gate.deadlineMs - Date.now()), { summary });
        messages.arm(node, sinceMs);
        return closing;
      })
      .then(
        () => dispatch({ kind: "deadline-passed", node: node.id, atMs: Date.now() }),
        () => undefined,
      );
  }

  function tidy(): void {
    for (const [id, scope] of timers) {
      if (isOpen(run, id)) continue;
      timers.delete(id);
      scope.cancel();
      messages.closed((run.plan.nodes.get(id) as { node: CheckedNode }).node);
    }
  }

  return { ask, tidy, isAsking: () => asking > 0, isTelling: messages.isTelling };
}

function isOpen(run: Run, id: string): boolean {
  const status = stateOf(run, id).gate?.status;
  return status === "asking" || status === "open";
}

function editedBy(run: Run, { id }: CheckedNode): Pick<AskCall, "edited"> {
  const { edited } = stateOf(run, id);
  return edited === undefined ? {} : { edited: { by: edited.by, before: edited.before } };
}
