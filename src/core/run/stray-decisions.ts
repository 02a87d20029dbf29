/**
 * Decisions that met no gate: nobody is told where they are sent by signal, so the run shows them.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { APPROVER_MAX_CHARS, DECISIONS_MAX_PER_GATE } from "../../vocabulary/limits.js";
import { GATE_NODE_PATTERN } from "../../vocabulary/names.js";
import { redact } from "../redact.js";
import type { Run } from "./run.js";
import type { RunState, StrayDecision, Vote } from "./state.js";

/** Counts one, and keeps the first of them in detail. */
export function noteStray(run: Run, stray: StrayDecision): void {
  run.state.strayDecisions++;
  const kept = run.state.strays ?? [];
  if (kept.length < DECISIONS_MAX_PER_GATE) run.state.strays = [...kept, stray];
}

/** What is known of a decision that could not be read; `why` says what was wrong. */
export function unreadable(value: unknown, decision: Vote["decision"], why: string, atMs: number): StrayDecision {
  const { node_id: node, approver } = (typeof value === "object" ? (value ?? {}) : {}) as Record<string, unknown>;
  return {
    decision,
    node: typeof node === "string" && GATE_NODE_PATTERN.test(node) ? node : undefined,
    approver: typeof approver === "string" ? redact(approver.slice(0, APPROVER_MAX_CHARS)) : undefined,
    atMs,
    result: "unreadable",
    why,
  };
}

/** A decision that could be read, and fits no gate. */
export function unfitting(node: string, vote: Vote, result: StrayDecision["result"], why: string): StrayDecision {
  const { decision, approver, channel, atMs } = vote;
  return { decision, node, approver, channel, atMs, result, why };
}

/** Those of a run, with the ones that still wait for a gate when the run is over. */
export function straysOf({ strays = [], early, outcome }: RunState): StrayDecision[] {
  if (outcome === undefined) return strays;
  const why = "the run ended before it asked about this node";
  return [...strays, ...early.map(({ node, vote }) => unfitting(node, vote, "gate-not-open", why))];
}
