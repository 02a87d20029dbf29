/** Google Cloud Monitoring: one incident a message. */
import { type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, noCuts, stateSaysOver } from "./kit.js";
import { hasAny, mappingAt, memberOf, textAt } from "./members.js";

const OWN = ["incident_id", "policy_name", "condition_name"];

export const isGoogleCloud = (input: unknown): boolean => hasAny(memberOf(input, "incident"), OWN);

export function readGoogleCloud(input: unknown): ReadDelivery {
  const sent = memberOf(input, "incident");
  const policy = textAt(sent, "policy_name");
  const name = policy ?? textAt(sent, "condition_name");
  if (name === undefined) {
    const message = "the alert must be an incident with a policy_name or a condition_name";
    return refusedAlert([{ code: "alert-invalid", at: "alert.incident.policy_name", message }]);
  }
  const cuts = noCuts();
  const severity = textAt(sent, "severity");
  const labels = boundedLabels(
    {
      ...(severity === undefined || /^no severity$/i.test(severity) ? {} : { severity }),
      ...mappingAt(sent, "policy_user_labels"),
      ...mappingAt(sent, "metadata", "user_labels"),
      ...mappingAt(sent, "resource", "labels"),
      ...mappingAt(sent, "metric", "labels"),
    },
    cuts,
  );
  const condition = policy === undefined ? undefined : textAt(sent, "condition_name");
  const documentation = textAt(sent, "documentation", "content") ?? textAt(sent, "documentation");
  const state = textAt(sent, "state") ?? "";
  const since = Number(textAt(sent, "started_at"));
  const alert = {
    id: textAt(sent, "incident_id") ?? name,
    name: boundedText(name, cuts),
    says: [condition, textAt(sent, "summary"), documentation].map((one) => boundedText(one, cuts)),
    labels,
    status: stateSaysOver(state) ? ("resolved" as const) : ("firing" as const),
    since: since > 0 && since < LAST_SECOND ? new Date(since * 1_000).toISOString() : undefined,
    noIncident: isNoIncident(name) || textAt(input, "version") === "test" ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "google-cloud", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** Of the year 9999: a date beyond is none. */
const LAST_SECOND = 253_402_300_799;
