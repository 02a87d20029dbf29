/** Datadog's webhook: its template is the user's, so the usual names of keys are all read. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type ReadDelivery, refusedAlert } from "./alert.js";
import {
  bareTitle,
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  isNoValue,
  keyOf,
  labelsOfTags,
  noCuts,
  oddMembers,
  optional,
  optionalList,
  stateSaysOver,
  titleSaysOver,
  withoutState,
} from "./kit.js";

const schema = z.object({
  title: optional,
  event_title: optional,
  alert_title: optional,
  body: optional,
  event_msg: optional,
  text_only_msg: optional,
  hostname: optional,
  host: optional,
  priority: optional,
  alert_priority: optional,
  alert_scope: optional,
  alert_transition: optional,
  transition: optional,
  alert_status: optional,
  state: optional,
  alert_type: optional,
  alert_id: optional,
  aggreg_key: optional,
  alert_cycle_key: optional,
  tags: optionalList,
});

const TITLES = ["title", "event_title", "alert_title"] as const;
/** Names that nobody else has; a bare `title` may be anybody's. */
const OWN = [
  "event_title",
  "alert_title",
  "event_msg",
  "text_only_msg",
  "alert_scope",
  "alert_transition",
  "alert_query",
  "aggreg_key",
  "alert_cycle_key",
] as const;
export const isDatadog = (keys: object): boolean => [...TITLES, ...OWN].some((key) => Object.hasOwn(keys, key));
export const isSurelyDatadog = (keys: object): boolean => OWN.some((key) => Object.hasOwn(keys, key));

export function readDatadog(input: unknown): ReadDelivery {
  const parsed = parseWith(schema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const sent = parsed.value;
  const title = [sent.alert_title, sent.event_title, sent.title].find((one) => one !== undefined && !isNoValue(one));
  const cuts = noCuts();
  const fromTags = labelsOfTags([...sent.tags, ...(sent.alert_scope ?? "").split(",")]);
  const host = [sent.hostname, sent.host].find((one) => one !== undefined && !isNoValue(one));
  const severity = sent.priority ?? sent.alert_priority;
  const labels = boundedLabels(
    { ...(host === undefined ? {} : { host }), ...(severity === undefined ? {} : { severity }), ...fromTags },
    cuts,
  );
  const name = title ?? "alert";
  const transition = sent.alert_transition ?? sent.transition;
  const alert = {
    id: sent.alert_cycle_key ?? sent.aggreg_key ?? ownKey(sent.alert_id, bareTitle(name), sent.alert_scope, labels),
    name: boundedText(withoutState(name), cuts),
    says: [boundedText(sent.body ?? sent.event_msg ?? sent.text_only_msg, cuts)],
    labels,
    status: isOver(name, transition, sent.alert_status ?? sent.state, sent.alert_type)
      ? ("resolved" as const)
      : ("firing" as const),
    noIncident: isNoIncident(bareTitle(name)) || isTest(name, transition) ? (true as const) : undefined,
  };
  return {
    ok: true,
    delivery: { from: "datadog", alerts: [alert], cut: [...cutsInWords(cuts), ...oddMembers(schema, input)] },
  };
}

/** Datadog's own try of a monitor, which carries the monitor's name and texts. */
const isTest = (title: string, transition = ""): boolean =>
  /^test\b/i.test(transition) || /^\s*(?:\[[^\]]{0,200}\]\s*){0,3}\[(?:monitor )?test\]/i.test(title);

/** What the transition says stands above the rest; a template that lacks it has the title, the status or the type. */
function isOver(title: string, transition = "", status = "", type = ""): boolean {
  if (transition !== "" && !isNoValue(transition)) return /^recover/i.test(transition);
  return titleSaysOver(title) || stateSaysOver(status) || /^success$/i.test(type);
}

const ownKey = (id: string | undefined, title: string, scope: string | undefined, labels: Record<string, string>) => {
  const { severity: _, ...own } = labels;
  return id === undefined ? keyOf(title, own) : keyOf(id, { scope: scope ?? "" });
};
