/**
 * The activity `draft_graph`: a draft by the planner that was asked for, one call of a model at most. It heartbeats while
 * it waits and stops when it is cancelled; what may succeed later is left to Temporal to try again, at the time that
 * the server named.
 */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { redact } from "../../core/redact.js";
import { ToolFailure } from "../../platform/failure.js";
import { baseRunId } from "../../vocabulary/names.js";
import { factsOf } from "../../vocabulary/problems.js";
import { whileHeartbeating } from "../acting/heartbeat.js";
import type { Activities } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

export function createDraftGraph({ draft }: Pick<Dependencies, "draft">): Activities["draft_graph"] {
  return async (input, repair) => {
    const activity = Context.current();
    const run = baseRunId(activity.info.workflowExecution?.workflowId ?? "");
    const { cancellationSignal: signal } = activity;
    try {
      return await whileHeartbeating(async () => draft(input, { run, signal, repair }));
    } catch (error) {
      if (activity.cancellationSignal.aborted) await activity.cancelled;
      throw failureOf(error);
    }
  };
}

/** Retryable as the failure itself says, else as the table of codes does. */
export function failureOf(error: unknown): unknown {
  if (!(error instanceof ToolFailure)) return error;
  const { retryAfterMs } = error as { retryAfterMs?: number };
  return ApplicationFailure.create({
    type: error.code,
    message: redact(error.message),
    nonRetryable: !(error.retryable ?? factsOf(error.code).retryable),
    details: error.hint === undefined ? [] : [{ hint: error.hint }],
    nextRetryDelay: retryAfterMs,
  });
}
