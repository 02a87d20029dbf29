/**
 * Where the level of a series changed. Places come from ranks: the split with the greatest Mann–Whitney statistic
 * (Pettitt 1979; standardised for its place as by Lombard 1987), so that a few wild values move nothing. Whether it is a
 * change is told from the difference of the two medians against the noise about them, with the number of independent
 * values reduced by their autocorrelation (Bayley and Hammersley 1946), since smoothed metrics otherwise seem to change all
 * the time. Several changes: binary segmentation over seeded intervals (Kovács, Bühlmann, Li, Munk 2023), which also finds a short pulse.
 */
import { CHANGE_POINTS_MAX } from "../../vocabulary/analysis-limits.js";
import { upperTail } from "./comparisons.js";
import { median, noiseOf } from "./order.js";

export interface ChangePoint {
  /** Position of the first value at the new level. */
  index: number;
  /** Medians on either side, up to the next change. */
  before: number;
  after: number;
  /** Up to 1: one less the chance of so great a difference somewhere in a series without any. */
  confidence: number;
  /** The difference in standard deviations of the noise. */
  deviations: number;
}

/** Values on either side that a level needs. */
export const SEGMENT_MIN = 5;
/** Over the greatest of many looks at noise, which is about the square root of 2 log n (Fryzlewicz 2014). */
const SURENESS = 1.2;
/** A difference within the ordinary noise is none that anybody would act on. */
const DEVIATIONS_MIN = 1;
/** Relative to the level: what a hardly varying series may always differ by. */
const LEVEL_SHARE_MIN = 0.005;
const EDGE_MAX = 2;
const INTERVAL_SHRINK = Math.SQRT1_2;
/** The median of normal values is less sure than their mean by so much. */
const MEDIAN_ERROR = 1.2533;

interface Split {
  at: number;
  /** The difference in standard errors. */
  z: number;
  deviations: number;
  before: number;
  after: number;
}

/** Ascending; at most `CHANGE_POINTS_MAX`, the surest. */
export function changePoints(values: readonly number[]): ChangePoint[] {
  const found: Split[] = [];
  const open: Array<[number, number]> = [[0, values.length]];
  while (open.length > 0) {
    const [from, to] = open.pop() ?? [0, 0];
    const split = bestSplit(values, from, to);
    if (split === undefined) continue;
    found.push(split);
    open.push([from, split.at], [split.at, to]);
  }
  const kept = found.sort((a, b) => b.z - a.z).slice(0, CHANGE_POINTS_MAX);
  return levelled(
    values,
    kept.sort((a, b) => a.at - b.at),
  );
}

function levelled(values: readonly number[], splits: readonly Split[]): ChangePoint[] {
  return splits.map(({ at, z, deviations }, index) => ({
    index: at,
    before: median(values.slice(splits[index - 1]?.at ?? 0, at)),
    after: median(values.slice(at, splits[index + 1]?.at ?? values.length)),
    confidence: 1 - Math.min(1, 2 * upperTail(z) * values.length),
    deviations,
  }));
}

/** Intervals that shrink and overlap by half, so that every change is alone in one of them. */
function seededIntervals(from: number, to: number): Array<[number, number]> {
  const size = to - from;
  const intervals: Array<[number, number]> = [];
  for (let length = size; length >= 2 * SEGMENT_MIN; length *= INTERVAL_SHRINK) {
    const count = Math.max(1, 2 * Math.ceil(size / length) - 1);
    const shift = count === 1 ? 0 : (size - length) / (count - 1);
    for (let i = 0; i < count; i++) {
      intervals.push([from + Math.floor(i * shift), from + Math.min(size, Math.ceil(i * shift + length))]);
    }
  }
  return intervals;
}

function bestSplit(values: readonly number[], from: number, to: number): Split | undefined {
  const needed = SURENESS * Math.sqrt(2 * Math.log(values.length));
  const whole = values.slice(from, to);
  let best: Split | undefined;
  for (const [start, end] of seededIntervals(from, to)) {
    const place = placeOf(values.slice(start, end));
    if (place === undefined || place.statistic < needed) continue;
    const split = judged(whole, values.slice(start, end), place.at, start - from);
    if (split === undefined || split.z < needed || (best !== undefined && split.z <= best.z)) continue;
    best = { ...split, at: refined(values, place.at + start, split) };
  }
  return best;
}

/** Ranks of noise may move the place by a value or two: those at the edge go to the level they are nearer to. */
function refined(values: readonly number[], at: number, { before, after }: Split): number {
  const isLate = (index: number): boolean => {
    const value = values[index] ?? 0;
    return Math.abs(value - after) < Math.abs(value - before);
  };
  let place = at;
  while (place > at - EDGE_MAX && place > 0 && isLate(place - 1)) place--;
  if (place < at) return place;
  while (place < at + EDGE_MAX && place < values.length - 1 && !isLate(place)) place++;
  return place;
}

/** The difference of an interval's two levels against the noise of all that surrounds it. */
function judged(whole: readonly number[], part: readonly number[], at: number, offset: number): Split | undefined {
  const [left, right] = [part.slice(0, at), part.slice(at)];
  const [before, after] = [median(left), median(right)];
  const cut = at + offset;
  const [wide, far] = [median(whole.slice(0, cut)), median(whole.slice(cut))];
  const residuals = whole.map((value, index) => {
    const inside = index >= offset && index < offset + part.length;
    if (index < cut) return value - (inside ? before : wide);
    return value - (inside ? after : far);
  });
  const floor = LEVEL_SHARE_MIN * Math.max(Math.abs(before), Math.abs(after));
  const noise = Math.max(noiseOf(residuals), floor);
  const deviations = noise === 0 ? 0 : Math.abs(after - before) / noise;
  if (deviations < DEVIATIONS_MIN) return undefined;
  const error = MEDIAN_ERROR * Math.sqrt(1 / left.length + 1 / right.length);
  return { at, z: (deviations * independent(residuals, noise)) / error, deviations, before, after };
}

/** The square root of the share of values that count as independent, from the autocorrelation at lag 1. */
function independent(residuals: readonly number[], noise: number): number {
  const clipped = residuals.map((one) => Math.max(-3 * noise, Math.min(3 * noise, one)));
  let [products, squares] = [0, 0];
  clipped.forEach((one, index) => {
    squares += one * one;
    products += one * (clipped[index + 1] ?? 0);
  });
  if (squares === 0) return 1;
  // The estimate is biased towards 0 in short series (Kendall 1954).
  const raw = products / squares;
  const rho = Math.min(0.99, Math.max(0, raw + (1 + 4 * raw) / residuals.length));
  return Math.sqrt((1 - rho) / (1 + rho));
}

/** Where the sides differ most by rank; undefined where there is nothing to split. */
function placeOf(values: readonly number[]): { at: number; statistic: number } | undefined {
  const size = values.length;
  if (size < 2 * SEGMENT_MIN) return undefined;
  const ranks = ranksOf(values);
  let [sum, best, at] = [0, 0, -1];
  for (let left = 1; left <= size - SEGMENT_MIN; left++) {
    sum += ranks[left - 1] ?? 0;
    if (left < SEGMENT_MIN) continue;
    const statistic = Math.abs(sum - (left * (size + 1)) / 2) / Math.sqrt((left * (size - left) * (size + 1)) / 12);
    if (statistic > best) [best, at] = [statistic, left];
  }
  return at < 0 ? undefined : { at, statistic: best };
}

/** Mid-ranks, from 1. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) ranks[order[i] ?? 0] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
