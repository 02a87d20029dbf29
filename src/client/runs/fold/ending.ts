/** How an execution ended, from the last event of its history. */
import type { Report } from "../../../core/report.js";
import type { Outcome } from "../../../core/run/state.js";
import { isProblemCode, type Problem, type ProblemCode } from "../../../vocabulary/problems.js";
import { firstValue, type HistoryEvent, msOf } from "../payloads.js";

interface Ended {
  atMs: number;
  text: string;
}

export type Ending =
  | (Ended & { kind: "completed"; status: Outcome; report?: Report })
  | (Ended & { kind: "continued"; status: "continued"; nextRunId: string })
  | (Ended & { kind: "terminated"; status: "terminated"; code: ProblemCode; problems: Problem[] })
  | (Ended & { kind: "failed"; status: Outcome; code: ProblemCode; problems: Problem[] });

export function endingOf(event: HistoryEvent): Ending | undefined {
  const atMs = msOf(event.eventTime);
  if (event.workflowExecutionCompletedEventAttributes) {
    const report = firstValue(event.workflowExecutionCompletedEventAttributes.result) as Report | undefined;
    const status = report?.outcome ?? "succeeded";
    return { kind: "completed", atMs, status, report, text: `the run ended: ${status}` };
  }
  const continued = event.workflowExecutionContinuedAsNewEventAttributes;
  if (continued) {
    const nextRunId = continued.newExecutionRunId ?? "";
    return { kind: "continued", status: "continued", atMs, nextRunId, text: "the run continued with a fresh history" };
  }
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) {
    const why = terminated.reason ? ` (${terminated.reason})` : "";
    const text = `the run was terminated in Temporal${why}: it has no report`;
    return { kind: "terminated", status: "terminated", atMs, code: "cancelled", problems: [], text };
  }
  const failure = event.workflowExecutionFailedEventAttributes?.failure;
  if (failure) {
    const type = failure.applicationFailureInfo?.type;
    const details = firstValue(failure.applicationFailureInfo?.details) as { problems?: Problem[] } | undefined;
    const problems = Array.isArray(details?.problems) ? details.problems : [];
    const code = isProblemCode(type) ? type : "internal";
    return { kind: "failed", status: "failed", atMs, code, problems, text: failure.message || "the run failed" };
  }
  if (event.workflowExecutionTimedOutEventAttributes) {
    const text = "the run exceeded a time-out that was set in Temporal: it has no report";
    return { kind: "failed", status: "timed_out", atMs, code: "timed-out", problems: [], text };
  }
  if (event.workflowExecutionCanceledEventAttributes) {
    const text = "the run was cancelled before it began: it has no report";
    return { kind: "failed", status: "cancelled", atMs, code: "cancelled", problems: [], text };
  }
  return undefined;
}
