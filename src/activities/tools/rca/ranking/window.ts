/** The time around an issue in equal buckets: which of them show it, how strongly, and which are calm. */

import { median, quantile, spread, sum } from "../../../../core/statistics/order.js";
import { type IssueTime, moment, type Series } from "./input.js";

const STEP_DEFAULT_SECONDS = 60;
const STEP_MIN_SECONDS = 1;
/** Buckets before the notice that are looked at for a calm level and for the beginning. */
const LEAD_BUCKETS = 24;
/** An issue may be noticed this many buckets after it began. */
const NOTICED_LATE_BUCKETS = 2;
const BUCKETS_MAX = 288;
/** A long issue of fine data is looked at in buckets of up to a minute. */
const COARSE_MAX_SECONDS = 60;
/** So many missing buckets end the data of an issue: what follows is another time. */
const GAP_BUCKETS = 6;
/** Below this share of the target's greatest excess a bucket is calm. */
const CALM_SHARE = 0.25;
/** Deviations between the calmest quarter of the surroundings and normal operation: beyond, nothing here is calm. */
const DISTURBED_DEVIATIONS = 6;
/** As far from the normal level, relative to it, is a disturbance even where normal operation hardly varies. */
const DISTURBED_SHARE = 0.5;

export interface Window {
  step: number;
  /** The start of the first bucket, and how many there are. */
  start: number;
  size: number;
  /** The issue's end, which may lie behind the last bucket: what follows the notice at once is not normal operation. */
  end: number;
  normal: { from: number; to: number } | undefined;
  /** By bucket, 0..1: how much of the target's trouble falls into it. The sum is 1, or 0 where nothing is known. */
  weights: number[];
  calm: boolean[];
}

export type Buckets = ReadonlyArray<number | undefined>;

function stepOf(times: readonly number[]): number {
  const steps: number[] = [];
  for (let i = 1; i < times.length; i++) {
    const step = (times[i] ?? 0) - (times[i - 1] ?? 0);
    if (step > 0) steps.push(step);
  }
  const step = quantile(steps, 0.25);
  return step > 0 ? Math.max(step, STEP_MIN_SECONDS) : STEP_DEFAULT_SECONDS;
}

/** The last moment that follows `from` without a gap. */
function lastOf(times: readonly number[], from: number, step: number): number {
  let last = from;
  for (const time of times) {
    if (time <= last) continue;
    if (time - last > GAP_BUCKETS * step) break;
    last = time;
  }
  return last;
}

/** The mean of a series in every bucket of the window. */
export function bucketsOf(series: Series, window: Pick<Window, "start" | "step" | "size">): Buckets {
  const sums = new Array<number>(window.size).fill(0);
  const counts = new Array<number>(window.size).fill(0);
  series.times.forEach((time, index) => {
    const bucket = Math.floor((time - window.start) / window.step);
    if (bucket < 0 || bucket >= window.size) return;
    sums[bucket] = (sums[bucket] ?? 0) + (series.values[index] ?? 0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  });
  return sums.map((total, bucket) => (counts[bucket] ? total / (counts[bucket] ?? 1) : undefined));
}

/** The values of a series in normal operation: those of the given period, or all that lie outside the window. */
export function normalValues(series: Series, window: Pick<Window, "start" | "end" | "normal">): number[] {
  const { end, normal } = window;
  return series.values.filter((_, index) => {
    const time = series.times[index] ?? 0;
    if (time >= window.start && time < end) return false;
    return normal === undefined || (time >= normal.from && time <= normal.to);
  });
}

export const directed = (series: Series, excess: number): number =>
  series.signal.worse === "up" ? excess : series.signal.worse === "down" ? -excess : Math.abs(excess);

/** How much worse than calm the target is, by bucket. */
function excesses(target: Series, buckets: Buckets, normal: readonly number[]): number[] {
  const near = buckets.filter((value) => value !== undefined);
  const far = median(normal);
  // Towards the better side; where either side may be the worse, the middle.
  const share = target.signal.worse === "up" ? 0.25 : target.signal.worse === "down" ? 0.75 : 0.5;
  let level = near.length > 0 ? quantile(near, share) : far;
  const distance = directed(target, level - far);
  const disturbed = distance > Math.max(DISTURBED_DEVIATIONS * spread(normal), DISTURBED_SHARE * Math.abs(far));
  if (normal.length > 0 && (target.signal.worse === "both" || disturbed)) level = far;
  return buckets.map((value) => (value === undefined ? 0 : Math.max(0, directed(target, value - level))));
}

/** `target` may be absent: then every bucket from the notice on counts alike. */
export function windowOf(target: Series | undefined, all: readonly Series[], time: IssueTime): Window | undefined {
  const longest = target ?? all.reduce<Series | undefined>((best, one) => (longer(one, best) ? one : best), undefined);
  if (longest === undefined || longest.times.length === 0) return undefined;
  const fine = stepOf(longest.times);
  const from = moment(time?.from) ?? (longest.times.at(-1) ?? 0) - fine;
  const last = Math.max(moment(time?.to) ?? lastOf(longest.times, from, fine), from);
  const step = Math.max(fine, Math.min(COARSE_MAX_SECONDS, (last - from) / (BUCKETS_MAX - LEAD_BUCKETS - 1)));
  // Buckets are aligned with the points of the series, so that none of them falls between two.
  const phase = (longest.times.find((at) => at > from - LEAD_BUCKETS * step) ?? from) % step;
  const start = Math.floor((from - LEAD_BUCKETS * step - phase) / step) * step + phase;
  const size = Math.min(BUCKETS_MAX, Math.max(1, Math.floor((last - start) / step) + 1));
  const end = Math.max(start + size * step, last + fine);
  const [begin, until] = [moment(time?.normal?.from), moment(time?.normal?.to)];
  const normal = begin !== undefined && until !== undefined ? { from: begin, to: until } : undefined;
  const frame = { step, start, size, end, normal };
  if (target === undefined) return { ...frame, ...evenly(frame, from) };
  return { ...frame, ...profile(target, frame, from) };
}

const longer = (one: Series, other: Series | undefined): boolean => one.times.length > (other?.times.length ?? 0);

/** Whether a bucket may show the issue: it covers the notice or lies after it, or a little before. */
const eligible = (frame: { start: number; step: number }, bucket: number, from: number, late: number): boolean =>
  frame.start + (bucket + 1 + late) * frame.step > from;

function evenly(frame: { start: number; step: number; size: number }, from: number): Pick<Window, "weights" | "calm"> {
  const shown = Array.from({ length: frame.size }, (_, bucket) => eligible(frame, bucket, from, 0));
  const count = shown.filter(Boolean).length;
  return { weights: shown.map((is) => (is ? 1 / Math.max(1, count) : 0)), calm: shown.map((is) => !is) };
}

function profile(
  target: Series,
  frame: Pick<Window, "start" | "step" | "size" | "end" | "normal">,
  from: number,
): Pick<Window, "weights" | "calm"> {
  const buckets = bucketsOf(target, frame);
  const excess = excesses(target, buckets, normalValues(target, frame));
  const shown = excess.map((value, bucket) => (eligible(frame, bucket, from, NOTICED_LATE_BUCKETS) ? value : 0));
  const most = Math.max(0, ...shown);
  if (most === 0) return evenly(frame, from);
  const strong = shown.map((value) => (value > CALM_SHARE * most ? value : 0));
  const total = sum(strong);
  const first = strong.findIndex((value) => value > 0);
  return {
    weights: strong.map((value) => value / total),
    // Where the target has a gap before the issue, other nodes may have been measured.
    calm: buckets.map((value, bucket) =>
      value === undefined ? bucket < first : (excess[bucket] ?? 0) <= CALM_SHARE * most,
    ),
  };
}
