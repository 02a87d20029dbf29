/** The files of a log source: the file or glob that config.yaml names, with its rotated and gzipped siblings. */

import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { namesUnderRoots, openUnderRoots } from "../../../platform/files.js";
import { escapeRegExp } from "../../../vocabulary/escape-regexp.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { encodingOf, LineSplitter } from "./line-splitter.js";

/** Files of one source that are opened at once; the newest by name are kept. */
const FILES_MAX = 100;
export interface LogFile {
  path: string;
  handle: FileHandle;
  size: number;
  modifiedMs: number;
  gzip: boolean;
}

export interface UnreadableFile {
  path: string;
  problem: Problem;
}

const globbed = (text: string): string => escapeRegExp(text).replaceAll("\\*", "[^/]*").replaceAll("\\?", "[^/]");
const STAMP = "(?:\\d{1,4}|\\d{4}-?\\d\\d-?\\d\\d(?:[T_.-]?\\d\\d[-:.]?\\d\\d(?:[-:.]?\\d\\d)?)?(?:[.-]\\d{1,4})?)";

/**
 * What a file of the source may be called: `app.log` itself, `app.log.1`, `app.log.2.gz`, `app.log-20261122.gz`,
 * `app-2026-11-22.log`, `app.1.log`; the same for each name that a glob takes.
 */
export function siblingPattern(name: string): RegExp {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  return new RegExp(`^${globbed(stem)}(?:[._-]${STAMP})?${globbed(extension)}(?:[._-]${STAMP})?(?:\\.gz)?$`);
}

/**
 * Opens the files of a source, newest first; the caller closes the handles. A file that cannot be opened is listed, not
 * fatal; a missing or forbidden directory is a problem.
 */
export async function openLogFiles(
  path: string,
  roots: readonly string[],
): Promise<
  { ok: true; files: LogFile[]; unreadable: UnreadableFile[]; leftOut: number } | { ok: false; problem: Problem }
> {
  const directory = dirname(path);
  const listed = await namesUnderRoots(directory, roots);
  if (!listed.ok) return listed;
  const pattern = siblingPattern(basename(path));
  const names = listed.names.filter((name) => pattern.test(name));
  const files: LogFile[] = [];
  const unreadable: UnreadableFile[] = [];
  const seen = new Set<string>();
  for (const name of names.slice(0, FILES_MAX)) {
    const opened = await openUnderRoots(join(directory, name), roots);
    if (!opened.ok) {
      // A file may be rotated away between the listing and the opening; its new name is listed or comes next time.
      if (opened.problem.code !== "file-not-found")
        unreadable.push({ path: join(directory, name), problem: opened.problem });
    } else if (seen.has(opened.id)) await opened.handle.close();
    else {
      seen.add(opened.id);
      const { handle, size, modifiedMs } = opened;
      files.push({ path: join(directory, name), handle, size, modifiedMs, gzip: name.endsWith(".gz") });
    }
  }
  files.sort((a, b) => b.modifiedMs - a.modifiedMs || a.path.localeCompare(b.path));
  return { ok: true, files, unreadable, leftOut: Math.max(0, names.length - FILES_MAX) };
}

export interface ReadBudget {
  bytes: number;
  /** Set when the budget did not suffice. */
  exceeded: boolean;
}

/**
 * The lines of a file, in batches, within the budget of bytes (after unpacking). Of a plain file that is too large the
 * end is read, of a gzipped one the beginning, and the budget says that it was exceeded. What stands before `from` is not wanted.
 */
export async function* readLines(file: LogFile, budget: ReadBudget, from = 0): AsyncGenerator<string[]> {
  const room = file.gzip ? 0 : Math.max(0, file.size - budget.bytes);
  const cut = Math.max(room, from);
  // A character of UTF-16 has two bytes.
  const start = cut - (cut % 2);
  if (room > from || budget.bytes <= 0) budget.exceeded = true;
  if (file.size === 0 || budget.bytes <= 0) return;
  // Packed bytes count as well: nothing at all may come of them.
  const end = file.gzip ? Math.min(file.size, budget.bytes) : file.size;
  if (end < file.size) budget.exceeded = true;
  const raw = file.handle.createReadStream({ start, end: end - 1, autoClose: false, highWaterMark: 262_144 });
  const chunks = file.gzip ? unzipped(raw) : raw;
  let unpacked = 0;
  let split = start > 0 ? new LineSplitter(true, undefined, encodingOf(await beginningOf(file))) : undefined;
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      budget.bytes -= chunk.length;
      unpacked += chunk.length;
      split ??= new LineSplitter(false, undefined, encodingOf(chunk));
      const lines = split.push(chunk);
      if (lines.length > 0) yield lines;
      if (file.gzip && budget.bytes <= 0) {
        budget.exceeded = true;
        return;
      }
    }
    const rest = split?.end();
    if (rest !== undefined) yield [rest];
  } finally {
    budget.bytes -= Math.max(0, raw.bytesRead - unpacked);
    raw.destroy();
  }
}

async function beginningOf({ handle }: LogFile): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.subarray(0, bytesRead);
}

function unzipped(raw: ReturnType<FileHandle["createReadStream"]>): ReturnType<typeof createGunzip> {
  const gunzip = createGunzip();
  raw.on("error", (error) => gunzip.destroy(error));
  return raw.pipe(gunzip);
}
