/** Levels of log lines: many names and numbers, five levels. */

export const LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof LEVELS)[number];
/** `unknown`: the line tells none. */
export type LevelOrUnknown = Level | "unknown";

const NAMES: Record<string, Level> = {
  trace: "debug",
  verbose: "debug",
  debug: "debug",
  fine: "debug",
  info: "info",
  information: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  err: "error",
  severe: "error",
  fatal: "fatal",
  critical: "fatal",
  crit: "fatal",
  alert: "fatal",
  emerg: "fatal",
  emergency: "fatal",
  panic: "fatal",
};
/** syslog's severities, 0 (emergency) to 7 (debug). */
const SEVERITIES: readonly Level[] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];
const KLOG: Record<string, Level> = { I: "info", W: "warn", E: "error", F: "fatal" };

const WORDS = Object.keys(NAMES).join("|");
const KEYED = new RegExp(`\\b(?:level|lvl|severity|loglevel)["']?\\s*[=:]\\s*["']?(${WORDS})\\b`, "i");
const BRACKETED = new RegExp(`[\\[(<|](?:[\\w.-]+:)?\\s*(${WORDS})\\s*[\\])>|]`, "i");
const SHOUTED = new RegExp(`(?<![\\w.$/-])(${WORDS.toUpperCase()})(?![\\w.$/-])`);
const LEADING = new RegExp(`^\\W*(?:[\\w./$-]+(?:\\[\\d+\\])?:\\s+)?(${WORDS})\\b\\s*:`, "i");
const RAISED = /\b(?:unhandled|uncaught|traceback|panic:)|\b\w*(?:Error|Exception)\b(?::|\s+at\b)/;
const STATUS = /" ([1-5]\d\d) (?:\d+|-)(?:\s|$)/;

/** The level that a field holds: a name in any case, or a number as pino, bunyan (10 to 60) or syslog (0 to 7) write it. */
export function fieldLevel(value: unknown): LevelOrUnknown {
  if (typeof value === "string") return NAMES[value.trim().toLowerCase()] ?? "unknown";
  if (typeof value !== "number") return "unknown";
  if (value >= 0 && value <= 7 && Number.isInteger(value)) return SEVERITIES[value] ?? "unknown";
  if (value >= 60) return "fatal";
  if (value >= 50) return "error";
  if (value >= 40) return "warn";
  if (value >= 30) return "info";
  return value >= 10 ? "debug" : "unknown";
}

/** A line tells its level at its head; a search through all of a long one would be asked of every line. */
const HEAD_CHARS = 200;

/** The level of a plain line: a key, a bracket, a word in capitals, a status, or an exception in its message. */
export function lineLevel(line: string, message: string): LevelOrUnknown {
  const head = line.slice(0, HEAD_CHARS);
  const named =
    KEYED.exec(head)?.[1] ??
    BRACKETED.exec(head)?.[1] ??
    SHOUTED.exec(head)?.[1] ??
    LEADING.exec(message.slice(0, HEAD_CHARS))?.[1];
  if (named !== undefined) return NAMES[named.toLowerCase()] ?? "unknown";
  const klog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/.exec(line)?.[1];
  if (klog !== undefined) return KLOG[klog] ?? "unknown";
  const priority = /^<(\d{1,3})>/.exec(line)?.[1];
  if (priority !== undefined) return SEVERITIES[Number(priority) % 8] ?? "unknown";
  const status = Number(STATUS.exec(line)?.[1]);
  if (status > 0) return status >= 500 ? "error" : status >= 400 ? "warn" : "info";
  return RAISED.test(message) ? "error" : "unknown";
}

/** The names, in small letters, and the numbers that `fieldLevel` takes for `minimum` or above: for a source's own filter. */
export function spellingsFrom(minimum: Level): string[] {
  const names = Object.entries(NAMES).filter(([, level]) => isAtLeast(level, minimum));
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 10, 20, 30, 40, 50, 60].filter((n) => isAtLeast(fieldLevel(n), minimum));
  return [...names.map(([name]) => name), ...numbers.map(String)];
}

export function isAtLeast(level: LevelOrUnknown, minimum: Level): boolean {
  return level !== "unknown" && LEVELS.indexOf(level) >= LEVELS.indexOf(minimum);
}

export function isError(level: LevelOrUnknown): boolean {
  return level === "error" || level === "fatal";
}
