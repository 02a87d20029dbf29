/** Lines of a log become entries: JSON or plain text, with stack traces joined to the entry that they belong to. */
import type { JsonObject } from "../../../schema/json.js";
import { fieldLevel, type LevelOrUnknown, lineLevel } from "./levels.js";
import { fieldTimeMs, findTime } from "./times.js";

export interface LogEntry {
  /** Undefined where neither the line nor one before it tells a time. */
  timeMs: number | undefined;
  level: LevelOrUnknown;
  message: string;
  fields?: JsonObject;
}

export interface LogFields {
  time_field: string;
  level_field: string;
  message_field: string;
}

export const DEFAULT_FIELDS: LogFields = { time_field: "time", level_field: "level", message_field: "message" };

/** Characters of one entry's message, its stack included. */
const MESSAGE_MAX_CHARS = 8_000;
const FIELDS_MAX = 20;
const FIELD_MAX_CHARS = 500;
/** A line that continues the one before it: a stack trace's. */
export const CONTINUATION =
  /^(?:\s+\S|at |Caused by:|Traceback |\.\.\. \d+ more|[})\]]|[\w.$]+(?:Error|Exception)(?::|$))/;
/** Names that other loggers give to the three fields; tried after the declared ones. */
const TIME_FIELDS = ["time", "timestamp", "@timestamp", "ts", "t", "date", "datetime"];
const LEVEL_FIELDS = ["level", "severity", "lvl", "loglevel", "log.level", "levelname"];
const MESSAGE_FIELDS = ["message", "msg", "event", "log", "text"];

function own(record: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  let value: unknown = record;
  for (const key of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function firstOf(
  record: Record<string, unknown>,
  declared: string,
  others: string[],
): { name: string; value: unknown } {
  for (const name of [declared, ...others]) {
    const value = own(record, name);
    if (value !== undefined && value !== null) return { name, value };
  }
  return { name: declared, value: undefined };
}

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

function otherFields(record: Record<string, unknown>, taken: string[]): JsonObject | undefined {
  const fields: JsonObject = {};
  let count = 0;
  for (const [key, value] of Object.entries(record)) {
    if (taken.includes(key) || key === "__proto__" || value === null || count >= FIELDS_MAX) continue;
    if (typeof value === "string") fields[key] = cut(value, FIELD_MAX_CHARS);
    else if (typeof value === "number" || typeof value === "boolean") fields[key] = value;
    else fields[key] = cut(JSON.stringify(value), FIELD_MAX_CHARS);
    count++;
  }
  return count > 0 ? fields : undefined;
}

function fromJson(line: string, names: LogFields, referenceMs: number): LogEntry | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
  return recordEntry(record as Record<string, unknown>, names, referenceMs);
}

/** The entry that a record of named fields is. */
export function recordEntry(object: Record<string, unknown>, names: LogFields, referenceMs: number): LogEntry {
  const time = firstOf(object, names.time_field, TIME_FIELDS);
  const level = firstOf(object, names.level_field, LEVEL_FIELDS);
  const message = firstOf(object, names.message_field, MESSAGE_FIELDS);
  const fields = otherFields(object, [time.name, level.name, message.name]);
  const text = typeof message.value === "string" ? message.value : JSON.stringify(message.value ?? object);
  const entry: LogEntry = {
    timeMs: fieldTimeMs(time.value, referenceMs),
    level: fieldLevel(level.value),
    message: cut(text, MESSAGE_MAX_CHARS),
  };
  return fields === undefined ? entry : { ...entry, fields };
}

function fromText(line: string, referenceMs: number): LogEntry {
  const found = findTime(line, referenceMs);
  if (found === undefined) {
    const text = line.trim();
    return { timeMs: undefined, level: lineLevel(line, text), message: cut(text, MESSAGE_MAX_CHARS) };
  }
  const before = line
    .slice(0, found.start)
    .replace(/<\d{1,3}>\d?/, "")
    .replace(/[\s[(-]+$/, "");
  const after = line.slice(found.end).replace(/^[\s\])|,:-]+/, "");
  const message = before.trim() === "" ? after : `${before.trim()} ${after}`;
  return { timeMs: found.ms, level: lineLevel(line, after), message: cut(message, MESSAGE_MAX_CHARS) };
}

/** The entry that one line is, JSON or plain, where nothing stands before or after it. */
export function lineEntry(line: string, referenceMs: number): LogEntry {
  const entry = line.startsWith("{") ? fromJson(line, DEFAULT_FIELDS, referenceMs) : undefined;
  return entry ?? fromText(line, referenceMs);
}

/** Joins a line to the entry that it belongs to. */
export function joinLine(entry: LogEntry, line: string): void {
  if (entry.message.length < MESSAGE_MAX_CHARS) entry.message = cut(`${entry.message}\n${line}`, MESSAGE_MAX_CHARS);
  if (entry.level === "unknown") entry.level = lineLevel("", line.trim());
}

/** Reads the lines of one file, in order. `referenceMs` is when the file changed last. */
export class EntryReader {
  /** Lines of a JSON log that are no JSON, and lines of a text log that no time stands near. They are kept as entries. */
  badLines = 0;
  #pending: LogEntry | undefined;
  #lastMs: number | undefined;
  #dated = false;

  constructor(
    readonly format: "json" | "text",
    readonly names: LogFields,
    readonly referenceMs: number,
  ) {}

  /** Returns the entry that this line completes, if it does. */
  push(line: string): LogEntry | undefined {
    if (line.trim() === "") return undefined;
    const entry = line.startsWith("{") ? fromJson(line, this.names, this.referenceMs) : undefined;
    if (entry !== undefined) return this.#next(entry);
    if (this.format === "json") {
      this.badLines++;
      return this.#joins(line) ? undefined : this.#next(fromText(line, this.referenceMs));
    }
    const text = fromText(line, this.referenceMs);
    if (text.timeMs === undefined) {
      // In a log whose entries start with a time, a line without one continues the entry before it.
      if (this.#dated || CONTINUATION.test(line)) if (this.#join(line)) return undefined;
      this.badLines++;
    } else this.#dated = true;
    return this.#next(text);
  }

  end(): LogEntry | undefined {
    const last = this.#pending;
    this.#pending = undefined;
    return last;
  }

  #joins(line: string): boolean {
    return CONTINUATION.test(line) && this.#join(line);
  }

  #join(line: string): boolean {
    if (this.#pending === undefined) return false;
    joinLine(this.#pending, line);
    return true;
  }

  #next(entry: LogEntry): LogEntry | undefined {
    if (entry.timeMs === undefined) entry.timeMs = this.#lastMs;
    else this.#lastMs = entry.timeMs;
    const done = this.#pending;
    this.#pending = entry;
    return done;
  }
}
