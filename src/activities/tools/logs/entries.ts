/** Lines of a log become entries: JSON or plain text, with stack traces joined to the entry that they belong to. */

import { withoutEnd } from "../../../vocabulary/without-ends.js";
import { CONTINUATION, crashLevel, headLevel, RAISED, Trace } from "./crashes.js";
import { fieldLevel, type Level } from "./levels.js";
import { lineLevel } from "./line-level.js";
import { beginsObject, PrettyJson } from "./pretty-json.js";
import {
  cut,
  DEFAULT_FIELDS,
  jsonRecord,
  type LogEntry,
  type LogFields,
  MESSAGE_MAX_CHARS,
  recordEntry,
} from "./record-entry.js";
import { TimeFinder } from "./times.js";
import { windowsEvent } from "./windows-events.js";
import { Parts, unwrapped } from "./wrapped-lines.js";

export { DEFAULT_FIELDS, type LogEntry, type LogFields, recordEntry } from "./record-entry.js";

/** Colours and other instructions for a terminal. */
const TERMINAL = new RegExp(`${String.fromCharCode(27)}\\[[0-9;:?]*[ -/]*[@-~]`, "g");
const ESCAPE = String.fromCharCode(27);
const plain = (line: string): string => (line.includes(ESCAPE) ? line.replace(TERMINAL, "") : line);

interface TextEntry extends LogEntry {
  clockOnly: boolean;
}

/** A line of JSON that its end was cut off still tells its level and time there or at its beginning. */
const END_CHARS = 500;

function fromText(line: string, times: TimeFinder): TextEntry {
  const found = times.find(line);
  if (found === undefined)
    return {
      timeMs: undefined,
      level: brokenLevel(line) ?? lineLevel(line, line.trim()),
      message: cut(line.trim(), MESSAGE_MAX_CHARS),
      clockOnly: false,
    };
  const before = withoutEnd(line.slice(0, found.start).replace(/<\d{1,3}>\d?/, ""), /[\s[(-]/);
  const after = line.slice(found.end).replace(/^[\s\])|,:-]+/, "");
  const nested = nestedRecord(after, times.referenceMs);
  if (nested !== undefined) return { ...nested, timeMs: found.ms, clockOnly: found.clockOnly };
  const message = before.trim() === "" ? after : `${before.trim()} ${after}`;
  return {
    timeMs: found.ms,
    level: brokenLevel(line) ?? lineLevel(line, after),
    message: cut(message, MESSAGE_MAX_CHARS),
    clockOnly: found.clockOnly,
  };
}

/** Of a record whose end is missing, what its beginning and its last characters tell. */
function brokenLevel(line: string): LogEntry["level"] | undefined {
  if (!line.startsWith("{")) return undefined;
  const told = /"(?:level|severity|lvl|levelname|loglevel)"\s*:\s*"?(\w{1,12})/i;
  const word = told.exec(line.slice(0, END_CHARS))?.[1] ?? told.exec(line.slice(-END_CHARS))?.[1];
  const level = fieldLevel(word);
  return level === "unknown" ? undefined : level;
}

/** Behind a head there may stand a record: `Nov 29 12:00:00 host app[1]: {"level":"error"}`. */
function nestedRecord(text: string, referenceMs: number): LogEntry | undefined {
  const from = text.indexOf("{");
  if (from === -1 || !text.endsWith("}") || !/^[\w\s.:[\]()|/-]{0,120}$/.test(text.slice(0, from))) return undefined;
  const record = jsonRecord(text.slice(from));
  if (record === undefined) return undefined;
  const entry = recordEntry(record, DEFAULT_FIELDS, referenceMs);
  const isMessage = entry.message !== JSON.stringify(record);
  return entry.level === "unknown" || !isMessage ? undefined : entry;
}

function entryOf(
  line: string,
  names: LogFields,
  times: TimeFinder,
): { entry: LogEntry; isJson: boolean; clockOnly: boolean } {
  const record = line.startsWith("{") ? jsonRecord(line) : undefined;
  if (record !== undefined) {
    return { entry: recordEntry(record, names, times.referenceMs), isJson: true, clockOnly: false };
  }
  // A container's name, as docker compose sets it before its lines
  const composed = /^[\w.-]{1,80} +\| (?=\{)/.exec(line)?.[0];
  const inner = composed === undefined ? undefined : jsonRecord(line.slice(composed.length));
  if (inner !== undefined)
    return { entry: recordEntry(inner, names, times.referenceMs), isJson: true, clockOnly: false };
  const event = windowsEvent(line, times.referenceMs);
  if (event !== undefined) return { entry: event, isJson: false, clockOnly: false };
  const { clockOnly, ...entry } = fromText(line, times);
  return { entry, isJson: false, clockOnly };
}

/** The entry that one line is, JSON or plain, where nothing stands before or after it. */
export function lineEntry(line: string, referenceMs: number): LogEntry {
  return entryOf(plain(line), DEFAULT_FIELDS, new TimeFinder(referenceMs)).entry;
}

/** Joins a line to the entry that it belongs to. */
export function joinLine(entry: LogEntry, line: string): void {
  if (entry.message.length < MESSAGE_MAX_CHARS) entry.message = cut(`${entry.message}\n${line}`, MESSAGE_MAX_CHARS);
  if (entry.level !== "unknown") return;
  // What is indented is a value or a place in code; it tells of an exception at most.
  if (!/^\s/.test(line)) entry.level = lineLevel("", line);
  else if (RAISED.test(line)) entry.level = "error";
}

/** Reads the lines of one file, in order. `referenceMs` is when the file changed last. */
export class EntryReader {
  /** Lines of a JSON log that are no JSON, and lines of a text log that no time stands near. They are kept as entries. */
  badLines = 0;
  #pending: LogEntry | undefined;
  #lastMs: number | undefined;
  #dated = false;
  #object: PrettyJson | undefined;
  readonly #parts = new Parts();
  readonly #trace = new Trace();
  readonly #times: TimeFinder;

  constructor(
    readonly format: "json" | "text",
    readonly names: LogFields,
    readonly referenceMs: number,
  ) {
    this.#times = new TimeFinder(referenceMs);
  }

  /** Returns the entry that this line completes, if it does. */
  push(line: string): LogEntry | undefined {
    if (line.trim() === "") return undefined;
    const text = plain(line);
    if (this.#object !== undefined && this.#gathers(text, this.#object)) return undefined;
    const wrapped = unwrapped(text, this.referenceMs);
    if (wrapped === undefined) return this.#line(text, undefined);
    const whole = this.#parts.push(wrapped);
    return whole === undefined || whole.text.trim() === "" ? undefined : this.#line(plain(whole.text), whole.timeMs);
  }

  /** A line whose time is known from elsewhere. */
  pushAt(line: string, timeMs: number | undefined): LogEntry | undefined {
    return line.trim() === "" ? undefined : this.#line(plain(line), timeMs);
  }

  end(): LogEntry | undefined {
    if (this.#object !== undefined) this.#giveUp(this.#object);
    const rest = this.#parts.end();
    const last = this.#pending;
    this.#pending = undefined;
    if (rest === undefined) return last;
    const { entry } = entryOf(rest.text, this.names, this.#times);
    if (last === undefined) return { ...entry, timeMs: rest.timeMs ?? entry.timeMs };
    joinLine(last, rest.text);
    return last;
  }

  #line(line: string, timeMs: number | undefined): LogEntry | undefined {
    const wasTrace = this.#trace.isOpen;
    if (this.#pending !== undefined && this.#trace.continues(line)) {
      joinLine(this.#pending, line);
      return undefined;
    }
    const mayGather = timeMs === undefined && (this.format === "json" || !this.#dated);
    if (mayGather && beginsObject(line)) return this.#gather(line);
    // The brackets of an array that entries are written in
    if (mayGather && /^[[\]],?$/.test(line.trim())) return undefined;
    const { entry, isJson, clockOnly } = entryOf(line, this.names, this.#times);
    if (clockOnly && this.#dated) entry.timeMs = undefined;
    if (isJson || entry.timeMs !== undefined) {
      if (!isJson) {
        if (this.format === "json" && timeMs === undefined) this.badLines++;
        this.#dated ||= !clockOnly && timeMs === undefined;
      }
      const crash = isJson ? undefined : crashLevel(entry.message);
      return this.#next({ ...entry, timeMs: timeMs ?? entry.timeMs }, crash === undefined ? undefined : entry.message);
    }
    return this.#undated(entry, line, timeMs, wasTrace);
  }

  /** A line without a time of its own: of a crash, of the entry before it, or an entry. */
  #undated(entry: LogEntry, line: string, timeMs: number | undefined, wasTrace: boolean): LogEntry | undefined {
    const crash = crashLevel(line);
    const isDated = this.#dated && timeMs === undefined && this.format === "text";
    const led = crash ?? headLevel(line);
    const isOwn = led !== undefined && ((crash !== undefined && wasTrace) || this.#isApart(led, isDated));
    if (!isOwn && (isDated || crash !== undefined || CONTINUATION.test(line)) && this.#pending !== undefined) {
      joinLine(this.#pending, line);
      if (this.format === "json" && timeMs === undefined) this.badLines++;
      if (crash !== undefined) this.#trace.begin(line);
      return undefined;
    }
    if (timeMs === undefined && !isDated) this.badLines++;
    return this.#next({ ...entry, level: crash ?? entry.level, timeMs }, crash === undefined ? undefined : line);
  }

  /** A crash belongs to the line that tells of it, and not to a quiet one that happens to stand before it. */
  #isApart(crash: Level, isDated: boolean): boolean {
    const before = this.#pending?.level;
    if (before === undefined || before === "info" || before === "debug") return true;
    return before === "unknown" ? !isDated : before === "warn" && crash === "fatal";
  }

  #gather(line: string): LogEntry | undefined {
    this.#object = new PrettyJson();
    const done = this.#pending;
    this.#pending = undefined;
    if (this.#object.push(line) !== "open") this.#giveUp(this.#object, line);
    return done;
  }

  /** Whether the line belongs to the object that is being gathered. */
  #gathers(line: string, object: PrettyJson): boolean {
    const state = object.push(line);
    if (state === "open") return true;
    const record = state === "whole" ? jsonRecord(object.text()) : undefined;
    if (record === undefined) this.#giveUp(object);
    else {
      this.#object = undefined;
      this.#next(recordEntry(record, this.names, this.referenceMs), undefined);
    }
    return state === "whole";
  }

  /** The lines are no object: one entry, as they are. */
  #giveUp(object: PrettyJson, line?: string): void {
    this.#object = undefined;
    const text = [...object.lines, ...(line === undefined || object.lines.includes(line) ? [] : [line])].join("\n");
    this.badLines++;
    const message = cut(text, MESSAGE_MAX_CHARS);
    this.#next({ timeMs: undefined, level: lineLevel(message, message), message }, undefined);
  }

  #next(entry: LogEntry, crash: string | undefined): LogEntry | undefined {
    if (crash === undefined) this.#trace.end();
    else this.#trace.begin(crash);
    if (entry.timeMs === undefined) entry.timeMs = this.#lastMs;
    else this.#lastMs = entry.timeMs;
    const done = this.#pending;
    this.#pending = entry;
    return done;
  }
}
