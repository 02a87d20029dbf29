/** Tool `alerts_active`: what alerts now and since when, by each alert's own expression; it needs no names of metrics. */
import { z } from "zod";
import type { Evidence } from "../../core/investigation/evidence.js";
import { redact } from "../../core/redact.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { askAlertmanager, type ManagedAlert } from "../connectors/prometheus/alertmanager.js";
import type { PrometheusSource } from "../connectors/prometheus/api.js";
import { type ActiveAlert, askAlerts, askRules } from "../connectors/prometheus/lists.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened } from "./kit/finding.js";
import { durationMs, isoMs } from "./kit/instant.js";
import { natureAt } from "./kit/investigation/alert-nature.js";
import { type AlertPlace, placeOfAlert } from "./kit/investigation/alert-place.js";
import {
  evidenceListSchema,
  evidenceOutput,
  type ServiceParam,
  servicesSchema,
} from "./kit/investigation/evidence-schema.js";
import { healthOf } from "./kit/investigation/health-rules.js";
import {
  askRange,
  eachWithin,
  type Line,
  type Span,
  spanOf,
  truthOf,
  withDataFrom,
} from "./kit/investigation/ranges.js";
import { declaredNameSchema } from "./kit/names.js";

/** Alerts that are placed in time: beyond that it is a storm, and the first of them tell it. */
const ALERTS_MAX = 60;
const AT_ONCE = 6;
const NAMED_MAX = 20;

const paramsSchema = z.strictObject({
  source: declaredNameSchema,
  services: servicesSchema,
  since: z
    .string()
    .refine((text) => durationMs(text) !== undefined, "a duration such as 1h")
    .default("1h"),
  scrape_seconds: z.number().min(1).max(3_600).default(15),
});
type Params = z.output<typeof paramsSchema>;
const outputSchema = z.strictObject({
  source: z.string(),
  firing: z.int(),
  pending: z.int(),
  /** Why Alertmanager could not be asked; absent where it answered or none is declared. */
  alertmanager_failure: z.string().optional(),
  alerts: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.string(),
        service: z.string().nullable(),
        /** Alertmanager tells nobody of it. */
        held: z.enum(["silenced", "inhibited"]).optional(),
      }),
    )
    .max(NAMED_MAX),
  evidence: evidenceListSchema,
  findings: findingsSchema,
});

export const alertsActive = defineTool({
  name: "alerts_active",
  description:
    "Lists the alerts that fire on a Prometheus source, to which service each belongs, and since when its expression is true.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: sourceReach(["prometheus"]),
  run: listAlerts,
});

type Held = "silenced" | "inhibited";
type KnownAlert = ActiveAlert & { held?: Held };

interface Placed {
  alert: KnownAlert;
  expr: string | undefined;
  service: AlertPlace | undefined;
  onset: Evidence["onset"];
}

async function listAlerts(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const source = { ...sourceNamed(context.config, params.source, ["prometheus"]), name: params.source };
  const whole = spanOf(durationMs(params.since) ?? 3_600_000, params.scrape_seconds, context.now());
  const span = await withDataFrom(source, whole, context);
  const [told, rules, managed] = await Promise.all([
    askAlerts(source, context),
    rulesOf(source, context),
    managedAlerts(source, context),
  ]);
  const alerts = joined(told, managed.alerts);
  const active = alerts.filter(({ state }) => state === "firing" || state === "pending").slice(0, ALERTS_MAX);
  const placed = await placeAll(active, rules, { source, span, services: params.services }, context);
  const evidence = placed.map((one) => evidenceOfAlert(one, params.services));
  const list = evidenceOutput(evidence);
  const firing = alerts.filter(({ state }) => state === "firing").length;
  const named = placed.slice(0, NAMED_MAX).map(({ alert, service }) => ({
    name: (alert.labels.alertname ?? "an alert").slice(0, 200),
    state: alert.state,
    service: service?.name ?? null,
    held: alert.held,
  }));
  const findings = list.slice(0, 15).map((one) => finding(one.text, [one.query]));
  const none = finding(`nothing alerts on ${params.source}`, [`${params.source}: /api/v1/alerts`]);
  return {
    source: params.source,
    firing,
    pending: alerts.length - firing,
    alertmanager_failure: managed.failure,
    alerts: named,
    evidence: list,
    findings: findings.length === 0 ? [none] : findings,
  };
}

/** That it does not answer keeps nobody from what Prometheus tells. */
async function managedAlerts(
  source: PrometheusSource & { alertmanager?: string | undefined },
  context: ToolContext,
): Promise<{ alerts: ManagedAlert[]; failure?: string }> {
  try {
    return { alerts: (await askAlertmanager(source, context)) ?? [] };
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    return { alerts: [], failure: shortened(redact(error.message), 300) };
  }
}

/** What Prometheus fires, with what Alertmanager knows of it; and what reached Alertmanager from elsewhere. */
function joined(alerts: readonly ActiveAlert[], managed: readonly ManagedAlert[]): KnownAlert[] {
  const taken = new Set<ActiveAlert>();
  const others = managed.flatMap(({ labels, annotations, startsAt, status }): KnownAlert[] => {
    const held = heldBy(status);
    // The server may have added labels of its own on the way.
    const same = alerts.filter((one) => Object.entries(one.labels).every(([name, value]) => labels[name] === value));
    for (const one of same) taken.add(one);
    if (same.length > 0) return same.map((one) => ({ ...one, held }));
    const since = startsAt === undefined ? {} : { activeAt: startsAt };
    return [{ labels, annotations, state: "firing", ...since, held }];
  });
  return [...others, ...alerts.filter((one) => !taken.has(one))];
}

function heldBy({ silencedBy, inhibitedBy }: ManagedAlert["status"]): Held | undefined {
  if (silencedBy.length > 0) return "silenced";
  return inhibitedBy.length > 0 ? "inhibited" : undefined;
}

/** What a job wrote for the machine's exporter tells nothing of the machine, and of nobody else either. */
const PASSED_ON_FACTOR = 0.85;
/** Of an alert that somebody silenced, or that another covers, somebody knows already: it tells less of what is new. */
const HELD_FACTOR = 0.5;

/** Without its rules an alert still tells its name, its labels and since when it is active. */
async function rulesOf(source: PrometheusSource, context: ToolContext): Promise<Map<string, string>> {
  try {
    return new Map((await askRules(source, context)).map(({ name, query }) => [name, query]));
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    return new Map();
  }
}

async function placeAll(
  alerts: readonly ActiveAlert[],
  rules: ReadonlyMap<string, string>,
  { source, span, services }: { source: PrometheusSource; span: Span; services: readonly ServiceParam[] },
  context: ToolContext,
): Promise<Placed[]> {
  const names = [...new Set(alerts.map(({ labels }) => labels.alertname ?? ""))];
  const asked = names.filter((name) => rules.has(name));
  const answers = await eachWithin(asked, AT_ONCE, context, (name) =>
    askRange(source, rules.get(name) ?? "", span, context),
  );
  const lines = new Map(answers.map(({ item, value = [] }) => [item, value]));
  return Promise.all(
    alerts.map(async (alert) => {
      const name = alert.labels.alertname ?? "";
      const expr = rules.get(name);
      const line = lineOf(alert, lines.get(name) ?? []);
      const truth = line === undefined ? undefined : truthOf(line, span);
      return {
        alert,
        expr,
        service: await placeOfAlert(alert, expr, services, source, context),
        onset: truth?.onset ?? activeSince(alert, span),
      };
    }),
  );
}

/** The series of the expression that the alert stands for: its own labels, among those that the rule adds. */
function lineOf({ labels }: ActiveAlert, lines: readonly Line[]): Line | undefined {
  return lines.find((line) =>
    Object.entries(line.labels).every(([name, value]) => name === "__name__" || labels[name] === value),
  );
}

function activeSince({ activeAt }: ActiveAlert, { fromMs, stepSeconds }: Span): Evidence["onset"] {
  const ms = activeAt === undefined ? undefined : isoMs(activeAt.replace(/\.(\d{3})\d+/, ".$1"));
  if (ms === undefined) return undefined;
  return ms <= fromMs ? { toMs: fromMs } : { fromMs: ms - stepSeconds * 1_000, toMs: ms };
}

function evidenceOfAlert(
  { alert, expr, service, onset }: Placed,
  services: readonly ServiceParam[],
): Omit<Evidence, "node"> {
  const { alertname = "an alert", instance } = alert.labels;
  const [main] = services.find(({ name }) => name === service?.name)?.kinds ?? [];
  const isWatched = main === undefined || healthOf(main)?.seen === "exporter";
  const nature = natureAt(alertname, expr ?? "", isWatched);
  const says = alert.annotations.summary ?? alert.annotations.description ?? alert.annotations.message ?? "";
  const state = alert.state === "pending" ? "is about to fire" : "fires";
  const held = alert.held === undefined ? "" : ` (${alert.held})`;
  const isOwn = nature.own && service !== undefined && service.passedOn !== true;
  const sure =
    (service?.passedOn === true ? PASSED_ON_FACTOR : 1) *
    nature.sure *
    (alert.state === "pending" ? 0.8 : 1) *
    (alert.held === undefined ? 1 : HELD_FACTOR);
  return {
    service: service?.name ?? (alert.labels.job || "(unknown)"),
    code: alertname,
    sign: nature.sign,
    kind: "alert",
    own: isOwn,
    sure,
    text: `the alert ${alertname} ${state}${held}${says === "" ? "" : `: ${says}`}`,
    current: true,
    onset,
    instance,
    query: expr ?? `ALERTS{alertname=${JSON.stringify(alertname)}}`,
  };
}
