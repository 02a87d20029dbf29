/** Sources of config.yaml that are asked over HTTP in a query language of their own. */
import { z } from "zod";
import { commonKeys, headersSchema, urlSchema } from "./keys.js";

const fieldSchema = z
  .string()
  .regex(/^[A-Za-z_@][A-Za-z0-9_.@-]{0,99}$/, "a field's name of letters, digits, _, ., @ or -");
const filterSchema = z.string().min(1).max(2_000);
/** A link to the source's own page; `{query}`, `{from}`, `{to}`, `{from_ms}` and `{to_ms}` stand for what was asked. */
export const uiUrlSchema = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/[^/\\\s{}]+(?:\/\S*)?$/, "an http or https URL without {} in its host");
const reached = {
  /** Where its API begins, without the path of a call. */
  url: urlSchema,
  headers: headersSchema.optional(),
  ui_url: uiUrlSchema.optional(),
  ...commonKeys,
};

const lokiSource = z.strictObject({
  kind: z.literal("loki"),
  /** The streams that may be read: a call narrows it and cannot widen it. */
  selector: z
    .string()
    .min(3)
    .max(2_000)
    .regex(/^\{[^\n]*\}$/, 'a stream selector such as {app="checkout"}'),
  /** The label, or structured metadata, that holds the level; lines without it are looked at one by one. */
  level_field: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, "a label's name")
    .default("detected_level"),
  ...reached,
});
/** Elasticsearch and OpenSearch. */
const elasticsearchSource = z.strictObject({
  kind: z.literal("elasticsearch"),
  /** Index, data stream or pattern; several with commas. */
  index: z
    .string()
    .regex(/^[a-z0-9*.][a-z0-9*._,<>{}:+-]{0,499}$/, "index names or patterns in small letters, with commas between"),
  /** A Lucene query that always holds. */
  filter: filterSchema.optional(),
  time_field: fieldSchema.default("@timestamp"),
  level_field: fieldSchema.default("level"),
  message_field: fieldSchema.default("message"),
  ...reached,
});
const victoriaLogsSource = z.strictObject({
  kind: z.literal("victorialogs"),
  /** A LogsQL filter that always holds. */
  filter: filterSchema.optional(),
  level_field: fieldSchema.default("level"),
  ...reached,
});

const traceSource = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind), ...reached });
/** In their `ui_url`, `{trace_id}` stands for the trace. */
export const traceSources = [traceSource("jaeger"), traceSource("tempo"), traceSource("zipkin")] as const;
export const TRACE_SOURCE_KINDS = ["jaeger", "tempo", "zipkin"] as const;

export const logSources = [lokiSource, elasticsearchSource, victoriaLogsSource] as const;
/** Kinds that `log_collector` reads, beside files. */
export const LOG_SOURCE_KINDS = ["loki", "elasticsearch", "victorialogs", "journald", "kubernetes"] as const;
/** Kinds that `metric_query` reads. */
export const METRIC_SOURCE_KINDS = ["prometheus", "exposition", "datadog"] as const;
/** Kinds that only `change_history` reads. */
export const CHANGE_SOURCE_KINDS = ["git"] as const;
