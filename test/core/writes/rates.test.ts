/** When others may be asked: never more than the rate, whoever asks and whenever. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  carriedRates,
  holdBack,
  isHold,
  isTake,
  type RateState,
  type Take,
  takeFrom,
} from "../../../src/core/writes/rates.js";
import { RATES_KEPT_MAX, RETRY_AFTER_MAX_MS } from "../../../src/vocabulary/rate-limits.js";

const NOW = 1_700_000_000_000;
const asking = (more: Partial<Take> = {}): Take => ({
  rate: "metrics",
  perMinute: 60,
  burst: 1,
  count: 1,
  maxWaitMs: 60_000,
  ...more,
});

test("one after another, evenly spaced; a burst at once, and then evenly", () => {
  const state: RateState = {};
  expect([1, 2, 3].map(() => takeFrom(state, asking(), NOW))).toEqual([
    { ok: true, waitsMs: [0] },
    { ok: true, waitsMs: [1_000] },
    { ok: true, waitsMs: [2_000] },
  ]);
  expect(takeFrom({}, asking({ burst: 3, count: 5 }), NOW)).toEqual({ ok: true, waitsMs: [0, 0, 0, 1_000, 2_000] });
});

test("what would wait too long is refused with the wait, and takes nothing", () => {
  const state: RateState = {};
  takeFrom(state, asking({ count: 10 }), NOW);
  const before = structuredClone(state);
  expect(takeFrom(state, asking({ maxWaitMs: 9_999 }), NOW)).toEqual({ ok: false, waitMs: 10_000 });
  expect(state).toEqual(before);
});

test("while the other side wants to be left alone nobody asks, and then one after another", () => {
  const state: RateState = {};
  holdBack(state, { rate: "metrics", forMs: 5_000 }, NOW);
  expect(takeFrom(state, asking({ burst: 10, count: 2 }), NOW)).toMatchObject({ ok: true, waitsMs: [5_000, 5_000] });
  expect(takeFrom({ metrics: { dueMs: 0, heldUntilMs: 0 } }, asking({ rate: "logs" }), NOW)).toMatchObject({
    ok: true,
  });
});

test("in any stretch of time there are no more requests than the burst and what the rate allows", () => {
  const asks = fc.array(
    fc.record({ afterMs: fc.nat(3_000), count: fc.integer({ min: 1, max: 20 }), maxWaitMs: fc.nat(20_000) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(asks, fc.integer({ min: 1, max: 1_200 }), fc.integer({ min: 1, max: 30 }), (all, perMinute, burst) => {
      const state: RateState = {};
      const at: number[] = [];
      let now = NOW;
      for (const { afterMs, count, maxWaitMs } of all) {
        now += afterMs;
        const answer = takeFrom(state, asking({ perMinute, burst, count, maxWaitMs }), now);
        if (answer.ok) at.push(...answer.waitsMs.map((waitMs) => now + waitMs));
      }
      at.sort((a, b) => a - b);
      const every = 60_000 / perMinute;
      for (let first = 0; first < at.length; first++) {
        for (let last = first; last < at.length; last++) {
          // Waits are whole milliseconds, rounded up.
          const spanMs = (at[last] ?? 0) - (at[first] ?? 0) + 1;
          expect(last - first + 1).toBeLessThanOrEqual(Math.floor(burst + spanMs / every + 1e-6));
        }
      }
    }),
  );
});

test("what comes from outside is looked at", () => {
  expect(isTake(asking())).toBe(true);
  expect(isHold({ rate: "any/api.example.com", forMs: 10 })).toBe(true);
  const wrong = [
    null,
    {},
    asking({ perMinute: 0 }),
    asking({ burst: 0 }),
    asking({ count: 21 }),
    asking({ count: 1.5 }),
  ];
  for (const value of [...wrong, asking({ rate: "__proto__" }), asking({ rate: "a b" }), asking({ maxWaitMs: -1 })]) {
    expect(isTake(value), JSON.stringify(value)).toBe(false);
  }
  expect(isHold({ rate: "x", forMs: Number.NaN })).toBe(false);
});

test("what is handed over is taken as far as it is a state of rates, and holds nobody back for longer than any answer could", () => {
  const nowMs = 1_000_000;
  const latest = nowMs + RETRY_AFTER_MAX_MS;
  for (const none of [undefined, null, "x", [], 7]) expect(carriedRates(none, nowMs)).toEqual({});
  const given = {
    kept: { dueMs: 5, heldUntilMs: 6 },
    forever: { dueMs: 9e15, heldUntilMs: Number.POSITIVE_INFINITY },
    negative: { dueMs: -1, heldUntilMs: 0 },
    nan: { dueMs: Number.NaN, heldUntilMs: 0 },
    nothing: null,
  };
  expect(carriedRates(given, nowMs)).toEqual({
    kept: { dueMs: 5, heldUntilMs: 6 },
    forever: { dueMs: latest, heldUntilMs: latest },
  });
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`r${n}`, { dueMs: 1, heldUntilMs: 1 }]));
  expect(Object.keys(carriedRates(many, nowMs)).length).toBeLessThanOrEqual(RATES_KEPT_MAX);
});
