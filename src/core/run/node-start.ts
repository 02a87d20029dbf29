/**
 * What starting a node or asking about it does by itself, before any work outside: params are rendered, a decision
 * ends at once. The workflow and the one who rebuilds a run from its history both go through here.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import { readId } from "../../vocabulary/names.js";
import type { NodeType } from "../../vocabulary/node-types.js";
import type { CheckedNode } from "../check.js";
import { render } from "../condition/template.js";
import { evaluate, parseExpression } from "../condition.js";
import { labelOf } from "../report/plain.js";
import { apply } from "./apply.js";
import { isStopped } from "./effect-checks.js";
import type { Action } from "./next.js";
import { finishIfDone } from "./node-end.js";
import { type Run, stateOf } from "./run.js";
import { isShownBefore } from "./undo-nodes.js";
import { withdrawnBefore } from "./withdraw.js";

type ReadAction = Extract<Action, { kind: "read" }>;

/** A call of a tool that only reads. */
export interface Read {
  tool: string;
  params: JsonObject;
  activityId: string;
}

/** Starts a node; returns its rendered params, or undefined where it has ended at once. */
export function startNode(run: Run, node: CheckedNode, atMs: number): JsonObject | undefined {
  if (node.type === "decision") {
    evaluateDecision(run, node, atMs);
    return undefined;
  }
  const isNew = stateOf(run, node.id).status !== "running";
  if (isNew && node.preconditions !== undefined) {
    apply(run, { kind: "node-started", node: node.id, atMs });
    return undefined;
  }
  if (!isNew && stopIfBarred(run, node, atMs)) return undefined;
  const params = renderedParams(run, node, paramsOf(run, node), atMs);
  if (params !== undefined) apply(run, { kind: isNew ? "node-started" : "step-started", node: node.id, atMs });
  return params;
}

/** A failure elsewhere, while a node was checking: nothing more may be changed. */
function stopIfBarred(run: Run, node: CheckedNode, atMs: number): boolean {
  const entry = run.plan.nodes.get(node.id);
  if (entry === undefined || !isStopped(run, entry, atMs)) return false;
  finishIfDone(run, atMs);
  return true;
}

/** Starts a read before or after an effect; undefined where its params cannot be rendered. */
export function startRead(run: Run, node: CheckedNode, action: ReadAction, atMs: number): Read | undefined {
  const call = action.purpose === "verify" ? node.verify : node.preconditions?.[action.count - 1];
  const params = renderedParams(run, node, call?.params ?? {}, atMs);
  if (call === undefined || params === undefined) return undefined;
  apply(run, { kind: "step-started", node: node.id, atMs });
  return { tool: call.tool, params, activityId: readId(node.id, action.purpose, action.count) };
}

/** Puts the question about a node; returns its rendered params, or undefined where they cannot be rendered. */
export function askNode(run: Run, node: CheckedNode, deadlineSeconds: number, atMs: number): JsonObject | undefined {
  const reason = withdrawnBefore(run, node.withdraw_when);
  if (reason !== undefined) {
    apply(run, { kind: "withdrawn", node: node.id, reason, atMs });
    return undefined;
  }
  // The whole plan is shown as it was read, its templates too.
  const isPlan = run.plan.graph.verdict.wholePlan === node.id;
  const params = isPlan ? node.params : renderedParams(run, node, paramsOf(run, node), atMs);
  if (params !== undefined) {
    const { openedAtMs, deadlineMs = atMs + deadlineSeconds * 1_000 } = stateOf(run, node.id).edited ?? {};
    const opened = openedAtMs === undefined ? {} : { openedAtMs };
    apply(run, { kind: "gate-asked", node: node.id, deadlineMs, ...opened, atMs });
  }
  return params;
}

/** Those of the graph, unless a person gave others at the gate. */
function paramsOf(run: Run, node: CheckedNode): JsonObject {
  return stateOf(run, node.id).edited?.params ?? node.params;
}

function renderedParams(run: Run, node: CheckedNode, params: JsonObject, atMs: number): JsonObject | undefined {
  const rendered = render(params, run.outputs, undefined, run.state.semantics);
  if (rendered.ok) return rendered.value as JsonObject;
  const message = `${node.id}: ${rendered.problems[0]?.message ?? "its params could not be rendered"}`;
  apply(run, { kind: "node-failed", node: node.id, failure: { code: "template-failed", message }, atMs });
  return undefined;
}

function evaluateDecision(run: Run, node: CheckedNode, atMs: number): void {
  apply(run, { kind: "node-started", node: node.id, atMs });
  const parsed = parseExpression(String(node.params.expression));
  const result = parsed.ok ? evaluate(parsed.expression, run.outputs, run.state.semantics) : parsed;
  if (result.ok) {
    apply(run, { kind: "node-succeeded", node: node.id, output: { value: result.value }, atMs });
    return;
  }
  const failure = { code: "condition-failed" as const, message: `${node.id}: ${result.message}` };
  apply(run, { kind: "node-failed", node: node.id, failure, atMs });
}

/** The label of the timer that closes a gate. */
export function closingSummary(node: CheckedNode): string {
  return labelOf(`gate ${node.id} closes: ${node.name}`);
}

export const RUN_TIMER_SUMMARY = "working time of the run";

/** The label of a wait. */
export const waitSummary = (node: CheckedNode): string => labelOf(node.name);

/** The label of the pause before a look. */
export function pauseSummary(node: CheckedNode): string {
  return labelOf(`settling, then looked at: ${node.name}`);
}

/** The undo that people approve with the action; nothing where it hangs on what the action will return. */
export function shownUndo(
  run: Run,
  node: CheckedNode,
): { undo?: { tool: string; nodeType?: NodeType; params: JsonObject } } {
  if (node.undo === undefined || !isShownBefore(node)) return {};
  const rendered = render(node.undo.params ?? {}, run.outputs, undefined, run.state.semantics);
  if (!rendered.ok) return {};
  const nodeType = run.plan.graph.verdict.undo?.nodes[node.id]?.type;
  const type = nodeType === undefined ? {} : { nodeType };
  return { undo: { tool: node.undo.tool, ...type, params: rendered.value as JsonObject } };
}
