/** Reads a Tempo server: a TraceQL search for the ids, then each trace as OTLP. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import { pageOf, type Span, type Trace, type TraceQuestion, type TraceReading } from "../../tools/kit/traces/span.js";
import type { LostPart } from "../../tools/logs/reading.js";
import { callSource, shapeOf } from "../kit/source-calls.js";

const searchSchema = z
  .object({
    traces: z.array(z.object({ traceID: z.string().regex(/^[0-9a-fA-F]{1,32}$/) })).nullish(),
    metrics: z.looseObject({}).nullish(),
  })
  // An empty list may be left out; what the search took is told all the same.
  .refine(({ traces, metrics }) => traces !== undefined || metrics !== undefined, "traces or metrics");
const attributesSchema = z
  .array(z.object({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }).nullish() }))
  .nullish();
const nanosSchema = z.string().regex(/^\d{1,20}$/);
const spanSchema = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string().default(""),
  startTimeUnixNano: nanosSchema,
  endTimeUnixNano: nanosSchema,
  status: z.object({ code: z.union([z.string(), z.int()]).optional(), message: z.string().optional() }).nullish(),
});
const scopesSchema = z.array(z.object({ spans: z.array(spanSchema).default([]) })).nullish();
const traceSchema = z.object({
  batches: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }).nullish(),
      scopeSpans: scopesSchema,
      instrumentationLibrarySpans: scopesSchema,
    }),
  ),
});

export async function readTempo(
  source: Extract<Source, { kind: "tempo" }> & { name: string },
  question: TraceQuestion,
  context: ToolContext,
): Promise<TraceReading> {
  const q = traceQl(question);
  const query = {
    q,
    start: String(Math.floor(question.sinceMs / 1_000)),
    end: String(Math.ceil(question.untilMs / 1_000)),
    limit: String(question.maxTraces),
  };
  const found = await callSource(source, { path: "/api/search", query }, context);
  const ids = (shapeOf(source.name, "Tempo", searchSchema, found).traces ?? []).map(({ traceID }) => traceID);
  const traces: Trace[] = [];
  const unreadable: LostPart[] = [];
  for (const id of ids.slice(0, question.maxTraces)) {
    try {
      const answer = await callSource(source, { path: `/api/traces/${id}` }, context);
      traces.push({ id, spans: spansOf(shapeOf(source.name, "Tempo", traceSchema, answer)) });
    } catch (error) {
      // One trace that is gone, too large or broken is no reason to lose the others; without any it is the answer.
      if (!(error instanceof ToolFailure) || context.signal.aborted || error.code === "source-denied") throw error;
      unreadable.push({ path: `trace ${id}`, code: error.code, message: error.message.slice(0, 200) });
      if (unreadable.length > 3 && traces.length === 0) throw error;
    }
    context.heartbeat(`trace ${id}`);
  }
  const cut = ids.length >= question.maxTraces || unreadable.length > 0;
  return { traces, query: q, cut, unreadable, page: pageOf(source.ui_url) };
}

/** TraceQL reads string literals as Go does. */
export function traceQl({ service, operation, minDurationMs, onlyFailing }: TraceQuestion): string {
  const parts = [`resource.service.name = ${JSON.stringify(service)}`];
  if (operation !== undefined) parts.push(`name = ${JSON.stringify(operation)}`);
  const sets = [`{ ${parts.join(" && ")} }`];
  if (minDurationMs !== undefined) sets.push(`{ traceDuration >= ${minDurationMs}ms }`);
  if (onlyFailing) sets.push("{ status = error }");
  return sets.join(" && ");
}

function spansOf({ batches }: z.infer<typeof traceSchema>): Span[] {
  return batches.flatMap(({ resource, scopeSpans, instrumentationLibrarySpans }) => {
    const name = (resource?.attributes ?? []).find(({ key }) => key === "service.name")?.value?.stringValue;
    const scopes = scopeSpans ?? instrumentationLibrarySpans ?? [];
    return scopes.flatMap(({ spans }) => spans.map((span) => spanOf(span, name ?? "unknown")));
  });
}

function spanOf(span: z.infer<typeof spanSchema>, service: string): Span {
  const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  const duration = end > start ? Number(end - start) / 1_000 : 0;
  const { code, message } = span.status ?? {};
  return {
    id: span.spanId,
    parent: span.parentSpanId || undefined,
    service,
    operation: span.name,
    start: Number(start / 1_000n),
    duration,
    isError: code === 2 || code === "STATUS_CODE_ERROR",
    message: message || undefined,
  };
}
