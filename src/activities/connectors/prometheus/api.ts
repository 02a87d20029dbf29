/** The query calls of Prometheus's HTTP API, version 1. Errors are told in Prometheus's own words. */
import { z } from "zod";
import type { HttpAnswer } from "../../../platform/http/contract.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { excerpt, jsonOf, statusFailure } from "../../tools/kit/http-answers.js";

/** Longer queries go in the body: not everything between takes a long URL. */
const URL_QUERY_MAX_CHARS = 1_500;

const pointSchema = z.tuple([z.number(), z.string()]);
const labelsSchema = z.record(z.string(), z.string());
const dataSchema = z.discriminatedUnion("resultType", [
  z.object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ metric: labelsSchema, value: pointSchema.optional() })),
  }),
  z.object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ metric: labelsSchema, values: z.array(pointSchema).optional() })),
  }),
  z.object({ resultType: z.literal("scalar"), result: pointSchema }),
  z.object({ resultType: z.literal("string"), result: pointSchema }),
]);
export type QueryData = z.infer<typeof dataSchema>;

const namesSchema = z.array(z.string());
const errorSchema = z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() });

export interface PrometheusSource {
  name: string;
  url: string;
  headers?: Record<string, string>;
}

/** Calls `/api/v1/<call>` with `values` and returns its data. */
export async function askPrometheus(
  source: PrometheusSource,
  call: "query" | "query_range",
  values: Record<string, string>,
  context: ToolContext,
): Promise<QueryData> {
  const url = new URL(source.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/${call}`;
  const form = new URLSearchParams(values).toString();
  const common = { headers: { accept: "application/json", ...source.headers }, signal: context.signal };
  const answer =
    form.length <= URL_QUERY_MAX_CHARS
      ? await context.fetch(`${url.href}${url.search === "" ? "?" : "&"}${form}`, common)
      : await context.fetch(url.href, {
          ...common,
          method: "POST",
          headers: { ...common.headers, "content-type": "application/x-www-form-urlencoded" },
          body: form,
        });
  return dataOf(source.name, answer, dataSchema);
}

/**
 * The names of the metrics that have a series of the selector within the span. `limit` is asked for and not relied upon:
 * older servers do not know it.
 */
export async function askMetricNames(
  source: PrometheusSource,
  selector: string,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
  limit: number,
  context: ToolContext,
): Promise<string[]> {
  const url = new URL(source.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/label/__name__/values`;
  const values = { "match[]": selector, start: secondsText(sinceMs), end: secondsText(untilMs), limit: String(limit) };
  for (const [name, value] of Object.entries(values)) url.searchParams.append(name, value);
  const headers = { accept: "application/json", ...source.headers };
  return dataOf(source.name, await context.fetch(url.href, { headers, signal: context.signal }), namesSchema);
}

/** Prometheus takes seconds since the epoch. */
export const secondsText = (ms: number): string => (ms / 1_000).toFixed(3);

function dataOf<T>(name: string, answer: HttpAnswer, schema: z.ZodType<T>): T {
  const who = `the source ${name}`;
  const isJson = (answer.headers["content-type"] ?? "").includes("json");
  if ([401, 403, 429].includes(answer.status) || (answer.status !== 200 && !isJson)) throw statusFailure(who, answer);
  const body = jsonOf(who, answer);
  const error = errorSchema.safeParse(body);
  if (error.success) throw refusal(who, answer.status, error.data);
  if (answer.status !== 200) throw statusFailure(who, answer);
  const ok = z.object({ status: z.literal("success"), data: schema }).safeParse(body);
  if (ok.success) return ok.data.data;
  const [issue] = ok.error.issues;
  const message = `${who} must answer as Prometheus does (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`;
  throw toolFailure("source-answer-invalid", message, { hint: "check that the source's url is a Prometheus server" });
}

const QUERY_FAULTS = ["bad_data", "execution", "not_found"];

/**
 * `timeout`, `canceled`, `unavailable` and `internal` pass; `bad_data` and `execution` are the query's own fault.
 * VictoriaMetrics writes the status in place of the type.
 */
function refusal(who: string, status: number, { errorType, error }: z.infer<typeof errorSchema>): ToolFailure {
  const isFault = QUERY_FAULTS.includes(errorType) || (/^4\d\d$/.test(errorType) && status < 500);
  const code: ProblemCode = isFault ? "source-refused" : "source-error";
  return toolFailure(code, `${who} says ${excerpt(errorType, 40)}: ${excerpt(error, 400)}`);
}
