/** Whether the newest part of a series differs from what it was, robustly, and when that began. Imports no package. */
import { median, medianDeviation } from "./order.js";

export interface Shift {
  /** Position of the first value of the new level. */
  at: number;
  before: number;
  after: number;
  /** The difference in deviations of the noise before; large is clear. */
  strength: number;
}

const BEFORE_MIN = 6;
const AFTER_MIN = 2;

/**
 * The change that lasts until the end: the place at which both sides differ most in their medians against the noise
 * before. Undefined where there is too little to tell, or nothing changed.
 */
export function lastingShift(values: readonly number[]): Shift | undefined {
  if (values.length < BEFORE_MIN + AFTER_MIN) return undefined;
  const [first] = values;
  // Most series never move.
  if (values.every((value) => value === first)) return undefined;
  let best: Shift | undefined;
  const places = candidates(values);
  for (const at of places) {
    const [left, right] = [values.slice(Math.max(0, at - 120), at), values.slice(at)];
    const [before, after] = [median(left), median(right)];
    if (before === after) continue;
    const noise = Math.max(
      medianDeviation(left, before),
      medianDeviation(right, after) / 3,
      Math.abs(before) * 0.03,
      1e-9,
    );
    const strength = (Math.abs(after - before) / noise) * Math.sqrt(Math.min(right.length, 8) / 8);
    if (best === undefined || strength > best.strength) best = { at, before, after, strength };
  }
  return best !== undefined && best.strength >= 4 ? best : undefined;
}

/** Where neighbours differ most: a few places are enough. */
function candidates(values: readonly number[]): number[] {
  const jumps: Array<{ at: number; size: number }> = [];
  for (let at = BEFORE_MIN; at <= values.length - AFTER_MIN; at++) {
    const left = middleOf(values, Math.max(0, at - 4), at);
    const right = middleOf(values, at, Math.min(values.length, at + 4));
    jumps.push({ at, size: Math.abs(right - left) });
  }
  return jumps
    .sort((a, b) => b.size - a.size || a.at - b.at)
    .slice(0, 6)
    .map(({ at }) => at);
}

/** The median of a few neighbours, without the cost of sorting many lists. */
function middleOf(values: readonly number[], from: number, to: number): number {
  const few: number[] = [];
  for (let at = from; at < to; at++) {
    const value = values[at] ?? 0;
    let place = few.length;
    for (; place > 0 && (few[place - 1] ?? 0) > value; place--) few[place] = few[place - 1] ?? 0;
    few[place] = value;
  }
  const half = few.length >> 1;
  const upper = few[half] ?? 0;
  return few.length % 2 === 1 ? upper : ((few[half - 1] ?? 0) + upper) / 2;
}
