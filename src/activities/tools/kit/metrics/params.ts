/** The params of `metric_query`, and which of them a source's kind takes. */
import { z } from "zod";
import type { Problem } from "../../../../vocabulary/problems.js";
import { SIGNALS } from "../../../../vocabulary/signals.js";
import { parseSelector, SELECTOR_MAX_CHARS } from "../../../connectors/exposition/selector.js";
import { promqlFault } from "../../../connectors/prometheus/promql.js";
import { instantMs } from "../instant.js";
import { declaredNameSchema } from "../names.js";

const QUERY_MAX_CHARS = 2_000;
const WINDOW_MAX_SECONDS = 86_400;
const SERVICE_MAX_CHARS = 200;

const selectorSchema = z
  .string()
  .min(1)
  .max(SELECTOR_MAX_CHARS)
  .superRefine((text, issues) => {
    const parsed = parseSelector(text);
    if (!parsed.ok) issues.addIssue({ code: "custom", message: `a selector such as up{job="web"}; ${parsed.message}` });
  });
const querySchema = z
  .string()
  .min(1)
  .max(QUERY_MAX_CHARS)
  .superRefine((text, issues) => {
    const fault = promqlFault(text);
    if (fault !== undefined) issues.addIssue({ code: "custom", message: `a PromQL query; ${fault}` });
  });
const instantSchema = z
  .string()
  .max(64)
  .refine((text) => instantMs(text, 0) !== undefined, "an ISO time or a duration back from now such as 15m");
/** A value of a label; whatever it holds, it stands within quotes. */
const serviceSchema = z
  .string()
  .min(1)
  .max(SERVICE_MAX_CHARS)
  .refine((text) => !/[\x00-\x1f\x7f]|\p{Surrogate}/u.test(text), "a name without control characters");
const datadogQuerySchema = z
  .string()
  .min(1)
  .max(QUERY_MAX_CHARS)
  .regex(/^[^\x00-\x1f\x7f]*$/, "a query without control characters");

export const QUESTIONS = ["query", "ratio", "rate", "gauge", "signal", "datadog_query"] as const;
const questionsIn = (params: object): number =>
  QUESTIONS.filter((key) => Reflect.get(params, key) !== undefined).length;

export const metricParamsSchema = z
  .strictObject({
    source: declaredNameSchema,
    query: querySchema.optional(),
    ratio: z.strictObject({ numerator: selectorSchema, denominator: selectorSchema }).optional(),
    rate: selectorSchema.optional(),
    gauge: selectorSchema.optional(),
    /** With `signal`: what the metrics' labels call the service, workload, machine, database or queue. */
    service: serviceSchema.optional(),
    signal: z.enum(SIGNALS).optional(),
    /** With `signal`: the query that gives it here, as the map of the stack has it; else the catalogue finds one. */
    signal_query: querySchema.optional(),
    datadog_query: datadogQuerySchema.optional(),
    window_seconds: z.int().min(1).max(WINDOW_MAX_SECONDS).optional(),
    since: instantSchema.optional(),
    until: instantSchema.optional(),
    step_seconds: z.int().min(1).max(WINDOW_MAX_SECONDS).optional(),
  })
  .refine(
    (params) => questionsIn(params) === 1,
    "given exactly one of query, ratio, rate, gauge, signal and datadog_query",
  )
  .refine(
    (params) => (params.service === undefined) === (params.signal === undefined),
    "given service and signal together",
  )
  .refine(
    (params) => params.signal_query === undefined || params.signal !== undefined,
    "given signal_query with a signal alone",
  )
  .refine((params) => params.step_seconds === undefined || params.since !== undefined, "given since with step_seconds");
export type MetricParams = z.output<typeof metricParamsSchema>;

/** Refuses params that a kind of source cannot answer, each where it stands. */
export function absentParams(kind: string, keys: readonly string[], hint: string) {
  return (params: object, at: string): Problem[] =>
    keys
      .filter((key) => Reflect.get(params, key) !== undefined)
      .map((key) => {
        const message = `${at}.${key} must be absent for a source of kind ${kind}`;
        return { code: "params-invalid", at: `${at}.${key}`, message, hint };
      });
}
