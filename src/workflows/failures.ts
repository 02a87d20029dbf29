/**
 * What an activity's end means for its node, in the project's own codes.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from "@temporalio/workflow";
import type { CheckedNode } from "../core/check.js";
import type { RunEvent } from "../core/run/state.js";
import { type Failure, isProblemCode } from "../vocabulary/problems.js";

/** The event for an activity that did not succeed. */
export function eventOfFailure(node: CheckedNode, error: unknown, atMs: number): RunEvent {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof CancelledFailure) return { kind: "node-cancelled", node: node.id, atMs };
  if (cause instanceof ApplicationFailure && cause.type === "run-was-reset") {
    return { kind: "run-was-reset", node: node.id, atMs };
  }
  return { kind: "node-failed", node: node.id, failure: failureOf(node, cause), atMs };
}

function failureOf(node: CheckedNode, cause: unknown): Failure {
  if (cause instanceof TimeoutFailure) return timeOut(node, cause);
  if (cause instanceof ApplicationFailure) {
    const details = cause.details?.[0] as { hint?: string } | undefined;
    const hint = typeof details?.hint === "string" ? { hint: details.hint } : {};
    const code = isProblemCode(cause.type) ? cause.type : "tool-failed";
    return { code, message: cause.message, ...hint };
  }
  return { code: "tool-failed", message: cause instanceof Error ? cause.message : "it failed without a reason" };
}

function timeOut(node: CheckedNode, failure: TimeoutFailure): Failure {
  if (node.effect === "write") {
    const message = `${node.id} did not answer within ${node.timeoutSeconds} s: it may or may not have acted`;
    return { code: "outcome-unknown", message, hint: "look at the target before you try again" };
  }
  if (failure.timeoutType === "HEARTBEAT") {
    return {
      code: "worker-lost",
      message: `the worker that ran ${node.id} stopped answering`,
      hint: "look at the worker's log",
    };
  }
  const message = `${node.id} took longer than its ${node.timeoutSeconds} s`;
  return { code: "timed-out", message, hint: "raise timeout_seconds, or look at why it is slow" };
}
