/**
 * The level of a plain line. One order: what stands in the head, where programs set it (a code, a column, a bracket, a key);
 * the status of a request; then words of the body.
 */
import { crashLevel, RAISED } from "./crashes.js";
import { lineStatusLevel } from "./http-status.js";
import { kernelLevel } from "./kernel-lines.js";
import { fieldLevel, type Level, type LevelOrUnknown, letterLevel, namedLevel, severityLevel } from "./levels.js";
import { programLevel, signLevel } from "./program-signs.js";

/** A line tells its level at its head; a search through all of a long one would be asked of every line. */
const HEAD_CHARS = 240;
const HEAD_WORDS_MAX = 24;
/** Words that may stand before a level: a host, a program. More of them are a sentence. */
const PLAIN_WORDS_MAX = 3;
const LEVEL_KEYS = new Set([
  "level",
  "lvl",
  "severity",
  "loglevel",
  "log_level",
  "log.level",
  "levelname",
  "@level",
  "sev",
]);
/** klog, glog, and CockroachDB with its short year. */
const KLOG = /^([IWEF])(?:\d{4}|\d{6}|\d{8}) \d\d:\d\d:\d\d/;
const PRIORITY = /^<(\d{1,3})>/;
/** Redis: the process's role, the time, a sign. */
const REDIS = /^(?:\d+:){1,2}[MSCX] [^#*.-]{1,40}[\d.]{3,} ([#*.-]) /;
const REDIS_LEVELS: Record<string, Level> = { "#": "warn", "*": "info", "-": "info", ".": "debug" };
const ANDROID = /^([VDIWEFA])\/[\w.$-]{1,60} ?\(/;
/** Ceph: a thread, then a priority, where -1 is an error. */
const CEPH = /^[0-9a-f]{7,16} {1,2}-1 /;
const RUBY = /^([DIWEFA]), \[/;
/** Jupyter, Tornado, Passenger */
const TORNADO = /^\[ ?([DIWEC]) \d/;
/** klog behind the head of the journal or of syslog: a host, a program. */
const NESTED_KLOG = /^(?:\S{1,100} )?[\w.@/-]{1,60}(?:\[\d+\])?: ([IWEF])\d{4} \d\d:\d\d:\d\d/;
/** Commands that somebody ran, as sudo and cron tell them: their words are no level. */
const COMMAND = /\b(?:COMMAND=|CMD \().*$/;
const PHP = /\bPHP (?:(Fatal error|Parse error)|(Warning)|Notice|Deprecated)/;
/** Lines of PostgreSQL that belong to another's. */
const POSTGRES = /^(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION)$/;
const BETWEEN = /[\s,;*#.|-]*/y;
/** Event Viewer's table: the level is the first column. */
const TABLE = /^"?(Critical|Error|Warning|Information|Verbose)"?,"?\d/;
const WORD = /[^\s|[\](){}<>"'`,=:]+/y;
const ENCLOSED = /\[[^\][]{0,100}\]|\([^()]{0,60}\)|<[^<>]{0,60}>|\{[\w-]{0,60}\}/y;
/** Monolog: `production.ERROR:`; Icinga: `critical/ApiListener:` */
const CHANNEL = /^[\w-]{1,40}\.([A-Z]{4,9})$|^([a-z]{5,11})\/[A-Z]\w{1,60}$/;
const VALUE = /=(?:"([^"]{0,200})"?|([^\s"]*))/y;
const DATE_WORD =
  /^(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|am|pm|utc|gmt|[a-z]{1,4}t)$/i;
/** Names that are hardly the first word of a sentence. */
const COLUMN = /^(?:trace|debug|info|information|notice|warn|warning|err|error|crit|critical|fatal|verbose)$/i;
const PROSE = /^ (?:rates?|counts?|budgets?|logs?|pages?|handler|handling|state)\b/;

const STRONG = "TRACE|DEBUG|INFO|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|EMERG|EMERGENCY|PANIC|ALERT";
const SHOUTED = new RegExp(`(?<![\\w.$/=-])(${STRONG})(?![\\w.$/=-])`);
const KEYED = /(?<![\w.-])(?:level|lvl|severity|loglevel)=([a-z]+)\b/i;
const QUOTED = /"[^"]{0,200}"|(?<!\w)'[^']{0,200}'/g;

/** `message` is the end of `line`, behind its time. */
export function lineLevel(line: string, message: string): LevelOrUnknown {
  const command = line.includes("COMMAND=") || line.includes("CMD (") ? COMMAND.exec(line)?.[0].length : undefined;
  return command === undefined ? levelOf(line, message) : levelOf(line.slice(0, -command), message.slice(0, -command));
}

function levelOf(line: string, message: string): LevelOrUnknown {
  const head = headLevel(line, message);
  // Every request is told at the level of all others: how it ended, its status tells.
  if (head === undefined || head === "info") return statusOf(line) ?? head ?? bodyLevel(message);
  return head;
}

const known = (level: LevelOrUnknown): Level | undefined => (level === "unknown" ? undefined : level);
const statusOf = (line: string): Level | undefined => known(lineStatusLevel(line));

function headLevel(line: string, message: string): LevelOrUnknown | undefined {
  const letter =
    KLOG.exec(line)?.[1] ?? ANDROID.exec(message)?.[1] ?? RUBY.exec(message)?.[1] ?? otherLetter(line, message);
  if (letter !== undefined) return letter === "A" ? "fatal" : letterLevel(letter);
  const [, worst, warning] = (line.includes("PHP ") ? PHP.exec(line.slice(0, HEAD_CHARS)) : undefined) ?? [];
  if (worst !== undefined || warning !== undefined) return worst === undefined ? "warn" : "fatal";
  const kernel = kernelLevel(line);
  if (kernel !== undefined) return kernel;
  const first = TABLE.exec(line)?.[1];
  if (first !== undefined) return namedLevel(first);
  const column = columnLevel(line, line.length - message.length);
  if (column !== undefined) return column;
  if (crashLevel(message) === "fatal") return "fatal";
  if (CEPH.test(message)) return "error";
  const program = programLevel(line);
  if (program !== undefined) return program;
  const sign = REDIS.exec(line)?.[1];
  if (sign !== undefined) return REDIS_LEVELS[sign];
  const priority = PRIORITY.exec(line)?.[1];
  return priority === undefined ? undefined : known(severityLevel(Number(priority) % 8));
}

function otherLetter(line: string, message: string): string | undefined {
  return (RUBY.exec(line) ?? TORNADO.exec(line) ?? NESTED_KLOG.exec(message))?.[1];
}

/** Where one is within the head of a line. */
interface Head {
  line: string;
  at: number;
  /** Where the message begins. */
  start: number;
  plainWords: number;
}

function columnLevel(line: string, start: number): LevelOrUnknown | undefined {
  const head: Head = { line, at: 0, start, plainWords: 0 };
  for (let count = 0; count < HEAD_WORDS_MAX && head.at < Math.max(HEAD_CHARS, start + 1); count++) {
    take(BETWEEN, head);
    if (head.at >= line.length) return undefined;
    const enclosed = take(ENCLOSED, head);
    if (enclosed !== undefined) {
      const level = enclosedLevel(enclosed);
      if (level !== undefined) return level;
      continue;
    }
    const word = take(WORD, head);
    if (word === undefined) {
      // A quote or a brace opens the body; what else stands there belongs to neither.
      if (/["'`{]/.test(line.charAt(head.at))) return undefined;
      head.at++;
      continue;
    }
    const level = wordLevel(word, head);
    if (level !== undefined) return level;
    if (head.plainWords > PLAIN_WORDS_MAX) return undefined;
  }
  return undefined;
}

function take(pattern: RegExp, head: Head): string | undefined {
  pattern.lastIndex = head.at;
  const found = pattern.exec(head.line)?.[0];
  if (found !== undefined) head.at += found.length;
  return found;
}

/** The level that a word of the head tells; where it tells none, the head goes on behind it. */
function wordLevel(word: string, head: Head): LevelOrUnknown | undefined {
  const { line, at } = head;
  const next = line.charAt(at);
  if (next === "=") return keyLevel(word, head);
  const isBehindTime = head.plainWords === 0 && at - word.length >= head.start;
  if (word.length === 1 && isBehindTime && head.start > 0 && next === " ") {
    if (/[TVDIWEFC]/.test(word)) return letterLevel(word);
  }
  if (/^[DIWE]!$/.test(word) && isBehindTime) return letterLevel(word.charAt(0));
  const channel = next === ":" ? CHANNEL.exec(word) : null;
  const behind = channel?.[1] ?? channel?.[2];
  const level = word.length > 2 || word > "\u3000" ? namedLevel(behind ?? word) : undefined;
  if (behind !== undefined && level !== undefined) return level;
  if (level !== undefined && isColumn(word, head, isBehindTime)) return level;
  if (next === ":" && POSTGRES.test(word)) return "info";
  if (next === ":" && line.charAt(at + 1) === " " && LEVEL_KEYS.has(word.toLowerCase()) && isBehindTime) {
    const told = /^: ([a-z]{2,12})\b/i.exec(line.slice(at, at + 20))?.[1] ?? "";
    if (namedLevel(told) !== undefined) return namedLevel(told);
  }
  const isName =
    /[\d./@$_\\-]/.test(word) ||
    !/\p{L}/u.test(word) ||
    next === ":" ||
    next === "[" ||
    next === "(" ||
    DATE_WORD.test(word);
  if (!isName) head.plainWords++;
  return undefined;
}

function isColumn(word: string, { line, at, start, plainWords }: Head, isBehindTime: boolean): boolean {
  const next = line.charAt(at);
  if (word === word.toUpperCase()) return true;
  if (next === ":" || next === "\t" || next === "|" || (next === " " && line.charAt(at + 1) === "|"))
    return plainWords <= 1;
  // MikroTik: system,error,critical
  if (next === "," && /\w/.test(line.charAt(at + 1))) return plainWords <= 1 && COLUMN.test(word);
  if (next === " " && line.charAt(at + 1) === " " && plainWords === 0) return COLUMN.test(word);
  const isFirst = isBehindTime && start > 0 && COLUMN.test(word);
  return isFirst && !PROSE.test(line.slice(at, at + 12));
}

function keyLevel(key: string, head: Head): LevelOrUnknown | undefined {
  VALUE.lastIndex = head.at;
  const [whole = "=", quoted, bare] = VALUE.exec(head.line) ?? [];
  head.at += whole.length;
  if (head.plainWords > 0 || !LEVEL_KEYS.has(key.toLowerCase())) return undefined;
  return known(fieldLevel(quoted ?? bare));
}

/** `[error]`, `[core:crit]`, `[ns_server:error,2026-…]`, `[12:00:00 WRN]`, `<warn>` */
function enclosedLevel(enclosed: string): Level | undefined {
  const second = /^\[[\w.-]{1,40}:([a-z]{4,9}),\d{4}-/.exec(enclosed)?.[1];
  if (second !== undefined) return namedLevel(second);
  const words = enclosed
    .slice(1, -1)
    .split(/[\s:|,=]+/)
    // Celery: ERROR/ForkPoolWorker-1; log4j of a game server: thread/ERROR
    .map((word) => word.replace(/^([A-Z]{4,8})\/[\w-]{1,60}$/, "$1").replace(/^[\w-]{1,60}\/([A-Z]{4,8})$/, "$1"))
    .filter((word) => word !== "");
  for (const word of words) {
    const level =
      word.length > 2 || (words.length === 1 && /[VDIWEF]/.test(word) && enclosed.startsWith("["))
        ? fieldLevel(word)
        : "unknown";
    if (level === "unknown" || /\d/.test(word)) continue;
    if (words.length <= 2 || word === word.toUpperCase()) return level;
  }
  return undefined;
}

function bodyLevel(message: string): LevelOrUnknown {
  const body = message.slice(0, HEAD_CHARS).replace(QUOTED, '""');
  const named = SHOUTED.exec(body)?.[1] ?? KEYED.exec(body)?.[1];
  const level = named === undefined ? undefined : namedLevel(named);
  if (level !== undefined) return level;
  return crashLevel(message) ?? signLevel(message) ?? (RAISED.test(message) ? "error" : "unknown");
}
