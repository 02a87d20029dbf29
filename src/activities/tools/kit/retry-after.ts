/** How long the other side wants to be left alone, as it says in a header. */
import type { HttpAnswer } from "../../../platform/http/contract.js";

/** Milliseconds by `Retry-After`, in seconds or as a date, of at most `maxSeconds`; undefined where it does not say. */
export function retryAfterMs({ headers }: Pick<HttpAnswer, "headers">, maxSeconds: number): number | undefined {
  // Datadog tells the seconds until its window ends instead.
  const after = headers["retry-after"] ?? headers["x-ratelimit-reset"];
  const seconds = /^\d{1,6}$/.test(after ?? "") ? Number(after) : secondsUntil(after, headers.date);
  return seconds === undefined ? undefined : Math.min(Math.max(seconds, 1), maxSeconds) * 1_000;
}

/** By the other side's own clock. */
function secondsUntil(when: string | undefined, now: string | undefined): number | undefined {
  const [then, date] = [Date.parse(when ?? ""), Date.parse(now ?? "")];
  return Number.isNaN(then) || Number.isNaN(date) ? undefined : Math.ceil((then - date) / 1_000);
}
