/** The ledger of writes: what starts, what does not, and that nothing slips through. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addOverride,
  addPause,
  emptyLedger,
  endPauses,
  isScope,
  isWriteStart,
  ledgerView,
  startWrite,
  type WriteStart,
} from "../../../src/core/writes/ledger.js";
import {
  ACTIONS_PER_HOUR_MAX,
  ACTIONS_WINDOW_MS,
  LEDGER_RUNS_MAX,
  PAUSES_MAX,
} from "../../../src/vocabulary/write-limits.js";

const write = (more: Partial<WriteStart> = {}): WriteStart => ({
  key: "k",
  runKey: "r",
  environment: "production",
  target: "shop",
  ...more,
});
const pause = (scope: string, id = `pause-${scope.replace(":", "-")}`) => ({ id, scope, reason: "why", by: "ann" });

describe("a pause", () => {
  test.each([
    ["all", {}, true],
    ["environment:production", {}, true],
    ["environment:staging", {}, false],
    ["target:shop", {}, true],
    ["target:sho", {}, false],
    ["target:undefined", { target: undefined }, false],
    ["namespace:payments", { namespace: "payments" }, true],
    ["namespace:payments", {}, false],
  ])("of %s holds %j: %s", (scope, more, holds) => {
    const ledger = emptyLedger();
    addPause(ledger, pause(scope, "pause-0001"), 0);
    const answer = startWrite(ledger, write(more), 1);
    expect(answer.ok).toBe(!holds);
    expect(ledger.starts.production).toHaveLength(holds ? 0 : 1);
  });

  test("that cannot be read is none; the same one counts once; its secrets are taken out", () => {
    const ledger = emptyLedger();
    for (const bad of [
      undefined,
      7,
      {},
      { ...pause("all"), id: "x" },
      { ...pause("everything") },
      { ...pause("all"), reason: 7 },
    ]) {
      expect(addPause(ledger, bad, 0)).toBeUndefined();
    }
    addPause(ledger, { ...pause("all"), reason: `token ghp_${"A".repeat(36)}` }, 0);
    addPause(ledger, pause("all"), 0);
    expect(ledger.pauses).toHaveLength(1);
    expect(ledger.pauses[0]?.reason).not.toContain("AAAA");
  });

  test("too many of them hold for all", () => {
    const ledger = emptyLedger();
    for (let count = 0; count <= PAUSES_MAX; count++)
      addPause(ledger, pause(`target:t${count}`, `pause-${1_000 + count}`), 0);
    expect(startWrite(ledger, write({ target: "other" }), 1)).toMatchObject({ ok: false, why: "paused" });
    expect(ledger.pauses).toHaveLength(PAUSES_MAX + 1);
    expect(addPause(ledger, pause("all", "pause-one-more"), 0)).toBeUndefined();
  });

  test("is ended by its own id alone", () => {
    const ledger = emptyLedger();
    addPause(ledger, pause("all"), 0);
    addPause(ledger, pause("target:shop"), 0);
    expect(endPauses(ledger, ["pause-all", "another"]).map(({ id }) => id)).toEqual(["pause-all"]);
    expect(startWrite(ledger, write(), 1)).toMatchObject({ ok: false, why: "paused" });
  });
});

test.each([
  ["all", true],
  ["environment:production", true],
  ["environment:prod", false],
  ["target:shop.eu-1", true],
  ["target:", false],
  ["target:a b", false],
  ["namespace:x\n", false],
  ["", false],
  [`target:${"a".repeat(300)}`, false],
])("%j is a scope: %s", (scope, expected) => {
  expect(isScope(scope)).toBe(expected);
});

describe("writes an hour", () => {
  test("never more start within any hour than the cap, and the same write counts once", () => {
    const step = fc.record({ afterMs: fc.integer({ min: 0, max: 900_000 }), key: fc.integer({ min: 0, max: 40 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 6 }), (steps, perHour) => {
        const ledger = emptyLedger();
        const started: Array<{ key: number; atMs: number }> = [];
        let nowMs = 0;
        for (const { afterMs, key } of steps) {
          nowMs += afterMs;
          const recent = started.filter(({ atMs }) => atMs > nowMs - ACTIONS_WINDOW_MS);
          const answer = startWrite(ledger, write({ key: String(key), perHour }), nowMs);
          const isKnown = recent.some((one) => one.key === key);
          expect(answer.ok).toBe(isKnown || recent.length < perHour);
          if (answer.ok && !isKnown) started.push({ key, atMs: nowMs });
          if (!answer.ok && answer.why === "too-many" && perHour > 0) {
            expect(answer.againMs).toBeGreaterThan(nowMs);
            expect(answer.againMs).toBeLessThanOrEqual(nowMs + ACTIONS_WINDOW_MS);
          }
        }
      }),
    );
  });

  test("do not hold back what takes a run's own effect back, and count it", () => {
    const ledger = emptyLedger();
    expect(startWrite(ledger, write({ key: "a", perHour: 1 }), 0).ok).toBe(true);
    expect(startWrite(ledger, write({ key: "b", perHour: 1, takesBack: true }), 0).ok).toBe(true);
    expect(startWrite(ledger, write({ key: "c", perHour: 2 }), 0)).toMatchObject({ why: "too-many" });
  });

  test("are counted exactly up to the most that a policy may allow, and what is kept is bounded", () => {
    const ledger = emptyLedger();
    for (let count = 0; count < 3 * ACTIONS_PER_HOUR_MAX; count++) {
      startWrite(ledger, write({ key: `k${count}`, runKey: `r${count}`, environment: "staging" }), count);
    }
    expect(ledger.starts.staging).toHaveLength(ACTIONS_PER_HOUR_MAX);
    expect(ledger.runs.length).toBeLessThanOrEqual(LEDGER_RUNS_MAX);
    const most = { environment: "staging" as const, key: "more", perHour: ACTIONS_PER_HOUR_MAX };
    expect(startWrite(ledger, write(most), 3_000)).toMatchObject({ why: "too-many" });
    expect(startWrite(ledger, write({ key: "p", perHour: 1 }), 3_000).ok).toBe(true);
    expect(JSON.stringify(ledger).length).toBeLessThan(250_000);
  });
});

describe("the targets of a run", () => {
  test("are counted over all its writes, by environment", () => {
    const ledger = emptyLedger();
    const start = (target: string, more: Partial<WriteStart> = {}) =>
      startWrite(ledger, write({ key: `${target}-${JSON.stringify(more)}`, target, targetsPerRun: 2, ...more }), 0);
    expect([start("a").ok, start("b").ok, start("a").ok]).toEqual([true, true, true]);
    expect(start("c")).toEqual({ ok: false, why: "targets", limit: 2, targets: ["a", "b", "c"] });
    expect([start("c", { environment: "staging" }).ok, start("c", { runKey: "other" }).ok]).toEqual([true, true]);
    expect(start("c", { targetsPerRun: 3 }).ok).toBe(true);
  });
});

describe("an override", () => {
  const override = {
    id: "o1",
    environment: "production" as const,
    reason: "why",
    by: "ann",
    token: "t",
    atMs: 0,
    untilMs: 100,
  };

  test("is handed to whoever is frozen, for its environment and until its time; it lifts no pause", () => {
    const ledger = emptyLedger();
    addOverride(ledger, override);
    addOverride(ledger, override);
    expect(startWrite(ledger, write({ frozen: true }), 50)).toMatchObject({ why: "frozen", overrides: [{ id: "o1" }] });
    expect(startWrite(ledger, write({ frozen: true, environment: "staging" }), 50)).toMatchObject({ overrides: [] });
    expect(ledger.starts.production).toEqual([]);
    expect(JSON.stringify(ledgerView(ledger))).not.toContain("token");
    addPause(ledger, pause("all"), 60);
    expect(startWrite(ledger, write({ frozen: true }), 70)).toMatchObject({ why: "paused" });
    endPauses(ledger, ["pause-all"]);
    expect(startWrite(ledger, write({ frozen: true }), 100)).toMatchObject({ overrides: [] });
  });
});

test("what is no write is not taken for one", () => {
  expect(isWriteStart(write())).toBe(true);
  for (const bad of [
    undefined,
    {},
    write({ key: "" }),
    write({ environment: "moon" as never }),
    write({ perHour: -1 }),
    write({ perHour: 1.5 }),
  ]) {
    expect(isWriteStart(bad)).toBe(false);
  }
});
