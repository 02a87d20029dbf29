/** Which planner drafts: the model where it is asked for or configured, else the playbooks. Neither stands in for the other. */
import { parseWith } from "../../schema/problems.js";
import { type GoalInput, goalInputSchema, type PlannerName } from "../../schema/run-input.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { DraftResult } from "../contract.js";
import { draftGraph, type PlannerContext } from "./draft.js";
import type { Calling, ModelPlanner } from "./model/planner.js";
import { sealed } from "./replay.js";

/** The planner that an input asks for; a named playbook is asked for by its name. */
export function plannerFor({ planner, playbook, params, refine }: GoalInput, hasModel: boolean): PlannerName {
  if (planner !== undefined) return planner;
  if (refine !== undefined) return "model";
  return hasModel && playbook === undefined && params === undefined ? "model" : "playbook";
}

/** `model` is absent where no key is set. */
export function createDrafter(
  context: PlannerContext & { policyDigest: string; catalogueDigest(): string },
  model: ModelPlanner | undefined,
): (given: GoalInput, calling: Calling) => DraftResult | Promise<DraftResult> {
  return (given, calling) => {
    const input = parseWith(goalInputSchema, given);
    if (!input.ok) return input;
    const conflict = conflictIn(input.value);
    if (conflict !== undefined) return { ok: false, problems: [conflict] };
    if (plannerFor(input.value, model !== undefined) === "playbook") return byPlaybook(input.value, context);
    if (model === undefined) return { ok: false, problems: [NOT_CONFIGURED] };
    return byModel(input.value, calling, model);
  };
}

export const NOT_CONFIGURED: Problem = {
  code: "model-not-configured",
  at: "model",
  message: "no model is configured: its key is not set",
  hint: "set OPENAI_API_KEY (and OPENAI_BASE_URL, AUTOOPS_MODEL) where the plan is made, or plan with --planner playbook",
};

/** Loaded on first use: it brings the SDK along. */
async function byModel(input: GoalInput, calling: Calling, model: ModelPlanner): Promise<DraftResult> {
  const { draftByModel } = await import("./model/draft-by-model.js");
  const drafted = await draftByModel(input, calling, model);
  return drafted.ok ? { ...drafted, graph: sealed(drafted.graph) } : drafted;
}

function byPlaybook(
  input: GoalInput,
  { policyDigest, catalogueDigest, ...context }: Parameters<typeof createDrafter>[0],
): DraftResult {
  const { planner: _, cache: __, refine: ___, ...rest } = input;
  const drafted = draftGraph(rest, context);
  if (!drafted.ok) return drafted;
  const digests = { catalogue_digest: catalogueDigest(), policy_digest: policyDigest };
  const graph = { ...drafted.graph, metadata: { ...drafted.graph.metadata, ...digests } };
  return { ...drafted, graph: sealed(graph), planner: "playbook" };
}

/** What only playbooks have, asked of the model, and the other way round. */
function conflictIn({ planner, playbook, params, refine }: GoalInput): Problem | undefined {
  const asks = playbook === undefined ? (params === undefined ? undefined : "params") : "playbook";
  if (asks !== undefined && (planner === "model" || refine !== undefined)) {
    const message = `${asks} must be absent where the model plans`;
    return { code: "field-invalid", at: asks, message, hint: "leave it out, or plan with --planner playbook" };
  }
  if (refine !== undefined && planner === "playbook") {
    const message = "planner must be model where a graph is refined: playbooks change none";
    return { code: "field-invalid", at: "planner", message, hint: "leave it out" };
  }
  return undefined;
}
