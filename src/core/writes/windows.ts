/**
 * Change windows: whether a write may start at a moment. The clock on the wall of a time zone is handed in.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { ChangeWindow } from "../../schema/write-limits.js";
import type { Environment } from "../../vocabulary/node-types.js";

/** What the policy says of when things may change. */
export interface Changes {
  windows: ChangeWindow[];
  /** Empty: nobody may override. */
  override_groups: string[];
  override_max_minutes: number;
}

/** What a clock on the wall shows: `day` 0 is Monday, `minutes` counts from midnight. */
export interface WallClock {
  day: number;
  minutes: number;
}

const DAY_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Why no write may start in the environment at this moment; undefined where one may. */
export function frozenBecause(
  windows: readonly ChangeWindow[],
  environment: Environment,
  nowMs: number,
  wallClock: (timeZone: string) => WallClock,
): string | undefined {
  const own = windows.filter(({ environments }) => environments === undefined || environments.includes(environment));
  const holds = (window: ChangeWindow): boolean => contains(window, nowMs, wallClock);
  const freeze = own.find((window) => window.mode === "freeze" && holds(window));
  if (freeze !== undefined) return `the freeze ${freeze.name} holds in ${environment} (${textOf(freeze)})`;
  const allowed = own.filter(({ mode }) => mode === "allow");
  if (allowed.length === 0 || allowed.some(holds)) return undefined;
  const when = allowed.map((window) => `${window.name}: ${textOf(window)}`).join("; ");
  return `changes to ${environment} start only within a change window, and none is open (${when})`;
}

/** The start belongs to a window, the end does not. A window over midnight belongs to the day on which it begins. */
function contains(window: ChangeWindow, nowMs: number, wallClock: (timeZone: string) => WallClock): boolean {
  const { starts, ends, days = DAY_NAMES, time_zone = "UTC" } = window;
  if (starts !== undefined && ends !== undefined) return Date.parse(starts) <= nowMs && nowMs < Date.parse(ends);
  const { day, minutes } = wallClock(time_zone);
  const [from, to] = [minutesOf(window.from ?? "00:00"), minutesOf(window.to ?? "24:00")];
  const isOn = (number: number): boolean => days.some((name) => name === DAY_NAMES[number]);
  if (from < to) return isOn(day) && from <= minutes && minutes < to;
  return (isOn(day) && minutes >= from) || (isOn((day + 6) % 7) && minutes < to);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function textOf({ days, from = "00:00", to = "24:00", time_zone, starts, ends }: ChangeWindow): string {
  if (starts !== undefined) return `${starts} to ${ends}`;
  return `${days === undefined ? "every day" : days.join(", ")} ${from}–${to} ${time_zone}`;
}
