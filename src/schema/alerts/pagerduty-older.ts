/** PagerDuty beside its webhooks V3: webhooks V2 and V1, whose messages stand in a list, and what its Events API takes. */
import { type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import { ALERTS_MAX, boundedLabels, boundedText, type Cuts, cutsInWords, isNoIncident, noCuts } from "./kit.js";
import { hasAny, listAt, mappingAt, memberOf, textAt } from "./members.js";

const isEvent = (input: unknown): boolean =>
  hasAny(input, ["event_action", "routing_key", "service_key"]) &&
  hasAny(input, ["payload", "event_action", "event_type"]);

const incidentOf = (message: unknown): unknown =>
  memberOf(message, "incident") ?? memberOf(message, "data", "incident");

export const isOlderPagerDuty = (input: unknown): boolean =>
  isEvent(input) || listAt(input, "messages").some((one) => incidentOf(one) !== undefined);

export function readOlderPagerDuty(input: unknown): ReadDelivery {
  const cuts = noCuts();
  const messages = listAt(input, "messages");
  cuts.alerts = Math.max(0, messages.length - ALERTS_MAX);
  const read = isEvent(input)
    ? [eventOf(input, cuts)]
    : messages.slice(0, ALERTS_MAX).map((one) => messageOf(one, cuts));
  const alerts = read.filter((one) => one !== undefined);
  cuts.unread = read.length - alerts.length;
  if (alerts.length > 0) return { ok: true, delivery: { from: "pagerduty", alerts, cut: cutsInWords(cuts) } };
  const message = "the alert must be a message of PagerDuty about an incident with a title, or an event with a summary";
  return refusedAlert([{ code: "alert-invalid", at: "alert", message }]);
}

function messageOf(message: unknown, cuts: Cuts): OneAlert | undefined {
  const type = textAt(message, "event") ?? textAt(message, "type") ?? "";
  const incident = incidentOf(message);
  const name =
    textAt(incident, "title") ??
    textAt(incident, "trigger_summary_data", "subject") ??
    textAt(incident, "trigger_summary_data", "description") ??
    textAt(incident, "summary");
  if (name === undefined) return undefined;
  const service = textAt(incident, "service", "summary") ?? textAt(incident, "service", "name");
  const severity = textAt(incident, "priority", "summary") ?? textAt(incident, "urgency");
  const labels = { ...(service === undefined ? {} : { service }), ...(severity === undefined ? {} : { severity }) };
  const since = textAt(incident, "created_at") ?? textAt(incident, "created_on");
  return {
    id: textAt(incident, "id") ?? name,
    name: boundedText(name, cuts),
    says: [],
    labels: boundedLabels(labels, cuts),
    status: type === "incident.resolve" || textAt(incident, "status") === "resolved" ? "resolved" : "firing",
    since,
    noIncident: type === "incident.annotate" || isNoIncident(name) ? (true as const) : undefined,
  };
}

function eventOf(input: unknown, cuts: Cuts): OneAlert | undefined {
  const action = textAt(input, "event_action") ?? textAt(input, "event_type") ?? "trigger";
  const payload = memberOf(input, "payload") ?? input;
  const id = textAt(input, "dedup_key") ?? textAt(input, "incident_key");
  const isOver = action === "resolve";
  // What ends an event needs no words.
  const name = textAt(payload, "summary") ?? textAt(payload, "description") ?? (isOver ? id : undefined);
  if (name === undefined) return undefined;
  const [host, severity] = [textAt(payload, "source"), textAt(payload, "severity")];
  const service = textAt(payload, "component");
  const labels = {
    ...(host === undefined ? {} : { host }),
    ...(severity === undefined ? {} : { severity }),
    ...(service === undefined ? {} : { service }),
    ...mappingAt(payload, "custom_details"),
  };
  return {
    id: id ?? name,
    name: boundedText(name, cuts),
    says: [],
    labels: boundedLabels(labels, cuts),
    status: isOver ? "resolved" : "firing",
    noIncident: isNoIncident(name) ? (true as const) : undefined,
  };
}
