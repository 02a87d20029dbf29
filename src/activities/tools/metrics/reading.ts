/** What a metric source was found to say, whichever kind it is. */
import type { Labels } from "./selector.js";

export interface Series {
  labels: Labels;
  /** Null where the value is no number (NaN or infinite). */
  value: number | null;
}

export interface Reading {
  /** What was asked, as the source understands it. */
  query: string;
  value: number | null;
  series: Series[];
  points?: Array<[string, number]>;
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
