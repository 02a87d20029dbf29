/** Change windows: by the wall clock of their time zone, on every day of the year. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frozenBecause } from "../../../src/core/writes/windows.js";
import { wallClockAt } from "../../../src/platform/wall-clock.js";
import { parseWith } from "../../../src/schema/problems.js";
import { type ChangeWindow, changesSchema, DAYS } from "../../../src/schema/write-limits.js";

const at = (time: string) => Date.parse(time);
const open = (windows: ChangeWindow[], time: string | number, environment: "production" | "staging" = "production") => {
  const nowMs = typeof time === "number" ? time : at(time);
  return frozenBecause(windows, environment, nowMs, wallClockAt(nowMs)) === undefined;
};
const weekly = (more: Partial<ChangeWindow>): ChangeWindow => ({
  name: "w",
  mode: "allow",
  time_zone: "Europe/Berlin",
  ...more,
});
const OFFICE = weekly({ days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" });

describe("a window that comes every week", () => {
  test.each([
    // Winter time is an hour ahead of UTC in Berlin, summer time two.
    ["2026-01-14T07:59:59Z", false],
    ["2026-01-14T08:00:00Z", true],
    ["2026-01-14T15:59:59Z", true],
    ["2026-01-14T16:00:00Z", false],
    ["2026-07-15T06:59:59Z", false],
    ["2026-07-15T07:00:00Z", true],
    ["2026-07-15T14:59:59Z", true],
    ["2026-07-15T15:00:00Z", false],
    ["2026-07-18T10:00:00Z", false],
  ])("at %s is open: %s", (time, isOpen) => {
    expect(open([OFFICE], time)).toBe(isOpen);
  });

  test("loses the hour that the clock leaves out, and has both of those that it shows twice", () => {
    const night = weekly({ from: "02:00", to: "03:00" });
    // 29 March 2026: from 02:00 to 03:00 at 01:00 UTC. 25 October 2026: back from 03:00 to 02:00 at 01:00 UTC.
    const minutes = (day: string) =>
      Array.from({ length: 24 * 60 }, (_, minute) => at(`${day}T00:00:00Z`) + minute * 60_000 - 3_600_000 * 2).filter(
        (nowMs) => wallClockAt(nowMs)("Europe/Berlin").minutes >= 0 && open([night], nowMs),
      ).length;
    expect([minutes("2026-03-29"), minutes("2026-10-25"), minutes("2026-06-10")]).toEqual([0, 120, 60]);
  });

  test("over midnight belongs to the day on which it begins", () => {
    const night = weekly({ days: ["fri"], from: "22:00", to: "04:00", time_zone: "UTC" });
    const times = [
      "2026-01-16T21:59:00Z",
      "2026-01-16T22:00:00Z",
      "2026-01-17T03:59:00Z",
      "2026-01-17T04:00:00Z",
      "2026-01-16T03:00:00Z",
    ];
    expect(times.map((time) => open([night], time))).toEqual([false, true, true, false, false]);
  });

  test("goes by what a clock shows there, at any moment, in any zone", () => {
    const zones = [
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "America/St_Johns",
      "Pacific/Apia",
      "UTC",
    ];
    const time = fc.integer({ min: 0, max: 1_439 });
    const text = (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    fc.assert(
      fc.property(
        fc.integer({ min: at("2020-01-01T00:00:00Z") / 1_000, max: at("2035-01-01T00:00:00Z") / 1_000 }),
        fc.constantFrom(...zones),
        fc.subarray([...DAYS], { minLength: 1 }),
        time,
        time,
        (second, time_zone, days, from, to) => {
          fc.pre(from !== to);
          const nowMs = second * 1_000;
          // Another way to the same clock: the text of the date in that zone, read as if it were UTC.
          const shown = new Date(
            `${new Date(nowMs).toLocaleString("sv-SE", { timeZone: time_zone }).replace(" ", "T")}Z`,
          );
          const minutes = shown.getUTCHours() * 60 + shown.getUTCMinutes();
          const begins = from < to || minutes >= from ? shown : new Date(shown.getTime() - 86_400_000);
          const isDay = (days as readonly string[]).includes(DAYS[(begins.getUTCDay() + 6) % 7] ?? "");
          const inside = from < to ? from <= minutes && minutes < to : minutes >= from || minutes < to;
          expect(open([weekly({ days, from: text(from), to: text(to), time_zone })], nowMs)).toBe(isDay && inside);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("several windows", () => {
  const freeze: ChangeWindow = {
    name: "f",
    mode: "freeze",
    starts: "2026-01-14T10:00:00+01:00",
    ends: "2026-01-14T12:00:00+01:00",
  };

  test("a freeze beats a window that allows, and holds for the environments that it names", () => {
    expect(open([OFFICE, freeze], "2026-01-14T09:30:00Z")).toBe(false);
    expect(open([OFFICE, freeze], "2026-01-14T11:00:00Z")).toBe(true);
    const staged = { ...freeze, environments: ["staging" as const] };
    expect(open([staged], "2026-01-14T09:30:00Z")).toBe(true);
    expect(open([staged], "2026-01-14T09:30:00Z", "staging")).toBe(false);
  });

  test("where some allow, one that is open is enough; where none is given, every moment is", () => {
    const late = weekly({ name: "late", from: "20:00", to: "21:00" });
    expect(open([OFFICE, late], "2026-01-14T19:30:00Z")).toBe(true);
    expect(open([], "2026-01-14T03:00:00Z")).toBe(true);
    const other = { ...OFFICE, environments: ["staging" as const] };
    expect(open([other], "2026-01-14T03:00:00Z")).toBe(true);
  });

  test("what holds is named with its times", () => {
    const nowMs = at("2026-01-14T09:30:00Z");
    expect(frozenBecause([freeze], "production", nowMs, wallClockAt(nowMs))).toContain(
      "f holds in production (2026-01-14T10:00",
    );
    const saturday = at("2026-01-17T09:30:00Z");
    expect(frozenBecause([OFFICE], "production", saturday, wallClockAt(saturday))).toContain(
      "09:00–17:00 Europe/Berlin",
    );
  });
});

describe("the file", () => {
  const refused = (window: object) => {
    const parsed = parseWith(changesSchema, { windows: [window] });
    return parsed.ok ? [] : parsed.problems.map(({ at: place }) => place);
  };
  test.each([
    [{ name: "a", mode: "allow" }, "windows[0].time_zone"],
    [{ name: "a", mode: "allow", time_zone: "Europe/Atlantis" }, "windows[0].time_zone"],
    [{ name: "a", mode: "allow", time_zone: "+02:00" }, "windows[0].time_zone"],
    [{ name: "a", mode: "allow", time_zone: "UTC", from: "25:00" }, "windows[0].from"],
    [{ name: "a", mode: "allow", time_zone: "UTC", from: "10:00", to: "10:00" }, "windows[0].to"],
    [{ name: "a", mode: "freeze", starts: "2026-01-02T00:00:00Z" }, "windows[0].ends"],
    [{ name: "a", mode: "freeze", starts: "2026-01-02T00:00:00Z", ends: "2026-01-01T00:00:00Z" }, "windows[0].ends"],
    [{ name: "a", mode: "freeze", starts: "2026-01-02T00:00:00", ends: "2026-01-03T00:00:00" }, "windows[0].starts"],
    [
      { name: "a", mode: "freeze", starts: "2026-01-02T00:00:00Z", ends: "2026-01-03T00:00:00Z", days: ["mon"] },
      "windows[0].starts",
    ],
    [{ name: "a", mode: "block", time_zone: "UTC" }, "windows[0].mode"],
    [{ name: "a", mode: "allow", time_zone: "UTC", days: ["monday"] }, "windows[0].days[0]"],
  ])("%j is refused at %s", (window, place) => {
    expect(refused(window)).toContain(place);
  });

  test("takes whole days, a window over midnight, and moments with an offset", () => {
    expect(refused({ name: "a", mode: "allow", time_zone: "UTC", days: ["sat"] })).toEqual([]);
    expect(refused({ name: "a", mode: "freeze", time_zone: "Asia/Tokyo", from: "22:00", to: "06:00" })).toEqual([]);
    expect(
      refused({ name: "a", mode: "freeze", starts: "2026-01-02T00:00:00+01:00", ends: "2026-01-03T00:00:00Z" }),
    ).toEqual([]);
  });
});
