/** The lines of a container as Kubernetes gives them with `timestamps=true`: each begins with the time it was written. */

import { isoMs } from "../../tools/kit/instant.js";
import { DEFAULT_FIELDS, EntryReader, type LogEntry } from "../../tools/logs/entries.js";

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s;

export interface ContainerEntries {
  entries: Array<{ entry: LogEntry }>;
  lines: number;
  firstMs: number | undefined;
}

/** Lines of a stack trace are joined to the line that they belong to. A line without a time has that of the one before. */
export function containerEntries(text: string): ContainerEntries {
  const entries: Array<{ entry: LogEntry }> = [];
  const reader = new EntryReader("text", DEFAULT_FIELDS, 0);
  const keep = (entry: LogEntry | undefined): void => {
    if (entry !== undefined) entries.push({ entry });
  };
  let [lines, timeMs, firstMs]: [number, number | undefined, number | undefined] = [0, undefined, undefined];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    lines++;
    const [, time, told = line] = LINE.exec(line.replace(/\r$/, "")) ?? [];
    timeMs = time === undefined ? timeMs : isoMs(time);
    firstMs ??= timeMs;
    keep(reader.pushAt(told, timeMs));
  }
  keep(reader.end());
  return { entries, lines, firstMs };
}
