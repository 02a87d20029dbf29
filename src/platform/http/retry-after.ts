/** `Retry-After`: in seconds, or as a date. */
import { RETRY_AFTER_MAX_MS } from "../../vocabulary/rate-limits.js";

/** Milliseconds from now, bounded, since a server may say anything; undefined where the answer does not say. */
export function retryAfterMs(headers: Record<string, string>, nowMs: number): number | undefined {
  const value = headers["retry-after"]?.trim();
  if (value === undefined || value === "") return undefined;
  const ms = /^\d{1,9}(?:\.\d{1,3})?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS) : undefined;
}
