/** The files of a log source: the file or glob that config.yaml names, with its rotated and gzipped siblings. */

import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { namesUnderRoots, openUnderRoots } from "../../../platform/files.js";
import { escapeRegExp } from "../../../vocabulary/escape-regexp.js";
import type { Problem } from "../../../vocabulary/problems.js";

/** Files of one source that are opened at once; the newest by name are kept. */
const FILES_MAX = 100;
/** Bytes of one line; what is longer is cut, so that a file without line ends cannot fill the memory. */
const LINE_MAX_BYTES = 65_536;

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
 * end is read, of a gzipped one the beginning, and the budget says that it was exceeded.
 */
export async function* readLines(file: LogFile, budget: ReadBudget): AsyncGenerator<string[]> {
  const start = file.gzip ? 0 : Math.max(0, file.size - budget.bytes);
  if (start > 0 || budget.bytes <= 0) budget.exceeded = true;
  if (file.size === 0 || budget.bytes <= 0) return;
  const raw = file.handle.createReadStream({ start, end: file.size - 1, autoClose: false, highWaterMark: 262_144 });
  const chunks = file.gzip ? unzipped(raw) : raw;
  const split = new LineSplitter(start > 0);
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      budget.bytes -= chunk.length;
      const lines = split.push(chunk);
      if (lines.length > 0) yield lines;
      if (file.gzip && budget.bytes <= 0) {
        budget.exceeded = true;
        return;
      }
    }
    const rest = split.end();
    if (rest !== undefined) yield [rest];
  } finally {
    raw.destroy();
  }
}

function unzipped(raw: ReturnType<FileHandle["createReadStream"]>): ReturnType<typeof createGunzip> {
  const gunzip = createGunzip();
  raw.on("error", (error) => gunzip.destroy(error));
  return raw.pipe(gunzip);
}

/** Cuts bytes into lines: `\n` or `\r\n`; a line over the limit is cut and the rest of it left out. */
export class LineSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping: boolean;

  /** `inTheMiddle`: reading starts inside a line, whose rest is left out. */
  constructor(
    inTheMiddle: boolean,
    readonly maxBytes: number = LINE_MAX_BYTES,
  ) {
    this.#skipping = inTheMiddle;
  }

  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      if (this.#skipping) this.#skipping = false;
      else {
        this.#hold(chunk.subarray(from, at));
        lines.push(this.#take());
      }
      from = at + 1;
    }
    if (!this.#skipping) this.#hold(chunk.subarray(from));
    return lines;
  }

  end(): string | undefined {
    return this.#heldBytes > 0 ? this.#take() : undefined;
  }

  #hold(part: Buffer): void {
    const room = this.maxBytes - this.#heldBytes;
    if (room <= 0 || part.length === 0) return;
    // The chunk's memory is used again by the stream; what is kept beyond it is copied.
    this.#held.push(Buffer.from(part.subarray(0, room)));
    this.#heldBytes += Math.min(room, part.length);
  }

  #take(): string {
    const bytes = this.#held.length === 1 ? (this.#held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    // A file that was cut while its writer went on starts with NUL bytes; a byte order mark may stand first as well.
    return bytes
      .toString("utf8")
      .replace(/^[\0\uFEFF]+/, "")
      .replace(/\r$/, "");
  }
}
