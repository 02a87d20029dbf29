/** The shapes that programs write a time in, each with how it is read. */
import { MONTH_NAME, monthOf } from "./month-names.js";
import { ZONE, zoneMs } from "./zones.js";

const DAY_MS = 86_400_000;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** A number before this, 2000-01-01, is no time of a log. */
const EPOCH_MIN_MS = 946_684_800_000;

/** Groups by name; a shape has those that it needs. */
interface Parts {
  [name: string]: string | undefined;
}
export interface TimeShape {
  pattern: RegExp;
  read(parts: Parts, referenceMs: number): number | undefined;
  /** It tells no date: only where no other line does is it a time. */
  clockOnly?: boolean;
}

const CLOCK = "(?<clock>\\d\\d:\\d\\d:\\d\\d)";
const FRACTION = "(?:[.,](?<fraction>\\d{1,9}))?";
const DAY = "(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?";
const HALF = "(?: ?(?<half>[AP]M)\\b)?";
const ZONED = ZONE.replace("(?: ?(", "(?: ?(?<zone>");

const fractionMs = (fraction: string | undefined): number =>
  fraction === undefined ? 0 : Number(`0.${fraction}`) * 1_000;

/** Year, month from 0, day, and `hh:mm:ss`; undefined for a day that no calendar has. */
function utc(year: number, monthIndex: number, day: number, clock: string): number | undefined {
  const colon = clock.indexOf(":");
  const [hours, minutes] = [Number(clock.slice(0, colon)), Number(clock.slice(colon + 1, colon + 3))];
  const seconds = Number(clock.slice(colon + 4));
  if (!(monthIndex >= 0 && monthIndex <= 11 && hours <= 23 && minutes <= 59 && seconds <= 60)) return undefined;
  const days = monthIndex === 1 && year % 4 !== 0 ? 28 : (MONTH_DAYS[monthIndex] ?? 0);
  return day >= 1 && day <= days ? Date.UTC(year, monthIndex, day, hours, minutes, seconds) : undefined;
}

/** The latest of several readings that is not after the reference (a day of slack for zones). */
function latest(readings: ReadonlyArray<number | undefined>, referenceMs: number): number | undefined {
  const known = readings.filter((ms) => ms !== undefined);
  const past = known.filter((ms) => ms <= referenceMs + DAY_MS);
  return past.length > 0 ? Math.max(...past) : known[0];
}

function yearless(monthIndex: number, day: number, clock: string, referenceMs: number): number | undefined {
  const year = new Date(referenceMs).getUTCFullYear();
  for (const candidate of [year + 1, year, year - 1, year - 2, year - 3, year - 4]) {
    const ms = utc(candidate, monthIndex, day, clock);
    if (ms !== undefined && ms <= referenceMs + DAY_MS) return ms;
  }
  return undefined;
}

function clockOf({ clock = "", half }: Parts): string {
  if (half === undefined) return clock;
  const [hours = "0", ...rest] = clock.split(":");
  return [(Number(hours) % 12) + (half.startsWith("P") ? 12 : 0), ...rest].join(":");
}

/** The time that a clock shows, with its fraction and its zone taken into account. */
function exact(ms: number | undefined, { fraction, zone }: Parts): number | undefined {
  if (ms === undefined) return undefined;
  const whole = fraction === undefined ? ms : ms + fractionMs(fraction);
  return zone === undefined ? whole : whole - zoneMs(zone, ms);
}

const shape = (pattern: string, read: TimeShape["read"]): TimeShape => ({ pattern: new RegExp(pattern), read });
const numbered = (parts: Parts): number | undefined =>
  exact(utc(Number(parts.y), Number(parts.m) - 1, Number(parts.d), clockOf(parts)), parts);
const named = (parts: Parts): number | undefined =>
  exact(utc(Number(parts.y), monthOf(parts.name), Number(parts.d), clockOf(parts)), parts);
const namedYearless = (parts: Parts, referenceMs: number): number | undefined =>
  exact(yearless(monthOf(parts.name), Number(parts.d), parts.clock ?? "", referenceMs), parts);
const numberedYearless = (parts: Parts, referenceMs: number): number | undefined =>
  exact(yearless(Number(parts.m) - 1, Number(parts.d), parts.clock ?? "", referenceMs), parts);
const compact = (parts: Parts, year: number): number | undefined =>
  exact(utc(year, Number(parts.m) - 1, Number(parts.d), `${parts.hh}:${parts.mm}:${parts.ss}`), parts);

/** The first day of a year, so many days on; undefined for a day that the year does not have. */
function dayOfYear(year: number, days: number, parts: Parts): number | undefined {
  const first = utc(year, 0, 1, parts.clock ?? "");
  return first === undefined ? undefined : exact(first + days * DAY_MS, parts);
}

function ordinal(parts: Parts): number | undefined {
  const [year, day] = [Number(parts.y), Number(parts.doy)];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (isLeap ? 366 : 365) ? dayOfYear(year, day - 1, parts) : undefined;
}

/** The first week of a year is the one with the fourth of January; weeks begin on Monday. */
function ofWeek(parts: Parts): number | undefined {
  const [year, week] = [Number(parts.y), Number(parts.week)];
  if (week < 1 || week > 53) return undefined;
  const fourth = new Date(Date.UTC(year, 0, 4)).getUTCDay() || 7;
  return dayOfYear(year, 3 - (fourth - 1) + (week - 1) * 7 + (Number(parts.weekday) - 1), parts);
}

/** Day or month first: a dot or a dash says the day; a slash says nothing, but an AM or PM says the month. */
function dayOrMonth(parts: Parts, referenceMs: number): number | undefined {
  const [year, a, b, clock] = [Number(parts.y), Number(parts.a), Number(parts.b), clockOf(parts)];
  const dayFirst = utc(year, b - 1, a, clock);
  if (parts.sep !== "/") return exact(dayFirst, parts);
  const monthFirst = utc(year, a - 1, b, clock);
  return exact(
    parts.half === undefined ? latest([dayFirst, monthFirst], referenceMs) : (monthFirst ?? dayFirst),
    parts,
  );
}

function shortYear(parts: Parts, referenceMs: number): number | undefined {
  const [a, b, c, clock] = [Number(parts.a), Number(parts.b), Number(parts.c), clockOf(parts)];
  const readings = [utc(2_000 + a, b - 1, c, clock), utc(2_000 + c, a - 1, b, clock), utc(2_000 + c, b - 1, a, clock)];
  return exact(latest(readings, referenceMs), parts);
}

/** The day of the reference, or the one before it: nothing else says which. */
function clockOnly(parts: Parts, referenceMs: number): number | undefined {
  const day = new Date(referenceMs);
  const ms = utc(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), clockOf(parts));
  if (ms === undefined) return undefined;
  return exact(ms > referenceMs + 60_000 ? ms - DAY_MS : ms, parts);
}

/** Seconds, milli-, micro- or nanoseconds since the epoch, told apart by size. */
export function epochMs(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e8) return undefined;
  if (value < 1e11) return value * 1_000;
  if (value < 1e14) return value;
  if (value < 1e17) return value / 1_000;
  return value < 1e20 ? value / 1e6 : undefined;
}

function recentEpoch({ epoch }: Parts, referenceMs: number): number | undefined {
  const ms = epochMs(Number(epoch));
  return ms !== undefined && ms >= EPOCH_MIN_MS && ms <= referenceMs + DAY_MS ? ms : undefined;
}

/** Of shapes that match at the same place, the first counts. */
export const TIME_SHAPES: readonly TimeShape[] = [
  // 2026-11-22T10:00:00.123Z, 2026-11-22 10:00:00,123 +0100, 2026/11/22 10:00, 2026/11/22 - 10:00:00, 2026-11-22 10:00:00:123
  shape(
    `${DAY}\\b(?<y>\\d{4})[-/.](?<m>\\d{1,2})[-/.](?<d>\\d{1,2})(?:[T ,_\\t]|, | - |\\] ?\\[)(?<clock>\\d{1,2}:\\d\\d(?::\\d\\d)?)(?:[.,](?<fraction>\\d{1,9})|:(?<ms>\\d{3}))?(?!:?\\d)${ZONED}`,
    (parts) => numbered(parts.ms === undefined ? parts : { ...parts, fraction: parts.ms }),
  ),
  // 2026-333T12:00:00Z, 2026333T120000Z: the day of the year
  shape(`\\b(?<y>\\d{4})-(?<doy>[0-3]\\d\\d)[T ]${CLOCK}${FRACTION}${ZONED}`, ordinal),
  shape(
    `(?<!\\w)(?<y>20\\d\\d)(?<doy>[0-3]\\d\\d)T(?<hh>\\d\\d)(?<mm>\\d\\d)(?<ss>\\d\\d)(?:[.,](?<fraction>\\d{1,9}))?(?!\\d)${ZONED}`,
    (parts) => ordinal({ ...parts, clock: `${parts.hh}:${parts.mm}:${parts.ss}` }),
  ),
  // 2026-W48-7T12:00:00Z: the day of a week
  shape(`\\b(?<y>\\d{4})-?W(?<week>[0-5]\\d)-?(?<weekday>[1-7])[T ]${CLOCK}${FRACTION}${ZONED}`, ofWeek),
  // 10/Oct/2026:13:55:36 -0700, and with a fraction, as HAProxy writes it
  shape(`\\b(?<d>\\d\\d)/${MONTH_NAME}/(?<y>\\d{4})[: ]${CLOCK}${FRACTION}${ZONED}`, named),
  // nov/29/2026 12:00:00
  shape(`(?<!\\w)${MONTH_NAME}/(?<d>\\d\\d)/(?<y>\\d{4}) ${CLOCK}`, named),
  // 29-Nov-2026 12:00:00.000, 29 Nov 2026 12:00:00.000, Sun, 29 Nov 2026 12:00:00 +0000
  shape(
    `${DAY}\\b(?<d>\\d{1,2})(?:\\.?[- ]| de )${MONTH_NAME}(?:[- ]| de )(?<y>\\d{4})[ T:]{1,2}${CLOCK}${FRACTION}${ZONED}`,
    named,
  ),
  // Nov 29, 2026 12:00:00 PM, Nov 29 2026 12:00:00
  shape(
    `${DAY}\\b${MONTH_NAME} {1,2}(?<d>\\d{1,2}),? (?<y>\\d{4}),? (?<clock>\\d{1,2}:\\d\\d:\\d\\d)${FRACTION}${HALF}${ZONED}`,
    named,
  ),
  // ctime, Apache's error log, date: Sun Dec 04 04:47:44.123456 CET 2026
  shape(`${DAY}\\b${MONTH_NAME} {1,2}(?<d>\\d{1,2}) ${CLOCK}${FRACTION}${ZONED} (?<y>\\d{4})\\b`, named),
  // syslog: Nov 22 10:00:00
  shape(`\\b${MONTH_NAME} {1,2}(?<d>\\d{1,2}) ${CLOCK}${FRACTION}${ZONED}`, namedYearless),
  // 22 Nov 10:00:00.123
  shape(`\\b(?<d>\\d{1,2}) ${MONTH_NAME} ${CLOCK}${FRACTION}`, namedYearless),
  // glog: E20261122 10:00:00.000000
  shape(`^[IWEF](?<y>20\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d) ${CLOCK}${FRACTION}`, numbered),
  // CockroachDB: E261122 10:00:00.000000
  shape(`^[IWEF](?<y>\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d) ${CLOCK}${FRACTION}`, (parts) =>
    numbered({ ...parts, y: `20${parts.y}` }),
  ),
  // absl: E0000 00:00:1795953600.000000
  shape("^[IWEF]0000 00:00:(?<epoch>\\d{10}\\.\\d{1,9})", recentEpoch),
  // klog: E1122 10:00:00.000000
  shape(`^[IWEF](?<m>\\d\\d)(?<d>\\d\\d) ${CLOCK}${FRACTION}`, numberedYearless),
  // Chromium: [1234:1129/120000.123456:ERROR:
  shape(
    "(?<=^\\[(?:\\d+:){0,2})(?<m>\\d\\d)(?<d>\\d\\d)/(?<hh>\\d\\d)(?<mm>\\d\\d)(?<ss>\\d\\d)(?:\\.(?<fraction>\\d{1,9}))?(?=:)",
    (parts, reference) =>
      exact(yearless(Number(parts.m) - 1, Number(parts.d), `${parts.hh}:${parts.mm}:${parts.ss}`, reference), parts),
  ),
  // 29.11.2026 12:00, 11/29/2026, 12:00:00 PM
  shape(
    `(?<![\\d.])(?<a>\\d{1,2})(?<sep>[./-])(?<b>\\d{1,2})\\k<sep>(?<y>\\d{4})(?:[T ]|, | -- )(?<clock>\\d{1,2}:\\d\\d(?::\\d\\d)?)${FRACTION}${HALF}${ZONED}`,
    dayOrMonth,
  ),
  // Spark: 17/06/09 20:10:40
  shape(`(?<![\\d/])(?<a>\\d\\d)/(?<b>\\d\\d)/(?<c>\\d\\d) ${CLOCK}${FRACTION}`, shortYear),
  // 20261129T120000Z, 20261129 12:00:00
  shape(
    `(?<!\\w)(?<y>20\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d)[T -](?<hh>\\d\\d):?(?<mm>\\d\\d):?(?<ss>\\d\\d)(?:[.,](?<fraction>\\d{1,9}))?(?![:\\d])${ZONED}`,
    (parts) => compact(parts, Number(parts.y)),
  ),
  // 20261129-9:5:3:29, numbers that are not filled with zeros
  shape(
    "(?<!\\w)(?<y>20\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d)-(?<hh>\\d{1,2}):(?<mm>\\d{1,2}):(?<ss>\\d{1,2}):(?<ms>\\d{1,3})\\b",
    (parts) => compact({ ...parts, fraction: parts.ms?.padStart(3, "0") }, Number(parts.y)),
  ),
  // 2026年11月29日 12:00:00, 2026년 11월 29일 12:00:00
  shape(`(?<!\\d)(?<y>\\d{4})[年년] ?(?<m>\\d{1,2})[月월] ?(?<d>\\d{1,2})[日일] ?${CLOCK}${FRACTION}`, numbered),
  // 2026-11-29-12.00.00.363779, 2026-11-29 12.00.00, 2026.11.29-12.00.00:000
  shape(
    "\\b(?<y>\\d{4})([-.])(?<m>\\d\\d)\\2(?<d>\\d\\d)[- ](?<hh>\\d\\d)\\.(?<mm>\\d\\d)\\.(?<ss>\\d\\d)(?:[.:](?<fraction>\\d{1,9}))?",
    (parts) => compact(parts, Number(parts.y)),
  ),
  // Android: 11-29 12:00:00.000; geth: 11-29|12:00:00.000; [11.29 12:00:00]
  shape(`(?<![\\w.-])(?<m>\\d\\d)-(?<d>\\d\\d)[ |T]${CLOCK}${FRACTION}`, numberedYearless),
  shape(`(?<=^\\[)(?<m>\\d\\d)\\.(?<d>\\d\\d) ${CLOCK}${FRACTION}`, numberedYearless),
  // Snort: 11/29-12:00:00.000000
  shape(`^(?<m>\\d\\d)/(?<d>\\d\\d)-${CLOCK}${FRACTION}`, numberedYearless),
  // Zabbix: 7:20261129:120000.000
  shape(
    "^ *\\d{1,7}:(?<y>20\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d):(?<hh>\\d\\d)(?<mm>\\d\\d)(?<ss>\\d\\d)(?:\\.(?<fraction>\\d{3}))?(?= )",
    (parts) => compact(parts, Number(parts.y)),
  ),
  // Hadoop: 081109 203615; MySQL: 081109 20:36:15, 081109  9:36:15; Tornado: [W 261129 12:00:00
  shape(
    "(?<=^(?:\\[[DIWEC] )?)(?<y>\\d\\d)(?<m>\\d\\d)(?<d>\\d\\d) {1,2}(?<hh>\\d\\d|\\d(?=:)):?(?<mm>\\d\\d):?(?<ss>\\d\\d)\\b",
    (parts) => compact(parts, 2_000 + Number(parts.y)),
  ),
  // audit: type=AVC msg=audit(1795953600.123:456):
  shape("msg=audit\\((?<epoch>\\d{10}\\.\\d{1,3}):\\d+\\)", recentEpoch),
  // FortiGate: date=2026-11-29 time=12:00:00
  shape(`^(?:<\\d+>)?date="?(?<y>\\d{4})-(?<m>\\d\\d)-(?<d>\\d\\d)"?,? time="?${CLOCK}${FRACTION}"?`, numbered),
  // zap: 1.7959536e+09
  shape("^(?<epoch>\\d\\.\\d{4,18}e\\+\\d\\d)(?=\\s)", recentEpoch),
  // Micro- and nanoseconds since the epoch
  shape("^\\[?(?<epoch>\\d{16}|\\d{19})\\b", recentEpoch),
  // Seconds or milliseconds since the epoch
  shape("^\\[?(?<epoch>\\d{10}(?:\\.\\d{1,9})?|\\d{13})\\b", ({ epoch }) => epochMs(Number(epoch))),
  shape("(?<![\\w.:/#-])(?<epoch>\\d{10}(?:\\.\\d{1,9})?|\\d{13})(?![\\w.:/-])", recentEpoch),
  {
    ...shape(`(?<=^(?:[^\\s|]{1,60} *\\| ?|\\[[DIWEC] )?[[(]?)${CLOCK}${FRACTION}(?=[\\s\\])|])`, clockOnly),
    clockOnly: true,
  },
  // zerolog's console: 12:00PM
  { ...shape("^(?<clock>\\d{1,2}:\\d\\d)(?<half>[AP]M)(?= )", clockOnly), clockOnly: true },
];
