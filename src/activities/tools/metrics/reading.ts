/** What a metric source was found to say, whichever kind it is. */

import type { Labels } from "../../connectors/exposition/selector.js";
import type { Unit } from "./catalogue/recipe.js";

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

/** Rates of several series add up. */
export function sumOf(series: readonly Series[]): number {
  return series.reduce((sum, one) => sum + (one.value ?? 0), 0);
}

/** A number for people: four significant digits. */
export function shownNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A time to look at, or a span of it in steps. */
export interface Moment {
  /** Absent: the state at `untilMs` alone. */
  sinceMs?: number;
  untilMs: number;
  stepSeconds?: number;
}
