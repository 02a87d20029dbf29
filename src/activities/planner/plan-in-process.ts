/**
 * A plan made in this process, without Temporal: the same calls one after another, each once. The rate that the server
 * holds for all workers cannot hold here, so it is held for this machine by what its calls have noted down.
 */
import { ToolFailure } from "../../platform/failure.js";
import type { GoalInput } from "../../schema/run-input.js";
import { REPAIRS_MAX } from "../../vocabulary/model-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";
import type { createDrafter } from "./drafter.js";
import type { Calling, ModelPlanner } from "./model/planner.js";

export async function planInProcess(
  input: GoalInput,
  calling: Pick<Calling, "run" | "signal">,
  drafter: ReturnType<typeof createDrafter>,
  model: ModelPlanner | undefined,
): Promise<DraftResult> {
  let draft: DraftResult | undefined;
  for (let round = 0; round <= REPAIRS_MAX; round++) {
    const repair = draft === undefined || draft.ok ? undefined : draft.repair;
    if (draft !== undefined && repair === undefined) break;
    const refused = model === undefined ? undefined : await tooMany(model);
    if (refused !== undefined) return { ok: false, problems: [refused] };
    try {
      draft = await drafter(input, { ...calling, repair });
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      return { ok: false, problems: [problemOf(error)] };
    }
  }
  return draft ?? { ok: false, problems: [] };
}

function problemOf({ code, message, hint }: ToolFailure): Problem {
  const way = "or plan with --planner playbook";
  return {
    code,
    at: "planner",
    message: `the planner failed: ${message}`,
    hint: hint === undefined ? `try again, ${way}` : `${hint}, ${way}`,
  };
}

async function tooMany({ policy, usage }: ModelPlanner): Promise<Problem | undefined> {
  const loaded = await policy();
  if (!loaded.ok) return loaded.problems[0];
  const most = loaded.policy.execution.rate_limit_llm_per_minute;
  if ((await usage.callsInLastMinute()) < most) return undefined;
  const message = `execution.rate_limit_llm_per_minute allows ${most} calls of the model, and this machine made them`;
  return { code: "too-many-requests", at: "planner", message, hint: "wait a minute, or plan with --planner playbook" };
}
