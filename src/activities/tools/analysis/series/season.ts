/**
 * What a series does at every hour of the day (or at every part of another period), where it is known for long enough:
 * medians by part of the period, which a few incidents do not move. It is taken off only where it explains enough, by the
 * strength of Wang, Smith and Hyndman (2006) with absolute deviations in the place of variances.
 */
import { mean, median } from "../../../../core/statistics/order.js";
import type { Measured } from "./points.js";

const DAY_MS = 86_400_000;
/** So many periods must be there: of two values a median follows either. */
const PERIODS_MIN = 3;
/** A day has 24 parts, and so has any other period with enough points. */
const PARTS = 24;
const PARTS_MIN = 4;
/** Of the deviations: below, what looks like a season is mostly noise. */
const STRENGTH_MIN = 0.3;

export interface Season {
  periodMs: number;
  /** 0 to 1: how much of the deviations it explains. */
  strength: number;
  /** What the season adds to the level, by point. */
  offsets: number[];
}

/** `periodMs`: a day if not given. Undefined where the range is too short, or where no season shows. */
export function seasonOf({ timesMs, values, stepMs }: Measured, periodMs = DAY_MS): Season | undefined {
  const spanMs = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0) + stepMs;
  const parts = Math.min(PARTS, Math.floor(periodMs / Math.max(stepMs, 1)));
  if (stepMs <= 0 || parts < PARTS_MIN || spanMs < PERIODS_MIN * periodMs) return undefined;
  const partOf = (ms: number): number => Math.floor(((((ms % periodMs) + periodMs) % periodMs) / periodMs) * parts);
  const byPart = Array.from({ length: parts }, (): number[] => []);
  for (const [index, time] of timesMs.entries()) byPart[partOf(time)]?.push(values[index] ?? 0);
  if (byPart.some((own) => own.length < PERIODS_MIN)) return undefined;
  const level = median(values);
  const medians = byPart.map((own) => median(own) - level);
  const offsets = timesMs.map((time) => medians[partOf(time)] ?? 0);
  const total = mean(values.map((value) => Math.abs(value - level)));
  const left = mean(values.map((value, index) => Math.abs(value - level - (offsets[index] ?? 0))));
  const strength = total === 0 ? 0 : Math.max(0, 1 - left / total);
  return strength >= STRENGTH_MIN ? { periodMs, strength, offsets } : undefined;
}
