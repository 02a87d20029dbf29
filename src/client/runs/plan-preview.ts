/** A plan as people read it before it runs: the graph, and what the policy of this machine says of it. */
import type { DraftResult } from "../../activities/contract.js";
import { checkedGraph } from "../../core/check/checked-graph.js";
import type { CheckOutcome } from "../../core/check.js";
import type { Explained } from "../../core/report/explain.js";
import { worstCaseSeconds } from "../../core/report/preview.js";
import type { Graph } from "../../schema/graph.js";
import type { PlaybookOffer } from "../../schema/playbook.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";

/** What this machine's files say; advisory, for the policy of the worker that runs a graph decides. */
export interface LocalPlanning {
  draft(input: GoalInput): DraftResult;
  check(graph: Graph): CheckOutcome;
  explain(graph: Graph): Explained[];
  offers(): PlaybookOffer[];
}

export interface PlanPreview {
  /** Exactly what a run is to be started with. */
  graph: Graph;
  check: CheckOutcome;
  /** One a node, in the graph's order. */
  nodes: Explained[];
  /** Of planner and check: nothing is refused by them. */
  notices: Problem[];
  /** Seconds of work along the slowest path, without waiting for people; absent where the policy refuses the graph. */
  worstSeconds?: number;
}

export interface PlannedGoal extends PlanPreview {
  /** Of a plan by playbook; the graph's metadata say which planner made it. */
  playbook?: string;
  /** 0 to 1. */
  score?: number;
  /** `local`: no worker answered, so this machine's playbooks were used. */
  source: "worker" | "local";
}

/** A graph with what this machine's policy says of it. */
export function previewOf(
  graph: Graph,
  { check, explain }: Pick<LocalPlanning, "check" | "explain">,
  before: readonly Problem[] = [],
): PlanPreview {
  const outcome = check(graph);
  const preview = { graph, check: outcome, nodes: explain(graph), notices: [...before] };
  if (!outcome.ok) return preview;
  const { verdict } = outcome;
  const worstSeconds = worstCaseSeconds(checkedGraph(graph, verdict));
  return { ...preview, notices: [...before, ...verdict.notices], worstSeconds };
}

/** Plans through the worker; where none answers, by this machine's playbooks, unless the model was asked for. */
export async function planAndPreview(
  input: GoalInput,
  plan: (input: GoalInput) => Promise<Result<DraftResult>>,
  local: LocalPlanning,
): Promise<Result<PlannedGoal>> {
  const asked = await plan(input);
  if (!asked.ok && (input.planner === "model" || !asked.problems.every(isAway))) return asked;
  const drafted = asked.ok ? asked.value : local.draft(input);
  if (!drafted.ok) return drafted;
  const { graph, playbook, score, notices } = drafted;
  const source = asked.ok ? "worker" : "local";
  return { ok: true, value: { playbook, score, source, ...previewOf(graph, local, notices) } };
}

const isAway = ({ code }: Problem): boolean => code === "no-worker" || code === "temporal-unreachable";
