/** Files by name and files under declared roots: no name and no link leads out of where reading is allowed. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Problem } from "../vocabulary/problems.js";

/** Characters of a name: what every file system takes as one component, and a few components deep. */
const NAME_MAX_CHARS = 255;
const PATH_MAX_CHARS = 1_000;
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

/** Whether `path` is `root` or lies below it; both must be absolute and without links. */
function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
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
  if (!stats.isFile()) return closed(handle, notAllowed(path, "it is not a regular file"));
  const id = `${stats.dev}:${stats.ino}`;
  return { ok: true, handle, path: opened.path, size: stats.size, modifiedMs: stats.mtimeMs, id };
}

/** The names in a directory that, links resolved, lies under one of the roots. */
export async function namesUnderRoots(
  directory: string,
  roots: readonly string[],
): Promise<{ ok: true; names: string[] } | { ok: false; problem: Problem }> {
  const opened = await openInside(directory, roots);
  if (!opened.ok) return opened;
  try {
    // The names of what is open, whatever its path leads to by now.
    return { ok: true, names: (await readdir(opened.byDescriptor ?? opened.path)).sort() };
  } catch (error) {
    return { ok: false, problem: fromSystem(error, directory) };
  } finally {
    await opened.handle.close();
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

interface Inside {
  ok: true;
  handle: FileHandle;
  /** Where what is open lies, as the kernel says it. */
  path: string;
  /** A path to what is open that no link changes; Linux alone has it. */
  byDescriptor: string | undefined;
  stats: Stats;
}

/**
 * Resolves a path once, opens it, and keeps what was opened only if that lies under a root: a folder on the way may have
 * become a link in between. All that is read under the roots comes through here.
 */
async function openInside(path: string, roots: readonly string[]): Promise<Inside | { ok: false; problem: Problem }> {
  let handle: FileHandle | undefined;
  try {
    const real = await allowedPath(path, roots);
    if (typeof real !== "string") return real;
    // Without O_NONBLOCK a pipe that nobody writes to would hold the worker for ever.
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    const byDescriptor = `/proc/self/fd/${handle.fd}`;
    const place = await readlink(byDescriptor).catch(() => undefined);
    if (place === undefined)
      return await stillNamed({ ok: true, handle, path: real, byDescriptor: undefined, stats }, path, roots);
    if (await isUnderRoots(place, roots)) return { ok: true, handle, path: place, byDescriptor, stats };
    return await closed(handle, notAllowed(path, "a link leads it outside"));
  } catch (error) {
    await handle?.close();
    return { ok: false, problem: fromSystem(error, path) };
  }
}

/** Where no descriptor tells its path: what was opened must still be what the resolved path names. */
async function stillNamed(
  opened: Inside,
  path: string,
  roots: readonly string[],
): Promise<Inside | { ok: false; problem: Problem }> {
  const again = await allowedPath(path, roots);
  if (typeof again !== "string") return closed(opened.handle, again);
  const named = await lstat(again);
  if (named.dev === opened.stats.dev && named.ino === opened.stats.ino) return opened;
  return closed(opened.handle, notAllowed(path, "it changed while it was opened"));
}

async function closed(
  handle: FileHandle,
  answer: { ok: false; problem: Problem },
): Promise<{ ok: false; problem: Problem }> {
  await handle.close();
  return answer;
}

const notAllowed = (path: string, why: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: {
    code: "path-not-allowed",
    at: path,
    message: `${path} must be a file under a declared root; ${why}`,
    hint: "declare its directory under files.roots in config.yaml",
  },
});

async function allowedPath(path: string, roots: readonly string[]): Promise<string | { ok: false; problem: Problem }> {
  if (!isAbsolute(path) || path.includes("\0"))
    return notAllowed(path.replaceAll("\0", "?"), "the path must be absolute");
  const lexical = resolve(path);
  const real = await realpath(lexical).catch(async (error: unknown) => {
    // What lies outside is refused in the same words whether or not it exists.
    const inside = await Promise.all(roots.map((root) => parentIsInside(root, lexical)));
    if (inside.some(Boolean)) throw error;
    return undefined;
  });
  if (real === undefined) return notAllowed(path, "no root holds it");
  if (await isUnderRoots(real, roots)) return real;
  return notAllowed(path, real === lexical ? "no root holds it" : "a link leads it outside");
}

async function isUnderRoots(real: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot !== undefined && isInside(realRoot, real)) return true;
  }
  return false;
}

async function parentIsInside(root: string, path: string): Promise<boolean> {
  const realRoot = await realpath(root).catch(() => undefined);
  if (realRoot === undefined) return false;
  const parent = await realpath(dirname(path)).catch(() => undefined);
  if (parent !== undefined) return isInside(realRoot, parent);
  return isInside(resolve(root), path) || isInside(realRoot, join(path));
}

function fromSystem(error: unknown, path: string): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return {
      code: "file-not-found",
      at: path,
      message: `${path} does not exist`,
      hint: "check the path in config.yaml",
    };
  }
  const hint = code === "EACCES" || code === "EPERM" ? "let the worker's user read it" : undefined;
  const message = `${path} cannot be read (${code})`;
  return { code: "file-unreadable", at: path, message, hint };
}
