/** The query calls of Prometheus's HTTP API, version 1. Errors are told in Prometheus's own words. */
import { z } from "zod";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { type HttpAnswer, type ToolContext, ToolFailure } from "../../define-tool.js";
import { excerpt, jsonOf, statusFailure } from "../http-answers.js";

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

const okSchema = z.object({ status: z.literal("success"), data: dataSchema });
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
  return dataOf(source.name, answer);
}

function dataOf(name: string, answer: HttpAnswer): QueryData {
  const who = `the source ${name}`;
  const isJson = (answer.headers["content-type"] ?? "").includes("json");
  if ([401, 403].includes(answer.status) || (answer.status !== 200 && !isJson)) throw statusFailure(who, answer);
  const body = jsonOf(who, answer);
  const error = errorSchema.safeParse(body);
  if (error.success) throw refusal(who, error.data.errorType, error.data.error);
  if (answer.status !== 200) throw statusFailure(who, answer);
  const ok = okSchema.safeParse(body);
  if (ok.success) return ok.data.data;
  const [issue] = ok.error.issues;
  const message = `${who} answered with what is no query result (${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""})`;
  throw new ToolFailure("source-answer-invalid", message, "check that the source's url is a Prometheus server");
}

/** `timeout`, `canceled`, `unavailable` and `internal` pass; `bad_data` and `execution` are the query's own fault. */
function refusal(who: string, type: string, error: string): ToolFailure {
  const code: ProblemCode = ["bad_data", "execution", "not_found"].includes(type) ? "source-refused" : "source-error";
  return new ToolFailure(code, `${who} says ${excerpt(type, 40)}: ${excerpt(error, 400)}`, undefined);
}
