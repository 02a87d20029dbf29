/** The entry that a log store's record is. */
import { type LogEntry, type LogFields, recordEntry } from "../../tools/logs/entries.js";
import { lineLevel } from "../../tools/logs/line-level.js";

export function storedEntry(record: Record<string, unknown>, names: LogFields, timeMs: number): LogEntry {
  const entry = recordEntry(record, names, timeMs);
  return entry.level === "unknown" ? { ...entry, level: lineLevel(entry.message, entry.message) } : entry;
}
