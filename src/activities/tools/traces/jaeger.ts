/** Reads a Jaeger query service: `/api/traces` of its HTTP interface, which its own page uses, too. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import type { ToolContext } from "../../define-tool.js";
import { callSource, shapeOf } from "../source-calls.js";
import { pageOf, type Span, type TraceQuestion, type TraceReading } from "./span.js";

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
const answerSchema = z.object({
  data: z
    .array(
      z.object({
        traceID: z.string(),
        spans: z.array(spanSchema),
        processes: z.record(z.string(), z.object({ serviceName: z.string() })),
      }),
    )
    .nullable(),
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
  const answer = await callSource(source, { path: "/api/traces", query }, context);
  const { data, errors } = shapeOf(source.name, "Jaeger's query service", answerSchema, answer);
  const traces = (data ?? []).map(({ traceID, spans, processes }) => ({
    id: traceID,
    spans: spans.map((span) => spanOf(span, processes[span.processID]?.serviceName ?? "unknown")),
  }));
  const unreadable = (errors ?? []).map(({ msg, traceID }) => ({
    path: traceID === undefined ? source.url : `trace ${traceID}`,
    code: "source-error" as const,
    message: msg.slice(0, 200),
  }));
  return {
    traces,
    query: `/api/traces?${new URLSearchParams(query)}`,
    cut: traces.length >= question.maxTraces,
    unreadable,
    page: pageOf(source.ui_url, `${source.url.replace(/\/+$/, "")}/trace/{trace_id}`),
  };
}

function spanOf(span: z.infer<typeof spanSchema>, service: string): Span {
  const tags = new Map((span.tags ?? []).map(({ key, value }) => [key, value]));
  const parent = (span.references ?? []).find(({ refType }) => refType === "CHILD_OF") ?? span.references?.[0];
  const message = tags.get("otel.status_description") ?? tags.get("error.message") ?? tags.get("exception.message");
  return {
    id: span.spanID,
    ...(parent === undefined ? {} : { parent: parent.spanID }),
    service,
    operation: span.operationName,
    start: span.startTime,
    duration: span.duration,
    isError: isErrorTag(tags.get("error")) || tags.get("otel.status_code") === "ERROR",
    ...(typeof message === "string" ? { message } : {}),
  };
}

const isErrorTag = (value: unknown): boolean => value === true || value === "true";
