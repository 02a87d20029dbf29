/** One metric over time: where its level changed, what stands out, what is missing, and which changes came just before. */

import { type ChangePoint, changePoints } from "../../../../core/statistics/change-points.js";
import { median, noiseOf } from "../../../../core/statistics/order.js";
import { ANOMALIES_MAX } from "../../../../vocabulary/analysis-limits.js";
import { isoText } from "../../kit/instant.js";
import { shownNumber } from "../../kit/metrics/reading.js";
import { type Measured, type Missing, measured, missingOf, type Point } from "./points.js";
import { seasonOf } from "./season.js";

/** A change is held against a shift that shows within so long after it, or within so many steps. */
const COINCIDES_WITHIN_MS = 600_000;
const COINCIDES_STEPS = 3;
/** The usual bound on a value's robust z-score (Iglewicz and Hoaglin 1993). */
const OUTLIER_DEVIATIONS = 3.5;
/** Relative to the level: what nobody would call an anomaly, however steady the series was. */
const OUTLIER_LEVEL_SHARE = 0.01;

export interface Shift {
  /** The first point at the new level, and the last at the old one. */
  at: string;
  not_before: string;
  before: number;
  after: number;
  size: number;
  /** How many times the old level; null where that is 0. */
  factor: number | null;
  confidence: number;
  deviations: number;
}

export interface TimedChange {
  atMs: number;
  what: string;
}

export interface Coincidence {
  at: string;
  what: string;
  /** The nearest shift, and how long after the change it showed; negative where it came before. */
  nearest: string | null;
  seconds_after: number | null;
  /** A shift showed within ten minutes, or three steps, after the change. */
  coincides: boolean;
  /** How often a moment taken at random would lie as close before one of the shifts; null where there is no shift. */
  by_chance: number | null;
}

export interface MetricAnalysis {
  points: number;
  from: string | null;
  to: string | null;
  step_seconds: number | null;
  missing: Missing;
  baseline: { kind: "constant" | "seasonal"; period_seconds: number | null; strength: number | null };
  /** Of the whole series: median and robust standard deviation. */
  level: number | null;
  deviation: number | null;
  change_points: Shift[];
  anomalies: Array<{ at: string; value: number; expected: number; deviations: number }>;
  changes: Coincidence[];
}

export interface MetricQuestion {
  points: readonly Point[];
  changes?: readonly TimedChange[];
  /** The length of a season, if it is not a day. */
  periodMs?: number;
  untilMs?: number;
}

export function analyseMetric({ points, changes = [], periodMs, untilMs }: MetricQuestion): MetricAnalysis {
  const series = measured(points);
  const { timesMs, values, stepMs } = series;
  const season = seasonOf(series, periodMs);
  const offsets = season?.offsets ?? values.map(() => 0);
  const level = values.map((value, index) => value - (offsets[index] ?? 0));
  const found = changePoints(level);
  const shifts = found.map((point) => shiftOf(point, series));
  return {
    points: values.length,
    from: timesMs[0] === undefined ? null : isoText(timesMs[0]),
    to: timesMs.length === 0 ? null : isoText(timesMs.at(-1) ?? 0),
    step_seconds: stepMs > 0 ? stepMs / 1_000 : null,
    missing: missingOf(series, untilMs),
    baseline:
      season === undefined
        ? { kind: "constant", period_seconds: null, strength: null }
        : { kind: "seasonal", period_seconds: season.periodMs / 1_000, strength: shown(season.strength) },
    level: values.length === 0 ? null : shown(median(values)),
    deviation: values.length === 0 ? null : shown(noiseOf(values.map((value) => value - median(values)))),
    change_points: shifts,
    anomalies: anomaliesOf(series, level, found, offsets),
    changes: changes.map((change) => coincidenceOf(change, found, series)),
  };
}

function shiftOf(point: ChangePoint, { timesMs }: Measured): Shift {
  const { before, after } = point;
  return {
    at: isoText(timesMs[point.index] ?? 0),
    not_before: isoText(timesMs[point.index - 1] ?? 0),
    before: shown(before),
    after: shown(after),
    size: shown(after - before),
    factor: before === 0 ? null : shown(after / before),
    confidence: Math.floor(point.confidence * 10_000) / 10_000,
    deviations: shown(point.deviations),
  };
}

/** Points far from the level of their own segment: a shift is no row of anomalies. */
function anomaliesOf(
  { timesMs, values }: Measured,
  level: readonly number[],
  found: readonly ChangePoint[],
  offsets: readonly number[],
): MetricAnalysis["anomalies"] {
  const bounds = [0, ...found.map(({ index }) => index), level.length];
  const expected = bounds.slice(1).flatMap((to, index) => {
    const own = level.slice(bounds[index], to);
    return own.map(() => median(own));
  });
  const residuals = level.map((value, index) => value - (expected[index] ?? 0));
  const noise = noiseOf(residuals);
  // Among many values the greatest lies far out by chance alone.
  const far = Math.max(OUTLIER_DEVIATIONS, Math.sqrt(2 * Math.log(Math.max(2, level.length))) + 1);
  return residuals
    .map((residual, index) => {
      const usual = (expected[index] ?? 0) + (offsets[index] ?? 0);
      const width = Math.max(noise, (OUTLIER_LEVEL_SHARE * Math.abs(usual)) / far);
      return { index, usual, deviations: width === 0 ? 0 : residual / width };
    })
    .filter(({ deviations }) => Math.abs(deviations) >= far)
    .sort((a, b) => Math.abs(b.deviations) - Math.abs(a.deviations))
    .slice(0, ANOMALIES_MAX)
    .sort((a, b) => a.index - b.index)
    .map(({ index, usual, deviations }) => ({
      at: isoText(timesMs[index] ?? 0),
      value: shown(values[index] ?? 0),
      expected: shown(usual),
      deviations: shown(deviations),
    }));
}

/** How long after a change a shift still counts as following it. */
export const followsWithinMs = (stepMs: number): number => Math.max(COINCIDES_WITHIN_MS, COINCIDES_STEPS * stepMs);

function coincidenceOf({ atMs, what }: TimedChange, found: readonly ChangePoint[], series: Measured): Coincidence {
  const { timesMs, stepMs } = series;
  const within = followsWithinMs(stepMs);
  const spans = found.map(({ index }) => ({ atMs: timesMs[index] ?? 0, notBeforeMs: timesMs[index - 1] ?? 0 }));
  const follows = (span: { atMs: number; notBeforeMs: number }): boolean =>
    atMs <= span.atMs && span.notBeforeMs - atMs <= within;
  const near = [...spans].sort(
    (a, b) => Number(follows(b)) - Number(follows(a)) || Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs),
  )[0];
  const range = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
  const window = Math.min(1, (within + stepMs) / Math.max(range, 1));
  return {
    at: isoText(atMs),
    what,
    nearest: near === undefined ? null : isoText(near.atMs),
    seconds_after: near === undefined ? null : Math.round((near.atMs - atMs) / 1_000),
    coincides: near !== undefined && follows(near),
    by_chance: near === undefined ? null : shown(1 - (1 - window) ** spans.length),
  };
}

const shown = (value: number): number => Number(shownNumber(value, 5));
