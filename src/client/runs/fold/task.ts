/** One finished workflow task: what it wrote into the history. */
import type { CheckResult, EditVerdict, RequestTime, VoteVerdict } from "../../../activities/contract.js";
import type { Verdict } from "../../../core/check.js";
import { redact } from "../../../core/redact.js";
import { labelOf } from "../../../core/report/plain.js";
import { ACTIVITIES } from "../../../vocabulary/names.js";
import { firstValue, type HistoryEvent, idOf, msOf, payloadValue } from "../payloads.js";

type Marker =
  | { kind: "checked"; verdict: Verdict; atMs: number }
  | { kind: "verified"; seq: number; verdict?: VoteVerdict & RequestTime }
  | { kind: "edit-checked"; seq: number; verdict?: EditVerdict & RequestTime };

export interface Task {
  /** Event id of its completion. */
  readonly id: number;
  /** The workflow's clock during the task. */
  readonly atMs: number;
  /** The server suggested to continue as new. */
  readonly isLast: boolean;
  readonly events: HistoryEvent[];
  /** Updates that it accepted. */
  updates(): HistoryEvent[];
  markers(): Marker[];
  /** Whether the workflow found here that it may follow this `patched` branch. */
  learned(patch: string): boolean;
  timers(): Array<{ timerId: string; summary: string }>;
}

export function createTask(id: number, atMs: number, isLast: boolean): Task {
  const events: HistoryEvent[] = [];
  return {
    id,
    atMs,
    isLast,
    events,
    updates: () => events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes),
    markers: () => events.flatMap(markerOf),
    learned: (patch) => events.some((event) => patchOf(event) === patch),
    timers: () =>
      events.flatMap((event) => {
        const timerId = event.timerStartedEventAttributes?.timerId;
        if (!timerId) return [];
        return [{ timerId, summary: labelOf(String(payloadValue(event.userMetadata?.summary) ?? "")) }];
      }),
  };
}

/** Whether an event was written by the workflow task that completed before it. */
export function isOfTask(event: HistoryEvent): boolean {
  if (event.workflowExecutionUpdateAcceptedEventAttributes) return true;
  if (event.workflowExecutionUpdateCompletedEventAttributes) return true;
  for (const [key, value] of Object.entries(event)) {
    if (!key.endsWith("EventAttributes") || typeof value !== "object" || value === null) continue;
    if (idOf((value as { workflowTaskCompletedEventId?: unknown }).workflowTaskCompletedEventId) > 0) return true;
  }
  return false;
}

/** What the SDK's core writes of a local activity; its form is the SDK's own, so a test holds it. */
interface MarkerData {
  seq: number;
  activity_type: string;
  complete_time?: { seconds?: unknown; nanos?: number };
}

/** The SDK's own form, as that of local activities. */
function patchOf(event: HistoryEvent): unknown {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== "core_patch") return undefined;
  return (firstValue(marker.details?.["patch-data"]) as { id?: unknown } | undefined)?.id;
}

function markerOf(event: HistoryEvent): Marker[] {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== "core_local_activity") return [];
  const data = firstValue(marker.details?.data) as MarkerData | undefined;
  const result = firstValue(marker.details?.result) as RequestTime | undefined;
  // When it was asked, as the workflow has it; histories from before tell only when it was answered.
  const atMs = result?.atMs ?? msOf(data?.complete_time);
  if (data?.activity_type === ACTIVITIES.checkGraph) {
    const checked = result as CheckResult | undefined;
    return checked?.ok === true ? [{ kind: "checked", verdict: checked.verdict, atMs }] : [];
  }
  if (data?.activity_type === ACTIVITIES.checkEdit) {
    return [{ kind: "edit-checked", seq: data.seq, verdict: result as (EditVerdict & RequestTime) | undefined }];
  }
  if (data?.activity_type !== ACTIVITIES.verifyVote) return [];
  return [{ kind: "verified", seq: data.seq, verdict: result as (VoteVerdict & RequestTime) | undefined }];
}

/** Causes of a failed task that say nothing of the run: it is begun anew, or was reset. */
const PASSING = new Set([0, 1, 13, 17, 18, 20, 39]);

/** Why a worker could not go on with the run, if this event says so. */
export function failureOfTask(event: HistoryEvent): string | undefined {
  const failed = event.workflowTaskFailedEventAttributes;
  if (!failed || PASSING.has(Number(failed.cause ?? 0))) return undefined;
  return redact(failed.failure?.message || "it failed without a reason").slice(0, 300);
}
