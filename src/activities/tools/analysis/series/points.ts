/** A series as `metric_query` returns it, put in order: its step, and what is missing of it. */

import { median } from "../../../../core/statistics/order.js";
import { GAPS_MAX } from "../../../../vocabulary/analysis-limits.js";
import { isoMs, isoText } from "../../kit/instant.js";

export type Point = readonly [time: string, value: number | null];

export interface Measured {
  /** Ascending, no two alike. */
  timesMs: number[];
  values: number[];
  /** The usual distance of two points; 0 where there are fewer than two. */
  stepMs: number;
}

export interface Missing {
  /** Points that should have been there, between the first and the last or up to the given end. */
  points: number;
  /** Of all that should have been there, 0 to 1. */
  share: number;
  /** The longest; `to` is the next point that is there, null where none follows. */
  gaps: Array<{ from: string; to: string | null; points: number }>;
}

/** A point without a value is missing: it is never taken for 0. Of two at one time the last counts. */
export function measured(points: readonly Point[]): Measured {
  const known = new Map<number, number>();
  for (const [time, value] of points) {
    const ms = isoMs(time);
    if (ms !== undefined && value !== null && Number.isFinite(value)) known.set(ms, value);
  }
  const ordered = [...known].sort((a, b) => a[0] - b[0]);
  const timesMs = ordered.map(([time]) => time);
  const steps = timesMs.slice(1).map((time, index) => time - (timesMs[index] ?? time));
  return { timesMs, values: ordered.map(([, value]) => value), stepMs: median(steps) };
}

/** Points between two steps may come late: a gap begins at one and a half. */
const GAP_STEPS = 1.5;

/** `until`: the end of what was asked for; data that end before it are missing from there. */
export function missingOf({ timesMs, stepMs }: Measured, untilMs?: number): Missing {
  const gaps: Array<{ fromMs: number; toMs: number | undefined; points: number }> = [];
  const addInterval = (fromMs: number, endMs: number, toMs: number | undefined): void => {
    if (stepMs <= 0 || endMs - fromMs <= GAP_STEPS * stepMs) return;
    gaps.push({ fromMs, toMs, points: Math.round((endMs - fromMs) / stepMs) - 1 });
  };
  timesMs.forEach((time, index) => {
    const next = timesMs[index + 1];
    if (next !== undefined) addInterval(time, next, next);
    else if (untilMs !== undefined) addInterval(time, untilMs, undefined);
  });
  const points = gaps.reduce((sum, gap) => sum + gap.points, 0);
  const longest = [...gaps].sort((a, b) => b.points - a.points).slice(0, GAPS_MAX);
  return {
    points,
    share: points === 0 ? 0 : points / (points + timesMs.length),
    gaps: longest
      .sort((a, b) => a.fromMs - b.fromMs)
      .map((gap) => ({
        from: isoText(gap.fromMs),
        to: gap.toMs === undefined ? null : isoText(gap.toMs),
        points: gap.points,
      })),
  };
}
