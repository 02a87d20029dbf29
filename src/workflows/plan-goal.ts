/**
 * `planGoal`: a goal becomes a graph, and nothing runs. `runGoal`: the same, then the run as a child.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  ApplicationFailure,
  executeChild,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, DraftResult } from "../activities/contract.js";
import { plain, type Report } from "../core/report.js";
import type { GoalInput } from "../schema/run-input.js";
import { childRunId } from "../vocabulary/names.js";
import { DRAFT_OPTIONS } from "./options.js";
import { runGraph } from "./run-graph.js";

const { draft_graph } = proxyActivities<Activities>(DRAFT_OPTIONS);

/** Drafts a graph; that no plan fits is a result, not a failure. */
export async function planGoal(input: GoalInput): Promise<DraftResult> {
  const draft = await draft_graph(input);
  setCurrentDetails(draft.ok ? `A graph of ${draft.graph.nodes.length} nodes by ${plain(draft.playbook)}` : "No plan");
  return draft;
}

export async function runGoal(input: GoalInput): Promise<Report> {
  const draft = await draft_graph(input);
  if (!draft.ok) {
    const message = draft.problems[0]?.message ?? "no graph could be drafted";
    throw ApplicationFailure.nonRetryable(message, draft.problems[0]?.code ?? "no-playbook", {
      problems: draft.problems,
    });
  }
  const workflowId = childRunId(workflowInfo().workflowId);
  setCurrentDetails(`Runs as \`${workflowId}\`: ${draft.graph.nodes.length} nodes by ${plain(draft.playbook)}`);
  const { requester, dry_run } = input;
  return executeChild(runGraph, {
    workflowId,
    args: [{ graph: draft.graph, requester, ...(dry_run === undefined ? {} : { dry_run }) }],
    staticSummary: draft.graph.name,
  });
}
