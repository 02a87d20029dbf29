/** Splunk: the webhook of a saved search, which tells no end, and alerts of Splunk Observability's detectors. */
import type { OneAlert, ReadDelivery } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, noCuts } from "./kit.js";
import { hasAny, mappingAt, textAt } from "./members.js";

const isSearch = (input: unknown): boolean => hasAny(input, ["sid"]) && hasAny(input, ["result", "results_link"]);
const isDetector = (input: unknown): boolean =>
  hasAny(input, ["detector", "detectorId"]) && hasAny(input, ["incidentId", "rule", "statusExtended"]);

export const isSplunk = (input: unknown): boolean => isSearch(input) || isDetector(input);

export function readSplunk(input: unknown): ReadDelivery {
  const cuts = noCuts();
  const alert = isSearch(input) ? foundBy(input) : detectedBy(input);
  const labels = boundedLabels(alert.labels, cuts);
  const bounded: OneAlert = {
    ...alert,
    name: boundedText(alert.name, cuts),
    says: alert.says.map((one) => boundedText(one, cuts)),
    labels,
    noIncident: isNoIncident(alert.name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "splunk", alerts: [bounded], cut: cutsInWords(cuts) } };
}

type Found = Omit<OneAlert, "labels" | "says"> & {
  labels: Record<string, unknown>;
  says: Array<string | undefined>;
};

/** The first row of what was found; fields of Splunk's own begin with a line. */
function foundBy(input: unknown): Found {
  const row = Object.entries(mappingAt(input, "result"));
  const says = textAt(input, "result", "_raw") ?? textAt(input, "result", "message");
  const name = textAt(input, "search_name") ?? "search of Splunk";
  const labels = Object.fromEntries(row.filter(([key]) => !key.startsWith("_") && key !== "message"));
  return { id: name, name, says: [says], labels, status: "firing" };
}

function detectedBy(input: unknown): Found {
  const name = textAt(input, "rule") ?? textAt(input, "detector") ?? textAt(input, "messageTitle") ?? "detector";
  const severity = textAt(input, "severity");
  const state = textAt(input, "statusExtended") ?? textAt(input, "status") ?? "";
  return {
    id: textAt(input, "incidentId") ?? name,
    name,
    says: [textAt(input, "messageTitle"), textAt(input, "messageBody") ?? textAt(input, "description")],
    labels: { ...(severity === undefined ? {} : { severity }), ...mappingAt(input, "dimensions") },
    status: /^(?:ok|stopped|auto resolved|manually resolved)$/i.test(state) ? "resolved" : "firing",
  };
}
