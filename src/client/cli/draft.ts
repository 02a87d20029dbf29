/** Goal → graph by this machine's playbooks, checked against this machine's policy. */
import type { CheckOutcome } from "../../core/check.js";
import { type Local, loadLocal } from "../../local.js";
import type { Graph } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import { previewOf } from "../runs/plan-preview.js";
import { readGoal } from "./input.js";
import { ownName, type Session } from "./session.js";

export interface PlanningOptions {
  param?: Record<string, string>;
  playbook?: string;
}

export type Drafted =
  | {
      ok: true;
      local: Local;
      graph: Graph;
      playbook: string;
      score: number;
      outcome: CheckOutcome;
      /** Of planner and check. */
      notices: Problem[];
    }
  | { ok: false; problems: Problem[] };

export async function draft(session: Session, word: string, options: PlanningOptions): Promise<Drafted> {
  const goal = await readGoal(session, word);
  if (!goal.ok) return goal;
  const local = await loadLocal(session.environment);
  if (!local.ok) return local;
  const drafted = local.draft({
    goal: goal.text,
    requester: ownName(),
    ...(options.playbook === undefined ? {} : { playbook: options.playbook }),
    ...(options.param === undefined ? {} : { params: options.param }),
  });
  if (!drafted.ok) return drafted;
  const { graph, check: outcome, notices } = previewOf(drafted.graph, local, drafted.notices);
  return { ok: true, local, graph, playbook: drafted.playbook, score: drafted.score, outcome, notices };
}
