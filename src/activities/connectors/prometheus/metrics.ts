/** Reads a Prometheus server: selectors become queries, and answers become one reading. */

import { redactValue } from "../../../core/redact.js";
import { POINTS_MAX } from "../../../vocabulary/source-limits.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { isoText } from "../../tools/kit/instant.js";
import type { Moment } from "../../tools/kit/metrics/reading.js";
import {
  finite,
  type Question,
  type Reading,
  ratioOf,
  type Series,
  shownOrUnknown,
  sumOf,
} from "../../tools/kit/metrics/reading.js";
import { parseValue } from "../exposition/format.js";
import { type Labels, parseSelector } from "../exposition/selector.js";
import { askPrometheus, type PrometheusSource, type QueryData, secondsText as seconds } from "./api.js";

/** Series of a range that are kept. */
const LINES_MAX = 1_000;
const DEFAULT_POINTS = 120;

export async function readPrometheus(
  source: PrometheusSource,
  question: Question,
  windowSeconds: number,
  moment: Moment,
  context: ToolContext,
): Promise<Reading> {
  if (moment.sinceMs !== undefined) {
    return readRange(source, rangeQuery(question, windowSeconds), { ...moment, sinceMs: moment.sinceMs }, context);
  }
  const ask = async (query: string) =>
    seriesOf(source, await askPrometheus(source, "query", { query, time: seconds(moment.untilMs) }, context));
  const toMs = moment.untilMs;
  const fromMs = question.kind === "rate" || question.kind === "ratio" ? toMs - windowSeconds * 1_000 : toMs;
  if (question.kind === "ratio") {
    const [numerator, denominator] = [question.numerator, question.denominator].map(
      (selector) => `sum(${rateQuery(selector, windowSeconds)})`,
    ) as [string, string];
    const above = sumOf((await ask(numerator)).series);
    const below = sumOf((await ask(denominator)).series);
    const evidence = [`${shownOrUnknown(above)} of ${shownOrUnknown(below)} a second`];
    const reading = { query: `${numerator} / ${denominator}`, series: [], fromMs, toMs, evidence };
    const unknown = above === null || below === null ? { unknown: "the source gave no finite rate" } : {};
    return { ...reading, ...unknown, value: ratioOf(above, below) };
  }
  const query = instantQuery(question, windowSeconds);
  const { series, isScalar } = await ask(query);
  const [only] = series;
  const single = series.length === 1 && only !== undefined ? only.value : null;
  const value = question.kind === "rate" && series.length > 0 ? sumOf(series) : single;
  return {
    query,
    value,
    series: isScalar ? [] : series,
    fromMs,
    toMs,
    evidence: isScalar ? [] : [`${series.length} series`],
  };
}

function selectorText(text: string): string {
  const parsed = parseSelector(text);
  if (parsed.ok) return parsed.selector.text;
  throw toolFailure("params-invalid", `${text.slice(0, 60)} is not a selector: ${parsed.message}`, {
    retryable: false,
  });
}

const rateQuery = (selector: string, windowSeconds: number): string =>
  `rate(${selectorText(selector)}[${windowSeconds}s])`;

function instantQuery(question: Exclude<Question, { kind: "ratio" }>, windowSeconds: number): string {
  if (question.kind === "query") return question.query;
  return question.kind === "rate" ? rateQuery(question.selector, windowSeconds) : selectorText(question.selector);
}

function rangeQuery(question: Question, windowSeconds: number): string {
  if (question.kind === "ratio") {
    const [numerator, denominator] = [question.numerator, question.denominator].map(
      (selector) => `sum(${rateQuery(selector, windowSeconds)})`,
    );
    // No series of the numerator means that none was counted: nothing, and not unknown.
    return `(${numerator} or vector(0)) / ${denominator}`;
  }
  const query = instantQuery(question, windowSeconds);
  return question.kind === "rate" ? `sum(${query})` : query;
}

async function readRange(
  source: PrometheusSource,
  query: string,
  moment: Moment & { sinceMs: number },
  context: ToolContext,
): Promise<Reading> {
  const spanSeconds = (moment.untilMs - moment.sinceMs) / 1_000;
  const step = moment.stepSeconds ?? Math.max(1, Math.ceil(spanSeconds / DEFAULT_POINTS));
  if (spanSeconds / step > POINTS_MAX) {
    const message = `since, until and step_seconds must give at most ${POINTS_MAX} points, got ${Math.ceil(spanSeconds / step)}`;
    throw toolFailure("params-invalid", message, { hint: "raise step_seconds", retryable: false });
  }
  const values = { query, start: seconds(moment.sinceMs), end: seconds(moment.untilMs), step: String(step) };
  const data = await askPrometheus(source, "query_range", values, context);
  if (data.resultType !== "matrix") throw oddType(source, data.resultType, "a matrix");
  const lines = data.result.map(({ metric, values: points = [] }) => ({
    labels: metric,
    points: points.map(([time, text]) => [time * 1_000, numberOf(source, text)] as const),
  }));
  const series: Series[] = lines.map(({ labels, points }) => ({
    labels,
    value: finite(points.at(-1)?.[1] ?? Number.NaN),
  }));
  const shown = lines.map(({ labels, points }) => ({
    labels,
    points: points
      .filter(([, value]) => Number.isFinite(value))
      .map(([timeMs, value]): [string, number] => [isoText(timeMs), value]),
  }));
  const [only] = shown;
  // Read again one by one: more than history could carry.
  const blob = shown.length < 2 ? undefined : await context.blobs.put(shown.slice(0, LINES_MAX).map(lineText).join(""));
  const stored = blob === undefined ? {} : { blob };
  const reading = { query, series, fromMs: moment.sinceMs, toMs: moment.untilMs };
  const evidence = [`${lines.length} series in steps of ${step} s`];
  if (shown.length !== 1 || only === undefined) return { ...reading, ...stored, value: null, evidence };
  return { ...reading, value: series[0]?.value ?? null, points: only.points, evidence };
}

const lineText = ({ labels, points }: { labels: Labels; points: Array<[string, number]> }): string =>
  `${JSON.stringify({ labels: redactValue(labels), points })}\n`;

function seriesOf(source: PrometheusSource, data: QueryData): { series: Series[]; isScalar: boolean } {
  if (data.resultType === "scalar") {
    return { series: [{ labels: {}, value: finite(numberOf(source, data.result[1])) }], isScalar: true };
  }
  if (data.resultType !== "vector") throw oddType(source, data.resultType, "a vector or a scalar");
  const series = data.result.map(({ metric, value }) => ({
    labels: metric,
    value: value === undefined ? null : finite(numberOf(source, value[1])),
  }));
  return { series, isScalar: false };
}

function oddType(source: PrometheusSource, got: string, wanted: string): ToolFailure {
  const message = `the query on ${source.name} must give ${wanted}, it gives a ${got}`;
  return toolFailure("params-invalid", message, {
    hint: "name since for a range, or use a function such as rate()",
    retryable: false,
  });
}

function numberOf(source: PrometheusSource, text: string): number {
  const value = parseValue(text);
  if (value !== undefined) return value;
  throw toolFailure("source-answer-invalid", `the source ${source.name} answered with a value that is not a number`);
}
