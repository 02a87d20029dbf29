/**
 * Asks the model through the planner's queue, whose rate holds for all workers. Where no worker answers, or it has no key,
 * it is asked from this machine, and that is said; nothing else ever stands in for the model.
 */
import type { DraftResult } from "../../activities/contract.js";
import type { Local } from "../../app/local.js";
import type { GoalInput } from "../../schema/run-input.js";
import { EXIT } from "../../vocabulary/codes.js";
import { factsOf, type Problem } from "../../vocabulary/problems.js";
import { openRuns } from "./backend.js";
import type { Session } from "./session.js";
import { oneLine } from "./text.js";

export async function draftByModel(session: Session, local: Local, input: GoalInput): Promise<DraftResult> {
  const asked: GoalInput = { ...input, planner: "model" };
  const answered = await throughWorker(session, asked);
  if (!("away" in answered)) return answered;
  const { away } = answered;
  if (local.config.model === undefined) return { ok: false, problems: away };
  session.print.note(`${oneLine(away[0]?.message ?? "no worker answers")}; the model is asked from this machine`);
  return local.planInProcess(asked, session.interrupt);
}

async function throughWorker(session: Session, input: GoalInput): Promise<DraftResult | { away: Problem[] }> {
  const opened = await openRuns(session.environment);
  if (!opened.ok) return awayOr(opened.problems);
  try {
    const planned = await opened.runs.plan(input, session.interrupt);
    if (!planned.ok) return awayOr(planned.problems);
    const draft = planned.value;
    return !draft.ok && draft.problems[0]?.code === "model-not-configured" ? { away: draft.problems } : draft;
  } finally {
    await opened.close();
  }
}

function awayOr(problems: Problem[]): DraftResult | { away: Problem[] } {
  const isAway = problems.some(({ code }) => factsOf(code).exit === EXIT.unreachable);
  return isAway ? { away: problems } : { ok: false, problems };
}
