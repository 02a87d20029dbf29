/**
 * Edit and approve: a person gives an action other params at its gate. They are asked about anew; nothing is approved
 * by giving them. Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import type { Problem } from "../../vocabulary/problems.js";
import { holdsTemplate } from "../condition/template.js";
import { addProblem, closeGate, makeReady, type Run, stateOf } from "../run/run.js";
import type { DecisionResult, RunEvent } from "../run/state.js";
import { noteStray, unfitting } from "../run/stray-decisions.js";
import { judgeDecision, noteRefusal } from "./approval.js";
import type { NodeGate } from "./node-gate.js";

type Decided = Extract<RunEvent, { kind: "decided" }>;

/** Whether this person may give other params now; a refusal is counted as that of a decision is. */
export function judgeEdit(run: Run, event: Decided): DecisionResult {
  const entry = run.plan.nodes.get(event.node);
  const gate = entry === undefined ? undefined : stateOf(run, event.node).gate;
  if (entry === undefined || gate === undefined || gate.status === "asking") {
    const result = entry === undefined ? "node-not-found" : "gate-not-open";
    const why = entry === undefined ? "the run has no such node" : "it gives other params before its gate is open";
    noteStray(run, unfitting(event.node, event.vote, result, why));
    return result;
  }
  if (entry.node.tool === undefined || holdsTemplate(event.vote.params ?? {}))
    return noteRefusal(gate, event.vote, "edit-refused");
  const result = judgeDecision(run, gate, event);
  return result === "accepted" ? result : noteRefusal(gate, event.vote, result);
}

/** The params that were given did not pass the check. */
export function refuseEdit(run: Run, { node, vote }: Decided): DecisionResult {
  const { gate } = stateOf(run, node);
  return gate === undefined ? "gate-not-open" : noteRefusal(gate, vote, "edit-refused");
}

/** What the check of other params gave; undefined where they could not be checked. */
type CheckedEdit = { ok: true; gate?: NodeGate; atMs?: number } | { ok: false; problems: Problem[] } | undefined;

/** Other params were checked: the gate asks anew about them. Nothing is approved by it. */
export function takeEdit(
  run: Run,
  event: Decided,
  checked: CheckedEdit,
  dispatch: (event: RunEvent) => unknown,
): DecisionResult {
  if (!checked?.ok) {
    for (const problem of checked?.problems ?? []) addProblem(run, problem);
    return refuseEdit(run, event);
  }
  // Somebody may have decided meanwhile.
  const again = judgeEdit(run, event);
  if (again !== "accepted") return again;
  const { params = {}, approver: by, atMs } = event.vote;
  dispatch({ kind: "edited", node: event.node, params, by, gate: checked.gate, atMs: checked.atMs ?? atMs });
  return "edited";
}

/** The action has other params: votes for the old ones are void, and people are asked about the new ones. */
export function edit(run: Run, { node, params, by, gate: asked, atMs }: Extract<RunEvent, { kind: "edited" }>): void {
  const own = stateOf(run, node);
  const { gate } = own;
  if (gate?.status !== "open") return;
  const { openedAtMs, deadlineMs } = gate;
  closeGate(run, node, "withdrawn", atMs);
  own.edited = { params, by, atMs, before: own.edited?.before ?? gate.shown ?? {}, openedAtMs, deadlineMs };
  if (asked !== undefined) own.edited.gate = asked;
  own.status = "pending";
  makeReady(run, node);
}
