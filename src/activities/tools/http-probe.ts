/** Tool `http_probe`: asks a URL and says whether it answered as expected. A bad answer is a result, not a failure. */
import { z } from "zod";
import { HttpFailure } from "../../platform/http/failure.js";
import type { JsonObject } from "../../schema/json.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema, type ToolFinding } from "./kit/finding.js";
import { excerpt } from "./kit/http-answers.js";

const statusSchema = z.int().min(100).max(599);
const paramsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "an http or https URL" }).max(2_000),
  method: z.enum(["GET", "HEAD"]).default("GET"),
  expect_status: z.array(statusSchema).min(1).max(20).default([200]),
  /** Text that the answer must hold. */
  contains: z.string().min(1).max(500).optional(),
  timeout_seconds: z.int().min(1).max(60).default(10),
});
type Params = z.output<typeof paramsSchema>;

const outputSchema = z.strictObject({
  url: z.string(),
  /** Null where nothing answered. */
  status: statusSchema.nullable(),
  ok: z.boolean(),
  ms: z.int(),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;

export const httpProbe = defineTool({
  name: "http_probe",
  description: "Asks a URL and says whether it answered with the expected status and text, and how fast.",
  nodeTypes: ["metric_query"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: ({ url }: JsonObject) => ({
    urls: typeof url === "string" && !url.includes("{{") ? [url] : [],
    problems: [],
  }),
  run: probe,
});

async function probe(params: Params, context: ToolContext): Promise<Output> {
  const startedAt = performance.now();
  const expectsRedirect = params.expect_status.some((status) => status >= 300 && status < 400);
  try {
    const answer = await context.fetch(params.url, {
      method: params.method,
      timeoutMs: params.timeout_seconds * 1_000,
      signal: context.signal,
      redirect: expectsRedirect ? "refuse" : "follow",
    });
    const hasStatus = params.expect_status.includes(answer.status);
    const hasText = params.contains === undefined || answer.text.includes(params.contains);
    const faults = [
      ...(hasStatus ? [] : [`status ${answer.status}, expected ${params.expect_status.join(" or ")}`]),
      ...(hasText ? [] : [`the answer does not hold ${JSON.stringify(params.contains)}`]),
    ];
    const said = hasStatus || answer.text === "" ? [] : [`it said: ${excerpt(answer.text)}`];
    return outputOf(params, answer.status, answer.ms, faults, said);
  } catch (error) {
    if (!(error instanceof HttpFailure) || !["source-unreachable", "timed-out"].includes(error.code)) throw error;
    return outputOf(params, null, Math.round(performance.now() - startedAt), [error.message], []);
  }
}

function outputOf(params: Params, status: number | null, ms: number, faults: string[], said: string[]): Output {
  const ok = faults.length === 0;
  const host = new URL(params.url).host;
  const statement = ok
    ? `${host} answered ${params.method} with status ${status}`
    : `${host} did not answer as expected`;
  const evidence = [...faults, ...said, `${params.method} ${params.url} took ${ms} ms`];
  const findings: ToolFinding[] = [finding(statement, evidence)];
  return { url: params.url, status, ok, ms, findings };
}
