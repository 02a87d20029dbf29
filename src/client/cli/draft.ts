/** Goal → graph, checked against this machine's policy: by this machine's playbooks, or by the model where its key is set. */

import type { DraftResult } from "../../activities/contract.js";
import { type Local, loadLocal } from "../../app/local.js";
import type { CheckOutcome } from "../../core/check.js";
import type { Graph, GraphInput } from "../../schema/graph.js";
import { parseGraph } from "../../schema/parse-graph.js";
import type { GoalInput, PlannerName } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import { previewOf } from "../runs/plan-preview.js";
import { type GoalOptions, goalOf, readAsked } from "./goal-words.js";
import { readText } from "./input.js";
import { askingFor } from "./missing.js";
import { draftByModel } from "./model-draft.js";
import { notePlan } from "./own-audit.js";
import { noteWarnings } from "./plan-text.js";
import { ownName, type Session } from "./session.js";

export interface PlanningOptions extends GoalOptions {
  param?: Record<string, string>;
  /** The same as the parameter of that name. */
  service?: string;
  playbook?: string;
  planner?: PlannerName;
  /** False with --no-cache. */
  cache?: boolean;
}

export type Drafted =
  | {
      ok: true;
      local: Local;
      graph: Graph;
      /** As the planner wrote it: what is printed as a file. */
      written: GraphInput;
      planner: PlannerName;
      playbook?: string;
      score?: number;
      outcome: CheckOutcome;
      /** Of planner and check. */
      notices: Problem[];
    }
  | { ok: false; problems: Problem[]; draft?: string };

export async function draft(session: Session, word: string | undefined, options: PlanningOptions): Promise<Drafted> {
  const read = await readAsked(session, word, options);
  if (!read.ok) return read;
  const local = await loadLocal(session.environment);
  if (!local.ok) return local;
  const goal = await goalOf(read.asked, options, local);
  if (!goal.ok) return goal;
  const input = { ...inputOf(goal.input.goal, options), ...goal.input };
  let unsaid = goal.notices;
  const drafted = await askingFor(session, input, async (complete) => {
    const attempt = await drafter(session, local, complete);
    if (attempt.ok) return { ...attempt, notices: [...unsaid, ...attempt.notices] };
    // Before a parameter is asked for: what differs between alerts is why.
    noteWarnings(session.print, unsaid);
    unsaid = [];
    return attempt;
  });
  const made = previewed(drafted, local);
  // A model plans through a worker, which tells of it.
  if (local.plannerFor(input) !== "model") await notePlan(session, local.environment, made);
  return made;
}

/** The plan that a file holds, with no call. */
export async function replay(session: Session, file: string): Promise<Drafted> {
  const read = await readText(session, file);
  if (!read.ok) return read;
  const { parseDocumentText } = await import("../../schema/document.js");
  const document = parseDocumentText(read.text, read.name, { exact: true });
  if (!document.ok) return document;
  const local = await loadLocal(session.environment);
  return local.ok ? previewed(local.replay(document.value), local) : local;
}

/** What this machine's policy says of a draft. */
export function previewed(drafted: DraftResult, local: Local): Drafted {
  if (!drafted.ok) return drafted;
  const { planner = "playbook", playbook, score, graph: written } = drafted;
  // What a file leaves out is filled in to be looked at, and left out in what is written.
  const parsed = parseGraph(written);
  if (!parsed.ok) return parsed;
  const { graph, check: outcome, notices } = previewOf(parsed.graph, local, drafted.notices);
  return { ok: true, local, graph, written, planner, playbook, score, outcome, notices: distinct(notices) };
}

function inputOf(goal: string, { playbook, param, service, planner, cache }: PlanningOptions): GoalInput {
  const params = { ...(service === undefined ? {} : { service }), ...param };
  return {
    goal,
    requester: ownName(),
    ...(playbook === undefined ? {} : { playbook }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
    ...(planner === undefined ? {} : { planner }),
    ...(cache === false ? { cache } : {}),
  };
}

/** Playbooks plan here and need no server; the model is asked through the planner's queue. */
async function drafter(session: Session, local: Local, input: GoalInput): Promise<DraftResult> {
  if (local.plannerFor(input) === "model") return draftByModel(session, local, input);
  return local.planInProcess(input);
}

/** The planner and the check here may both tell of the same thing. */
function distinct(notices: Problem[]): Problem[] {
  return [
    ...new Map(notices.map((notice) => [JSON.stringify([notice.code, notice.at, notice.message]), notice])).values(),
  ];
}
