/** Questions to Prometheus over a window: when an expression was true, and the values of series. */
import type { Onset } from "../../../../core/investigation/evidence.js";
import { parseValue } from "../../../connectors/exposition/format.js";
import { askPrometheus, type PrometheusSource, secondsText } from "../../../connectors/prometheus/api.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../../define-tool.js";

export interface Line {
  labels: Record<string, string>;
  /** Milliseconds and value, ascending. */
  points: Array<readonly [number, number]>;
}

export interface Span {
  fromMs: number;
  toMs: number;
  stepSeconds: number;
  /** When the data begin; what was so then already has no onset that anybody saw. */
  dataFromMs?: number;
}

/** Points of one range: enough to place an onset, little enough to be read in a moment. */
const POINTS_MAX = 400;

export function spanOf(windowMs: number, scrapeSeconds: number, nowMs: number): Span {
  const stepSeconds = Math.max(Math.ceil(scrapeSeconds), Math.ceil(windowMs / 1_000 / POINTS_MAX));
  return { fromMs: nowMs - windowMs, toMs: nowMs, stepSeconds };
}

export async function askRange(
  source: PrometheusSource,
  query: string,
  span: Span,
  context: ToolContext,
): Promise<Line[]> {
  const values = {
    query,
    start: secondsText(span.fromMs),
    end: secondsText(span.toMs),
    step: String(span.stepSeconds),
  };
  const data = await askPrometheus(source, "query_range", values, context);
  if (data.resultType !== "matrix") return [];
  return data.result.map(({ metric, values: points = [] }) => ({
    labels: metric,
    points: points.map(([time, text]) => [time * 1_000, parseValue(text) ?? Number.NaN] as const),
  }));
}

/** Rates need a while after the first samples; where data begin within the window, so much of it counts as their beginning. */
const RECOVERY_MS = 120_000;

/** When the targets of a source have their first sample in the span; the span's own beginning where that is earlier. */
export async function withDataFrom(source: PrometheusSource, span: Span, context: ToolContext): Promise<Span> {
  const lines = await askRange(source, "count(up)", span, context);
  const [first] = lines[0]?.points[0] ?? [];
  return first === undefined || first - span.fromMs < span.stepSeconds * 1_000
    ? { ...span, dataFromMs: span.fromMs - RECOVERY_MS }
    : { ...span, dataFromMs: first };
}

/** As if data had been there for long. */
export const withPast = (span: Span): Span => ({ ...span, dataFromMs: span.fromMs - RECOVERY_MS });

export interface Truth {
  current: boolean;
  onset: Onset;
  /** The newest value. */
  value: number;
}

/**
 * Of an expression that returns a series only while it is true: since when, for the newest stretch of it. A gap of one
 * step is no end.
 */
export function truthOf({ points }: Line, { fromMs, toMs, stepSeconds, dataFromMs = fromMs }: Span): Truth | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const stepMs = stepSeconds * 1_000;
  let at = points.length - 1;
  while (at > 0 && (points[at]?.[0] ?? 0) - (points[at - 1]?.[0] ?? 0) <= 2 * stepMs) at--;
  const firstMs = points[at]?.[0] ?? fromMs;
  const standing = firstMs - fromMs < stepMs || firstMs - dataFromMs <= RECOVERY_MS;
  const onset = standing ? { toMs: firstMs } : { fromMs: firstMs - stepMs, toMs: firstMs };
  return { current: toMs - last[0] <= 2 * stepMs, onset, value: last[1] };
}

/** Runs at most `most` at a time; what one question fails with is handed back and keeps no other away. */
export async function eachWithin<T, R>(
  items: readonly T[],
  most: number,
  context: ToolContext,
  work: (item: T) => Promise<R>,
): Promise<Array<{ item: T; value?: R; failure?: ToolFailure }>> {
  const results: Array<{ item: T; value?: R; failure?: ToolFailure }> = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const item = items[index];
      if (index >= items.length || item === undefined) return;
      if (context.signal.aborted) throw toolFailure("cancelled", "the look was cancelled");
      context.heartbeat();
      try {
        results[index] = { item, value: await work(item) };
      } catch (error) {
        if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
        results[index] = { item, failure: error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}

/** Label matchers of a selector, without braces. */
export function matchersOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");
}
