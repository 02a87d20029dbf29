/** The entry that a log store's record is. A record without a level may tell it in its text. */
import { type LogEntry, type LogFields, recordEntry } from "../../tools/logs/entries.js";
import { fieldLevel, lineLevel } from "../../tools/logs/levels.js";

export function storedEntry(record: Record<string, unknown>, names: LogFields, timeMs: number): LogEntry {
  const entry = recordEntry(record, names, timeMs);
  if (entry.level !== "unknown") return entry;
  const told = record[names.level_field];
  // Some stores keep every value as text, numbers too.
  const isNumber = typeof told === "string" && /^\d{1,2}$/.test(told);
  return { ...entry, level: isNumber ? fieldLevel(Number(told)) : lineLevel(entry.message, entry.message) };
}
