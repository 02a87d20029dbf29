/** Where in a large log the time that was asked for begins: what stands before it need not be read. */
import { EntryReader, type LogFields } from "../../tools/logs/entries.js";
import { encodingOf } from "./line-splitter.js";
import type { LogFile } from "./log-files.js";

/** A file up to this size is read whole: looking for its beginning would cost as much. */
const WHOLE_MAX_BYTES = 4_000_000;
/** Looked at in one place; it holds many lines. */
const BLOCK_BYTES = 65_536;
/** So many lines of a place must tell a time, and all of them an earlier one. */
const TIMED_MIN = 3;
/** Lines of one log stand in order but for so much: threads, buffers, requests that are written when they end. */
const DISORDER_MS = 600_000;

/** A byte at which everything before is older than `sinceMs`; 0 where that cannot be told. */
export async function startOf(
  file: LogFile,
  sinceMs: number,
  format: "json" | "text",
  names: LogFields,
): Promise<number> {
  if (file.gzip || file.size <= WHOLE_MAX_BYTES) return 0;
  for (let back = WHOLE_MAX_BYTES; back < file.size; back *= 2) {
    const at = file.size - back;
    const times = await timesAt(file, at, format, names);
    if (times.length >= TIMED_MIN && times.every((ms) => ms < sinceMs - DISORDER_MS)) return at;
  }
  return 0;
}

async function timesAt(file: LogFile, at: number, format: "json" | "text", names: LogFields): Promise<number[]> {
  const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, at);
  const block = buffer.subarray(0, bytesRead);
  if (encodingOf(block) !== "utf-8") return [];
  // The first line and the last are parts of lines.
  const lines = block
    .toString("utf8")
    .split(/\r\n|\r|\n/)
    .slice(1, -1);
  const reader = new EntryReader(format, names, file.modifiedMs);
  return [...lines.map((line) => reader.push(line)), reader.end()].flatMap((entry) => entry?.timeMs ?? []);
}
