/** `/api/v1/schedules`: what starts by the clock, made and changed in the caller's name. */
import type { Request, RequestHandler, Response } from "express";
import { scheduleBodySchema, schedulePathSchema, scheduleReasonSchema } from "../../../schema/api-schedules.js";
import type { Graph } from "../../../schema/graph.js";
import { parseGraph } from "../../../schema/parse-graph.js";
import { parseWith } from "../../../schema/problems.js";
import type { Result } from "../../../vocabulary/result.js";
import type { FacadeSchedules, Schedules, ScheduleView } from "../../schedules.js";
import { callerOf } from "../access/caller.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf } from "../read.js";

function schedulesOf({ schedules }: FacadeOptions): FacadeSchedules {
  if (schedules !== undefined) return schedules;
  const message = "this façade was started without schedules";
  throw new Refusal([{ code: "not-found", at: "path", message, hint: "start it with `autoops serve`" }]);
}

/** As the caller changes them. */
function changing(options: FacadeOptions, response: Response): Schedules {
  const { subject: actor, channel = "http" } = callerOf(response);
  return schedulesOf(options).changedBy({ actor, channel });
}

const nameOf = (request: Request): string =>
  orRefuse(parseWith(schedulePathSchema, request.params, { at: "path" })).name;

export function listSchedules(options: FacadeOptions): RequestHandler {
  return async (_request, response) => {
    response.json({ schedules: orRefuse(await schedulesOf(options).list()) });
  };
}

export function createSchedule(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const schedules = schedulesOf(options);
    const { graph, preview, ...rest } = bodyOf(request, scheduleBodySchema);
    const requester = callerOf(response).subject;
    const asked = graph === undefined ? rest : { ...rest, graph: graphOf(graph) };
    const wish = orRefuse(await schedules.wish(asked, requester));
    const view = orRefuse(await (preview ? schedules.preview(wish) : changing(options, response).create(wish)));
    if (!preview) options.log.info("a schedule was created", { operation: "schedule", requester, schedule: view.name });
    response.status(preview ? 200 : 201).json(view);
  };
}

function graphOf(given: unknown): Graph {
  const parsed = parseGraph(given);
  if (!parsed.ok) throw new Refusal(parsed.problems);
  return parsed.graph;
}

export function showSchedule(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    response.json(orRefuse(await schedulesOf(options).show(nameOf(request))));
  };
}

export function deleteSchedule(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const name = nameOf(request);
    const removed = orRefuse(await changing(options, response).remove(name));
    tell(options, response, "a schedule was deleted", name);
    response.json(removed);
  };
}

type Change = (schedules: Schedules, name: string, reason: string) => Promise<Result<ScheduleView>>;

/** `says`: what happened, for the log. */
function changeOf(says: string, change: Change) {
  return (options: FacadeOptions): RequestHandler =>
    async (request, response) => {
      const name = nameOf(request);
      const { reason } = bodyOf(request, scheduleReasonSchema);
      const note = reason === "" ? `by ${callerOf(response).subject}` : reason;
      const view = orRefuse(await change(changing(options, response), name, note));
      tell(options, response, says, name);
      response.json(view);
    };
}

export const pauseSchedule = changeOf("a schedule was paused", (schedules, name, note) => schedules.pause(name, note));
export const resumeSchedule = changeOf("a schedule was resumed", (schedules, name, note) =>
  schedules.resume(name, note),
);
export const triggerSchedule = changeOf("a schedule was triggered", (schedules, name) => schedules.trigger(name));

function tell({ log }: FacadeOptions, response: Response, says: string, schedule: string): void {
  log.info(says, { operation: "schedule", requester: callerOf(response).subject, schedule });
}
