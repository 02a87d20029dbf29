/** What a reading says, in a sentence for people. */
import type { Unit } from "../../../../vocabulary/signals.js";
import type { QUESTIONS } from "./params.js";
import { type Reading, shownNumber } from "./reading.js";

export function statementOf(kind: (typeof QUESTIONS)[number], { value, series, signal, unknown }: Reading): string {
  if (signal !== undefined) return signalStatement(signal, value);
  const what = kind === "datadog_query" ? "query" : kind;
  if (value === null && unknown !== undefined) return `the ${what} is unknown: ${unknown}`;
  if (what === "ratio") {
    if (value === null) return "the ratio is unknown, since nothing was counted in its denominator";
    return `the ratio is ${shownNumber(value)} (${shownNumber(value * 100)} %)`;
  }
  if (value !== null) return `the ${what} is ${shownNumber(value)}${what === "rate" ? " a second" : ""}`;
  if (series.length === 0) return `the ${what} found no series`;
  if (series.length > 1) return `the ${what} found ${series.length} series and not one value`;
  return `the ${what} gave no finite value`;
}

function signalStatement(
  { service, name, exporter, unit }: NonNullable<Reading["signal"]>,
  value: number | null,
): string {
  const words = name.replaceAll("_", " ");
  if (exporter === null || unit === null) return `no metric tells the ${words} of ${service}`;
  if (value === null) return `the ${words} of ${service} is unknown: its metrics (${exporter}) gave no value`;
  return `the ${words} of ${service} is ${shownValue(value, unit)} (${exporter})`;
}

function shownValue(value: number, unit: Unit): string {
  switch (unit) {
    case "ratio":
      return `${shownNumber(value * 100)} %`;
    case "seconds":
      return value < 1 ? `${shownNumber(value * 1_000)} ms` : `${shownNumber(value)} s`;
    case "bytes":
    case "bytes a second":
      return `${shownNumber(value / 1_048_576)} MiB${unit === "bytes" ? "" : " a second"}`;
    case "count":
      return shownNumber(value);
    default:
      return `${shownNumber(value)} ${unit}`;
  }
}
