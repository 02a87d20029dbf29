/** Timestamps at the start of a log line, in the shapes that programs write. A time without a zone is taken as UTC. */
import { isoMs } from "../kit/instant.js";

export interface FoundTime {
  ms: number;
  /** Where the text after the timestamp starts. */
  end: number;
  /** What stood before it, such as the host of an access log. */
  start: number;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const month = (name: string | undefined): number => MONTHS.indexOf((name ?? "").toLowerCase());
/** Only the head of a line is searched: a time later in it belongs to the message. */
const HEAD_CHARS = 120;
const DAY_MS = 86_400_000;

type Reader = (match: RegExpExecArray, referenceMs: number) => number | undefined;

const FRACTION = "(?:[.,](\\d{1,9}))?";
const millis = (fraction: string | undefined): number => Number(`0.${fraction ?? "0"}`) * 1_000;

function zoneMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Year, month from 0, day, and `hh:mm:ss`; undefined for a day that no calendar has. */
function utc(year: number, monthIndex: number, day: number, clock: string): number | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
  if (monthIndex < 0 || monthIndex > 11 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const ms = Date.UTC(year, monthIndex, day, hours, minutes, seconds);
  return new Date(ms).getUTCDate() === day || seconds === 60 ? ms : undefined;
}

/** A date without a year is the latest such date that is not after the reference (a day of slack for zones). */
function yearless(monthIndex: number, day: number, clock: string, referenceMs: number): number | undefined {
  const year = new Date(referenceMs).getUTCFullYear();
  for (const candidate of [year + 1, year, year - 1, year - 2, year - 3, year - 4]) {
    const ms = utc(candidate, monthIndex, day, clock);
    if (ms !== undefined && ms <= referenceMs + DAY_MS) return ms;
  }
  return undefined;
}

/** `1` to `99999999999` seconds, milli-, micro- or nanoseconds since the epoch, told apart by size. */
function epochMs(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e8) return undefined;
  if (value < 1e11) return value * 1_000;
  if (value < 1e14) return value;
  if (value < 1e17) return value / 1_000;
  return value < 1e20 ? value / 1e6 : undefined;
}

const CLOCK = "\\d\\d:\\d\\d:\\d\\d";
const SHAPES: ReadonlyArray<[RegExp, Reader]> = [
  // 2026-11-22T10:00:00.123Z, 2026-11-22 10:00:00,123 +0100, 2026/11/22 10:00:00
  [
    new RegExp(`\\b(\\d{4})[-/](\\d\\d)[-/](\\d\\d)[T ](${CLOCK})${FRACTION} ?(Z|UTC|[+-]\\d\\d:?\\d\\d)?`),
    ([, year, monthNumber, day, clock = "", fraction, zone]) => {
      const ms = utc(Number(year), Number(monthNumber) - 1, Number(day), clock);
      return ms === undefined ? undefined : ms + millis(fraction) - zoneMs(zone);
    },
  ],
  // Apache and nginx access logs: 10/Oct/2026:13:55:36 -0700
  [
    new RegExp(`\\b(\\d\\d)/([A-Z][a-z]{2})/(\\d{4}):(${CLOCK})(?: ([+-]\\d{4}))?`),
    ([, day, name, year, clock = "", zone]) => {
      const ms = utc(Number(year), month(name), Number(day), clock);
      return ms === undefined ? undefined : ms - zoneMs(zone);
    },
  ],
  // Apache's error log and ctime: Sun Dec 04 04:47:44.123456 2026
  [
    new RegExp(`\\b(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) {1,2}(\\d{1,2}) (${CLOCK})${FRACTION} (\\d{4})\\b`),
    ([, name, day, clock = "", fraction, year]) => {
      const ms = utc(Number(year), month(name), Number(day), clock);
      return ms === undefined ? undefined : ms + millis(fraction);
    },
  ],
  // syslog: Nov 22 10:00:00
  [
    new RegExp(`\\b([A-Z][a-z]{2}) {1,2}(\\d{1,2}) (${CLOCK})${FRACTION}`),
    ([, name, day, clock = "", fraction], referenceMs) => {
      const ms = yearless(month(name), Number(day), clock, referenceMs);
      return ms === undefined ? undefined : ms + millis(fraction);
    },
  ],
  // klog: E1122 10:00:00.000000
  [
    new RegExp(`^[IWEF](\\d\\d)(\\d\\d) (${CLOCK})${FRACTION}`),
    ([, monthNumber, day, clock = "", fraction], referenceMs) => {
      const ms = yearless(Number(monthNumber) - 1, Number(day), clock, referenceMs);
      return ms === undefined ? undefined : ms + millis(fraction);
    },
  ],
  // Hadoop: 081109 203615
  [
    /^(\d\d)(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)\b/,
    ([, year, monthNumber, day, hours, minutes, seconds]) =>
      utc(2_000 + Number(year), Number(monthNumber) - 1, Number(day), `${hours}:${minutes}:${seconds}`),
  ],
  // Seconds or milliseconds since the epoch
  [/^\[?(\d{10}(?:\.\d{1,9})?|\d{13})\b/, ([, value]) => epochMs(Number(value))],
];

const LEVEL_WORD =
  "(?:trace|debug|info|notice|warn|warning|err|error|crit|critical|fatal|severe|panic|alert|emerg|emergency|[TDIWEFC])";
const TIME_KEY = "(?:time|timestamp|@timestamp|ts|t|date|datetime|asctime|when)";
/** What may stand before the time of an entry: levels, places, numbers and names, and no sentence. */
const HEADS: readonly RegExp[] = [
  /^[\s[(<{|"'*#-]*$/,
  // A key after pairs, of logfmt (level=info ts=) and of broken JSON
  new RegExp(`^\\W*(?:[\\w.@-]+=(?:"[^"]*"|[^\\s"]*)\\s+)*["']?${TIME_KEY}["']?\\s*[=:]\\s*["']?$`, "i"),
  new RegExp(`^\\{\\s*(?:"[^"]*"\\s*:\\s*(?:"[^"]*"|[\\w.-]+)\\s*,\\s*)*"${TIME_KEY}"\\s*:\\s*"?$`, "i"),
  // An access log: 10.0.0.1 - frank [
  /^(?:\S+ )?\S+ - \S+ \[$/,
  // A container's name, as docker compose sets it before its lines
  /^\S+\s*\| ?$/,
];
const HEAD_TOKEN = new RegExp(
  `^(?:[\\[\\](){}<>|,:;*#"'-]+|<\\d+>\\d?|\\[[^\\]]*\\]|[\\[(]?${LEVEL_WORD}(?::[\\w.]+)?[\\])]?:?|[^\\s=]*[\\d./][^\\s=]*)$`,
  "i",
);
const HEAD_TOKENS_MAX = 5;

/** A time after the beginning of a message belongs to the message: a certificate's end, a row's field. */
function isHead(before: string): boolean {
  if (HEADS.some((head) => head.test(before))) return true;
  if (/^\s/.test(before)) return false;
  const tokens = before.replace(/[[("']$/, "").match(/\[[^\]]*\]|\S+/g) ?? [];
  return tokens.length <= HEAD_TOKENS_MAX && tokens.every((token) => HEAD_TOKEN.test(token));
}

/** Finds the timestamp at the head of a line. `referenceMs` (when the file changed last) settles a missing year. */
export function findTime(line: string, referenceMs: number): FoundTime | undefined {
  const head = line.slice(0, HEAD_CHARS);
  let best: FoundTime | undefined;
  for (const [shape, read] of SHAPES) {
    const match = shape.exec(head);
    if (match === null || (best !== undefined && match.index >= best.start)) continue;
    if (!isHead(head.slice(0, match.index))) continue;
    const ms = read(match, referenceMs);
    if (ms !== undefined) best = { ms, start: match.index, end: match.index + match[0].trimEnd().length };
  }
  return best;
}

/** The value of a time field in a JSON line: text in any of the shapes, or a number since the epoch. */
export function fieldTimeMs(value: unknown, referenceMs: number): number | undefined {
  if (typeof value === "number") return epochMs(value);
  if (typeof value !== "string") return undefined;
  return isoMs(value) ?? findTime(value, referenceMs)?.ms;
}
