/** Tool `metric_query`: a value from a declared Prometheus server or `/metrics` page, as ratio, rate, gauge or query. */
import { z } from "zod";
import type { Reach } from "../../core/catalogue.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { finding, findingsSchema, type ToolFinding } from "./finding.js";
import { instantMs, isoText } from "./instant.js";
import { readExposition } from "./metrics/exposition.js";
import { readPrometheus } from "./metrics/prometheus.js";
import { promqlFault } from "./metrics/promql.js";
import { type Question, type Reading, shownNumber } from "./metrics/reading.js";
import { parseSelector, SELECTOR_MAX_CHARS } from "./metrics/selector.js";
import { declaredNameSchema } from "./names.js";
import { sourceNamed, sourceReach } from "./sources.js";

const KINDS = ["prometheus", "exposition"] as const;
const SERIES_MAX = 50;
/** Characters of all labels in the output: many long ones would leave no room in history. */
const LABELS_MAX_CHARS = 20_000;
const QUERY_MAX_CHARS = 2_000;
const PROMETHEUS_WINDOW_SECONDS = 60;
const PAGE_WINDOW_SECONDS = 5;
const PAGE_WINDOW_MAX_SECONDS = 60;
const WINDOW_MAX_SECONDS = 86_400;

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

const paramsSchema = z
  .strictObject({
    source: declaredNameSchema,
    query: querySchema.optional(),
    ratio: z.strictObject({ numerator: selectorSchema, denominator: selectorSchema }).optional(),
    rate: selectorSchema.optional(),
    gauge: selectorSchema.optional(),
    window_seconds: z.int().min(1).max(WINDOW_MAX_SECONDS).optional(),
    since: instantSchema.optional(),
    until: instantSchema.optional(),
    step_seconds: z.int().min(1).max(WINDOW_MAX_SECONDS).optional(),
  })
  .refine((params) => questionsIn(params) === 1, "given exactly one of query, ratio, rate and gauge")
  .refine((params) => params.step_seconds === undefined || params.since !== undefined, "given since with step_seconds");
type Params = z.output<typeof paramsSchema>;

const QUESTIONS = ["query", "ratio", "rate", "gauge"] as const;
const questionsIn = (params: object): number =>
  QUESTIONS.filter((key) => Reflect.get(params, key) !== undefined).length;

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
  from: z.string(),
  to: z.string(),
  /** Series were left out. */
  truncated: z.boolean(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const metricQuery = defineTool({
  name: "metric_query",
  description:
    "Reads a metric from a declared Prometheus server or /metrics page: a ratio, rate, gauge or PromQL query.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach,
  run: query,
});

async function query(params: Params, context: ToolContext): Promise<Output> {
  const source = { ...sourceNamed(context.config, params.source, KINDS), name: params.source };
  const [misfit] = source.kind === "exposition" ? pageMisfits(params, "params") : [];
  if (misfit !== undefined) throw new ToolFailure(misfit.code, misfit.message, misfit.hint, false);
  const question = questionOf(params);
  const reading =
    source.kind === "exposition" && question.kind !== "query"
      ? await readExposition(source, question, params.window_seconds ?? PAGE_WINDOW_SECONDS, context)
      : await readPrometheus(
          source,
          question,
          params.window_seconds ?? PROMETHEUS_WINDOW_SECONDS,
          momentOf(params, context.now()),
          context,
        );
  return outputOf(params.source, question, reading);
}

function questionOf(params: Params): Question {
  if (params.ratio !== undefined) return { kind: "ratio", ...params.ratio };
  if (params.rate !== undefined) return { kind: "rate", selector: params.rate };
  if (params.gauge !== undefined) return { kind: "gauge", selector: params.gauge };
  return { kind: "query", query: params.query ?? "" };
}

function momentOf(params: Params, nowMs: number) {
  const untilMs = params.until === undefined ? nowMs : (instantMs(params.until, nowMs) ?? nowMs);
  if (params.since === undefined) return { untilMs };
  const sinceMs = instantMs(params.since, nowMs) ?? nowMs;
  if (sinceMs < untilMs) return { sinceMs, untilMs, stepSeconds: params.step_seconds };
  const message = `since must lie before until, got ${isoText(sinceMs)} and ${isoText(untilMs)}`;
  throw new ToolFailure("params-invalid", message, "give an earlier since, such as 15m", false);
}

/** What a `/metrics` page cannot answer: it knows only the present, and no PromQL. */
function pageMisfits(params: JsonObject, at: string): Problem[] {
  const problems: Problem[] = [];
  const refuse = (key: string, rule: string, hint: string) =>
    problems.push({ code: "params-invalid", at: `${at}.${key}`, message: `${at}.${key} must be ${rule}`, hint });
  for (const key of ["query", "since", "until", "step_seconds"]) {
    if (params[key] === undefined) continue;
    refuse(key, "absent for a source of kind exposition", "use ratio, rate or gauge, or a source of kind prometheus");
  }
  const window = params.window_seconds;
  if (typeof window === "number" && window > PAGE_WINDOW_MAX_SECONDS) {
    const rule = `at most ${PAGE_WINDOW_MAX_SECONDS} for a source of kind exposition, got ${window}`;
    refuse("window_seconds", rule, "the tool waits that long between two samples");
  }
  return problems;
}

function reach(params: JsonObject, config: Config, at: string): Reach {
  const found = sourceReach(KINDS)(params, config, at);
  const name = params.source;
  const source = typeof name === "string" && Object.hasOwn(config.sources, name) ? config.sources[name] : undefined;
  return source?.kind === "exposition"
    ? { ...found, problems: [...found.problems, ...pageMisfits(params, at)] }
    : found;
}

function outputOf(source: string, question: Question, reading: Reading): Output {
  const series: Output["series"] = [];
  let room = LABELS_MAX_CHARS;
  for (const one of reading.series.slice(0, SERIES_MAX)) {
    room -= JSON.stringify(one.labels).length;
    if (room < 0) break;
    series.push(one);
  }
  return {
    source,
    query: reading.query,
    kind: question.kind,
    value: reading.value,
    series,
    ...(reading.points === undefined ? {} : { points: reading.points }),
    from: isoText(reading.fromMs),
    to: isoText(reading.toMs),
    truncated: series.length < reading.series.length,
    findings: [findingOf(source, question, reading)],
  };
}

function findingOf(source: string, question: Question, reading: Reading): ToolFinding {
  const said = statementOf(question, reading);
  const span = `${isoText(reading.fromMs)} to ${isoText(reading.toMs)}`;
  return finding(`${source}: ${said}`, [reading.query, ...reading.evidence, span]);
}

function statementOf(question: Question, { value, series }: Reading): string {
  if (question.kind === "ratio") {
    if (value === null) return "the ratio is unknown, since nothing was counted in its denominator";
    return `the ratio is ${shownNumber(value)} (${shownNumber(value * 100)} %)`;
  }
  if (value !== null)
    return `the ${question.kind} is ${shownNumber(value)}${question.kind === "rate" ? " a second" : ""}`;
  if (series.length === 0) return `the ${question.kind} found no series`;
  if (series.length > 1) return `the ${question.kind} found ${series.length} series and not one value`;
  return `the ${question.kind} gave no finite value`;
}
