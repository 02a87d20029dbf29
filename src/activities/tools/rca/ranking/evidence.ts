/** What is cited for a cause: the series, its normal range, what was observed, and since when. */

import { quantiles } from "../../../../core/statistics/order.js";
import { shownNumber as shown } from "../../kit/metrics/reading.js";
import type { Deviation } from "./burdens.js";
import { shownMetric } from "./span-series.js";
import { directed, type Window } from "./window.js";

/** So many series are cited for a node at most, the strongest first. */
const CITED_MAX = 4;
/** Deviations from which on a series is worth citing beside the one that led to the node. */
export const CITED_MIN_DEVIATIONS = 3;
const RANGE = [0.025, 0.5, 0.975];

export interface Evidence {
  node: string;
  metric: string;
  statistic?: string;
  /** The middle 95 % of what was seen while things were calm, and how many values that rests on; absent if none. */
  normal?: { low: number; typical: number; high: number; values: number };
  /** The worst value during the issue, and the Unix second its bucket begins at. */
  observed: number;
  observedAt: number;
  /** Unix seconds: since when the series had been out of its normal range; absent where it never was. */
  began?: number;
  /** How far the issue lies from the calm level, in standard deviations; positive is worse. */
  deviations: number;
  /** The same as one sentence. */
  text: string;
}

/** Beyond what a date can hold the number itself is shown. */
const dated = (seconds: number): string =>
  Math.abs(seconds) <= 8.64e12 ? new Date(seconds * 1_000).toISOString().replace(".000Z", "Z") : String(seconds);

function normalOf({ normal, buckets }: Deviation, window: Window): Evidence["normal"] {
  const calm = buckets.filter((value, bucket): value is number => value !== undefined && window.calm[bucket] === true);
  const values = [...normal, ...calm];
  if (values.length === 0) return undefined;
  const [low = 0, typical = 0, high = 0] = quantiles(values, RANGE);
  return { low, typical, high, values: values.length };
}

/** The bucket since which the series has been out of its range without a break, up to its worst one. */
function beginningOf({ series, buckets }: Deviation, worst: number, normal: Evidence["normal"]): number | undefined {
  if (normal === undefined) return worst;
  const outside = (value: number | undefined): boolean => {
    if (value === undefined) return false;
    const [up, down] = [value > normal.high, value < normal.low];
    return series.signal.worse === "up" ? up : series.signal.worse === "down" ? down : up || down;
  };
  if (!outside(buckets[worst])) return undefined;
  let first = worst;
  while (first > 0 && outside(buckets[first - 1])) first--;
  return first;
}

export function evidenceOf(deviation: Deviation, window: Window): Evidence | undefined {
  const { series, buckets, level = 0, strength } = deviation;
  let worst = -1;
  buckets.forEach((value, bucket) => {
    if (value === undefined || !((window.weights[bucket] ?? 0) > 0)) return;
    const most = worst < 0 ? Number.NEGATIVE_INFINITY : directed(series, (buckets[worst] ?? 0) - level);
    if (directed(series, value - level) > most) worst = bucket;
  });
  const observed = buckets[worst];
  if (observed === undefined) return undefined;
  const normal = normalOf(deviation, window);
  const first = beginningOf(deviation, worst, normal);
  const at = (bucket: number): number => window.start + bucket * window.step;
  const { text, unit } = shownMetric(series.metric);
  const name = series.statistic === "" ? text : `${text} (${series.statistic})`;
  const range =
    normal === undefined ? "never seen before" : `normally ${shown(normal.low)} to ${shown(normal.high)}${unit}`;
  const since = first === undefined ? `at ${dated(at(worst))}` : `out of range since ${dated(at(first))}`;
  return {
    node: series.node,
    metric: series.metric,
    statistic: series.statistic === "" ? undefined : series.statistic,
    normal,
    observed,
    observedAt: at(worst),
    began: first === undefined ? undefined : at(first),
    deviations: strength,
    text: `${name} of ${series.node} was ${shown(observed)}${unit}, ${range}, ${since}`,
  };
}

/** `leading` first, then the strongest of the node's other series. */
export function citationsOf(
  deviations: readonly Deviation[],
  leading: Deviation | undefined,
  window: Window,
): Evidence[] {
  const others = deviations
    .filter(({ series, strength }) => series !== leading?.series && strength >= CITED_MIN_DEVIATIONS)
    .sort((a, b) => b.strength - a.strength);
  const cited = leading === undefined ? others : [leading, ...others];
  return cited.flatMap((deviation) => evidenceOf(deviation, window) ?? []).slice(0, CITED_MAX);
}
