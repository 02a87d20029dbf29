/** The entry that a record of named fields is, whichever logger wrote it. */
import type { JsonObject } from "../../../schema/json.js";
import { LEVEL_FIELDS, MESSAGE_FIELDS, TIME_FIELDS } from "./field-names.js";
import { recordStatusLevel } from "./http-status.js";
import {
  azureLevel,
  fieldLevel,
  type LevelOrUnknown,
  namedLevel,
  otelLevel,
  upwardsLevel,
  windowsLevel,
} from "./levels.js";
import { lineLevel } from "./line-level.js";
import { fieldTimeMs } from "./times.js";

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
export const MESSAGE_MAX_CHARS = 8_000;
const FIELDS_MAX = 20;
const FIELD_MAX_CHARS = 500;
/** Records within a record's message that are looked into. */
const DEPTH_MAX = 2;
const DAY_MS = 86_400_000;
/** Times that a record tells of what it is about. */
const OF_ELSE =
  /expir|valid|until|before|after|start|begin|end|due|last|next|first|prev|birth|modif|updat|creat(?!ed$)|deploy|build|zone/i;

/** Datadog calls a level the status; others tell by it how something ended. */
const STATUS_WORD = /^(?:debug|info|notice|warn|warning|error|critical|alert|emergency)$/i;

/** Names that only events of Windows have. */
const WINDOWS = ["winlog", "ProviderName", "EventID", "LevelDisplayName", "TimeCreated"];

export const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text);

/** Finds fields by their names as they are written, else whatever their case. */
class Fields {
  #byLower: Map<string, string> | undefined;

  constructor(readonly record: Record<string, unknown>) {}

  /** Fields of the declared name and of the others that have a value, in that order. */
  *named(declared: string, others: readonly string[]): Generator<{ name: string; value: unknown }> {
    yield* this.#one(declared);
    for (const name of others) if (name !== declared) yield* this.#one(name);
  }

  *#one(name: string): Generator<{ name: string; value: unknown }> {
    const exact = own(this.record, name);
    if (exact !== undefined && exact !== null) yield { name, value: exact };
    else {
      this.#byLower ??= new Map(Object.keys(this.record).map((key) => [key.toLowerCase(), key]));
      const key = this.#byLower.get(name);
      const value = key === undefined ? undefined : this.record[key];
      if (key !== undefined && value !== undefined && value !== null) yield { name: key, value };
    }
  }
}

function own(record: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  if (!name.includes(".")) return undefined;
  let value: unknown = record;
  for (const key of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

interface Found<T> {
  names: string[];
  value: T;
}

/** A day, whose clock another field may tell. */
const DATE_ALONE = /^\d{4}-\d\d-\d\d$/;
const CLOCK_ALONE = /^\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;

function clockBeside({ record }: Fields, date: string, referenceMs: number): Found<number | undefined> | undefined {
  const name = Object.keys(record).find(
    (key) => /time|clock/i.test(key) && typeof record[key] === "string" && CLOCK_ALONE.test(record[key]),
  );
  const ms = name === undefined ? undefined : fieldTimeMs(`${date}T${String(record[name])}`, referenceMs);
  return name === undefined || ms === undefined ? undefined : { names: [name], value: ms };
}

/** A field that nobody listed: its name says that it is a time, its text that it is one, and neither of something else. */
function otherTime(record: Record<string, unknown>, referenceMs: number): Found<number | undefined> {
  for (const [name, value] of Object.entries(record).slice(0, FIELDS_MAX)) {
    if (typeof value !== "string" || !/time|date|\bat$/i.test(name) || OF_ELSE.test(name)) continue;
    const ms = fieldTimeMs(value, referenceMs);
    if (ms !== undefined && ms <= referenceMs + DAY_MS) return { names: [name], value: ms };
  }
  return { names: [], value: undefined };
}

function timeOf(fields: Fields, names: LogFields, referenceMs: number): Found<number | undefined> {
  for (const { name, value } of fields.named(names.time_field, TIME_FIELDS)) {
    const ms = fieldTimeMs(value, referenceMs);
    if (ms === undefined) continue;
    const clock =
      typeof value === "string" && DATE_ALONE.test(value) ? clockBeside(fields, value, referenceMs) : undefined;
    return clock ?? { names: [name], value: ms };
  }
  return otherTime(fields.record, referenceMs);
}

/** Some loggers write a level as an object with its name. */
function nameIn(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (value as { name?: unknown }).name : value;
}

/** Some scales run the other way. */
function levelIn(name: string, value: unknown, record: Record<string, unknown>): LevelOrUnknown {
  if (/^severity_?number$/i.test(name)) return otelLevel(value);
  if (name === "status") return typeof value === "string" && STATUS_WORD.test(value) ? fieldLevel(value) : "unknown";
  if (name === "SeverityLevel") return azureLevel(value);
  const upwards = upwardsLevel(name, value, record);
  if (upwards !== undefined) return upwards;
  return WINDOWS.some((one) => Object.hasOwn(record, one)) && typeof value === "number"
    ? windowsLevel(value)
    : fieldLevel(value);
}

function levelOf(fields: Fields, names: LogFields): Found<LevelOrUnknown> {
  const { record } = fields;
  for (const { name, value } of fields.named(names.level_field, LEVEL_FIELDS)) {
    const level = levelIn(name, nameIn(value), record);
    // A priority in figures may be an order's as well.
    if (level !== "unknown" && !(name === "priority" && typeof value === "number"))
      return { names: [name], value: level };
  }
  // MongoDB; Serilog's compact form, which leaves out the usual level
  if (typeof record.s === "string" && record.s.length <= 2 && typeof record.t === "object")
    return { names: ["s"], value: fieldLevel(record.s.charAt(0)) };
  if (Object.hasOwn(record, "@t") && (Object.hasOwn(record, "@m") || Object.hasOwn(record, "@mt")))
    return { names: [], value: "info" };
  return { names: [], value: unsaidLevel(record) };
}

/** Loggers that tell a level without a field of its own: Kibana and hapi among their tags, klog by `v` or `err`. */
function unsaidLevel({ tags, caller, msg, v, err, type, reason }: Record<string, unknown>): LevelOrUnknown {
  if (typeof reason === "string" && type === "Warning") return "warn";
  const tag = Array.isArray(tags) ? tags.find((one) => typeof one === "string" && namedLevel(one)) : undefined;
  if (tag !== undefined) return fieldLevel(tag);
  if (typeof caller !== "string" || typeof msg !== "string") return "unknown";
  return typeof v === "number" ? "info" : typeof err === "string" ? "error" : "unknown";
}

function messageOf(fields: Fields, names: LogFields): Found<string> {
  for (const { name, value } of fields.named(names.message_field, MESSAGE_FIELDS)) {
    if (typeof value === "string") return { names: [name], value };
    const { stringValue } = value as { stringValue?: unknown };
    if (typeof stringValue === "string") return { names: [name], value: stringValue };
    if (name === names.message_field) return { names: [name], value: JSON.stringify(value) };
  }
  return { names: [], value: JSON.stringify(fields.record) };
}

function otherFields(record: Record<string, unknown>, taken: readonly string[]): JsonObject | undefined {
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

/** A level is told by a field, by the record or the line that the message is, or by the status of a request. */
export function recordEntry(
  record: Record<string, unknown>,
  names: LogFields,
  referenceMs: number,
  depth = 0,
): LogEntry {
  const named = new Fields(record);
  const time = timeOf(named, names, referenceMs);
  const level = levelOf(named, names);
  const message = messageOf(named, names);
  const inner =
    level.value === "unknown"
      ? messageLevel(message, record, names, referenceMs, depth)
      : level.value === "info"
        ? requestLevel(record)
        : level.value;
  const fields = otherFields(record, [...time.names, ...level.names, ...message.names]);
  const entry: LogEntry = { timeMs: time.value, level: inner, message: cut(message.value, MESSAGE_MAX_CHARS) };
  return fields === undefined ? entry : { ...entry, fields };
}

/** Of a record at the level of all requests: how this one ended, its status tells. */
function requestLevel(record: Record<string, unknown>): LevelOrUnknown {
  // CloudNativePG: what PostgreSQL wrote lies within
  const inner = fieldLevel(own(record, "record.error_severity"));
  if (inner !== "unknown") return inner;
  const status = recordStatusLevel(record);
  return status === "unknown" ? "info" : status;
}

function messageLevel(
  { names: [name], value: message }: Found<string>,
  record: Record<string, unknown>,
  names: LogFields,
  referenceMs: number,
  depth: number,
): LevelOrUnknown {
  const nested = depth < DEPTH_MAX && message.startsWith("{") && name !== undefined ? jsonRecord(message) : undefined;
  if (nested !== undefined) {
    const { level } = recordEntry(nested, names, referenceMs, depth + 1);
    if (level !== "unknown") return level;
  }
  const status = recordStatusLevel(record);
  if (status !== "unknown" || name === undefined) return status;
  return lineLevel(message, message);
}

/** The record that a text is in JSON; undefined where it is none. */
export function jsonRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
    return isRecord ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
