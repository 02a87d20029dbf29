/**
 * What starting a node or asking about it does by itself, before any work outside: params are rendered, a decision
 * ends at once. The workflow and the one who rebuilds a run from its history both go through here.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import type { CheckedNode } from "../check.js";
import { evaluate, parseExpression } from "../condition.js";
import { render } from "../template.js";
import { apply } from "./apply.js";
import type { Run } from "./run.js";

/** Starts a node; returns its rendered params, or undefined where it has ended at once. */
export function startNode(run: Run, node: CheckedNode, atMs: number): JsonObject | undefined {
  if (node.type === "decision") {
    evaluateDecision(run, node, atMs);
    return undefined;
  }
  const params = renderedParams(run, node, atMs);
  if (params !== undefined) apply(run, { kind: "node-started", node: node.id, atMs });
  return params;
}

/** Puts the question about a node; returns its rendered params, or undefined where they cannot be rendered. */
export function askNode(run: Run, node: CheckedNode, deadlineSeconds: number, atMs: number): JsonObject | undefined {
  const params = renderedParams(run, node, atMs);
  if (params !== undefined) {
    apply(run, { kind: "gate-asked", node: node.id, deadlineMs: atMs + deadlineSeconds * 1_000, atMs });
  }
  return params;
}

function renderedParams(run: Run, node: CheckedNode, atMs: number): JsonObject | undefined {
  const rendered = render(node.params, run.outputs);
  if (rendered.ok) return rendered.value as JsonObject;
  const message = `${node.id}: ${rendered.problems[0]?.message ?? "its params could not be rendered"}`;
  apply(run, { kind: "node-failed", node: node.id, failure: { code: "template-failed", message }, atMs });
  return undefined;
}

function evaluateDecision(run: Run, node: CheckedNode, atMs: number): void {
  apply(run, { kind: "node-started", node: node.id, atMs });
  const parsed = parseExpression(String(node.params.expression));
  const result = parsed.ok ? evaluate(parsed.expression, run.outputs) : parsed;
  if (result.ok) {
    apply(run, { kind: "node-succeeded", node: node.id, output: { value: result.value }, atMs });
    return;
  }
  const failure = { code: "condition-failed" as const, message: `${node.id}: ${result.message}` };
  apply(run, { kind: "node-failed", node: node.id, failure, atMs });
}
