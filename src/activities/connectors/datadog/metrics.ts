/** Reads metrics of Datadog: `/api/v1/query`, and `/api/v2/query/timeseries` where steps are asked for. */
import { z } from "zod";
import { datadogUrl } from "../../../schema/config/metrics.js";
import type { Source } from "../../../schema/config.js";
import { POINTS_MAX } from "../../../vocabulary/source-limits.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import { isoText } from "../../tools/kit/instant.js";
import type { Moment } from "../../tools/kit/metrics/reading.js";
import { finite, type Reading, type Series } from "../../tools/kit/metrics/reading.js";
import { callSource, shapeOf } from "../kit/source-calls.js";

type DatadogSource = Extract<Source, { kind: "datadog" }> & { name: string };
/** Milliseconds and value. */
type Point = readonly [number, number | null];
interface Line {
  labels: Record<string, string>;
  points: Point[];
}

const v1Schema = z.object({
  status: z.string(),
  error: z.string().nullish(),
  series: z
    .array(
      z.object({
        metric: z.string().optional(),
        scope: z.string().optional(),
        tag_set: z.array(z.string()).nullish(),
        pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
      }),
    )
    .optional(),
});
const v2Schema = z.object({
  data: z.object({
    attributes: z.object({
      series: z.array(z.object({ group_tags: z.array(z.string()).nullish(), query_index: z.int().optional() })),
      times: z.array(z.number()),
      values: z.array(z.array(z.number().nullable())),
    }),
  }),
  errors: z.string().nullish(),
});
const validSchema = z.object({ valid: z.boolean() });

/** The newest point that is asked for where no span is: its metrics come some minutes late. */
const LOOK_BACK_MS = 600_000;

export async function readDatadog(
  source: DatadogSource,
  query: string,
  moment: Moment,
  context: ToolContext,
): Promise<Reading> {
  const fromMs = moment.sinceMs ?? moment.untilMs - LOOK_BACK_MS;
  const span = { fromMs, toMs: moment.untilMs };
  const lines =
    moment.stepSeconds === undefined
      ? await askV1(source, query, span, context)
      : await askV2(source, query, { ...span, stepSeconds: moment.stepSeconds }, context);
  const series = lines.map(({ labels, points }): Series => ({ labels, value: lastOf(points) }));
  const [only] = lines;
  const evidence = [`${lines.length} series`];
  const reading = { query, series, ...span, evidence };
  if (lines.length !== 1 || only === undefined) return { ...reading, value: null };
  const value = series[0]?.value ?? null;
  if (moment.sinceMs === undefined) return { ...reading, value };
  const points = only.points.flatMap(
    ([atMs, one]): Array<[string, number]> => (one === null ? [] : [[isoText(atMs), one]]),
  );
  const left = points.length > POINTS_MAX;
  return { ...reading, value, points: left ? points.slice(-POINTS_MAX) : points, cut: left || undefined };
}

/** Whether the keys are taken; for `autoops sources check`. */
export async function validateDatadog(source: DatadogSource, context: ToolContext): Promise<void> {
  const answer = await callSource(placeOf(source), { path: "/api/v1/validate" }, context);
  if (shapeOf(source.name, "Datadog", validSchema, answer).valid) return;
  throw toolFailure("source-denied", `the source ${source.name} does not take its api_key`, {
    hint: "check the secret",
  });
}

interface Span {
  fromMs: number;
  toMs: number;
}

async function askV1(
  source: DatadogSource,
  query: string,
  { fromMs, toMs }: Span,
  context: ToolContext,
): Promise<Line[]> {
  const values = { query, from: String(Math.floor(fromMs / 1_000)), to: String(Math.ceil(toMs / 1_000)) };
  const answer = await callSource(placeOf(source), { path: "/api/v1/query", query: values }, context);
  const { status, error, series = [] } = shapeOf(source.name, "Datadog", v1Schema, answer);
  // It answers 200 to a query that it cannot read.
  if (status === "error" || (error ?? "") !== "") throw refusal(source, error ?? "no reason was told");
  return series.map(({ metric, scope, tag_set, pointlist }) => ({
    labels: labelsOf(metric, tag_set ?? (scope === undefined || scope === "*" ? [] : scope.split(","))),
    points: pointlist,
  }));
}

async function askV2(
  source: DatadogSource,
  query: string,
  { fromMs, toMs, stepSeconds }: Span & { stepSeconds: number },
  context: ToolContext,
): Promise<Line[]> {
  if ((toMs - fromMs) / 1_000 / stepSeconds > POINTS_MAX) {
    const message = `since, until and step_seconds must give at most ${POINTS_MAX} points`;
    throw toolFailure("params-invalid", message, { hint: "raise step_seconds", retryable: false });
  }
  const attributes = {
    from: Math.floor(fromMs),
    to: Math.ceil(toMs),
    interval: stepSeconds * 1_000,
    queries: [{ data_source: "metrics", name: "a", query }],
    formulas: [{ formula: "a" }],
  };
  const json = { data: { type: "timeseries_request", attributes } };
  const answer = await callSource(placeOf(source), { path: "/api/v2/query/timeseries", json }, context);
  const { data, errors } = shapeOf(source.name, "Datadog", v2Schema, answer);
  if ((errors ?? "") !== "") throw refusal(source, errors ?? "");
  const { series, times, values } = data.attributes;
  return series.map(({ group_tags }, index) => ({
    labels: labelsOf(undefined, group_tags ?? []),
    points: times.map((atMs, at): Point => [atMs, values[index]?.[at] ?? null]),
  }));
}

const placeOf = (source: DatadogSource) => ({
  name: source.name,
  url: datadogUrl(source),
  headers: { "DD-API-KEY": source.api_key, "DD-APPLICATION-KEY": source.app_key },
});

function refusal(source: DatadogSource, error: string): ToolFailure {
  return toolFailure("source-refused", `the source ${source.name} says: ${excerpt(error, 400)}`, {
    hint: "check the query",
  });
}

/** Tags `host:web-1` as labels; one without a colon has no value. */
function labelsOf(metric: string | undefined, tags: readonly string[]): Record<string, string> {
  const labels = tags.map((tag): [string, string] => {
    const colon = tag.indexOf(":");
    return colon < 0 ? [tag, ""] : [tag.slice(0, colon), tag.slice(colon + 1)];
  });
  return Object.fromEntries([...(metric === undefined ? [] : [["__name__", metric] as const]), ...labels]);
}

/** The newest value that is there: the last interval is often still empty. */
function lastOf(points: readonly Point[]): number | null {
  const value = points.findLast(([, one]) => one !== null)?.[1];
  return value === undefined || value === null ? null : finite(value);
}
