/** What history alone says to a decision, so that a run which cannot answer any more is not asked. */
import type { DecisionResult } from "../../core/run/state.js";
import type { Fold } from "./fold.js";

/** Undefined where the decision must be delivered. */
export function stateOfGate(fold: Fold, node: string): DecisionResult | undefined {
  const view = fold.view();
  if (!view.nodes.some((known) => known.id === node)) return "node-not-found";
  if (fold.ending === undefined || fold.ending.kind === "continued") return undefined;
  return closedResult(fold, node) ?? "already-decided";
}

/**
 * For a run that no worker answers for: undefined where the gate waits, so that a decision which is recorded can still
 * count.
 */
export function closedResult(fold: Fold, node: string): DecisionResult | undefined {
  const gate = fold.view().gates.find((known) => known.nodeId === node);
  if (gate === undefined) return fold.digestOf(node) === undefined ? "gate-not-open" : undefined;
  if (gate.status === "asking" || gate.status === "open") return undefined;
  return gate.status === "expired" ? "late" : "already-decided";
}
