/**
 * `runScheduled`: what a schedule starts, a stored graph as it was given or a plan made anew from a goal. A run that went
 * wrong ends it as a failure where the schedule says so, by which Temporal pauses the schedule.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ApplicationFailure, executeChild, workflowInfo } from "@temporalio/workflow";
import { labelOf } from "../core/report/plain.js";
import type { Report } from "../core/report.js";
import type { GraphInput } from "../schema/graph.js";
import type { GoalInput, Stricter } from "../schema/run-input.js";
import { childRunId } from "../vocabulary/names.js";
import { malformed, refuseUnreadable } from "./inputs.js";
import { runGoal } from "./plan-goal.js";
import { attributesOf } from "./run-attributes.js";
import { runGraph } from "./run-graph.js";

export interface ScheduledInput {
  requester: string;
  /** Exactly one of these. */
  graph?: GraphInput;
  goal?: Omit<GoalInput, "requester">;
  dry_run?: boolean;
  stricter?: Stricter;
  /** Where a run went wrong, nothing is started any more until a person says so. */
  pauses?: boolean;
}

/** A person who decides otherwise is no fault of the schedule. */
const FINE: readonly Report["outcome"][] = ["succeeded", "rejected", "expired", "cancelled"];

export async function runScheduled(input: ScheduledInput): Promise<Report> {
  refuseUnreadable(input, "an object with requester and graph or goal");
  const report = await ran(input);
  if (input.pauses !== true || FINE.includes(report.outcome)) return report;
  const message = `the run ${report.runId} ${report.outcome}; the schedule pauses`;
  throw ApplicationFailure.nonRetryable(message, "scheduled-run-failed", { run: report.runId });
}

function ran({ graph, goal, requester, dry_run, stricter }: ScheduledInput): Promise<Report> {
  const asked = { ...(dry_run === undefined ? {} : { dry_run }), ...(stricter === undefined ? {} : { stricter }) };
  if (graph === undefined) {
    if (goal === undefined) throw malformed("must hold a graph or a goal");
    return runGoal({ ...goal, requester, ...asked });
  }
  return executeChild(runGraph, {
    workflowId: childRunId(workflowInfo().workflowId),
    args: [{ graph, requester, ...asked }],
    memo: { name: graph.name },
    typedSearchAttributes: attributesOf(graph, { requester, trigger: "schedule" }),
    staticSummary: labelOf(graph.name, 180),
  });
}
