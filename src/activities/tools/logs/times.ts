/** Timestamps at the start of a log line, in the shapes that programs write. A time without a zone is taken as UTC. */
import { isoMs } from "../kit/instant.js";
import { epochMs, TIME_SHAPES } from "./time-shapes.js";

export interface FoundTime {
  ms: number;
  /** Where the text after the timestamp starts. */
  end: number;
  /** What stood before it, such as the host of an access log. */
  start: number;
  /** It is the time of a day that is not told. */
  clockOnly: boolean;
}

const CLOCK_OR_DIGITS = /(?<!\d)\d{1,2}:\d\d(?!\d)|\d\d\.\d\d\.\d\d|\d{6}/;

/** Only the head of a line is searched: a time later in it belongs to the message. */
const HEAD_CHARS = 120;

const LEVEL_WORD =
  "(?:trace|debug|verbose|info|information|notice|warn|warning|err|error|crit|critical|fatal|severe|panic|alert|emerg|emergency|[TDIWEFC])";
const TIME_KEY = "(?:time|timestamp|@timestamp|ts|t|date|datetime|asctime|when)";
const PUNCTUATION = /^[\s[(<{|"'*#-]*$/;
/** What may stand before the time of an entry: levels, places, numbers and names, and no sentence. */
const HEADS: readonly RegExp[] = [
  PUNCTUATION,
  // A key after pairs, of logfmt (level=info ts=) and of broken JSON
  new RegExp(`^\\W*(?:[\\w.@-]+=(?:"[^"]*"|[^\\s"]*)\\s+)*["']?${TIME_KEY}["']?\\s*[=:]\\s*["']?$`, "i"),
  new RegExp(`^\\{\\s*(?:"[^"]*"\\s*:\\s*(?:"[^"]*"|[\\w.-]+)\\s*,\\s*)*"${TIME_KEY}"\\s*:\\s*"?$`, "i"),
  // An access log: 10.0.0.1 - frank [
  /^(?:\S+ )?\S+ - \S+ (?:- \S+ )?\[$/,
  // A container's name, as docker compose sets it before its lines
  /^\S+\s*\| ?$/,
  // A pod and its container, as stern sets them before its lines
  /^[a-z0-9-]{1,200}-[a-z0-9]{6,10}-[bcdf-hj-np-tv-xz2-9]{5} [a-z0-9-]{1,63} (?:[›>│|] )?$/,
  // Erlang: =ERROR REPORT====
  /^=[A-Z ]{1,20} REPORT=+ $/,
  // Jupyter and Tornado: [E; Couchbase: [ns_server:error,
  /^\[(?: ?[DIWEC] |[\w.-]{1,40}:[a-z]{4,9},)$/,
  // The audit daemon
  /^(?:node=\S+ )?type=\S+ $/,
  // AWS: load balancers say the protocol first, buckets whose they are; uWSGI its process and the request
  /^(?:https?|h2|grpcs?|wss?|tls) $/,
  /^[0-9a-f]{32,} \S+ \[$/,
  /^\[pid: \d{1,9}\|[^[]{1,110}\[$/,
  // Rails: Started GET "/cart" for 10.0.0.1 at
  /^Started [A-Z]{3,8} "[^"]*" for \S+ at $/,
];
const HEAD_TOKEN = new RegExp(
  `^(?:[\\[\\](){}<>|,:;*#"'=-]+|["']?${LEVEL_WORD}["']?,|<\\d+>\\d?|\\[[^\\]]*\\]|[\\[(]?${LEVEL_WORD}(?::[\\w.]+)?[\\])]?[:,]?|[^\\s=]*[\\d./][^\\s=]*)$`,
  "i",
);
const HEAD_TOKENS_MAX = 5;
/** Heads of lines that one finder remembers: a log has few kinds of them. */
const BEFORE_MAX = 200;

/** A time after the beginning of a message belongs to the message: a certificate's end, a row's field. */
function isHead(before: string): boolean {
  if (HEADS.some((head) => head.test(before))) return true;
  if (/^\s/.test(before)) return false;
  const tokens = before.replace(/[[("']$/, "").match(/\[[^\]]*\]|\S+/g) ?? [];
  return tokens.length <= HEAD_TOKENS_MAX && tokens.every((token) => HEAD_TOKEN.test(token));
}

/** Finds the times of the lines of one log, which mostly have one shape: it is tried first. */
export class TimeFinder {
  #usual: number | undefined;
  /** What stood before the usual shape where a search of all shapes found none earlier; digits are all 0. */
  readonly #before = new Set<string>();

  /** `referenceMs` (when the file changed last) settles a missing year. */
  constructor(readonly referenceMs: number) {}

  find(line: string): FoundTime | undefined {
    const head = line.length > HEAD_CHARS ? line.slice(0, HEAD_CHARS) : line;
    // Every shape has a clock or that many digits.
    if (!CLOCK_OR_DIGITS.test(head)) return undefined;
    const usual = this.#usual === undefined ? undefined : foundBy(this.#usual, head, this.referenceMs);
    // No shape can begin before it.
    const before = usual === undefined ? undefined : head.slice(0, usual.start);
    if (before !== undefined && (PUNCTUATION.test(before) || this.#before.has(alike(before)))) return usual;
    let best: FoundTime | undefined;
    for (let index = 0; index < TIME_SHAPES.length; index++) {
      const found = foundBy(index, head, this.referenceMs, best?.start);
      if (found === undefined) continue;
      best = found;
      this.#usual = index;
      if (found.start === 0) break;
    }
    if (best !== undefined) this.#learn(head.slice(0, best.start));
    return best;
  }

  /** Where a time could stand in it the next line is searched anew. */
  #learn(before: string): void {
    if (this.#before.size < BEFORE_MAX && !CLOCK_OR_DIGITS.test(before)) this.#before.add(alike(before));
  }
}

const alike = (before: string): string => before.replace(/\d/g, "0");

function foundBy(index: number, head: string, referenceMs: number, before = Infinity): FoundTime | undefined {
  const shape = TIME_SHAPES[index];
  const match = shape?.pattern.exec(head);
  if (shape === undefined || match === null || match === undefined || match.index >= before) return undefined;
  if (!isHead(head.slice(0, match.index))) return undefined;
  const ms = shape.read(match.groups ?? {}, referenceMs);
  if (ms === undefined) return undefined;
  return { ms, start: match.index, end: match.index + match[0].trimEnd().length, clockOnly: shape.clockOnly ?? false };
}

/** Finds the timestamp at the head of one line. */
export function findTime(line: string, referenceMs: number): FoundTime | undefined {
  return new TimeFinder(referenceMs).find(line);
}

/** The value of a time field: text in any of the shapes, a number since the epoch, or an object that holds one of them. */
export function fieldTimeMs(value: unknown, referenceMs: number): number | undefined {
  if (typeof value === "number") return epochMs(value);
  if (typeof value === "string") {
    if (/^\d{9,20}(?:\.\d{1,9})?$/.test(value)) return epochMs(Number(value));
    // .NET's old JSON
    const ticks = /^\/Date\((\d{9,14})(?:[+-]\d{4})?\)\/$/.exec(value)?.[1];
    if (ticks !== undefined) return epochMs(Number(ticks));
    return isoMs(value) ?? findTime(value, referenceMs)?.ms;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { $date, $numberLong, epochSecond, nanoOfSecond, seconds, nanos, timestamp } = value as Record<string, unknown>;
  // loguru
  if (typeof timestamp === "number") return epochMs(timestamp);
  if ($date !== undefined) return typeof $date === "object" ? wrappedLong($date) : fieldTimeMs($date, referenceMs);
  if ($numberLong !== undefined) return wrappedLong(value);
  const whole = Number(epochSecond ?? seconds ?? Number.NaN);
  const ms = epochMs(whole);
  return ms === undefined ? undefined : ms + Number(nanoOfSecond ?? nanos ?? 0) / 1e6;
}

/** MongoDB's `{ "$numberLong": "1795953600000" }`: milliseconds. */
function wrappedLong(value: unknown): number | undefined {
  const long = (value as { $numberLong?: unknown } | null)?.$numberLong;
  return typeof long === "string" || typeof long === "number" ? epochMs(Number(long)) : undefined;
}
