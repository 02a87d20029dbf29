/** Alertmanager's webhook (version 4), and Grafana's unified alerting, which sends the same with keys of its own. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type AlertSender, type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import {
  ALERTS_MAX,
  boundedLabels,
  boundedText,
  cutsInWords,
  isNoIncident,
  keyOf,
  labelsSchema,
  noCuts,
  optional,
} from "./kit.js";
import { isMapping, textOf } from "./members.js";

const status = z.enum(["firing", "resolved"]);
/** What one of them cannot be read by is its alone: the others stand. */
const oneSchema = z.object({
  status: status.optional().catch(undefined),
  labels: labelsSchema,
  annotations: labelsSchema,
  fingerprint: z.string().max(200).nullish().catch(undefined),
  generatorURL: optional,
  startsAt: z.string().max(100).nullish().catch(undefined),
});
type One = z.infer<typeof oneSchema>;

const common = { status, commonLabels: labelsSchema, commonAnnotations: labelsSchema };
const alertmanager = z.object({
  ...common,
  version: z.union([z.literal("4"), z.literal(4)], { error: '"4"' }),
});
const grafana = z.object({ ...common, version: z.unknown() });
const listSchema = z.array(z.unknown()).min(1);

/** Grafana's own payload has an organisation, and version 1. */
export const isGrafana = (input: unknown): boolean =>
  isMapping(input) && (Object.hasOwn(input, "orgId") || String(input.version) === "1");

export const readAlertmanager = (input: unknown): ReadDelivery => read("alertmanager", input);
export const readGrafanaAlerts = (input: unknown): ReadDelivery => read("grafana", input);

function read(from: Extract<AlertSender, "alertmanager" | "grafana">, input: unknown): ReadDelivery {
  const parsed = parseWith<z.infer<typeof grafana>>(from === "grafana" ? grafana : alertmanager, input, {
    at: "alert",
    shows: false,
  });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { status, commonLabels, commonAnnotations } = parsed.value;
  const sent = (isMapping(input) ? input.alerts : undefined) ?? [];
  const list = parseWith(listSchema, sent, { at: "alert.alerts", shows: false });
  if (!list.ok) return refusedAlert(list.problems);
  const taken = list.value.slice(0, ALERTS_MAX);
  const ones = taken.filter(isMapping).map((one) => oneSchema.parse(one));
  if (ones.length === 0) {
    const message = "alert.alerts must have mappings with labels";
    return refusedAlert([{ code: "alert-invalid", at: "alert.alerts", message }]);
  }
  const cuts = { ...noCuts(), alerts: list.value.length - taken.length, unread: taken.length - ones.length };
  const shared = { labels: commonLabels, annotations: commonAnnotations, status };
  const alerts = ones.map((one): OneAlert => {
    const labels = boundedLabels({ ...shared.labels, ...one.labels }, cuts);
    const annotations = { ...shared.annotations, ...one.annotations };
    const said = (name: string) => boundedText(textOf(annotations[name]), cuts);
    const name = labels.alertname ?? "alert";
    return {
      id: one.fingerprint || keyOf(name, labels),
      name,
      says: [said("summary"), said("description") || said("message")],
      labels,
      status: one.status ?? shared.status,
      since: one.startsAt || undefined,
      noIncident: isNoIncident(name) || alwaysFires(one) ? (true as const) : undefined,
    };
  });
  return { ok: true, delivery: { from, alerts, cut: [...cutsInWords(cuts), ...sendersCut(input)] } };
}

/** Its rule is `vector(1)`. */
function alwaysFires({ generatorURL }: One): boolean {
  return generatorURL !== undefined && /[?&]g\d{1,2}\.expr=vector(?:\(|%28)1(?:\)|%29)(?:&|$)/i.test(generatorURL);
}

/** Alertmanager counts what its own `max_alerts` kept back. */
function sendersCut(input: unknown): string[] {
  const count = isMapping(input) ? Number(input.truncatedAlerts ?? 0) : 0;
  return Number.isInteger(count) && count > 0 ? [`${count} alerts were kept back by the sender`] : [];
}
