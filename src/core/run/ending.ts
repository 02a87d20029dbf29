/**
 * What the end of an activity that did not succeed means for its node, in the project's own codes.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { type Failure, isProblemCode } from "../../vocabulary/problems.js";
import type { CheckedNode } from "../check.js";
import type { RunEvent } from "./state.js";

/** How an activity ended, freed of the SDK's classes. */
export type BadEnding =
  | { kind: "cancelled" }
  | { kind: "timed-out"; withoutHeartbeat: boolean }
  /** `type` is a problem's code where the activity is one of ours. */
  | { kind: "failed"; type?: string | null; message: string; hint?: string };

/** After these people are asked anew. */
const ASKED_AGAIN: readonly string[] = ["run-was-reset", "approval-outdated"];

/** The event for an activity that did not succeed; `reads` where it was not the node's effect. */
export function eventOfEnding(node: CheckedNode, ending: BadEnding, atMs: number, reads = false): RunEvent {
  if (ending.kind === "cancelled") return { kind: "node-cancelled", node: node.id, atMs };
  if (ending.kind === "failed" && ASKED_AGAIN.includes(ending.type ?? "") && hasGate(node)) {
    return { kind: "run-was-reset", node: node.id, atMs };
  }
  const failure = ending.kind === "timed-out" ? timeOut(node, ending.withoutHeartbeat, reads) : failureOf(ending);
  return { kind: "node-failed", node: node.id, failure, atMs };
}

/** What takes an effect back may have none: nobody can be asked again, so it has failed. */
const hasGate = ({ gate, undoes }: CheckedNode): boolean => gate !== undefined || undoes === undefined;

function failureOf({ type, message, hint }: Extract<BadEnding, { kind: "failed" }>): Failure {
  const code = isProblemCode(type) ? type : "tool-failed";
  return { code, message, hint };
}

function timeOut(node: CheckedNode, withoutHeartbeat: boolean, reads: boolean): Failure {
  if (node.effect === "write" && !reads) {
    const message = `${node.id} did not answer within ${node.timeoutSeconds} s: it may or may not have acted`;
    return { code: "outcome-unknown", message, hint: "look at the target before you try again" };
  }
  if (withoutHeartbeat) {
    const message = `the worker that ran ${node.id} stopped answering`;
    return { code: "worker-lost", message, hint: "look at the worker's log" };
  }
  const message = `${node.id} took longer than its ${node.timeoutSeconds} s`;
  return { code: "timed-out", message, hint: "raise timeout_seconds, or look at why it is slow" };
}
