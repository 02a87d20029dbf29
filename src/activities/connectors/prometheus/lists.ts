/** What Prometheus tells of itself: alerts, rules, targets, metadata, series. */
import { z } from "zod";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { jsonOf, statusFailure } from "../../tools/kit/http-answers.js";
import type { PrometheusSource } from "./api.js";

const labelsSchema = z.record(z.string(), z.string());
const alertsSchema = z.object({
  alerts: z.array(
    z.object({
      labels: labelsSchema,
      annotations: labelsSchema.default({}),
      state: z.string(),
      activeAt: z.string().optional(),
      value: z.string().optional(),
    }),
  ),
});
const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({ name: z.string(), query: z.string(), type: z.string(), duration: z.number().optional() }),
      ),
    }),
  ),
});
const targetsSchema = z.object({
  activeTargets: z.array(
    z.object({
      labels: labelsSchema,
      scrapeUrl: z.string().default(""),
      health: z.string().default("unknown"),
      lastError: z.string().default(""),
      scrapeInterval: z.string().optional(),
    }),
  ),
});
const namesSchema = z.array(z.string());
const seriesSchema = z.array(labelsSchema);

export type ActiveAlert = z.infer<typeof alertsSchema>["alerts"][number];
export type Target = z.infer<typeof targetsSchema>["activeTargets"][number];

export const askAlerts = async (source: PrometheusSource, context: ToolContext): Promise<ActiveAlert[]> =>
  (await ask(source, "alerts", {}, alertsSchema, context)).alerts;

export async function askRules(source: PrometheusSource, context: ToolContext) {
  const { groups } = await ask(source, "rules", {}, rulesSchema, context);
  return groups.flatMap(({ rules }) => rules);
}

export const askTargets = async (source: PrometheusSource, context: ToolContext): Promise<Target[]> =>
  (await ask(source, "targets", { state: "active" }, targetsSchema, context)).activeTargets;

export const askNames = (source: PrometheusSource, selector: string, sinceMs: number, context: ToolContext) =>
  ask(source, "label/__name__/values", { "match[]": selector, start: seconds(sinceMs) }, namesSchema, context);

export const askSeries = (source: PrometheusSource, selector: string, sinceMs: number, context: ToolContext) =>
  ask(source, "series", { "match[]": selector, start: seconds(sinceMs), limit: "2000" }, seriesSchema, context);

const seconds = (ms: number): string => (ms / 1_000).toFixed(0);

async function ask<T>(
  source: PrometheusSource,
  call: string,
  values: Record<string, string>,
  schema: z.ZodType<T>,
  context: ToolContext,
): Promise<T> {
  const url = new URL(source.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v1/${call}`;
  for (const [name, value] of Object.entries(values)) url.searchParams.append(name, value);
  const who = `the source ${source.name}`;
  const headers = { accept: "application/json", ...source.headers };
  const answer = await context.fetch(url.href, { headers, signal: context.signal });
  if (answer.status !== 200) throw statusFailure(who, answer);
  const parsed = z.object({ data: schema }).safeParse(jsonOf(who, answer));
  if (parsed.success) return parsed.data.data;
  const message = `${who} must answer ${call} as Prometheus does`;
  throw toolFailure("source-answer-invalid", message, { hint: "check that the source's url is a Prometheus server" });
}
