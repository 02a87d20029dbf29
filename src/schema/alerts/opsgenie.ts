/** Opsgenie's (and Jira Service Management's) webhook: an action on an alert. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type ReadDelivery, refusedAlert } from "./alert.js";
import {
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  labelsOfTags,
  labelsSchema,
  noCuts,
  oddMembers,
  optional,
  optionalList,
  titleSaysOver,
} from "./kit.js";

const schema = z.object({
  action: z.string().max(200),
  alert: z.object({
    alertId: optional,
    id: optional,
    alias: optional,
    message: optional,
    description: optional,
    entity: optional,
    source: optional,
    priority: optional,
    team: optional,
    status: optional,
    tags: optionalList,
    details: labelsSchema,
  }),
});

const OVER = /^(?:close|delete|resolve)d?$/i;
/** What people write at an alert: whether it is open does not change by it. */
const BESIDE = /^(?:add|remove|update|assign|take|custom|test)/i;

export function readOpsgenie(input: unknown): ReadDelivery {
  const parsed = parseWith(schema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { action, alert: sent } = parsed.value;
  const isBeside = BESIDE.test(action);
  const name = sent.message ?? (isBeside ? (sent.alias ?? sent.alertId ?? action) : undefined);
  if (name === undefined) {
    const message = "the alert must have a message";
    return refusedAlert([{ code: "alert-invalid", at: "alert.alert.message", message }]);
  }
  const cuts = noCuts();
  const severity = sent.priority === undefined ? {} : { severity: sent.priority };
  const entity = sent.entity === undefined ? {} : { entity: sent.entity };
  const tags = labelsOfTags(sent.tags);
  const alert = {
    id: sent.alias ?? sent.alertId ?? sent.id ?? name,
    name: boundedText(name, cuts),
    says: [boundedText(sent.description, cuts)],
    labels: boundedLabels({ ...severity, ...entity, ...tags, ...sent.details }, cuts),
    status:
      OVER.test(action) || /^closed$/i.test(sent.status ?? "") || titleSaysOver(name)
        ? ("resolved" as const)
        : ("firing" as const),
    noIncident: isBeside || isNoIncident(name) ? (true as const) : undefined,
  };
  return {
    ok: true,
    delivery: { from: "opsgenie", alerts: [alert], cut: [...cutsInWords(cuts), ...oddMembers(schema, input)] },
  };
}
