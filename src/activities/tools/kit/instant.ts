/** Points in time as params give them: an ISO time, or a duration back from now. */

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(\d{1,7}(?:\.\d{1,3})?) ?(ms|s|m|h|d|w)$/;
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** Several units in a row, as Go and Prometheus write them. */
const COMPOUND = /^(?:\d{1,7}(?:ms|[smhdw])){2,6}$/;

/** Milliseconds of a duration such as `15m`, `2h`, `90s` or `1h30m`; undefined where the text is none. */
export function durationMs(text: string): number | undefined {
  if (COMPOUND.test(text)) {
    const parts = [...text.matchAll(/(\d+)(ms|[smhdw])/g)];
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0), 0);
  }
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (UNIT_MS[unit] ?? 0);
}

/** Milliseconds since the epoch, or undefined where the text is neither. A time without a zone is UTC. */
export function instantMs(text: string, nowMs: number): number | undefined {
  const back = durationMs(text);
  if (back !== undefined) return nowMs - back;
  return isoMs(text);
}

export function isoMs(text: string): number | undefined {
  if (!ISO.test(text)) return undefined;
  let iso = text.replace(" ", "T").replace(",", ".");
  if (iso.length > 10 && !/(?:Z|[+-]\d\d:?\d\d)$/.test(iso)) iso += "Z";
  const ms = Date.parse(iso.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(ms) ? undefined : ms;
}

/** ISO-8601, UTC, with milliseconds: the one form of a time in every output. */
export function isoText(ms: number): string {
  return new Date(ms).toISOString();
}

/** A span in words that a person would use: `45 seconds`, `3 minutes`, `2 hours`, `5 days`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const of = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;
  if (seconds < 120) return of(seconds, "second");
  if (seconds < 7_200) return of(Math.round(seconds / 60), "minute");
  if (seconds < 172_800) return of(Math.round(seconds / 3_600), "hour");
  return of(Math.round(seconds / 86_400), "day");
}
