/** What a metric source was found to say, whichever kind it is. */

import { sum } from "../../../../core/statistics/order.js";
import type { Unit } from "../../../../vocabulary/signals.js";
import type { Labels } from "../../../connectors/exposition/selector.js";

export interface Series {
  labels: Labels;
  /** Null where the value is no number (NaN or infinite). */
  value: number | null;
}

/** Which line of the catalogue a service's signal was read by; null where there was none. */
export interface SignalReading {
  name: string;
  service: string;
  exporter: string | null;
  unit: Unit | null;
  label: string | null;
  metrics: string[];
  also: string[];
  looked_for: Array<{ exporter: string; metrics: string[]; labels: string[] }>;
}

export interface Reading {
  /** What was asked, as the source understands it. */
  query: string;
  value: number | null;
  series: Series[];
  points?: Array<[string, number]>;
  /** Of a range with several series: JSON lines `{ labels, points }`. */
  blob?: string;
  /** Points were left out. */
  cut?: boolean;
  /** Why the value is not known, where the source did not tell it. */
  unknown?: string;
  signal?: SignalReading;
  fromMs: number;
  toMs: number;
  /** What the value stands on, for the finding. */
  evidence: string[];
}

/** What is asked of a source. */
export type Question =
  | { kind: "ratio"; numerator: string; denominator: string }
  | { kind: "rate"; selector: string }
  | { kind: "gauge"; selector: string }
  | { kind: "query"; query: string };

export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Rates of several series add up. No series adds up to nothing; series of which no value is known have no sum. */
export function sumOf(series: readonly Series[]): number | null {
  const known = series.flatMap(({ value }) => value ?? []);
  return known.length === 0 && series.length > 0 ? null : sum(known);
}

/** Null where either side is not known or nothing was counted below. */
export function ratioOf(above: number | null, below: number | null): number | null {
  return above === null || below === null || below === 0 ? null : above / below;
}

/** A number for people: as many significant digits as asked for, and never fewer than its whole part has. */
export function shownNumber(value: number, digits = 4): string {
  if (Number.isInteger(value)) return String(value);
  const whole = Math.abs(value) >= 10 ** (digits - 1);
  return String(whole ? Math.round(value) : Number(value.toPrecision(digits)));
}

export const shownOrUnknown = (value: number | null): string => (value === null ? "unknown" : shownNumber(value));

/** A time to look at, or a span of it in steps. */
export interface Moment {
  /** Absent: the state at `untilMs` alone. */
  sinceMs?: number;
  untilMs: number;
  stepSeconds?: number;
}
