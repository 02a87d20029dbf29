/** Tool `trace_collector`: traces of a service from Jaeger, Tempo or Zipkin; where their time went and errors began. */
import { z } from "zod";
import { redact } from "../../core/redact.js";
import { FINDING_MAX_CHARS } from "../../vocabulary/limits.js";
import { sourceNamed, sourceReach } from "../connectors/declared-sources.js";
import { connectorOf, kindsThat } from "../connectors/sources.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { finding, findingsSchema, shortened, type ToolFinding } from "./kit/finding.js";
import { instantMs, isoText } from "./kit/instant.js";
import { declaredNameSchema } from "./kit/names.js";
import { analyseTraces, type TraceAnalysis, type TraceSummary } from "./kit/traces/analyse.js";
import { spanLines } from "./kit/traces/call-spans.js";
import type { Trace, TraceQuestion, TraceReading } from "./kit/traces/span.js";

/** Chosen so that the largest output stays within what one node may keep in history. */
const TRACES_SHOWN_MAX = 6;
const SERVICES_SHOWN_MAX = 30;
const ORIGINS_SHOWN_MAX = 10;
const CALLS_SHOWN_MAX = 40;
const NAME_MAX_CHARS = 200;
const NAME_SHOWN_MAX_CHARS = 120;

const instantSchema = z
  .string()
  .max(64)
  .refine((text) => instantMs(text, 0) !== undefined, "an ISO time or a duration back from now such as 15m");
const nameSchema = z.string().min(1).max(NAME_MAX_CHARS);
const paramsSchema = z.strictObject({
  source: declaredNameSchema,
  service: nameSchema,
  operation: nameSchema.optional(),
  since: instantSchema.default("15m"),
  until: instantSchema.optional(),
  min_duration_ms: z.int().min(1).max(3_600_000).optional(),
  /** Only traces that hold an error. */
  only_failing: z.boolean().default(false),
  max_traces: z.int().min(1).max(200).default(50),
});
type Params = z.output<typeof paramsSchema>;

const stepSchema = z.strictObject({
  service: z.string(),
  operation: z.string(),
  self_ms: z.number(),
  share: z.number(),
});
const traceSchema = z.strictObject({
  trace_id: z.string(),
  started: z.string(),
  root: z.string(),
  duration_ms: z.number(),
  spans: z.int(),
  services: z.int(),
  failed: z.boolean(),
  critical_path: z.array(stepSchema),
  ui_url: z.string().optional(),
});
const outputSchema = z.strictObject({
  source: z.string(),
  service: z.string(),
  query: z.string(),
  since: z.string(),
  until: z.string(),
  total: z.int(),
  /** Traces whose root failed. */
  failed: z.int(),
  /** Of the traces read; null where there are none. */
  duration_ms: z.strictObject({ p50: z.number(), p95: z.number(), max: z.number() }).nullable(),
  slowest: z.array(traceSchema).max(TRACES_SHOWN_MAX),
  failing: z.array(traceSchema).max(TRACES_SHOWN_MAX),
  services: z
    .array(
      z.strictObject({
        service: z.string(),
        spans: z.int(),
        errors: z.int(),
        /** On the critical paths of all traces. */
        self_ms: z.number(),
        share: z.number(),
      }),
    )
    .max(SERVICES_SHOWN_MAX),
  /** Who called whom, of different services; the most frequent first. */
  calls: z
    .array(z.strictObject({ caller: z.string(), callee: z.string(), calls: z.int(), errors: z.int() }))
    .max(CALLS_SHOWN_MAX),
  error_origins: z
    .array(
      z.strictObject({
        service: z.string(),
        operation: z.string(),
        message: z.string(),
        traces: z.int(),
        reached_root: z.int(),
        path: z.array(z.string()),
        example: z.string(),
      }),
    )
    .max(ORIGINS_SHOWN_MAX),
  /** Spans whose parent is not there, and circles of parents that were cut. */
  missing_parents: z.int(),
  cycles: z.int(),
  truncated: z.boolean(),
  /** JSON lines, one a trace, as in `slowest`. */
  blob: z.string(),
  /** JSON lines, one a span: `{ id, parent?, service, operation, start, seconds, isError }`, times in Unix seconds. */
  spans_blob: z.string().optional(),
  unreadable: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })).max(20),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;
type ShownTrace = z.infer<typeof traceSchema>;

export const traceCollector = defineTool({
  name: "trace_collector",
  description:
    "Reads traces of a service from Jaeger, Tempo or Zipkin: slow and failing ones, critical path, where errors began.",
  nodeTypes: ["trace_collection"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: (params, config, at) => sourceReach(kindsThat("readTraces"))(params, config, at),
  run: collect,
});

async function collect(params: Params, context: ToolContext): Promise<Output> {
  const source = { ...sourceNamed(context.config, params.source, kindsThat("readTraces")), name: params.source };
  const question = questionOf(params, context.now());
  const reading = await connectorOf(source).readTraces?.(source, question, context);
  if (reading === undefined) throw new Error(`no traces of ${source.kind}`);
  const wanted = reading.traces.filter(({ spans }) => !params.only_failing || spans.some(({ isError }) => isError));
  const traces = wanted.slice(0, params.max_traces);
  const cleaned = traces.map(clean);
  const analysis = analyseTraces(cleaned);
  const shown = analysis.summaries.map((summary) => shownTrace(summary, reading));
  const slowest = [...shown].sort((a, b) => b.duration_ms - a.duration_ms);
  const blob = await context.blobs.put(shown.map((trace) => `${JSON.stringify(trace)}\n`).join(""));
  const spans_blob = await context.blobs.put(spanLines(cleaned));
  const failing = slowest.filter(({ failed }) => failed);
  const output = {
    source: params.source,
    service: params.service,
    query: redact(reading.query),
    since: isoText(question.sinceMs),
    until: isoText(question.untilMs),
    total: shown.length,
    failed: failing.length,
    duration_ms: durationsOf(slowest),
    slowest: slowest.slice(0, TRACES_SHOWN_MAX),
    failing: failing.slice(0, TRACES_SHOWN_MAX),
    services: analysis.services.slice(0, SERVICES_SHOWN_MAX),
    calls: analysis.calls.slice(0, CALLS_SHOWN_MAX),
    error_origins: analysis.origins.slice(0, ORIGINS_SHOWN_MAX),
    missing_parents: analysis.orphans,
    cycles: analysis.cycles,
    truncated: reading.cut || traces.length < wanted.length,
    blob,
    spans_blob,
    unreadable: reading.unreadable.slice(0, 20).map((part) => ({ ...part, message: redact(part.message) })),
  };
  return { ...output, findings: findingsOf(output, analysis) };
}

function questionOf(params: Params, nowMs: number): TraceQuestion {
  const sinceMs = instantMs(params.since, nowMs) ?? nowMs;
  const untilMs = params.until === undefined ? nowMs : (instantMs(params.until, nowMs) ?? nowMs);
  if (sinceMs >= untilMs) {
    const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
    throw toolFailure("params-invalid", message, { hint: "give an earlier since, such as 15m" });
  }
  const {
    service,
    operation,
    min_duration_ms: minDurationMs,
    only_failing: onlyFailing,
    max_traces: maxTraces,
  } = params;
  return { service, operation, sinceMs, untilMs, minDurationMs, onlyFailing, maxTraces };
}

/** Names and messages come from programs: redacted and shortened before anything is counted by them. */
function clean({ id, spans }: Trace): Trace {
  const text = (value: string): string => shortened(redact(value), NAME_SHOWN_MAX_CHARS);
  return {
    id: shortened(id, 64),
    spans: spans.map((span) => ({
      ...span,
      service: text(span.service),
      operation: text(span.operation),
      ...(span.message === undefined ? {} : { message: text(span.message) }),
    })),
  };
}

function shownTrace(summary: TraceSummary, { page }: TraceReading): ShownTrace {
  const link = page?.(summary.trace_id);
  return { ...summary, started: isoText(summary.started), ui_url: link === undefined ? undefined : shortened(link) };
}

function durationsOf(slowest: readonly ShownTrace[]): Output["duration_ms"] {
  const at = (share: number): number =>
    slowest[Math.max(0, slowest.length - Math.ceil(share * slowest.length))]?.duration_ms ?? 0;
  return slowest.length === 0 ? null : { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function findingsOf(output: Omit<Output, "findings">, { origins }: TraceAnalysis): ToolFinding[] {
  const findings: ToolFinding[] = [];
  const asked = `${output.source}: ${output.query} (${output.since} to ${output.until})`;
  const [slowest] = output.slowest;
  if (slowest === undefined) return [finding(`${output.source}: no trace of ${output.service} matched`, [asked])];
  const [busiest] = output.services;
  const durations = output.duration_ms;
  findings.push(
    finding(`${output.service}: ${output.failed} of ${output.total} traces failed`, [
      `durations: median ${durations?.p50} ms, 95 % within ${durations?.p95} ms, longest ${durations?.max} ms`,
      asked,
    ]),
  );
  const steps = [...slowest.critical_path].sort((a, b) => b.self_ms - a.self_ms).slice(0, 3);
  findings.push(
    finding(`${output.service}: the slowest trace took ${slowest.duration_ms} ms`, [
      ...steps.map(
        (step) => `${step.service}: ${step.operation} itself took ${step.self_ms} ms (${percent(step.share)})`,
      ),
      `trace ${slowest.trace_id}, ${slowest.started}`,
      ...(slowest.ui_url !== undefined && slowest.ui_url.length < FINDING_MAX_CHARS ? [slowest.ui_url] : []),
    ]),
  );
  if (busiest !== undefined && output.services.length > 1) {
    const others = output.services
      .slice(0, 4)
      .map((one) => `${one.service}: ${one.self_ms} ms (${percent(one.share)})`);
    findings.push(
      finding(`most of the waiting was for ${busiest.service} (${percent(busiest.share)})`, [...others, asked]),
    );
  }
  for (const origin of origins.slice(0, 5)) {
    const statement = `errors of ${output.service} began in ${origin.service}: ${origin.operation} in ${origin.traces} traces`;
    const said = origin.message === "" ? [] : [`it said: ${origin.message}`];
    const went = `went through ${origin.path.join(" → ")}; reached the root in ${origin.reached_root}`;
    findings.push(finding(statement, [...said, went, `for example trace ${origin.example}`]));
  }
  if (output.truncated) findings.push(finding(`${output.source}: not every matching trace was read`, [asked]));
  for (const { path, message } of output.unreadable.slice(0, 5))
    findings.push(finding(`${path} could not be read`, [message]));
  return findings;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
