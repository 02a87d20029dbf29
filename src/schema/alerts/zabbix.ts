/** Zabbix: its webhooks send what their user lists, so names are read in any spelling of its macros. */
import { type ReadDelivery, refusedAlert } from "./alert.js";
import {
  bareTitle,
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  isNoValue,
  labelsOfTags,
  noCuts,
  titleSaysOver,
} from "./kit.js";
import { flatNames, pairsOf, textOf } from "./members.js";

/** Macros that only Zabbix has. */
const OWN = [
  "eventvalue",
  "eventnseverity",
  "eventrecoveryvalue",
  "eventupdatestatus",
  "eventopdata",
  "triggerid",
  "triggername",
  "triggernseverity",
  "triggerseverity",
  "triggerstatus",
  "triggervalue",
  "zabbixurl",
] as const;

export const isZabbix = (input: unknown): boolean => {
  const flat = flatNames(input);
  return OWN.some((name) => flat.has(name));
};

export function readZabbix(input: unknown): ReadDelivery {
  const flat = flatNames(input);
  const text = (...names: readonly string[]): string | undefined =>
    names.map((name) => textOf(flat.get(name))).find((one) => one !== undefined && !isNoValue(one));
  const title = text("eventname", "triggername", "problem", "alertsubject", "subject", "title", "name");
  if (title === undefined) {
    const message = "the alert must be of Zabbix, with the name of its event or trigger (event_name)";
    return refusedAlert([{ code: "alert-invalid", at: "alert.event_name", message }]);
  }
  const cuts = noCuts();
  const name = bareTitle(title) || title;
  const host = text("hostname", "host", "hosthost", "hostvisiblename", "hostip");
  const severity = text("eventseverity", "triggerseverity", "severity");
  const alert = {
    id: text("eventid", "problemid", "triggerid") ?? `${host ?? ""} ${name}`,
    name: boundedText(name, cuts),
    says: [text("eventopdata"), text("alertmessage", "message", "triggerdescription")].map((one) =>
      boundedText(one, cuts),
    ),
    labels: boundedLabels(
      { ...(host === undefined ? {} : { host }), ...(severity === undefined ? {} : { severity }), ...tagsOf(flat) },
      cuts,
    ),
    status: isOver(text, title) ? ("resolved" as const) : ("firing" as const),
    noIncident: isNoIncident(name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "zabbix", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** Its value is 1 while there is a problem; a recovery has one of its own. */
function isOver(text: (...names: readonly string[]) => string | undefined, title: string): boolean {
  const status = text("eventstatus", "triggerstatus", "status") ?? "";
  if (text("eventrecoveryvalue") === "0") return true;
  const value = text("eventvalue", "triggervalue");
  if (value !== undefined) return value === "0" || /^(?:ok|resolved)$/i.test(value);
  return /^(?:ok|resolved|recovered)$/i.test(status) || titleSaysOver(title) || /^resolved in /i.test(title);
}

/** `service:checkout, env:prod`, a list of pairs, or that list as JSON. */
function tagsOf(flat: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const tags = flat.get("eventtagsjson") ?? flat.get("eventtags") ?? flat.get("triggertags") ?? flat.get("tags");
  if (Array.isArray(tags)) return pairsOf(tags);
  const written = textOf(tags) ?? "";
  if (!written.trimStart().startsWith("[")) return labelsOfTags(written.split(","));
  try {
    const list: unknown = JSON.parse(written);
    return Array.isArray(list) ? pairsOf(list) : {};
  } catch {
    return {};
  }
}
