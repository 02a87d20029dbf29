/** New Relic: issues as its workflows send them, and incidents of the older notification channels. */
import { type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, noCuts, stateSaysOver } from "./kit.js";
import { hasAny, listAt, mappingAt, textAt, textOf } from "./members.js";

const ISSUE = ["alertPolicyNames", "alertConditionNames", "impactedEntities", "issueUrl", "issueId", "issueTitle"];
const OLDER = ["policy_name", "current_state", "condition_id", "incident_url"];

export const isNewRelic = (input: unknown): boolean =>
  hasAny(input, ISSUE) || (hasAny(input, ["condition_name"]) && hasAny(input, OLDER));

export function readNewRelic(input: unknown): ReadDelivery {
  const conditions = namesOf(input, "alertConditionNames");
  const [title] = [textAt(input, "title"), textAt(input, "issueTitle"), ...namesOf(input, "title")].filter(
    (one) => one !== undefined,
  );
  const condition = textAt(input, "condition_name") ?? (conditions.length === 1 ? conditions[0] : undefined);
  const name = condition ?? title;
  if (name === undefined) {
    const message = "the alert must be of New Relic's, with a title or a condition_name";
    return refusedAlert([{ code: "alert-invalid", at: "alert.title", message }]);
  }
  const cuts = noCuts();
  const state = textAt(input, "state") ?? textAt(input, "current_state") ?? textAt(input, "event_type") ?? "";
  const said = [title === name ? undefined : title, textAt(input, "details"), textAt(input, "condition_description")];
  const alert = {
    id: textAt(input, "issueId") ?? textAt(input, "id") ?? textAt(input, "incident_id") ?? name,
    name: boundedText(name, cuts),
    says: said.map((one) => boundedText(one, cuts)),
    labels: boundedLabels(labelsOf(input), cuts),
    status: stateSaysOver(state) || /close$/i.test(state) ? ("resolved" as const) : ("firing" as const),
    noIncident: isNoIncident(name) || isTest(input) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "new-relic", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** Its own try of a channel. */
const isTest = (input: unknown): boolean => /^(?:test|notification_test)$/i.test(textAt(input, "event_type") ?? "");

const namesOf = (input: unknown, key: string): string[] => listAt(input, key).flatMap((one) => textOf(one) ?? []);

function labelsOf(input: unknown): Record<string, unknown> {
  const severity = textAt(input, "priority") ?? textAt(input, "severity");
  const targets = listAt(input, "targets");
  const entities = [...namesOf(input, "impactedEntities"), ...targets.flatMap((one) => textAt(one, "name") ?? [])];
  const entity = entities.length === 1 ? entities[0] : undefined;
  const kind = targets.length === 1 ? (textAt(targets[0], "type") ?? textAt(targets[0], "product") ?? "") : "";
  return {
    ...(severity === undefined ? {} : { severity }),
    ...(entity === undefined ? {} : { entity }),
    ...(entity !== undefined && /^(?:apm|application|service)$/i.test(kind) ? { service: entity } : {}),
    ...(entity !== undefined && /^(?:host|infrastructure|server)$/i.test(kind) ? { host: entity } : {}),
    ...(targets.length === 1 ? mappingAt(targets[0], "labels") : {}),
  };
}
