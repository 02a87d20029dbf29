/** The operations by which alerts come in, and those that show what became of them. */
import * as shapes from "../../schema/api-incidents.js";
import { HOOK_BODY_MAX_BYTES } from "../../vocabulary/delivery-limits.js";
import { json, type Operation, V1 } from "./operation.js";

export const INCIDENT_OPERATIONS = {
  takeHook: {
    method: "post",
    path: "/hooks/{name}",
    // The sender's own signature or token is the sign-in, and lets nobody do anything else.
    needs: "anyone",
    says: "Alerts of a sender, as the hook's kind sends them; taken once Temporal has them",
    params: shapes.hookPathSchema,
    rawBody: shapes.hookBodySchema,
    bodyMaxBytes: HOOK_BODY_MAX_BYTES,
    answers: { 202: json("taken: nothing is lost any more", shapes.takenAnswer) },
    problems: [401, 404, 413, 422, 503],
  },
  listIncidents: {
    method: "get",
    path: `${V1}/incidents`,
    needs: "runs.read",
    says: "Groups of alerts with what was started for them, the newest first",
    query: shapes.incidentsQuerySchema,
    answers: { 200: json("the incidents", shapes.incidentsAnswer) },
    problems: [404, 503],
  },
  showIncident: {
    method: "get",
    path: `${V1}/incidents/{id}`,
    needs: "runs.read",
    says: "An incident with its alerts",
    params: shapes.incidentPathSchema,
    answers: { 200: json("the incident", shapes.incidentAnswer) },
    problems: [404, 503],
  },
} as const satisfies Record<string, Operation>;
