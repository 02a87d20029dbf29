/** Files by name and files under declared roots: no name and no link leads out of where reading is allowed. */
import type { Dirent } from "node:fs";
import { type FileHandle, readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Problem } from "../vocabulary/problems.js";
import { fromSystem, isInside, notAllowed, openInside } from "./open-inside.js";

/** Characters of a name: what every file system takes as one component, and a few components deep. */
const NAME_MAX_CHARS = 255;
const PATH_MAX_CHARS = 1_000;
/** Read at once. */
const PART_BYTES = 1_048_576;
/**
 * Letters, digits and the punctuation that names need. Left out: percent (encoded dots and slashes), backslash (UNC),
 * colon (drives, URLs, streams), semicolon, glob and shell characters, controls, direction marks, and the characters
 * that only look like a slash or a dot.
 */
const PLAIN_NAME = /^[\p{L}\p{M}\p{N} ._/@+=,#()[\]{}!&'-]+$/u;

export type JoinedPath = { ok: true; path: string } | { ok: false; problem: Problem };

const refused = (message: string, hint?: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { code: "path-invalid", at: "", message, hint },
});

/**
 * Joins a name that comes from outside onto a base directory. The name must be relative and plain: parts of letters,
 * digits and common punctuation between single slashes, none of them dots alone, none with a leading dash or tilde, a
 * leading space, or a trailing dot or space. Nothing is decoded or repaired. Does not look at the disk: what is read
 * later goes through `openUnderRoots`, which resolves links.
 */
export function safeJoin(base: string, name: string): JoinedPath {
  const fault = nameFault(name);
  if (fault !== undefined) return refused(`the name ${fault}`, "give a plain relative name such as reports/today.md");
  const path = resolve(base, name);
  if (!isInside(resolve(base), path)) return refused("the name leads outside its directory");
  return { ok: true, path };
}

/** Dots and slashes of every direction. */
const stops = (text: string): number => text.match(/[./\\]/g)?.length ?? 0;

function nameFault(name: unknown): string | undefined {
  if (typeof name !== "string" || name === "") return "must not be empty";
  if (name.length > PATH_MAX_CHARS) return `must be at most ${PATH_MAX_CHARS} characters, got ${name.length}`;
  if (!PLAIN_NAME.test(name)) return "must be made of letters, digits and common punctuation";
  // A name that changes under compatibility folding may turn into another one on the way to the disk.
  if (stops(name.normalize("NFKC")) !== stops(name)) {
    return "must not hold characters that fold into dots or slashes";
  }
  if (name.startsWith("/")) return "must be relative";
  for (const part of name.split("/")) {
    if (part === "") return "must not have an empty part";
    if (part.length > NAME_MAX_CHARS) return `must have parts of at most ${NAME_MAX_CHARS} characters`;
    if (/^\.+$/.test(part.replace(/ /g, ""))) return "must not have a part of dots alone";
    if (/^[-~ ]/.test(part)) return "must not have a part that starts with a dash, a tilde or a space";
    if (/[. ]$/.test(part)) return "must not have a part that ends with a dot or a space";
  }
  return undefined;
}

export type OpenedFile =
  | {
      ok: true;
      handle: FileHandle;
      path: string;
      size: number;
      modifiedMs: number /** The same for two names of one file. */;
      id: string;
    }
  | { ok: false; problem: Problem };

/** Opens a regular file for reading if, links resolved, it lies under one of the roots. The caller closes the handle. */
export async function openUnderRoots(path: string, roots: readonly string[]): Promise<OpenedFile> {
  const opened = await openInside(path, roots);
  if (!opened.ok) return opened;
  const { handle, stats } = opened;
  if (!stats.isFile()) {
    await handle.close();
    return notAllowed(path, "it is not a regular file");
  }
  const id = `${stats.dev}:${stats.ino}`;
  return { ok: true, handle, path: opened.path, size: stats.size, modifiedMs: stats.mtimeMs, id };
}

/** The names in a directory that, links resolved, lies under one of the roots. */
export async function namesUnderRoots(
  directory: string,
  roots: readonly string[],
): Promise<{ ok: true; names: string[] } | { ok: false; problem: Problem }> {
  const listed = await entriesUnderRoots(directory, roots);
  return listed.ok ? { ok: true, names: listed.entries.map(({ name }) => name).sort() } : listed;
}

/** The same with the kind of each. */
export async function entriesUnderRoots(
  directory: string,
  roots: readonly string[],
): Promise<{ ok: true; entries: Dirent[] } | { ok: false; problem: Problem }> {
  const opened = await openInside(directory, roots);
  if (!opened.ok) return opened;
  try {
    // What is open is listed, whatever its path leads to by now.
    const entries = await readdir(opened.byDescriptor ?? opened.path, { withFileTypes: true });
    return { ok: true, entries };
  } catch (error) {
    return { ok: false, problem: fromSystem(error, directory) };
  } finally {
    await opened.handle.close();
  }
}

/** The bytes of an open file, or undefined where it has more than so many: it may grow while it is read. */
export async function readBounded(handle: FileHandle, maxBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(Math.min(PART_BYTES, maxBytes + 1 - bytes));
    const { bytesRead } = await handle.read(part, 0, part.length, bytes);
    if (bytesRead === 0) return Buffer.concat(parts);
    bytes += bytesRead;
    if (bytes > maxBytes) return undefined;
    parts.push(part.subarray(0, bytesRead));
  }
}

/** The path, links resolved, of a file or folder that lies under one of the roots. A program that opens it resolves it anew. */
export async function pathUnderRoots(
  path: string,
  roots: readonly string[],
): Promise<{ ok: true; path: string; isDirectory: boolean } | { ok: false; problem: Problem }> {
  const opened = await openInside(path, roots);
  if (!opened.ok) return opened;
  await opened.handle.close();
  return { ok: true, path: opened.path, isDirectory: opened.stats.isDirectory() };
}
