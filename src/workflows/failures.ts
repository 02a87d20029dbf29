/**
 * Reads the SDK's failures for `core/run/ending`, which says what they mean.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from "@temporalio/workflow";
import type { CheckedNode } from "../core/check.js";
import { type BadEnding, eventOfEnding } from "../core/run/ending.js";
import type { RunEvent } from "../core/run/state.js";

/** The event for an activity that did not succeed; `reads` where it was not the node's effect. */
export function eventOfFailure(node: CheckedNode, error: unknown, atMs: number, reads = false): RunEvent {
  return eventOfEnding(node, endingOf(error instanceof ActivityFailure ? error.cause : error), atMs, reads);
}

function endingOf(cause: unknown): BadEnding {
  if (cause instanceof CancelledFailure) return { kind: "cancelled" };
  if (cause instanceof TimeoutFailure) {
    return { kind: "timed-out", withoutHeartbeat: cause.timeoutType === "HEARTBEAT" };
  }
  if (cause instanceof ApplicationFailure) {
    const { hint } = (cause.details?.[0] ?? {}) as { hint?: unknown };
    const given = typeof hint === "string" ? { hint } : {};
    return { kind: "failed", type: cause.type, message: cause.message, ...given };
  }
  return { kind: "failed", message: cause instanceof Error ? cause.message : "it failed without a reason" };
}
