/** The files of the audit log: numbered, in order, each a run of lines; only the last one grows. */
import { constants } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { faultOf } from "../trusted-file.js";

const FILE_NAME = /^audit-(\d{6,12})\.jsonl$/;
export const CHECKPOINTS_FILE = "checkpoints.jsonl";
const NEWLINE = 0x0a;
/** Bytes read at once, from the end or the start of a file. */
const CHUNK_BYTES = 64_000;

export interface AuditFile {
  name: string;
  number: number;
}

export const fileNamed = (number: number): AuditFile => ({
  name: `audit-${String(number).padStart(6, "0")}.jsonl`,
  number,
});

/** The log's files in order; none where there is no directory. */
export async function listAuditFiles(directory: string): Promise<AuditFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? 0);
      return number > 0 && fileNamed(number).name === name ? [{ name, number }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** One line of a file: `number` counts from 1, and `isWhole` is false for what stands after the last line break. */
export interface Line {
  bytes: Buffer;
  number: number;
  isWhole: boolean;
}

/** The lines of a file as bytes, read in parts. A file that is not there has none. */
export async function* linesOf(path: string): AsyncGenerator<Line> {
  const file = await openToRead(path);
  if (file === undefined) return;
  try {
    let number = 0;
    let rest: Buffer[] = [];
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
      let bytes = chunk as Buffer;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
        yield { bytes: Buffer.concat([...rest, bytes.subarray(0, end)]), number: ++number, isWhole: true };
        rest = [];
        bytes = bytes.subarray(end + 1);
      }
      if (bytes.length > 0) rest.push(bytes);
    }
    if (rest.length > 0) yield { bytes: Buffer.concat(rest), number: ++number, isWhole: false };
  } finally {
    await file.close();
  }
}

/** The end of a file: its last whole line, and what stands after it. */
export interface Ending {
  size: number;
  lastLine?: Buffer;
  torn: Buffer;
}

/** Reads backwards until the last whole line is complete. */
export async function readEnding(path: string): Promise<Ending | undefined> {
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    let tail: Buffer = Buffer.alloc(0);
    for (let from = size; from > 0; ) {
      const start = Math.max(0, from - CHUNK_BYTES);
      tail = Buffer.concat([await readFully(file, start, from - start), tail]);
      from = start;
      const end = tail.lastIndexOf(NEWLINE);
      const before = end > 0 ? tail.lastIndexOf(NEWLINE, end - 1) : -1;
      if (before >= 0) return { size, lastLine: tail.subarray(before + 1, end), torn: tail.subarray(end + 1) };
    }
    const end = tail.lastIndexOf(NEWLINE);
    return { size, ...(end < 0 ? {} : { lastLine: tail.subarray(0, end) }), torn: tail.subarray(end + 1) };
  } finally {
    await file.close();
  }
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Appends the text in one write and brings it to the disk before it returns, so that what the caller does next is not
 * done without its line, whatever happens to the machine. Makes the file (0600); follows no link.
 */
export async function appendDurably(directory: string, name: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const file = await open(join(directory, name), flags, 0o600);
  let isNew = false;
  try {
    const stats = await file.stat();
    const fault = process.platform === "win32" ? undefined : faultOf(join(directory, name), stats);
    if (fault !== undefined) throw new Error(fault);
    isNew = stats.size === 0;
    const bytes = Buffer.from(text, "utf8");
    for (let written = 0; written < bytes.length; ) {
      written += (await file.write(bytes, written)).bytesWritten;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  // The name of a new file is on the disk only once its directory is.
  if (isNew) await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
