/** Azure Monitor: the common alert schema, and the older one of metric alerts. */
import { type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, noCuts } from "./kit.js";
import { hasAny, isMapping, listAt, mappingAt, memberOf, pairsOf, textAt, textOf } from "./members.js";

export const isAzure = (input: unknown): boolean =>
  hasAny(input, ["schemaId"]) || isMapping(memberOf(input, "data", "essentials"));

export function readAzure(input: unknown): ReadDelivery {
  const common = mappingAt(input, "data", "essentials");
  const older = mappingAt(input, "data", "context");
  const name = textAt(common, "alertRule") ?? textAt(older, "name");
  if (name === undefined) {
    const message = "the alert must be of Azure's common alert schema, with data.essentials.alertRule";
    const hint = "turn the common alert schema on at the action group";
    return refusedAlert([{ code: "alert-invalid", at: "alert.data.essentials.alertRule", message, hint }]);
  }
  const cuts = noCuts();
  const state = textAt(common, "monitorCondition") ?? textAt(input, "data", "status") ?? "";
  const since = textAt(common, "firedDateTime") ?? textAt(older, "timestamp");
  const alert = {
    id: textAt(common, "originAlertId") ?? textAt(common, "alertId") ?? textAt(older, "id") ?? name,
    name: boundedText(name, cuts),
    says: [boundedText(textAt(common, "description") ?? textAt(older, "description"), cuts)],
    labels: boundedLabels(labelsOf(input, common, older), cuts),
    status: /^(?:resolved|deactivated)$/i.test(state) ? ("resolved" as const) : ("firing" as const),
    since,
    noIncident: isNoIncident(name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "azure", alerts: [alert], cut: cutsInWords(cuts) } };
}

function labelsOf(input: unknown, common: object, older: object): Record<string, unknown> {
  const conditions = [
    ...listAt(input, "data", "alertContext", "condition", "allOf"),
    ...listAt(older, "condition", "allOf"),
  ];
  const dimensions = pairsOf(conditions.flatMap((one) => listAt(one, "dimensions")));
  const severity = textAt(common, "severity") ?? textAt(older, "severity");
  const custom = mappingAt(input, "data", "customProperties");
  return {
    ...(severity === undefined ? {} : { severity }),
    ...resourceOf(common, older),
    ...custom,
    ...dimensions,
  };
}

/** What it is about, where that is one: a machine is a host, a web application a service. */
function resourceOf(common: object, older: object): Record<string, string> {
  const ids = listAt(common, "alertTargetIDs").flatMap((one) => textOf(one) ?? []);
  const [id = textAt(older, "resourceId") ?? ""] = ids;
  const resource = id.split("/").at(-1) ?? "";
  if (ids.length > 1 || resource === "") return {};
  const kind = /\/providers\/([^/]+\/[^/]+)\//i.exec(id)?.[1]?.toLowerCase();
  if (kind === "microsoft.compute/virtualmachines") return { resource, host: resource };
  if (kind === "microsoft.web/sites" || kind === "microsoft.app/containerapps") return { resource, service: resource };
  return { resource };
}
