/** Grafana's alerting before version 9: one rule a message. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type ReadDelivery, refusedAlert } from "./alert.js";
import {
  bareTitle,
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  labelsSchema,
  noCuts,
  oddMembers,
  optional,
  stateSaysOver,
  titleSaysOver,
} from "./kit.js";

const schema = z.object({
  title: optional,
  ruleName: optional,
  ruleId: optional,
  state: optional,
  message: optional,
  tags: labelsSchema,
  evalMatches: z
    .array(z.object({ metric: optional, tags: labelsSchema }).catch({ metric: undefined, tags: {} }))
    .nullish()
    .catch(undefined),
});

export const isGrafanaLegacy = (keys: object): boolean =>
  ["ruleName", "evalMatches", "ruleId"].some((key) => Object.hasOwn(keys, key));

export function readGrafanaLegacy(input: unknown): ReadDelivery {
  const parsed = parseWith(schema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { title = "", ruleName, ruleId, state, message, tags, evalMatches } = parsed.value;
  const name = ruleName ?? bareTitle(title);
  if (name === "") {
    const text = "the alert must have a ruleName or a title";
    return refusedAlert([{ code: "alert-invalid", at: "alert.ruleName", message: text }]);
  }
  const cuts = noCuts();
  const series = (evalMatches ?? []).map((one) => one.tags);
  const labels = boundedLabels({ ...sharedBy(series), ...tags }, cuts);
  const isOver = state === undefined ? titleSaysOver(title) : stateSaysOver(state);
  const alert = {
    id: ruleId ?? name,
    name,
    says: [boundedText(message, cuts)],
    labels,
    status: isOver ? ("resolved" as const) : ("firing" as const),
    // A rule that somebody paused says nothing of what it watches.
    noIncident: isNoIncident(name) || state === "paused" || name === "Test notification" ? (true as const) : undefined,
  };
  return {
    ok: true,
    delivery: { from: "grafana", alerts: [alert], cut: [...cutsInWords(cuts), ...oddMembers(schema, input)] },
  };
}

/** What all series that crossed the line have in common. */
function sharedBy(series: readonly Record<string, unknown>[]): Record<string, unknown> {
  const [first = {}, ...others] = series;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => others.every((one) => one[key] === value)));
}
