/** Nagios and its kin (Icinga, Checkmk, Naemon): notifications as scripts send them on, in any spelling of their macros. */
import { type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, isNoIncident, isNoValue, noCuts } from "./kit.js";
import { flatNames, textOf } from "./members.js";

const OWN = ["notificationtype", "servicestate", "hoststate", "servicestateid", "hoststateid", "checkresultstate"];

const namesIn = (input: unknown): Map<string, unknown> =>
  new Map(
    [...flatNames(input)].map(([name, value]) => [name.replace(/^(?:nagios|icinga2?|naemon|notify|cmk)/, ""), value]),
  );

export const isNagios = (input: unknown): boolean => {
  const flat = namesIn(input);
  return OWN.some((name) => flat.has(name)) && ["hostname", "host", "hostalias"].some((name) => flat.has(name));
};

type Text = (...names: readonly string[]) => string | undefined;

export function readNagios(input: unknown): ReadDelivery {
  const flat = namesIn(input);
  const text: Text = (...names) =>
    names
      .map((name) => textOf(flat.get(name)))
      .find((one) => one !== undefined && !isNoValue(one) && !/^\$.*\$$/.test(one));
  const host = text("hostname", "host", "hostdisplayname", "hostalias", "hostaddress");
  const service = text("servicedesc", "servicename", "servicedisplayname", "servicedescription", "service");
  if (host === undefined) {
    const message = "the alert must name its host (HOSTNAME, or host.name)";
    return refusedAlert([{ code: "alert-invalid", at: "alert.HOSTNAME", message }]);
  }
  const cuts = noCuts();
  const state = stateOf(text, service !== undefined);
  const name = service ?? `host ${host} ${state === "" ? "has a problem" : `is ${state}`}`;
  const type = (text("notificationtype", "type") ?? "").toUpperCase();
  const says = text("serviceoutput", "hostoutput", "checkresultoutput", "output", "message");
  const alert: OneAlert = {
    id: `${host} ${service ?? ""}`.trim(),
    name: boundedText(name, cuts),
    says: [boundedText(says, cuts)],
    labels: boundedLabels({ host, ...(state === "" ? {} : { severity: state }) }, cuts),
    status: type === "RECOVERY" || OVER.test(state) ? "resolved" : "firing",
    noIncident: BESIDE.test(type) || isNoIncident(name) ? (true as const) : undefined,
  };
  return { ok: true, delivery: { from: "nagios", alerts: [alert], cut: cutsInWords(cuts) } };
}

const OVER = /^(?:ok|up)$/i;
/** What people do with a problem; that it flaps or that somebody wrote by hand is told of a state that there is. */
const BESIDE = /^(?:ACKNOWLEDGE|DOWNTIME|FLAPPINGDISABLED)/;
const SERVICE_STATES = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];
const HOST_STATES = ["UP", "DOWN", "UNREACHABLE"];

/** A word, or its number. */
function stateOf(text: Text, isService: boolean): string {
  const given = isService
    ? text("servicestate", "servicestateid", "checkresultstate", "state", "servicelaststate")
    : text("hoststate", "hoststateid", "checkresultstate", "state");
  const number = Number(given);
  if (given === undefined || !Number.isInteger(number)) return (given ?? "").toUpperCase();
  return (isService ? SERVICE_STATES : HOST_STATES)[number] ?? "UNKNOWN";
}
