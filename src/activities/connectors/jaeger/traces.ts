/** Reads a Jaeger query service: `/api/traces` of its HTTP interface, which its own page uses, too. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import type { ToolContext } from "../../define-tool.js";
import { pageOf, type Span, type Trace, type TraceQuestion, type TraceReading } from "../../tools/kit/traces/span.js";
import type { LostPart } from "../../tools/logs/reading.js";
import { callSource, shapeOf } from "../kit/source-calls.js";

const tagSchema = z.object({ key: z.string(), value: z.unknown() });
const spanSchema = z.object({
  spanID: z.string(),
  operationName: z.string(),
  references: z.array(z.object({ refType: z.string(), spanID: z.string() })).nullish(),
  startTime: z.number(),
  duration: z.number().min(0),
  tags: z.array(tagSchema).nullish(),
  processID: z.string(),
});
const traceSchema = z.object({
  traceID: z.string(),
  spans: z.array(spanSchema),
  processes: z.record(z.string(), z.object({ serviceName: z.string() })),
});
const answerSchema = z.object({
  data: z.array(traceSchema).nullable(),
  errors: z.array(z.object({ msg: z.string(), traceID: z.string().optional() })).nullish(),
});

export async function readJaeger(
  source: Extract<Source, { kind: "jaeger" }> & { name: string },
  question: TraceQuestion,
  context: ToolContext,
): Promise<TraceReading> {
  const query: Record<string, string> = {
    service: question.service,
    start: String(Math.floor(question.sinceMs * 1_000)),
    end: String(Math.ceil(question.untilMs * 1_000)),
    limit: String(question.maxTraces),
  };
  if (question.operation !== undefined) query.operation = question.operation;
  if (question.minDurationMs !== undefined) query.minDuration = `${question.minDurationMs}ms`;
  // Some stores behind Jaeger do not find a span by this tag: then the failing ones are looked for among all.
  const asked = question.onlyFailing ? [{ ...query, tags: '{"error":"true"}' }, query] : [query];
  const traces = new Map<string, Trace>();
  const unreadable: LostPart[] = [];
  let cut = false;
  for (const one of asked) {
    const answer = await callSource(source, { path: "/api/traces", query: one }, context);
    const { data, errors } = shapeOf(source.name, "Jaeger's query service", answerSchema, answer);
    cut ||= (data ?? []).length >= question.maxTraces;
    for (const trace of data ?? []) traces.set(trace.traceID, traceOf(trace));
    for (const { msg, traceID } of errors ?? []) {
      const path = traceID === undefined ? source.url : `trace ${traceID}`;
      unreadable.push({ path, code: "source-error", message: msg.slice(0, 200) });
    }
  }
  return {
    traces: [...traces.values()],
    query: `/api/traces?${new URLSearchParams(asked[0])}`,
    cut,
    unreadable,
    page: pageOf(source.ui_url, `${source.url.replace(/\/+$/, "")}/trace/{trace_id}`),
  };
}

const traceOf = ({ traceID, spans, processes }: z.infer<typeof traceSchema>): Trace => ({
  id: traceID,
  spans: spans.map((span) => spanOf(span, processes[span.processID]?.serviceName ?? "unknown")),
});

function spanOf(span: z.infer<typeof spanSchema>, service: string): Span {
  const tags = new Map((span.tags ?? []).map(({ key, value }) => [key, value]));
  const parent = (span.references ?? []).find(({ refType }) => refType === "CHILD_OF") ?? span.references?.[0];
  const message = tags.get("otel.status_description") ?? tags.get("error.message") ?? tags.get("exception.message");
  return {
    id: span.spanID,
    parent: parent?.spanID,
    service,
    operation: span.operationName,
    start: span.startTime,
    duration: span.duration,
    isError: isErrorTag(tags.get("error")) || tags.get("otel.status_code") === "ERROR",
    message: typeof message === "string" ? message : undefined,
  };
}

const isErrorTag = (value: unknown): boolean => value === true || value === "true";
