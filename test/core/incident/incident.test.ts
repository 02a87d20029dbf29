/** The alerts of one group: each is counted once as an alert and each message once as a message, in whatever order they come. */
import { describe, expect, test } from "vitest";
import { isFiring, isIncidentAlert, newIncident, takeAlerts, viewOf } from "../../../src/core/incident/incident.js";
import { type CountState, countIn, isCount } from "../../../src/core/writes/counts.js";

const INPUT = { hook: "pager", key: { alertname: "A" }, settings: { debounceMs: 1_000, cooldownMs: 1_000 } };
const alert = (id: string, status: "firing" | "resolved" = "firing", since?: string) => ({
  ...{ id, name: "A", says: "", labels: { pod: id }, status },
  ...(since === undefined ? {} : { since }),
});

test("an alert is within bounds in all its parts: anyone may send one", () => {
  const labels = (count: number, chars: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at}`, "x".repeat(chars)]));
  for (const own of [{}, labels(200, 30), labels(7, 1_000)]) {
    expect(isIncidentAlert({ ...alert("a"), labels: own })).toBe(true);
  }
  for (const own of [labels(201, 1), labels(9, 1_000), labels(1, 1_001), { ["n".repeat(9_000)]: "" }, [], null, "x"]) {
    expect(isIncidentAlert({ ...alert("a"), labels: own })).toBe(false);
  }
});

describe("an incident", () => {
  test("counts repeats as messages, not as alerts", () => {
    const state = newIncident(0, 1_000);
    takeAlerts(state, [alert("a"), alert("b"), alert("a")], 1);
    takeAlerts(state, [alert("b")], 2);
    expect(viewOf(state, INPUT)).toMatchObject({ alerts: 2, firing: 2, taken: 4, beyond: 0 });
  });
  test("tells when the last that fired is over, and only then", () => {
    const state = newIncident(0, 1_000);
    takeAlerts(state, [alert("a"), alert("b")], 1);
    expect(takeAlerts(state, [alert("a", "resolved")], 2).isOver).toBe(false);
    expect(takeAlerts(state, [alert("b", "resolved")], 3).isOver).toBe(true);
    expect(viewOf(state, INPUT).resolvedMs).toBe(3);
    takeAlerts(state, [alert("b")], 4);
    expect(viewOf(state, INPUT).resolvedMs).toBeUndefined();
  });
  test("is not fooled by a message that its end overtook", () => {
    const state = newIncident(0, 1_000);
    takeAlerts(state, [alert("a", "resolved", "t1"), alert("a", "firing", "t1")], 1);
    expect(isFiring(state)).toBe(false);
    takeAlerts(state, [alert("a", "firing", "t2")], 2);
    expect(isFiring(state)).toBe(true);
  });
  test("notices flapping", () => {
    const state = newIncident(0, 1_000);
    for (let turn = 0; turn < 5; turn++) takeAlerts(state, [alert("a", turn % 2 === 0 ? "firing" : "resolved")], turn);
    expect(viewOf(state, INPUT).flapping).toBe(1);
  });
  test("keeps so many one by one and counts the rest", () => {
    const state = newIncident(0, 1_000);
    for (let count = 0; count < 10_000; count++) takeAlerts(state, [alert(`a${count}`)], count);
    expect(viewOf(state, INPUT)).toMatchObject({
      ...{ alerts: 10_000, firing: 10_000, kept: 400, taken: 10_000, beyond: 9_600 },
    });
    // Handed over when its history grows long, it stays far from what a payload may have.
    expect(JSON.stringify(state).length).toBeLessThan(500_000);
  });
});

describe("an incident of more alerts than it keeps one by one", () => {
  const crowd = () => {
    const state = newIncident(0, 1_000);
    const ids = Array.from({ length: 600 }, (_, at) => at.toString(16).padStart(24, "0").split("").reverse().join(""));
    takeAlerts(
      state,
      ids.map((id) => alert(id, "firing", "t1")),
      1,
    );
    return { state, ids };
  };
  test("is over only when all of them are, in whatever order, and repeats change nothing", () => {
    const { state, ids } = crowd();
    const [last = "", ...others] = [...ids].reverse();
    takeAlerts(
      state,
      others.map((id) => alert(id, "resolved", "t1")),
      2,
    );
    takeAlerts(
      state,
      others.map((id) => alert(id, "resolved", "t1")),
      3,
    );
    expect(viewOf(state, INPUT)).toMatchObject({ alerts: 600, firing: 1, kept: 400 });
    // Late: what was resolved with the same beginning does not fire anew.
    takeAlerts(
      state,
      others.map((id) => alert(id, "firing", "t1")),
      4,
    );
    expect(viewOf(state, INPUT).firing).toBe(1);
    expect(takeAlerts(state, [alert(last, "resolved", "t1")], 5).isOver).toBe(true);
    takeAlerts(state, [alert(last, "firing", "t2")], 6);
    expect(viewOf(state, INPUT).firing).toBe(1);
  });
  test("that an earlier version took counts as that did", () => {
    const state = newIncident(0, 1_000);
    const ids = Array.from({ length: 600 }, (_, at) => `a${at}`);
    takeAlerts(
      state,
      ids.map((id) => alert(id)),
      1,
      () => false,
    );
    expect(viewOf(state, INPUT)).toMatchObject({ alerts: 400, firing: 400, beyond: 200 });
    expect(viewOf(state, INPUT)).not.toHaveProperty("kept");
  });
  test("says so where there are too many to be told apart, and goes on", () => {
    const state = newIncident(0, 1_000);
    const many = Array.from({ length: 30_500 }, (_, at) => alert(`${at}`.padStart(12, "0")));
    takeAlerts(state, many, 1);
    expect(viewOf(state, INPUT)).toMatchObject({ taken: 30_500, alerts: 30_400 });
    expect(state.notes.join()).toContain("some are only counted");
    expect(JSON.stringify(state).length).toBeLessThan(1_000_000);
  });
});

describe("so many within an hour", () => {
  const count = (id: string, most = 3) => ({
    id,
    withinMs: 3_600_000,
    limits: [
      { name: "hook:a", most },
      { name: "hooks", most: 4 },
    ],
  });
  test("is exact, by each limit, and counts one id once", () => {
    const state: CountState = {};
    for (const id of ["1", "2", "2", "3"]) expect(countIn(state, count(id), 0)).toEqual({ ok: true });
    expect(countIn(state, count("4"), 1_000)).toEqual({ ok: false, limit: "hook:a", most: 3, waitMs: 3_599_000 });
    const other = {
      ...count("5"),
      limits: [
        { name: "hook:b", most: 9 },
        { name: "hooks", most: 4 },
      ],
    };
    expect(countIn(state, other, 2_000)).toEqual({ ok: true });
    expect(countIn(state, { ...other, id: "6" }, 2_000)).toMatchObject({ ok: false, limit: "hooks" });
    expect(countIn(state, count("4"), 3_600_001)).toEqual({ ok: true });
  });
  test("refuses what is none", () => {
    expect(isCount(count("a"))).toBe(true);
    for (const value of [
      null,
      {},
      { ...count("a"), limits: [] },
      { ...count("a"), withinMs: 0 },
      { ...count("__proto__ x") },
    ]) {
      expect(isCount(value)).toBe(false);
    }
  });
});
