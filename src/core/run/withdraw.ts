/**
 * News from outside that make a question needless: `withdraw_when` closes the gate, and the node is left out.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { DOCUMENT_MAX_DEPTH, EVENT_MAX_CHARS, EVENTS_KEPT, FINDING_MAX_CHARS } from "../../vocabulary/limits.js";
import { EVENT_NAME } from "../../vocabulary/names.js";
import { beyondBounds } from "../bounds.js";
import { evaluateCondition } from "../condition.js";
import { endNode } from "./node-end.js";
import { addProblem, closeGate, isFinal, type Run, stateOf } from "./run.js";

const EVENT_BOUNDS = { depth: DOCUMENT_MAX_DEPTH, values: EVENT_MAX_CHARS, chars: EVENT_MAX_CHARS };

/** Takes in what arrived; one that is too large is a problem of the run and counts for nothing. */
export function takeEvent(run: Run, event: Json, atMs: number): void {
  if (beyondBounds(event, EVENT_BOUNDS) !== undefined || JSON.stringify(event ?? null).length > EVENT_MAX_CHARS) {
    const message = `an event was larger than ${EVENT_MAX_CHARS} characters, or nested too deep, and was not read`;
    return addProblem(run, { code: "field-invalid", at: EVENT_NAME, message });
  }
  noteNews(run, event);
  const kept = [...(run.state.arrived ?? []), event ?? null];
  run.state.arrived = kept.slice(-EVENTS_KEPT);
  for (const { node } of [...run.plan.nodes.values()]) {
    const status = stateOf(run, node.id).gate?.status;
    if (status !== "asking" && status !== "open") continue;
    if (holds(run, node.withdraw_when, event)) withdraw(run, node.id, reasonOf(node.withdraw_when), atMs);
  }
}

/** What an incident tells of its alerts stands in the report. */
function noteNews(run: Run, event: Json): void {
  if (typeof event !== "object" || event === null || Array.isArray(event)) return;
  const { name, text } = event;
  if (name !== "alert" || typeof text !== "string" || text === "") return;
  addProblem(run, { code: "alert-news", at: EVENT_NAME, message: text.slice(0, FINDING_MAX_CHARS) });
}

/** Why a question that is about to be put is needless; undefined where it is not. */
export function withdrawnBefore(run: Run, when: string | undefined): string | undefined {
  return (run.state.arrived ?? []).some((event) => holds(run, when, event)) ? reasonOf(when) : undefined;
}

export function withdraw(run: Run, node: string, reason: string, atMs: number): void {
  if (isFinal(stateOf(run, node))) return;
  closeGate(run, node, "withdrawn", atMs);
  endNode(run, node, "skipped", atMs, reason);
}

/** What cannot be evaluated does not hold: events are of many shapes, and most are about something else. */
function holds(run: Run, when: string | undefined, event: Json): boolean {
  if (when === undefined) return false;
  const result = evaluateCondition(when, { ...run.outputs, [EVENT_NAME]: event }, run.state.semantics);
  return result.ok && result.value;
}

const reasonOf = (when: string | undefined): string => `it is not needed any more: ${when ?? ""}`;
