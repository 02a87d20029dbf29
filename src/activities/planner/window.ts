/** How far back a goal looks: a duration such as `30m`, from the words and times that people use for one. */
import type { Problem } from "../../vocabulary/problems.js";
import { zoneMs } from "../tools/logs/zones.js";
import { isoDay, withPlainTimes } from "./calendar-words.js";
import { type GoalZone, zoneAfter } from "./goal-zones.js";

export interface GoalWindow {
  window?: string;
  /** A time stands in the goal and could not be used. */
  notice?: Problem;
}

const MINUTE_MS = 60_000;
/** "for days" */
const FEW = 3;
const UNITS: ReadonlyArray<readonly [RegExp, string, number]> = [
  [/^(?:s|secs?|seconds?)$/, "s", 1 / 60],
  [/^(?:m|mins?|minutes?)$/, "m", 1],
  [/^(?:h|hrs?|hours?)$/, "h", 60],
  [/^(?:d|days?|nights?)$/, "d", 1_440],
  [/^(?:w|wks?|weeks?)$/, "w", 10_080],
  [/^(?:fortnights?)$/, "w", 20_160],
  [/^(?:months?)$/, "d", 43_200],
  [/^(?:years?)$/, "d", 525_600],
];
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
  ...{
    eleven: 11,
    twelve: 12,
    fifteen: 15,
    twenty: 20,
    thirty: 30,
    forty: 40,
    "forty-five": 45,
    sixty: 60,
    ninety: 90,
  },
  ...{ "couple of": 2, couple: 2, "few of": 3, few: 3, several: 5, half: 0.5, "half an": 0.5, "half a": 0.5 },
};
const AMOUNT = `-?\\d{1,15}(?:[.,]\\d{1,3})?|${Object.keys(NUMBERS)
  .sort((a, b) => b.length - a.length)
  .join("|")}`;
const UNIT = "s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|nights?|w|wks?|weeks?|fortnights?|months?|years?";
const SPAN = `(?:a (?=couple|few|half))?(?<amount>${AMOUNT})?[ -]{0,4}(?<unit>${UNIT})(?:,? (?:and )?(?<more>\\d{1,4}) *(?<less>[a-z]+)|(?<short>\\d{1,2})m?)?`;
const FORMS = [
  new RegExp(
    `\\b(?:(?:last|past|previous|within|for|since)\\s+(?:(?:the|about|roughly|around|over|at least|more than)\\s+)*)+${SPAN}(?![\\p{L}\\p{N}])`,
    "giu",
  ),
  new RegExp(`(?<![\\p{L}\\p{N}.,-])(?=[\\p{L}\\p{N}-])${SPAN}\\s+(?:ago|back)\\b`, "giu"),
];
/** "an hour and a half", "two and a half days" */
const HALVES: ReadonlyArray<readonly [RegExp, (text: string[]) => string]> = [
  [/\b(?:an? |one )?(minute|hour|day|week)\s+and\s+a\s+half\b/gi, ([unit]) => `1.5 ${unit}s`],
  [
    /\b([a-z]{3,8}|\d{1,3})\s+and\s+a\s+half\s+((?:minute|hour|day|week)s?)\b/gi,
    ([amount = "", unit]) => `${amountOf(amount) + 0.5} ${unit}`,
  ],
];
const FURTHEST_MINUTES = 5 * 525_600;
/** Parts of days, and the hour that they begin at, counted from today's midnight. */
const DAY_PARTS: ReadonlyArray<readonly [RegExp, number]> = [
  [/\b(?:last night|overnight|yesterday evening)\b/i, -6],
  [/\byesterday afternoon\b/i, -12],
  [/\byesterday\b/i, -24],
  [/\b(?:today|all day|this morning)\b/i, 0],
  [/\bthis afternoon\b/i, 12],
  [/\b(?:this evening|tonight)\b/i, 17],
];
/** Times that are written as nobody can read them surely: 29 Nov, 11/29, next to no hour of a clock. */
const OTHER_TIME =
  /\b(?:last|past|this) (?:quarter|sprint|shift|decade|semester)\b|\bsince (?:tomorrow|lunch|breakfast|dinner|recently|forever|ages|a while|some time|christmas|easter|new year)\b|\bfor (?:ages|a while|some time)\b|\bsince\s+(?:the\s+)?(?:\d{1,4}(?!\.\d)(?:st|nd|rd|th)?[\s:/.-]|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+\d)[^,;]{0,20}/i;
/** A span such as 10:00-11:00 is no zone. */
const clock = (signs: string) =>
  `(?<hour>\\d{1,2})(?::(?<minute>\\d{2})(?::\\d{2}(?:[.,]\\d+)?)?)?\\s*(?<half>[ap]\\.?m\\.?)?\\s*(?<zone>(?:utc|gmt)[+-]\\d{1,2}(?::?\\d{2})?|utc|gmt|z|${signs}\\d{2}:?\\d{2})?`;
const DATE = "(?<date>\\d{4}-\\d{2}-\\d{2})";
const FROM =
  "\\b(?<from>since|from|after|starting|as of|between|began|started|at|around)\\s+(?:about\\s+|around\\s+|roughly\\s+|at\\s+)?";
/** A date with or without a time, and a time of today or yesterday. */
const TIMES = [
  new RegExp(`${FROM}${DATE}(?:[t ]\\s*${clock("[+-]")})?(?![\\d:])`, "iu"),
  new RegExp(
    `${FROM}(?:(?<day>yesterday|today)(?: at)? )?(?=\\d{1,2}(?::\\d|\\s*[ap]\\.?m))${clock("\\+")}(?<later>\\s*yesterday)?(?![\\d:])`,
    "iu",
  ),
];

/** What came before it says why. */
const BEFORE_MINUTES = 30;

/** `now` is what times of the clock are counted back from; those without a zone are of this machine's. */
export function windowOf(goal: string, now: Date): GoalWindow {
  const text = withPlainTimes(goal, now);
  for (const form of TIMES) {
    const match = form.exec(text);
    if (match === null) continue;
    const rest = text.slice(match.index + match[0].length);
    const zone = match.groups?.zone === undefined ? zoneAfter(rest) : numberedZone(match.groups.zone);
    const said = `${match[0]}${zone?.said ?? ""}`;
    if (zone !== undefined && zone.aheadMs === undefined)
      return unread(said, `${zone.why} (UTC, +01:00, CET and Europe/Berlin are read)`);
    const later = match.groups?.later ?? /^\s*yesterday\b/i.exec(rest.slice(zone?.said.length))?.[0];
    return sinceTime(said, { ...match.groups, later }, now, zone?.aheadMs);
  }
  for (const form of FORMS) {
    for (const match of withHalves(text).matchAll(form)) {
      const span = spanOf(match.groups ?? {});
      if (span === undefined) continue;
      if (span > FURTHEST_MINUTES) return unread(match[0], "is further back than anything is kept");
      return span > 0 ? { window: durationOf(span) } : unread(match[0], "is no time at all");
    }
  }
  const part = DAY_PARTS.find(([words]) => words.test(goal))?.[1];
  const window = part === undefined ? undefined : sinceHour(part, now);
  if (window !== undefined) return { window };
  const other = OTHER_TIME.exec(goal)?.[0];
  return other === undefined ? {} : unread(other, "is written in a way that is not read here (2026-11-29T14:30 is)");
}

/** Undefined for a part of the day that has not begun. */
function sinceHour(hour: number, now: Date): string | undefined {
  const start = new Date(now.getFullYear(), now.getMonth(), now.getDate(), hour).getTime();
  const minutes = Math.ceil((now.getTime() - start) / MINUTE_MS);
  return minutes > 0 ? durationOf(minutes) : undefined;
}

/** The goal without how far back it looks: a week or a night chooses no playbook. */
export function withoutSpans(goal: string): string {
  return FORMS.reduce(
    (text, form) =>
      text.replace(form, (found, ...rest) => {
        const groups = rest.at(-1) as Record<string, string | undefined>;
        return /^within/i.test(found) || spanOf(groups) === undefined ? found : " ";
      }),
    goal,
  );
}

const withHalves = (goal: string): string =>
  HALVES.reduce((text, [form, said]) => text.replace(form, (_, ...parts) => said(parts)), goal);

/** Minutes; undefined where it is no time. */
function spanOf({ amount, unit = "", more, less = "", short }: Record<string, string | undefined>): number | undefined {
  const one = UNITS.find(([names]) => names.test(unit.toLowerCase()));
  if (one === undefined) return undefined;
  if (amount === undefined && unit.length === 1) return undefined;
  const whole = (amount === undefined && /s$/i.test(unit) ? FEW : amountOf(amount)) * one[2];
  const rest = UNITS.find(([names]) => names.test(less.toLowerCase()));
  if (rest !== undefined) return whole + Number(more) * rest[2];
  return short === undefined ? whole : whole + Number(short);
}

function amountOf(text: string | undefined): number {
  if (text === undefined) return 1;
  return NUMBERS[text.toLowerCase()] ?? Number(text.replace(",", "."));
}

/** In the largest unit that says it whole. */
function durationOf(minutes: number): string {
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))}s`;
  for (const [size, unit] of [
    [10_080, "w"],
    [1_440, "d"],
    [60, "h"],
  ] as const) {
    if (minutes % size === 0) return `${minutes / size}${unit}`;
  }
  return Number.isInteger(minutes) ? `${minutes}m` : `${Math.round(minutes * 60)}s`;
}

type Ahead = NonNullable<GoalZone["aheadMs"]>;
const numberedZone = (zone: string): GoalZone => ({
  said: "",
  aheadMs: (wallMs) => zoneMs(zone.toUpperCase(), wallMs),
});

function sinceTime(said: string, groups: Record<string, string | undefined>, now: Date, ahead?: Ahead): GoalWindow {
  const start = startOf(groups, now, ahead);
  if (start === undefined) return unread(said, "is no time of a day");
  const before = /^(?:at|around)$/i.test(groups.from ?? "") ? BEFORE_MINUTES : 0;
  const minutes = Math.ceil((now.getTime() - start) / MINUTE_MS) + before;
  return minutes > before ? { window: durationOf(minutes) } : unread(said, "lies ahead");
}

/** A time without a zone is one of this machine. */
function startOf(
  { date, hour = "0", minute = "00", half, day, later }: Record<string, string | undefined>,
  now: Date,
  ahead?: Ahead,
) {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/^p/i.test(half) ? 12 : 0);
  if (hours > 23 || Number(minute) > 59 || (half !== undefined && Number(hour) > 12)) return undefined;
  const timeOn = (on: string): number => {
    const time = `${on}T${String(hours).padStart(2, "0")}:${minute}:00`;
    if (ahead === undefined) return Date.parse(time);
    const wallMs = Date.parse(`${time}Z`);
    return wallMs - ahead(wallMs);
  };
  if (date !== undefined) return ended(timeOn(date));
  const start = timeOn(ahead === undefined ? isoDay(now) : dayThere(now, ahead));
  const isYesterday = /yesterday/i.test(`${day}${later}`) || (day === undefined && start > now.getTime());
  return ended(isYesterday ? start - 1_440 * MINUTE_MS : start);
}

const ended = (time: number): number | undefined => (Number.isNaN(time) ? undefined : time);

const dayThere = (now: Date, ahead: Ahead): string =>
  new Date(now.getTime() + ahead(now.getTime())).toISOString().slice(0, 10);

const unread = (said: string, why: string): GoalWindow => ({
  notice: {
    code: "goal-time-unread",
    at: "goal",
    message: `"${said.trim()}" ${why}, so the plan looks back as far as the playbook does`,
    hint: "say how far to look back, as in: last 2 hours; or give --param window=2h",
  },
});
