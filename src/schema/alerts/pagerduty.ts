/** PagerDuty's webhooks (V3): one event of an incident. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type ReadDelivery, refusedAlert } from "./alert.js";
import {
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  noCuts,
  oddMembers,
  optional,
  titleSaysOver,
} from "./kit.js";

const named = z
  .union([
    z.object({ summary: optional, name: optional }),
    z.string().transform((summary) => ({ summary, name: undefined })),
  ])
  .nullish()
  .catch(undefined);
const schema = z.object({
  event: z.object({
    event_type: z.string().max(200),
    data: z.object({
      id: optional,
      created_at: optional,
      title: optional,
      summary: optional,
      message: optional,
      status: optional,
      urgency: optional,
      priority: z.union([z.number().transform((level) => ({ summary: String(level), name: undefined })), named]),
      service: named,
      /** What an event about an incident names, where it is none itself: a note, a status update, a responder. */
      incident: named,
      type: optional,
    }),
  }),
});

/** Whatever stands in them, no incident began or ended: people and workflows at work, and changes of services. */
const BESIDE =
  /^(?:pagey\.|service\.|incident\.(?:annotated|status_update|responder|conference_bridge|custom_field|workflow|action_invocation))/;

export function readPagerDuty(input: unknown): ReadDelivery {
  const parsed = parseWith(schema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { event_type: type, data } = parsed.value.event;
  const about = data.incident?.summary ?? data.incident?.name;
  const isBeside = BESIDE.test(type) || (data.incident != null && data.title === undefined);
  const name = data.title ?? data.summary ?? (isBeside ? (about ?? data.message ?? type) : undefined);
  if (name === undefined) {
    const message = `the alert must be an event of an incident with a title; ${JSON.stringify(type.slice(0, 60))} has none`;
    return refusedAlert([{ code: "alert-invalid", at: "alert.event.data.title", message }]);
  }
  const cuts = noCuts();
  const severity = data.priority?.summary ?? data.priority?.name ?? data.urgency;
  const service = data.service?.summary ?? data.service?.name;
  const labels = boundedLabels(
    { ...(service === undefined ? {} : { service }), ...(severity === undefined ? {} : { severity }) },
    cuts,
  );
  const isOver = data.status === "resolved" || type === "incident.resolved" || titleSaysOver(name);
  const alert = {
    id: data.id ?? name,
    name: boundedText(name, cuts),
    says: [],
    labels,
    status: isOver ? ("resolved" as const) : ("firing" as const),
    since: data.created_at,
    noIncident: isBeside || isNoIncident(name) ? (true as const) : undefined,
  };
  return {
    ok: true,
    delivery: { from: "pagerduty", alerts: [alert], cut: [...cutsInWords(cuts), ...oddMembers(schema, input)] },
  };
}
