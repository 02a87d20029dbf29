/** Tool `metric_query`: a value from Prometheus, a `/metrics` page or Datadog: a query, or a service's signal. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { LABELS_MAX_CHARS, SERIES_MAX } from "../../vocabulary/source-limits.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { connectorOf, kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened } from "./kit/finding.js";
import { instantMs, isoText } from "./kit/instant.js";
import { type MetricParams, metricParamsSchema, QUESTIONS } from "./kit/metrics/params.js";
import type { Moment, Question, Reading } from "./kit/metrics/reading.js";
import { signalSchema } from "./kit/metrics/signal-reading.js";
import { statementOf } from "./kit/metrics/statement.js";
import { uiLink } from "./logs/reading.js";

const UI_URL_MAX_CHARS = 6_000;

const outputSchema = z.strictObject({
  source: z.string(),
  query: z.string(),
  kind: z.enum(QUESTIONS),
  /** Null where the source tells none: no series, several where one is asked for, or a division by zero. */
  value: z.number().nullable(),
  series: z
    .array(z.strictObject({ labels: z.record(z.string(), z.string()), value: z.number().nullable() }))
    .max(SERIES_MAX),
  points: z.array(z.tuple([z.string(), z.number()])).optional(),
  /** Of a range with several series: JSON lines `{ labels, points }`. */
  blob: z.string().optional(),
  /** For `signal`: which line of the catalogue was used, or what was looked for in vain. */
  signal: signalSchema.optional(),
  from: z.string(),
  to: z.string(),
  /** Series or points were left out. */
  truncated: z.boolean(),
  /** The source's own page for what was asked. */
  ui_url: z.string().optional(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const metricQuery = defineTool({
  name: "metric_query",
  description:
    "Reads a metric: a service's signal (request_rate, error_ratio, latency_p95, cpu, …), a ratio, rate, gauge or PromQL of Prometheus, a /metrics page, Datadog.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: metricParamsSchema,
  output: outputSchema,
  reach,
  run: query,
});

async function query(params: MetricParams, context: ToolContext): Promise<Output> {
  const source = { ...sourceNamed(context.config, params.source, kindsThat("readMetrics")), name: params.source };
  const connector = connectorOf(source);
  const [misfit] = connector.metricFaults?.(params, "params") ?? [];
  if (misfit !== undefined) throw toolFailure(misfit.code, misfit.message, { hint: misfit.hint, retryable: false });
  const asked = { params, question: questionOf(params), moment: momentOf(params, context.now()) };
  const reading = await connector.readMetrics?.(source, asked, context);
  if (reading === undefined) throw new Error(`no metrics of ${source.kind}`);
  return outputOf(params, reading, "ui_url" in source ? linkOf(reading, source.ui_url) : undefined);
}

function questionOf(params: MetricParams): Question {
  if (params.ratio !== undefined) return { kind: "ratio", ...params.ratio };
  if (params.rate !== undefined) return { kind: "rate", selector: params.rate };
  if (params.gauge !== undefined) return { kind: "gauge", selector: params.gauge };
  return { kind: "query", query: params.query ?? "" };
}

function momentOf(params: MetricParams, nowMs: number): Moment {
  const untilMs = params.until === undefined ? nowMs : (instantMs(params.until, nowMs) ?? nowMs);
  if (params.since === undefined) return { untilMs };
  const sinceMs = instantMs(params.since, nowMs) ?? nowMs;
  if (sinceMs < untilMs) return { sinceMs, untilMs, stepSeconds: params.step_seconds };
  const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
  throw toolFailure("params-invalid", message, { hint: "give an earlier since, such as 15m", retryable: false });
}

function reach(params: JsonObject, config: Config, at: string): Reach {
  const found = sourceReach(kindsThat("readMetrics"))(params, config, at);
  if (found.problems.length > 0 || found.environment === undefined) return found;
  const source = config.sources[String(params.source)];
  const faults = source === undefined ? [] : (connectorOf(source).metricFaults?.(params, at) ?? []);
  return { ...found, problems: faults };
}

function linkOf({ query: asked, fromMs, toMs }: Reading, template: string | undefined): string | undefined {
  return template === undefined ? undefined : uiLink(template, asked, { sinceMs: fromMs, untilMs: toMs });
}

function outputOf(params: MetricParams, reading: Reading, uiUrl?: string): Output {
  const series: Output["series"] = [];
  let room = LABELS_MAX_CHARS;
  for (const one of reading.series.slice(0, SERIES_MAX)) {
    room -= JSON.stringify(one.labels).length;
    if (room < 0) break;
    series.push(one);
  }
  const kind = QUESTIONS.find((key) => params[key] !== undefined) ?? "query";
  const span = `${isoText(reading.fromMs)} to ${isoText(reading.toMs)}`;
  const statement = `${params.source}: ${statementOf(kind, reading)}`;
  return {
    source: params.source,
    query: reading.query,
    kind,
    value: reading.value,
    series,
    points: reading.points,
    blob: reading.blob,
    signal: reading.signal,
    from: isoText(reading.fromMs),
    to: isoText(reading.toMs),
    truncated: series.length < reading.series.length || reading.cut === true,
    ui_url: uiUrl === undefined || uiUrl.length > UI_URL_MAX_CHARS ? undefined : uiUrl,
    findings: [finding(statement, [shortened(reading.query), ...reading.evidence, span])],
  };
}
