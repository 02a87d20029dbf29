/** Alerts of one delivery by the incident that they belong to, within bounds and without secrets. */
import { createHash } from "node:crypto";
import type { IncidentAlert, IncidentInput } from "../../core/incident/incident.js";
import { redact } from "../../core/redact.js";
import type { OneAlert } from "../../schema/alerts/alert.js";
import type { Hook } from "../../schema/config/hooks.js";
import {
  ALERT_LABEL_SENT_CHARS,
  ALERT_LABELS_SENT_BYTES,
  ALERT_NAME_SENT_CHARS,
  ALERT_SAYS_SENT_CHARS,
} from "../../vocabulary/hook-limits.js";
import { incidentId } from "../../vocabulary/names.js";
import type { Asked } from "../runs/context.js";

export interface Group {
  /** Workflow id of the incident. */
  id: string;
  input: IncidentInput;
  alerts: IncidentAlert[];
}

export function groupsOf(name: string, hook: Hook, alerts: readonly OneAlert[], asked?: Asked): Group[] {
  const groups = new Map<string, Group>();
  const short = createShort();
  const told = asked === undefined || Object.keys(asked).length === 0 ? {} : { asked };
  for (const alert of alerts) {
    const values = hook.group_by.map((label) => [label, labelOf(alert, label)] as const);
    const id = incidentId(name, shortHash(JSON.stringify(values)));
    const group = groups.get(id) ?? { id, input: { ...inputOf(name, hook, values, short), ...told }, alerts: [] };
    group.alerts.push(sentOf(alert, short));
    groups.set(id, group);
  }
  return [...groups.values()];
}

const labelOf = ({ name, labels }: OneAlert, label: string): string =>
  label === "alertname" ? name : (labels[label] ?? "");

export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);

function inputOf(
  name: string,
  hook: Hook,
  values: ReadonlyArray<readonly [string, string]>,
  short: Short,
): IncidentInput {
  const key = Object.fromEntries(values.map(([label, value]) => [label, short(value, ALERT_LABEL_SENT_CHARS)]));
  const settings = { debounceMs: hook.debounce_seconds * 1_000, cooldownMs: hook.cooldown_seconds * 1_000 };
  return { hook: name, key, settings };
}

function sentOf({ id, name, says, labels, status, since }: OneAlert, short: Short): IncidentAlert {
  const said = says.filter((part) => part !== "").join(". ");
  return {
    id: shortHash(id),
    name: short(name, ALERT_NAME_SENT_CHARS),
    says: short(said, ALERT_SAYS_SENT_CHARS),
    labels: sentLabels(labels, short),
    status,
    since: since?.slice(0, 100),
  };
}

function sentLabels(labels: OneAlert["labels"], short: Short): Record<string, string> {
  let room = ALERT_LABELS_SENT_BYTES;
  const sent = Object.entries(labels).flatMap(([label, value]) => {
    const text = short(value, ALERT_LABEL_SENT_CHARS);
    room -= Buffer.byteLength(label) + Buffer.byteLength(text);
    return room < 0 ? [] : [[label, text] as const];
  });
  return Object.fromEntries(sent);
}

type Short = (text: string, most: number) => string;

/** Cleaned whole, then cut: a cut secret would not be known any more. Alerts of one delivery share most of their texts. */
function createShort(): Short {
  const known = new Map<string, string>();
  return (text, most) => {
    const whole = text.slice(0, 20 * most);
    const line =
      known.get(whole) ??
      redact(whole)
        .replace(/[\s\p{Cc}]+/gu, " ")
        .trim();
    known.set(whole, line);
    return line.length > most ? `${line.slice(0, most - 1)}…` : line;
  };
}
