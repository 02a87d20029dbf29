/** `/api/v1/incidents`: groups of alerts, and what was started for them. */
import type { RequestHandler } from "express";
import { incidentPathSchema, incidentsQuerySchema } from "../../../schema/api-incidents.js";
import { parseWith } from "../../../schema/problems.js";
import type { Incidents } from "../../incidents.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { queryOf } from "../read.js";

function incidentsOf({ incidents }: FacadeOptions): Incidents {
  if (incidents !== undefined) return incidents;
  const message = "this façade was started without incidents";
  throw new Refusal([{ code: "not-found", at: "path", message, hint: "start it with `autoops serve`" }]);
}

export function listIncidents(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { limit } = queryOf(request, incidentsQuerySchema);
    response.json({ incidents: orRefuse(await incidentsOf(options).list(limit)) });
  };
}

export function showIncident(options: FacadeOptions): RequestHandler {
  return async (request, response) => {
    const { id } = orRefuse(parseWith(incidentPathSchema, request.params, { at: "path" }));
    response.json(orRefuse(await incidentsOf(options).show(id)));
  };
}
