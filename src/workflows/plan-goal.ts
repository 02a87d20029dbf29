/**
 * `planGoal`: a goal becomes a graph, and nothing runs. `runGoal`: the same, then the run as a child. `narrateFindings`: a
 * narrative over what a run has found.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  executeChild,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  TimeoutFailure,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, DraftResult, Narrative, Repair } from "../activities/contract.js";
import { labelOf, plain } from "../core/report/plain.js";
import type { Report } from "../core/report.js";
import type { Finding } from "../core/run/state.js";
import type { GoalInput } from "../schema/run-input.js";
import { HEARTBEAT_TIMEOUT_SECONDS } from "../vocabulary/limits.js";
import { REPAIRS_MAX } from "../vocabulary/model-limits.js";
import { childRunId } from "../vocabulary/names.js";
import { isProblemCode, type Problem, type ProblemCode } from "../vocabulary/problems.js";
import { malformed, refuseUnreadable } from "./inputs.js";
import { DRAFT_OPTIONS } from "./options.js";
import { runGraph } from "./run-graph.js";

const { draft_graph, narrate_findings } = proxyActivities<Activities>({
  ...DRAFT_OPTIONS,
  heartbeatTimeout: HEARTBEAT_TIMEOUT_SECONDS * 1_000,
});

const GOAL_INPUT = "an object with goal and requester";

/** Drafts a graph; that no plan fits, or that the model cannot be reached, is a result, not a failure. */
export async function planGoal(input: GoalInput): Promise<DraftResult> {
  refuseUnreadable(input, GOAL_INPUT);
  const draft = await drafted(input);
  setCurrentDetails(draft.ok ? `A graph of ${draft.graph.nodes.length} nodes by ${plannerOf(draft)}` : "No plan");
  return draft;
}

export async function runGoal(input: GoalInput): Promise<Report> {
  refuseUnreadable(input, GOAL_INPUT);
  const draft = await drafted(input);
  if (!draft.ok) {
    const message = draft.problems[0]?.message ?? "no graph could be drafted";
    throw ApplicationFailure.nonRetryable(message, draft.problems[0]?.code ?? "no-playbook", {
      problems: draft.problems,
    });
  }
  const workflowId = childRunId(workflowInfo().workflowId);
  setCurrentDetails(`Runs as \`${workflowId}\`: ${draft.graph.nodes.length} nodes by ${plannerOf(draft)}`);
  const { requester, dry_run, stricter } = input;
  const asked = { dry_run, stricter };
  return executeChild(runGraph, {
    workflowId,
    args: [{ graph: draft.graph, requester, ...asked }],
    staticSummary: labelOf(draft.graph.name, 180),
  });
}

function plannerOf({ playbook }: Extract<DraftResult, { ok: true }>): string {
  return playbook === undefined ? "the model" : plain(playbook);
}

/** Each call of a model is an activity of its own; the activity says whether another one may mend its draft. */
async function drafted(input: GoalInput): Promise<DraftResult> {
  let draft = await attempted(input);
  for (let round = 0; round < REPAIRS_MAX && !draft.ok && draft.repair !== undefined; round++) {
    draft = await attempted(input, draft.repair);
  }
  return draft;
}

async function attempted(input: GoalInput, repair?: Repair): Promise<DraftResult> {
  try {
    return await (repair === undefined ? draft_graph(input) : draft_graph(input, repair));
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { ok: false, problems: [planProblem(error.cause)] };
  }
}

/** What kept the planner from answering, and the planner that needs nobody's answer. */
function planProblem(cause: unknown): Problem {
  const isOurs = cause instanceof ApplicationFailure && isProblemCode(cause.type);
  const code = isOurs ? (cause.type as ProblemCode) : cause instanceof TimeoutFailure ? "timed-out" : "tool-failed";
  const said = cause instanceof TimeoutFailure ? "it did not answer in time" : undefined;
  const message = said ?? (cause instanceof Error ? cause.message : "it failed without a reason");
  const hint = "try again, or plan with --planner playbook";
  return { code, at: "planner", message: `the planner failed: ${message}`, hint };
}

/** A narrative over findings, for a summary that waits for it: its call takes its turn with all others of the model. */
export async function narrateFindings(run: string, findings: Finding[]): Promise<Narrative | undefined> {
  if (typeof run !== "string" || !Array.isArray(findings)) throw malformed("must be the id of a run and its findings");
  refuseUnreadable({ run, findings }, "the id of a run and its findings");
  return narrate_findings(run, findings);
}
