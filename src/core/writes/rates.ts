/**
 * Rates of requests for all workers together: who asks is told when, and later ones wait longer (the generic cell rate
 * algorithm). Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import {
  RATE_BURST_MAX,
  RATE_GRANT_MAX,
  RATE_MAX_PER_MINUTE,
  RATES_KEPT_MAX,
  RETRY_AFTER_MAX_MS,
} from "../../vocabulary/rate-limits.js";

/** Times are milliseconds since the epoch. */
interface Rate {
  /** When a request would be due if all were evenly spaced. */
  dueMs: number;
  /** Nobody asks before this: the other side said so. */
  heldUntilMs: number;
}
export type RateState = Record<string, Rate>;

export interface Take {
  rate: string;
  perMinute: number;
  /** Requests that may follow one another at once. */
  burst: number;
  /** Requests that are meant. */
  count: number;
  /** Milliseconds that the first of them may wait; where it would wait longer, nothing is taken. */
  maxWaitMs: number;
}
export interface Hold {
  rate: string;
  forMs: number;
}
/** `waitsMs`: for each request, how long from now it must wait. */
export type TakeAnswer = { ok: true; waitsMs: number[] } | { ok: false; waitMs: number };

/** What an earlier execution handed over, as far as it can be such a state: whoever writes to the namespace can make one. */
export function carriedRates(given: unknown, nowMs: number): RateState {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  const latestMs = nowMs + RETRY_AFTER_MAX_MS;
  const isTime = (value: unknown): value is number => typeof value === "number" && value >= 0;
  const rates = Object.entries(given).flatMap(([name, rate]: [string, Partial<Rate> | null]): Array<[string, Rate]> => {
    const { dueMs, heldUntilMs } = rate ?? {};
    if (!isTime(dueMs) || !isTime(heldUntilMs)) return [];
    return [[name, { dueMs: Math.min(dueMs, latestMs), heldUntilMs: Math.min(heldUntilMs, latestMs) }]];
  });
  return Object.fromEntries(rates.slice(0, RATES_KEPT_MAX));
}

export function takeFrom(
  state: RateState,
  { rate, perMinute, burst, count, maxWaitMs }: Take,
  nowMs: number,
): TakeAnswer {
  const every = 60_000 / perMinute;
  const known = Object.hasOwn(state, rate) ? state[rate] : undefined;
  const heldUntilMs = known?.heldUntilMs ?? 0;
  let dueMs = known?.dueMs ?? 0;
  const waitsMs: number[] = [];
  for (let index = 0; index < count; index++) {
    dueMs = Math.max(dueMs, nowMs);
    waitsMs.push(Math.max(0, Math.ceil(Math.max(dueMs - (burst - 1) * every, heldUntilMs) - nowMs)));
    dueMs += every;
  }
  const [first = 0] = waitsMs;
  if (first > maxWaitMs) return { ok: false, waitMs: first };
  makeRoom(state, nowMs);
  state[rate] = { dueMs, heldUntilMs };
  return { ok: true, waitsMs };
}

/** From now on nobody asks for `forMs`, and then one after another. */
export function holdBack(state: RateState, { rate, forMs }: Hold, nowMs: number): void {
  const known = Object.hasOwn(state, rate) ? state[rate] : undefined;
  const untilMs = nowMs + Math.min(forMs, RETRY_AFTER_MAX_MS);
  makeRoom(state, nowMs);
  state[rate] = {
    dueMs: Math.max(known?.dueMs ?? 0, untilMs),
    heldUntilMs: Math.max(known?.heldUntilMs ?? 0, untilMs),
  };
}

function makeRoom(state: RateState, nowMs: number): void {
  const names = Object.keys(state);
  if (names.length < RATES_KEPT_MAX) return;
  for (const name of names) {
    const rate = state[name];
    if (rate !== undefined && rate.dueMs <= nowMs && rate.heldUntilMs <= nowMs) delete state[name];
  }
}

const isRateName = (value: unknown): boolean =>
  typeof value === "string" && /^[a-zA-Z0-9][\w.:@/[\]-]{0,400}$/.test(value);
const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && Number.isFinite(value) && value >= least && value <= most;

/** Whether what came from outside is one. */
export function isTake(value: unknown): value is Take {
  const { rate, perMinute, burst, count, maxWaitMs } = (value ?? {}) as Record<string, unknown>;
  return (
    isRateName(rate) &&
    isWithin(perMinute, 0.01, RATE_MAX_PER_MINUTE) &&
    isWithin(burst, 1, RATE_BURST_MAX) &&
    isWithin(count, 1, RATE_GRANT_MAX) &&
    Number.isInteger(count) &&
    isWithin(maxWaitMs, 0, 86_400_000)
  );
}
export function isHold(value: unknown): value is Hold {
  const { rate, forMs } = (value ?? {}) as Record<string, unknown>;
  return isRateName(rate) && isWithin(forMs, 0, Number.MAX_SAFE_INTEGER);
}
