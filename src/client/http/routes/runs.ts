/** `/api/v1/runs` and `/api/v1/inbox`: starts, shows and cancels runs. */
import type { RequestHandler } from "express";
import type { Report } from "../../../core/report.js";
import type { RunBody } from "../../../schema/api.js";
import { emptyBodySchema, listQuerySchema, runBodySchema } from "../../../schema/api.js";
import type { GraphInput } from "../../../schema/graph.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { withStructure } from "../../../schema/readable-graph.js";
import { callerOf } from "../access/caller.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf, idempotencyKeyOf, queryOf, runOf } from "../read.js";

export const RUNS_PATH = "/api/v1/runs";

async function drafted(
  body: Pick<RunBody, "playbook" | "params"> & { goal: string },
  requester: string,
  { runs, plan }: FacadeOptions,
) {
  const input = { ...body, requester };
  const draft = orRefuse(await (plan ?? runs.plan)(input));
  if (!draft.ok) throw new Refusal(draft.problems);
  return draft;
}

export function createRun(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const body = bodyOf(request, runBodySchema);
    const idempotencyKey = idempotencyKeyOf(request);
    const requester = callerOf(response).subject;
    const started = orRefuse(
      await options.runs.start({
        graph: await graphOf(body, requester, options),
        requester,
        trigger: "http",
        dryRun: body.dry_run,
        idempotencyKey,
        request: body,
      }),
    );
    response.status(started.isNew ? 202 : 200).location(`${RUNS_PATH}/${encodeURIComponent(started.runId)}`);
    response.json(started);
  };
}

async function graphOf(
  { graph, goal, playbook, params }: RunBody,
  requester: string,
  options: FacadeOptions,
): Promise<GraphInput> {
  if (goal !== undefined) return (await drafted({ goal, playbook, params }, requester, options)).graph;
  const parsed = parseGraph(graph);
  if (parsed.ok) return parsed.graph;
  const local = await options.local?.();
  throw new Refusal(local?.ok ? withStructure(graph, parsed.problems, local.check) : parsed.problems);
}

export function listRuns({ runs }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { limit, cursor, open, status } = queryOf(request, listQuerySchema);
    response.json(orRefuse(await runs.list({ limit, cursor, status, openOnly: open === "true" })));
  };
}

/** The entity tag is over the whole answer, so that a poller is told of changes only. */
export function showRun({ runs }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    response.json(orRefuse(await runs.view(runOf(request))));
  };
}

/** 202 where the run still goes on. `Accept: text/markdown` gives the text alone. */
export function showReport({ runs }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const report: Report | undefined = orRefuse(await runs.report(runOf(request), 0));
    if (report === undefined) {
      response.status(202).json({ status: "running" });
    } else if (request.accepts(["application/json", "text/markdown"]) === "text/markdown") {
      response.type("text/markdown").send(report.text);
    } else response.json(report);
  };
}

export function cancelRun({ runs }: FacadeOptions): RequestHandler {
  return async (request, response) => {
    bodyOf(request, emptyBodySchema);
    response.status(202).json(orRefuse(await runs.cancel(runOf(request))));
  };
}

/** With what holds writes back, so that nobody approves one unaware; that it cannot be told keeps nobody from deciding. */
export function showInbox({ runs, writes }: FacadeOptions): RequestHandler {
  return async (_request, response) => {
    const [inbox, held] = await Promise.all([runs.inbox(), writes?.view()]);
    const gates = orRefuse(inbox);
    const { unreadable } = inbox;
    response.json({
      gates,
      unreadable,
      writes: held?.ok ? held.value : undefined,
    });
  };
}
