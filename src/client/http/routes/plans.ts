/** `/api/v1/plans` and `/api/v1/playbooks`: what would run, and what the policy says of it. Nothing here runs anything. */
import type { RequestHandler } from "express";
import type { DraftResult } from "../../../activities/contract.js";
import { planBodySchema, previewBodySchema } from "../../../schema/api.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { withStructure } from "../../../schema/readable-graph.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type LocalPlanning, planAndPreview, previewOf } from "../../runs/plan-preview.js";
import { callerOf } from "../access/caller.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf } from "../read.js";

/** A goal becomes a plan: the graph, with the gates, the notices and the refusals of this machine's policy. */
export function createPlan({ runs, plan = runs.plan, local }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const input = { ...bodyOf(request, planBodySchema), requester: callerOf(response).subject };
    if (local !== undefined) response.json(orRefuse(await planAndPreview(input, plan, await planningOf(local))));
    else response.json(ofWorker(orRefuse(await plan(input))));
  };
}

/** The same for a graph that somebody wrote. */
export function previewGraph({ local }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { graph } = bodyOf(request, previewBodySchema);
    const parsed = parseGraph(graph);
    const planning = await planningOf(local);
    if (!parsed.ok) throw new Refusal(withStructure(graph, parsed.problems, planning.check));
    response.json(previewOf(parsed.graph, planning));
  };
}

export function listPlaybooks({ local }: FacadeOptions): RequestHandler {
  return async (_request, response) => {
    response.json({ playbooks: (await planningOf(local)).offers() });
  };
}

function ofWorker(draft: DraftResult) {
  if (!draft.ok) throw new Refusal(draft.problems);
  const { ok: _, ...planned } = draft;
  return { ...planned, source: "worker" };
}

/** Read anew each time: the files may have changed since, and the worker looks at them again as well. */
async function planningOf(local: FacadeOptions["local"]): Promise<LocalPlanning> {
  if (local === undefined) throw new Refusal([NO_FILES]);
  const loaded = await local();
  if (loaded.ok) return loaded;
  throw new Refusal(loaded.problems);
}

const NO_FILES: Problem = {
  code: "not-found",
  at: "path",
  message: "this façade was started without the files of its machine: it checks no graphs and lists no playbooks",
  hint: "start it with `autoops serve`",
};
