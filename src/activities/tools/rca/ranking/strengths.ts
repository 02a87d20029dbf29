/**
 * How far each kind of signal of a node left its own normal, each on the same scale whatever its unit. Own resources and
 * time spent in the node itself speak for a trouble that began here; latency and errors may be its callees'.
 */

import { mean, median, quantiles } from "../../../../core/statistics/order.js";
import type { Series } from "./input.js";
import { type Part, partOf } from "./signal-kinds.js";
import { normalValues, type Window } from "./window.js";

/** Of the level: what a series may always deviate by, however steady it was. */
const FLOOR_SHARE = 0.05;
/** Of the usual level of the same metric at other nodes: what is tiny beside them is not told from noise. */
const POOL_SHARE = 0.1;
const ERRORS_FLOOR = 1e-3;
/** A quarter to three quarters of a normal distribution, and its middle 90 %, in standard deviations. */
const IQR_WIDTHS = 1.349;
const P90_WIDTHS = 3.29;
const BASE_MIN = 3;
/** Values before the notice that the issue has to stand out from as well: what moved earlier is another matter. */
const RECENT = 5;
/** Of a step: clocks of different series differ. */
const SLACK_STEPS = 0.2;
/** Deviations that count as one: below, chance is the better explanation. */
const DEVIATIONS_UNIT = 2;

/** Rises by part, and falls under `-` and the part; the logarithm of the deviations, 0 where nothing is seen. */
export type Strengths = ReadonlyMap<string, number>;

interface Split {
  series: Series;
  part: Part;
  base: number[];
  issue: number[];
}

function splitOf(series: Series, part: Part, window: Window, from: number): Split {
  const begin = from - SLACK_STEPS * window.step;
  const end = window.start + window.size * window.step;
  const near = (low: number, high: number): number[] =>
    series.values.filter((_, index) => {
      const time = series.times[index] ?? 0;
      return time >= low && time < high;
    });
  return {
    series,
    part,
    base: [...normalValues(series, window), ...near(window.start, begin)],
    issue: near(begin, end),
  };
}

const poolKey = ({ plain, statistic }: Series): string => JSON.stringify([plain, statistic]);

/** Deviations upwards and downwards; undefined where too little is known of the normal. */
function deviationsOf({ series, part, base, issue }: Split, pool: number): { up: number; down: number } | undefined {
  if (base.length < BASE_MIN || issue.length === 0) return undefined;
  const [low = 0, first = 0, middle = 0, third = 0, high = 0] = quantiles(base, [0.05, 0.25, 0.5, 0.75, 0.95]);
  const scale = Math.max(
    (third - first) / IQR_WIDTHS,
    (high - low) / P90_WIDTHS,
    FLOOR_SHARE * Math.abs(middle),
    POOL_SHARE * pool,
    part === "errors" && series.signal.worse === "up" ? ERRORS_FLOOR : 0,
    Number.MIN_VALUE,
  );
  const [recentLow = 0, recentHigh = 0] = quantiles(base.slice(-RECENT), [0.1, 0.9]);
  const now = median(issue);
  return {
    up: Math.min(now - middle, now - recentHigh) / scale,
    down: Math.min(middle - now, recentLow - now) / scale,
  };
}

/** Ten deviations are more than five, but not twice as telling. */
const telling = (deviations: number): number =>
  deviations <= 0 ? 0 : Math.log(1 + Math.min(deviations, 1e12) / DEVIATIONS_UNIT);

/** The strongest of each part, but the mean of those measured by peer: a node that all of them see is the common one. */
export function strengthsOf(all: readonly Series[], window: Window, from: number): Map<string, Strengths> {
  const own = new Set(all.filter((one) => partOf(one.metric, one.node) === "cpu").map(({ node }) => node));
  const splits = all.map((series) => {
    const part = partOf(series.metric, series.node);
    // A machine's load is its own where nothing nearer is measured.
    return splitOf(series, part === "machine" && !own.has(series.node) ? "cpu" : part, window, from);
  });
  const levels = new Map<string, number[]>();
  for (const { series, base } of splits.filter((split) => split.base.length > 0)) {
    const key = poolKey(series);
    const known = levels.get(key);
    if (known === undefined) levels.set(key, [Math.abs(median(base))]);
    else known.push(Math.abs(median(base)));
  }
  const pools = new Map([...levels].map(([key, values]) => [key, median(values)]));
  const nodes = new Map<string, Map<string, number[]>>();
  for (const split of splits) {
    const { node, signal } = split.series;
    const parts = nodes.get(node) ?? new Map<string, number[]>();
    nodes.set(node, parts);
    const found = deviationsOf(split, pools.get(poolKey(split.series)) ?? 0);
    if (found === undefined) continue;
    const [up, down] = signal.worse === "down" ? [found.down, found.up] : [found.up, found.down];
    for (const [key, deviations] of [[split.part, up] as const, [`-${split.part}`, down] as const])
      parts.set(key, [...(parts.get(key) ?? []), telling(deviations)]);
  }
  return new Map(
    [...nodes].map(([node, parts]) => [
      node,
      new Map([...parts].map(([key, found]) => [key, key === "path" ? mean(found) : Math.max(...found)])),
    ]),
  );
}
