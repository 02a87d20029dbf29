/** `/api/v1/writes`: shows what holds writes back, pauses and resumes them, in the caller's name. */
import type { RequestHandler, Response } from "express";
import { overrideBodySchema, pauseBodySchema, resumeBodySchema } from "../../../schema/api-writes.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { OrderGiven, Writes } from "../../writes.js";
import { callerOf } from "../access/caller.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf } from "../read.js";

const NO_WRITES: Problem = {
  code: "not-found",
  at: "path",
  message: "this façade was started without the ledger of writes",
  hint: "start it with `autoops serve`",
};

function writesOf({ writes }: FacadeOptions): Writes {
  if (writes === undefined) throw new Refusal([NO_WRITES]);
  return writes;
}

/** Who gives the order: never a field of the body. The local operator brings no groups; the policy may give them some. */
function orderOf(response: Response, reason: string): OrderGiven {
  const { subject: by, groups, channel } = callerOf(response);
  return { by, reason, channel: channel ?? "http", groups: channel === undefined ? undefined : [...groups] };
}

export function showWrites(options: FacadeOptions): RequestHandler {
  return async (_request, response) => {
    response.json(orRefuse(await writesOf(options).view()));
  };
}

export function pauseWrites(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { scope, reason } = bodyOf(request, pauseBodySchema);
    const paused = orRefuse(await writesOf(options).pause({ ...orderOf(response, reason), scope }));
    options.log.warn("writes paused", { operation: "pause", requester: paused.pause.by, scope: paused.pause.scope });
    response.status(paused.counted ? 200 : 202).json(paused);
  };
}

export function resumeWrites(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { scope, reason } = bodyOf(request, resumeBodySchema);
    const order = { ...orderOf(response, reason), scope };
    const resumed = orRefuse(await writesOf(options).resume(order));
    options.log.warn("writes resumed", { operation: "resume", requester: order.by });
    response.json(resumed);
  };
}

export function overrideWindows(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { environment, minutes, reason } = bodyOf(request, overrideBodySchema);
    const order = { ...orderOf(response, reason), environment, minutes };
    const overridden = orRefuse(await writesOf(options).override(order));
    options.log.warn("change windows overridden", { operation: "override", requester: order.by, environment });
    response.json(overridden);
  };
}
