/**
 * What a node adds to the trouble: the extra seconds or the extra failed calls of the issue's buckets, against its own
 * calm level. Seconds and calls add up along a call chain, so that a caller's burden can be set against its callees'.
 */

import { median, spread, sum } from "../../../../core/statistics/order.js";
import type { Series } from "./input.js";
import { statisticRank } from "./signal-kinds.js";
import { type Buckets, bucketsOf, directed, normalValues, type Window } from "./window.js";

/** Of the level: what a series may always deviate by, however steady it was. */
const DEVIATION_FLOOR_SHARE = 0.03;
/** Failed calls a bucket that mean nothing; of the calls, where their number is not known. */
const FAILURES_FLOOR = 0.5;
const FAILED_SHARE_FLOOR = 0.005;
const STRENGTH_MAX = 1e6;
/** Beyond so many, more say nothing more. */
const CLEAR_DEVIATIONS = 100;
/** Deviations at which half of a burden counts. */
const HALF_DEVIATIONS = 3;

export interface Deviation {
  series: Series;
  buckets: Buckets;
  /** The calm level near the issue, else that of normal operation; undefined where nothing was ever seen. */
  level: number | undefined;
  normal: number[];
  /** Mean excess over the issue, towards the worse side, in the metric's unit. */
  excess: number;
  /** `excess` in deviations. */
  strength: number;
  /** The mean over the issue; undefined where the series has no value in it. */
  observed: number | undefined;
}

export interface Burden extends Deviation {
  /** Extra seconds, failed calls or calls a bucket of the issue, or deviations; chance is taken off. */
  amount: number;
  /** Calls a bucket of the issue; undefined where nodes cannot be compared by them. */
  calls: number | undefined;
}

/** Whether the observed values are shares of 1 or of 100. */
const fullOf = (series: Series): number => (series.values.some((value) => value > 1.5) ? 100 : 1);

function floorOf(series: Series, level: number, volume: number | undefined): number {
  if (series.signal.kind !== "errors") return DEVIATION_FLOOR_SHARE * Math.abs(level);
  if (series.signal.counted) return volume === undefined ? DEVIATION_FLOOR_SHARE * Math.abs(level) : FAILURES_FLOOR;
  return (volume === undefined ? FAILED_SHARE_FLOOR : FAILURES_FLOOR / Math.max(volume, 1)) * fullOf(series);
}

/** How far a series is from its calm level in the buckets of the issue. `volume`: calls a bucket, where they are known. */
export function deviationOf(series: Series, window: Window, volume?: number): Deviation {
  const buckets = bucketsOf(series, window);
  const normal = normalValues(series, window);
  const calm = buckets.filter((value, bucket): value is number => value !== undefined && window.calm[bucket] === true);
  const level = calm.length > 0 ? median(calm) : normal.length > 0 ? median(normal) : undefined;
  const base = level ?? 0;
  const deviation = Math.max(spread(normal), spread(calm), floorOf(series, base, volume), Number.MIN_VALUE);
  const observed = buckets.flatMap((value, bucket) => {
    const weight = window.weights[bucket] ?? 0;
    return value === undefined || weight === 0 ? [] : [{ value, weight }];
  });
  const total = sum(observed.map(({ weight }) => weight));
  const mean = total > 0 ? sum(observed.map(({ value, weight }) => value * weight)) / total : undefined;
  const excess = level === undefined || mean === undefined ? 0 : directed(series, mean - level);
  return {
    series,
    buckets,
    level,
    normal,
    excess,
    strength: Math.min(excess / deviation, STRENGTH_MAX),
    observed: mean,
  };
}

/** The share of a burden that counts: little of what may be chance, nearly all of what may not. */
export const certainty = (strength: number): number =>
  strength <= 0 ? 0 : strength ** 2 / (strength ** 2 + HALF_DEVIATIONS ** 2);

/** The series that `preferences` rank first, compared in their order; lower is better, the first of equals is taken. */
export function bestSeries(
  candidates: readonly Series[],
  preferences: ReadonlyArray<(series: Series) => number>,
): Series | undefined {
  const compare = (a: Series, b: Series): number => {
    for (const preference of preferences) {
      const difference = preference(a) - preference(b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  return candidates.filter(({ times }) => times.length > 0).sort(compare)[0];
}

/** `metric` without the name of its node. */
export const byMetric =
  (metric: string) =>
  (series: Series): number =>
    series.plain === metric ? 0 : 1;

export const byStatistic =
  (statistic: string | undefined) =>
  (series: Series): number =>
    series.statistic === statistic ? 0 : 1;

/** Means add up over calls, percentiles do not. */
export const byAdding = (series: Series): number => statisticRank(series.statistic);

/** Calls a bucket of the issue; those of `instead` where the node's own are not known. */
export function volumeOf<T>(series: Series | undefined, window: Window, instead: T): number | T {
  if (series === undefined) return instead;
  const buckets = bucketsOf(series, window);
  const weighed = buckets.map((value, bucket) => ({ value, weight: window.weights[bucket] ?? 0 }));
  const known = weighed.filter(({ value, weight }) => value !== undefined && weight > 0);
  const total = sum(known.map(({ weight }) => weight));
  return total === 0 ? instead : Math.max(0, sum(known.map(({ value = 0, weight }) => value * weight)) / total);
}

/** What adds up: seconds, failed calls, calls. Where calls are not known, how clear the deviation is stands for it. */
function amountOf({ series, excess, strength }: Deviation, calls: number | undefined): number {
  const { kind, counted, unit } = series.signal;
  if (kind === "volume") return excess;
  if (calls === undefined) return Math.min(strength, CLEAR_DEVIATIONS);
  return kind === "latency" ? excess * unit * calls : counted ? excess : (excess / fullOf(series)) * calls;
}

export function burdenOf(series: Series, window: Window, calls: number | undefined): Burden {
  const deviation = deviationOf(series, window, calls);
  return { ...deviation, calls, amount: Math.max(0, amountOf(deviation, calls)) * certainty(deviation.strength) };
}
