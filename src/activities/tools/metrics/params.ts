/** The params of `metric_query`, and which of them a source's kind takes. */
import { z } from "zod";
import type { Source } from "../../../schema/config.js";
import type { JsonObject } from "../../../schema/json.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { parseSelector, SELECTOR_MAX_CHARS } from "../../connectors/exposition/selector.js";
import { promqlFault } from "../../connectors/prometheus/promql.js";
import { instantMs } from "../kit/instant.js";
import { declaredNameSchema } from "../kit/names.js";
import { SIGNALS } from "./catalogue/recipe.js";

const QUERY_MAX_CHARS = 2_000;
const PAGE_WINDOW_MAX_SECONDS = 60;
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
  .refine((params) => params.step_seconds === undefined || params.since !== undefined, "given since with step_seconds");
export type MetricParams = z.output<typeof metricParamsSchema>;

type Kind = Extract<Source["kind"], "prometheus" | "exposition" | "datadog">;
const REFUSED: Record<Kind, { keys: readonly string[]; hint: string }> = {
  prometheus: { keys: ["datadog_query"], hint: "use query, or a source of kind datadog" },
  exposition: {
    keys: ["query", "signal", "datadog_query", "since", "until", "step_seconds"],
    hint: "use ratio, rate or gauge, or a source of kind prometheus",
  },
  datadog: {
    keys: ["query", "ratio", "rate", "gauge", "signal", "window_seconds"],
    hint: "use datadog_query, or a source of kind prometheus",
  },
};

/** What a source of this kind cannot answer: a page knows only the present, and each language is its own source's. */
export function metricMisfits(params: JsonObject, kind: Kind, at: string): Problem[] {
  const problems: Problem[] = [];
  const refuse = (key: string, rule: string, hint: string) =>
    problems.push({ code: "params-invalid", at: `${at}.${key}`, message: `${at}.${key} must be ${rule}`, hint });
  const { keys, hint } = REFUSED[kind];
  for (const key of keys) {
    if (params[key] !== undefined) refuse(key, `absent for a source of kind ${kind}`, hint);
  }
  const window = params.window_seconds;
  if (kind === "exposition" && typeof window === "number" && window > PAGE_WINDOW_MAX_SECONDS) {
    const rule = `at most ${PAGE_WINDOW_MAX_SECONDS} for a source of kind exposition, got ${window}`;
    refuse("window_seconds", rule, "the tool waits that long between two samples");
  }
  return problems;
}
