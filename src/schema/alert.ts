/**
 * Alerts as monitoring sends them: Alertmanager's webhook (version 4), PagerDuty's webhook (V3) and Datadog's webhook.
 * Senders add keys of their own, so unknown ones are let be; what is used is checked. All of it is data.
 */
import { z } from "zod";
import type { Problem } from "../vocabulary/problems.js";
import { parseWith } from "./problems.js";

const text = z.string().max(10_000);
const labels = z.record(z.string().max(200), text);

const alertmanager = z.object({
  version: z.literal("4"),
  status: z.enum(["firing", "resolved"]),
  commonLabels: labels.default({}),
  commonAnnotations: labels.default({}),
  alerts: z
    .array(z.object({ status: z.enum(["firing", "resolved"]), labels, annotations: labels.default({}) }))
    .min(1)
    .max(1_000),
});

const pagerduty = z.object({
  event: z.object({
    event_type: text,
    data: z.object({
      title: text,
      status: text.optional(),
      urgency: text.optional(),
      priority: z.object({ summary: text }).nullish(),
      service: z.object({ summary: text }).nullish(),
    }),
  }),
});

const datadog = z.object({
  title: text.optional(),
  event_title: text.optional(),
  alert_title: text.optional(),
  body: text.optional(),
  event_msg: text.optional(),
  hostname: text.nullish(),
  host: text.nullish(),
  priority: text.nullish(),
  alert_scope: text.nullish(),
  alert_transition: text.nullish(),
  tags: z.union([text, z.array(text).max(200)]).nullish(),
});

export interface Alert {
  from: "alertmanager" | "pagerduty" | "datadog";
  /** The alert's name or title. */
  name: string;
  /** What it says beside its name. */
  says: string;
  labels: Record<string, string>;
  /** Alerts in the payload that fire. */
  firing: number;
}

type ParsedAlert = { ok: true; alert: Alert } | { ok: false; problems: Problem[] };

/** Tells the senders apart by the keys that each always sends. */
export function parseAlert(input: unknown): ParsedAlert {
  const keys = typeof input === "object" && input !== null ? input : {};
  if (Object.hasOwn(keys, "alerts")) return fromAlertmanager(input);
  if (Object.hasOwn(keys, "event")) return fromPagerDuty(input);
  if (["title", "event_title", "alert_title"].some((key) => Object.hasOwn(keys, key))) return fromDatadog(input);
  const message = "the alert must be a webhook of Alertmanager (version 4), PagerDuty (V3) or Datadog";
  return { ok: false, problems: [{ code: "alert-invalid", at: "alert", message, hint: "docs/playbooks.md" }] };
}

function refused(problems: Problem[]): ParsedAlert {
  return { ok: false, problems: problems.map((problem) => ({ ...problem, code: "alert-invalid" as const })) };
}

const over = (at: string): ParsedAlert => {
  const message = "the alert must be firing, and it is resolved";
  return { ok: false, problems: [{ code: "alert-invalid", at, message, hint: "there is nothing to plan for" }] };
};

function fromAlertmanager(input: unknown): ParsedAlert {
  const parsed = parseWith(alertmanager, input, { at: "alert", shows: false });
  if (!parsed.ok) return refused(parsed.problems);
  const { alerts, commonLabels, commonAnnotations } = parsed.value;
  const firing = alerts.filter(({ status }) => status === "firing");
  const [first] = firing;
  if (first === undefined) return over("alert.status");
  const own = firing.length === 1 ? { ...commonLabels, ...first.labels } : { ...first.labels, ...commonLabels };
  const said = firing.length === 1 ? { ...commonAnnotations, ...first.annotations } : commonAnnotations;
  const says = [said.summary, said.description ?? said.message].filter((one) => one !== undefined).join(". ");
  return {
    ok: true,
    alert: { from: "alertmanager", name: own.alertname ?? "alert", says, labels: own, firing: firing.length },
  };
}

function fromPagerDuty(input: unknown): ParsedAlert {
  const parsed = parseWith(pagerduty, input, { at: "alert", shows: false });
  if (!parsed.ok) return refused(parsed.problems);
  const { data } = parsed.value.event;
  if (data.status === "resolved") return over("alert.event.data.status");
  const labels: Record<string, string> = {};
  if (data.service) labels.service = data.service.summary;
  const severity = data.priority?.summary ?? data.urgency;
  if (severity !== undefined) labels.severity = severity;
  return { ok: true, alert: { from: "pagerduty", name: data.title, says: "", labels, firing: 1 } };
}

function fromDatadog(input: unknown): ParsedAlert {
  const parsed = parseWith(datadog, input, { at: "alert", shows: false });
  if (!parsed.ok) return refused(parsed.problems);
  const { title, event_title, alert_title, body, event_msg, hostname, host, priority, tags, alert_scope } =
    parsed.value;
  if (/^recovered$/i.test(parsed.value.alert_transition ?? "")) return over("alert.alert_transition");
  const labels: Record<string, string> = {};
  const pairs = [...(typeof tags === "string" ? tags.split(",") : (tags ?? [])), ...(alert_scope ?? "").split(",")];
  for (const pair of pairs) {
    const [, key, value] = /^\s*([\w.-]+):(.+?)\s*$/.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) labels[key] ??= value;
  }
  const machine = hostname ?? host;
  if (machine) labels.host ??= machine;
  if (priority) labels.severity ??= priority;
  const name = alert_title ?? event_title ?? title ?? "alert";
  return { ok: true, alert: { from: "datadog", name, says: body ?? event_msg ?? "", labels, firing: 1 } };
}
