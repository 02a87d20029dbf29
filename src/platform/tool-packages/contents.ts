/**
 * The files of a tool package, read once into memory: what is digested is what is copied and run. A package with links,
 * with anything but plain files, or that others may write, is refused.
 */
import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PACKAGE_MAX_BYTES, PACKAGE_MAX_FILES } from "../../vocabulary/package-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { digestOf } from "../digest.js";
import { safeJoin } from "../files.js";
import { unsafeProblem } from "../trusted-file.js";

export interface PackageContents {
  /** SHA-256 in hex over the names and contents of all files. */
  digest: string;
  /** By path below the package's folder, with `/` between parts. */
  files: ReadonlyMap<string, Buffer>;
}
export type ReadPackage = { ok: true; contents: PackageContents } | { ok: false; problem: Problem };

const WRITTEN_BY_OTHERS = 0o022;

/** What is wrong with the package at this place. */
class Refused extends Error {
  constructor(
    readonly at: string,
    readonly what: string,
    readonly code: Problem["code"] = "tool-package-invalid",
    readonly hint?: string,
  ) {
    super(what);
  }
}

/** Reads the folder; a problem names the first thing that makes it unfit. */
export async function readPackage(folder: string): Promise<ReadPackage> {
  try {
    const unsafe = unsafeProblem(folder);
    if (unsafe !== undefined) return { ok: false, problem: unsafe };
    const files = new Map<string, Buffer>();
    await readFolder(folder, "", { files, bytes: 0 });
    return { ok: true, contents: { digest: digestOfFiles(files), files } };
  } catch (error) {
    return { ok: false, problem: problemOf(error, folder) };
  }
}

function problemOf(error: unknown, folder: string): Problem {
  if (error instanceof Refused) {
    const { code, at, what, hint } = error;
    return { code, at, message: `${at} ${what}`, hint };
  }
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  if (code === "ENOENT")
    return { code: "file-not-found", at: folder, message: `the tool package ${folder} does not exist` };
  return { code: "file-unreadable", at: folder, message: `the tool package ${folder} cannot be read (${code})` };
}

interface Reading {
  files: Map<string, Buffer>;
  bytes: number;
}

async function readFolder(folder: string, below: string, reading: Reading): Promise<void> {
  const here = below === "" ? folder : join(folder, below);
  const stats = await lstat(here);
  if (!stats.isDirectory()) throw new Refused(here, "must be a folder, and no link to one");
  checkMode(here, stats);
  for (const name of (await readdir(here)).sort()) {
    const path = below === "" ? name : `${below}/${name}`;
    const joined = safeJoin(folder, path);
    if (!joined.ok)
      throw new Refused(here, `holds a file whose name cannot be used: ${JSON.stringify(name).slice(0, 80)}`);
    const entry = await lstat(joined.path);
    if (entry.isDirectory()) await readFolder(folder, path, reading);
    else await readFile(joined.path, path, entry, reading);
  }
}

async function readFile(path: string, name: string, entry: Stats, reading: Reading): Promise<void> {
  if (!entry.isFile()) throw new Refused(path, "must be a plain file: a package holds no links, pipes or devices");
  // Without O_NONBLOCK a pipe that took the file's place would hold the program for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Refused(path, "must be a plain file");
    checkMode(path, stats);
    reading.bytes += stats.size;
    if (reading.bytes > PACKAGE_MAX_BYTES)
      throw new Refused(path, `makes the package larger than ${PACKAGE_MAX_BYTES} bytes`);
    if (reading.files.size >= PACKAGE_MAX_FILES)
      throw new Refused(path, `is one file more than the ${PACKAGE_MAX_FILES} of a package`);
    const bytes = await handle.readFile();
    if (bytes.length > stats.size) throw new Refused(path, "grew while it was read");
    reading.files.set(name, bytes);
  } finally {
    await handle.close();
  }
}

function checkMode(path: string, { mode }: Stats): void {
  if (process.platform === "win32" || (mode & WRITTEN_BY_OTHERS) === 0) return;
  throw new Refused(
    path,
    "must not be writable by group or others, for its code runs here",
    "file-unsafe",
    `chmod -R go-w ${path}`,
  );
}

/** Names and contents of all files, in order of their names; nothing else of them counts. */
export function digestOfFiles(files: ReadonlyMap<string, Buffer>): string {
  const entries = [...files].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]);
  return digestOf(entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}
