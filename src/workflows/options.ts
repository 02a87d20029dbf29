/**
 * Time-outs and retry policies of activities, by node.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ActivityCancellationType, type ActivityOptions, type RetryPolicy } from "@temporalio/workflow";
import type { CheckedNode } from "../core/check.js";
import { labelOf } from "../core/report/plain.js";
import { ROLLOUT_LOOK_TIMEOUT_SECONDS, TELL_INCIDENT_SECONDS } from "../vocabulary/hook-limits.js";
import {
  ASK_TIMEOUT_SECONDS,
  CHECK_TIMEOUT_SECONDS,
  DRAFT_TIMEOUT_SECONDS,
  HEARTBEAT_ABOVE_SECONDS,
  HEARTBEAT_TIMEOUT_SECONDS,
  LOST_WORKER_ATTEMPTS,
  QUEUE_WAIT_SECONDS,
  RETRY_CAP_SECONDS,
  RETRY_DEFAULT,
  RETRY_FACTOR,
  RETRY_FIRST_SECONDS,
  SUMMARY_MAX_CHARS,
  TELL_TIMEOUT_SECONDS,
} from "../vocabulary/limits.js";
import { PLANNER_QUEUE } from "../vocabulary/names.js";

const seconds = (count: number): number => count * 1_000;

/** Without a number of attempts, until the schedule-to-close time-out. */
function retryPolicy(maximumAttempts?: number): RetryPolicy {
  return {
    initialInterval: seconds(RETRY_FIRST_SECONDS),
    backoffCoefficient: RETRY_FACTOR,
    maximumInterval: seconds(RETRY_CAP_SECONDS),
    maximumAttempts,
  };
}

/** The activity counts the tool's own failures; the attempts beyond them are for workers that are lost. */
export function toolOptions(node: CheckedNode, target: string | undefined): ActivityOptions {
  const attempts = node.retries + 1 + LOST_WORKER_ATTEMPTS;
  const own = node.timeoutSeconds;
  return {
    activityId: node.id,
    startToCloseTimeout: seconds(own),
    scheduleToCloseTimeout: seconds(attempts * (own + RETRY_CAP_SECONDS) + QUEUE_WAIT_SECONDS),
    heartbeatTimeout: own > HEARTBEAT_ABOVE_SECONDS ? seconds(HEARTBEAT_TIMEOUT_SECONDS) : undefined,
    retry: retryPolicy(attempts),
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: summaryOf(node, target),
  };
}

/** What is done and to whom; that a node only reads or thinks goes without saying. */
function summaryOf({ name, effect }: CheckedNode, target: string | undefined): string {
  const tells = effect === "write" || effect === "notify";
  const after = `${target === undefined ? "" : ` → ${target}`}${tells ? ` · ${effect}` : ""}`;
  return labelOf(name, Math.max(0, SUMMARY_MAX_CHARS - after.length)) + after;
}

/** A read around an effect: quick, tried again as reads are. */
export function readOptions(node: CheckedNode, activityId: string): ActivityOptions {
  const attempts = RETRY_DEFAULT + 1 + LOST_WORKER_ATTEMPTS;
  const own = node.timeoutSeconds;
  return {
    activityId,
    startToCloseTimeout: seconds(own),
    scheduleToCloseTimeout: seconds(attempts * (own + RETRY_CAP_SECONDS) + QUEUE_WAIT_SECONDS),
    heartbeatTimeout: own > HEARTBEAT_ABOVE_SECONDS ? seconds(HEARTBEAT_TIMEOUT_SECONDS) : undefined,
    retry: retryPolicy(attempts),
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: labelOf(`${activityId.split(":")[0]}: ${node.name}`),
  };
}

/** Asking is tried until the deadline: the gate expires on time whether or not anybody could be told. */
export function askOptions(node: CheckedNode, activityId: string, remainingMs: number): ActivityOptions {
  return {
    activityId,
    startToCloseTimeout: seconds(ASK_TIMEOUT_SECONDS),
    scheduleToCloseTimeout: Math.max(remainingMs, 1_000),
    retry: retryPolicy(),
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: labelOf(`ask for approval: ${node.name}`),
  };
}

/** Telling people again is tried for a while, and never holds a gate up. */
export function tellOptions(node: CheckedNode, activityId: string): ActivityOptions {
  return {
    activityId,
    startToCloseTimeout: seconds(ASK_TIMEOUT_SECONDS),
    scheduleToCloseTimeout: seconds(TELL_TIMEOUT_SECONDS),
    retry: retryPolicy(3),
    summary: labelOf(`tell people: ${node.name}`),
  };
}

/** Quick activities without an effect: local, so that they cost one event. */
export const LOCAL_OPTIONS = {
  startToCloseTimeout: seconds(CHECK_TIMEOUT_SECONDS),
  scheduleToCloseTimeout: seconds(CHECK_TIMEOUT_SECONDS * 4),
  retry: retryPolicy(4),
};

/** What a worker makes of alerts: tried until a worker answers, for the alerts wait as long. */
export const INCIDENT_OPTIONS: ActivityOptions = {
  startToCloseTimeout: seconds(DRAFT_TIMEOUT_SECONDS),
  heartbeatTimeout: seconds(HEARTBEAT_TIMEOUT_SECONDS),
  retry: retryPolicy(),
};

/** A worker that was lost while it looked is noticed by the time that a look takes. */
export const LOOK_AT_RUN_OPTIONS: ActivityOptions = {
  startToCloseTimeout: seconds(ASK_TIMEOUT_SECONDS),
  retry: retryPolicy(),
};

/** Telling people of an incident is tried for a while; its alerts are taken meanwhile, and its answer does not hang on it. */
export const TELL_INCIDENT_OPTIONS: ActivityOptions = {
  startToCloseTimeout: seconds(ASK_TIMEOUT_SECONDS),
  scheduleToCloseTimeout: seconds(TELL_INCIDENT_SECONDS),
  retry: retryPolicy(3),
};

/** A look, and what came of it: tried until a worker answers, for nobody else watches. */
export const ROLLOUT_OPTIONS: ActivityOptions = {
  startToCloseTimeout: seconds(ROLLOUT_LOOK_TIMEOUT_SECONDS),
  retry: retryPolicy(),
};

export const DRAFT_OPTIONS: ActivityOptions = {
  taskQueue: PLANNER_QUEUE,
  startToCloseTimeout: seconds(DRAFT_TIMEOUT_SECONDS),
  scheduleToCloseTimeout: seconds(DRAFT_TIMEOUT_SECONDS * 3 + QUEUE_WAIT_SECONDS),
  retry: retryPolicy(3),
  summary: "draft a graph from the goal",
};
