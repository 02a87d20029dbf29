/** Reads a Zipkin server: `/api/v2/traces`. Where client and server share a span, the server's half becomes its child. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import type { ToolContext } from "../../define-tool.js";
import { pageOf, type Span, type Trace, type TraceQuestion, type TraceReading } from "../../tools/kit/traces/span.js";
import { callSource, shapeOf } from "../kit/source-calls.js";

const spanSchema = z.object({
  traceId: z.string(),
  id: z.string(),
  parentId: z.string().nullish(),
  name: z.string().nullish(),
  timestamp: z.number().nullish(),
  duration: z.number().min(0).nullish(),
  shared: z.boolean().nullish(),
  localEndpoint: z.object({ serviceName: z.string().nullish() }).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
});
type ZipkinSpan = z.infer<typeof spanSchema>;
const answerSchema = z.array(z.array(spanSchema));

export async function readZipkin(
  source: Extract<Source, { kind: "zipkin" }> & { name: string },
  question: TraceQuestion,
  context: ToolContext,
): Promise<TraceReading> {
  const query: Record<string, string> = {
    serviceName: question.service,
    endTs: String(Math.ceil(question.untilMs)),
    lookback: String(Math.ceil(question.untilMs - question.sinceMs)),
    limit: String(question.maxTraces),
  };
  if (question.operation !== undefined) query.spanName = question.operation;
  if (question.minDurationMs !== undefined) query.minDuration = String(question.minDurationMs * 1_000);
  if (question.onlyFailing) query.annotationQuery = "error";
  const answer = await callSource(source, { path: "/api/v2/traces", query }, context);
  const traces = shapeOf(source.name, "Zipkin", answerSchema, answer).map(traceOf);
  return {
    traces,
    query: `/api/v2/traces?${new URLSearchParams(query)}`,
    cut: traces.length >= question.maxTraces,
    unreadable: [],
    page: pageOf(source.ui_url, `${source.url.replace(/\/+$/, "")}/zipkin/traces/{trace_id}`),
  };
}

const serverHalf = (id: string): string => `${id}/server`;
const serviceOf = (span: ZipkinSpan): string => span.localEndpoint?.serviceName || "unknown";

function traceOf(spans: readonly ZipkinSpan[]): Trace {
  const halves = new Map(spans.filter(({ shared }) => shared === true).map((span) => [span.id, serviceOf(span)]));
  const hasClient = new Set(spans.filter(({ shared }) => shared !== true).map(({ id }) => id));
  // One without a time never ended or was never begun: nothing can be placed by it.
  const timed = spans.filter(({ timestamp }) => typeof timestamp === "number");
  return { id: spans[0]?.traceId ?? "", spans: timed.map((span) => spanOf(span, halves, hasClient)) };
}

function spanOf(span: ZipkinSpan, halves: ReadonlyMap<string, string>, hasClient: ReadonlySet<string>): Span {
  const service = serviceOf(span);
  const isHalf = span.shared === true;
  const above = span.parentId ?? undefined;
  const aboveHere = above !== undefined && halves.get(above) === service ? serverHalf(above) : above;
  const parent = isHalf && hasClient.has(span.id) ? span.id : aboveHere;
  const error = span.tags?.error;
  return {
    id: isHalf ? serverHalf(span.id) : span.id,
    parent,
    service,
    operation: span.name || "unknown",
    start: span.timestamp ?? 0,
    duration: span.duration ?? 0,
    isError: error !== undefined,
    message: error === undefined || error === "" || error === "true" ? undefined : error,
  };
}
