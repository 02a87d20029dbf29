/** The entry that a journal's record is, as journalctl writes it in JSON. */
import { z } from "zod";
import type { JsonObject } from "../../../schema/json.js";
import { type LogEntry, lineEntry } from "../../tools/logs/entries.js";
import { fieldLevel, type LevelOrUnknown } from "../../tools/logs/levels.js";

/** Levels of the journal's priorities, 0 (emergency) to 7 (debug). */
export const SEVERITY_LEVELS: readonly LevelOrUnknown[] = [0, 1, 2, 3, 4, 5, 6, 7].map(fieldLevel);

/** Text; bytes, where it is no UTF-8 text; several, where the field was given several times. */
const valueSchema = z.union([z.string(), z.array(z.int().min(0).max(255)), z.array(z.unknown()), z.null()]);
const recordSchema = z
  .object({ __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,19}$/) })
  .catchall(valueSchema.optional());

const FIELDS: Record<string, string> = {
  _SYSTEMD_UNIT: "unit",
  SYSLOG_IDENTIFIER: "identifier",
  _HOSTNAME: "host",
  _PID: "pid",
  CONTAINER_NAME: "container",
};

/** Undefined where the line is no record of a journal. */
export function journalEntry(line: string): LogEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const record = parsed.data;
  const timeMs = Number(record.__REALTIME_TIMESTAMP) / 1_000;
  const entry = lineEntry(textOf(record.MESSAGE) ?? "", timeMs);
  const fields: JsonObject = { ...entry.fields };
  for (const [name, own] of Object.entries(FIELDS)) {
    const text = textOf(record[name]);
    if (text !== undefined) fields[own] = text;
  }
  // The service manager's own words about a unit.
  const about = textOf(record.UNIT);
  if (about !== undefined) fields.unit = about;
  return { ...entry, timeMs, level: levelOf(record, entry.level), fields };
}

/** A priority that somebody chose, before the text; the one that all printed lines get, after it. */
function levelOf(record: z.infer<typeof recordSchema>, told: LevelOrUnknown): LevelOrUnknown {
  const priority = SEVERITY_LEVELS[Number(textOf(record.PRIORITY) ?? "none")] ?? "unknown";
  const isPrinted = record._TRANSPORT === "stdout" && record.PRIORITY === "6";
  if (isPrinted) return told === "unknown" ? priority : told;
  return priority === "unknown" ? told : priority;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((item) => typeof item === "number")) return Buffer.from(value as number[]).toString("utf8");
  return textOf(value[0]);
}
