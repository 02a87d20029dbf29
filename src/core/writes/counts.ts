/**
 * So many within a time, for all workers together: exact, and asked twice for one id it counts once.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

export interface CountLimit {
  name: string;
  most: number;
}
/** All limits hold, or nothing is counted. */
export interface Count {
  id: string;
  limits: CountLimit[];
  withinMs: number;
}
/** `waitMs`: until the limit has room again. */
export type CountAnswer = { ok: true } | { ok: false; limit: string; most: number; waitMs: number };
/** By name: when each id was counted. */
export type CountState = Record<string, Record<string, number>>;

const LIMITS_MAX = 5;
const NAMES_KEPT_MAX = 500;
const MOST_MAX = 1_000;
const WITHIN_MAX_MS = 86_400_000;

export function countIn(state: CountState, { id, limits, withinMs }: Count, nowMs: number): CountAnswer {
  for (const name of Object.keys(state)) forget(state, name, nowMs - WITHIN_MAX_MS);
  for (const { name, most } of limits) {
    const within = Object.entries(ownOf(state, name)).filter(([, atMs]) => atMs > nowMs - withinMs);
    if (within.some(([known]) => known === id) || within.length < most) continue;
    const oldest = within.map(([, atMs]) => atMs).sort((a, b) => a - b)[within.length - most] ?? nowMs;
    return { ok: false, limit: name, most, waitMs: Math.max(1, oldest + withinMs - nowMs) };
  }
  for (const { name } of limits) {
    if (!Object.hasOwn(state, name) && Object.keys(state).length >= NAMES_KEPT_MAX) continue;
    const own = ownOf(state, name);
    if (!Object.hasOwn(own, id)) own[id] = nowMs;
    state[name] = own;
  }
  return { ok: true };
}

/** Names and ids come from outside, and may be those that every object has. */
const ownOf = (state: CountState, name: string): Record<string, number> =>
  (Object.hasOwn(state, name) ? state[name] : undefined) ?? {};

function forget(state: CountState, name: string, beforeMs: number): void {
  const own = ownOf(state, name);
  for (const [id, atMs] of Object.entries(own)) if (atMs <= beforeMs) delete own[id];
  if (Object.keys(own).length === 0) delete state[name];
}

const isName = (value: unknown): boolean => typeof value === "string" && /^[a-zA-Z0-9][\w.:@-]{0,250}$/.test(value);

/** Of what an earlier execution handed over, what can be one: no time lies ahead. */
export function carriedCounts(carried: unknown, nowMs: number): CountState {
  const state: CountState = {};
  for (const [name, ids] of Object.entries((carried ?? {}) as object).slice(0, NAMES_KEPT_MAX)) {
    if (!isName(name) || typeof ids !== "object" || ids === null) continue;
    const own = Object.entries(ids).filter(([id, atMs]) => isName(id) && typeof atMs === "number" && atMs <= nowMs);
    state[name] = Object.fromEntries(own.slice(0, MOST_MAX)) as Record<string, number>;
  }
  return state;
}

/** Whether what came from outside is one. */
export function isCount(value: unknown): value is Count {
  const { id, limits, withinMs } = (value ?? {}) as Record<string, unknown>;
  return (
    isName(id) &&
    Array.isArray(limits) &&
    limits.length >= 1 &&
    limits.length <= LIMITS_MAX &&
    limits.every(
      (limit) => isName(limit?.name) && Number.isInteger(limit.most) && limit.most >= 1 && limit.most <= MOST_MAX,
    ) &&
    typeof withinMs === "number" &&
    withinMs >= 1_000 &&
    withinMs <= WITHIN_MAX_MS
  );
}
