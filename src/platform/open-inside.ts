/** Opens what lies under declared roots and nothing else, whoever exchanges names and links meanwhile. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Problem } from "../vocabulary/problems.js";

/** Names a file without opening it (Linux): a device does nothing, a pipe wakes nobody. Node has no name for it. */
const O_PATH = 0o10000000;
const READING = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Inside {
  ok: true;
  handle: FileHandle;
  /** Where what is open lies, as the kernel says it. */
  path: string;
  /** A path to what is open that no link changes; Linux alone has it. */
  byDescriptor: string | undefined;
  stats: Stats;
}

type NotInside = { ok: false; problem: Problem };

/**
 * Resolves a path once, opens it, and keeps what was opened only if that lies under a root: a folder on the way may have
 * become a link in between. All that is read under the roots comes through here.
 */
export async function openInside(path: string, roots: readonly string[]): Promise<Inside | NotInside> {
  try {
    const real = await allowedPath(path, roots);
    if (typeof real !== "string") return real;
    return process.platform === "linux" ? await openNamed(real, path, roots) : await openByPath(real, path, roots);
  } catch (error) {
    return { ok: false, problem: fromSystem(error, path) };
  }
}

/** Takes hold of what the path names, looks at it, and opens that very thing: what is outside is never opened. */
async function openNamed(real: string, path: string, roots: readonly string[]): Promise<Inside | NotInside> {
  const held = await open(real, O_PATH | constants.O_NOFOLLOW);
  try {
    const byDescriptor = `/proc/self/fd/${held.fd}`;
    const placeNow = () => readlink(byDescriptor).catch(() => undefined);
    const place = await placeNow();
    if (place === undefined) return await openByPath(real, path, roots);
    if (!(await isUnderRoots(place, roots))) return notAllowed(path, "a link leads it outside");
    // Names are counted while this one is there: one that was taken away is another to the kernel when it is given back.
    const stats = await held.stat();
    if (place !== real || (await placeNow()) !== place) return moved(path);
    const fault = faultOf(stats);
    if (fault !== undefined) return notAllowed(path, fault);
    const handle = await open(byDescriptor, constants.O_RDONLY | constants.O_NONBLOCK);
    return { ok: true, handle, path: place, byDescriptor: `/proc/self/fd/${handle.fd}`, stats };
  } finally {
    await held.close();
  }
}

/** Where no descriptor tells its path. */
async function openByPath(real: string, path: string, roots: readonly string[]): Promise<Inside | NotInside> {
  const before = faultOf(await lstat(real));
  if (before !== undefined) return notAllowed(path, before);
  // Without O_NONBLOCK a pipe that nobody writes to would hold the worker for ever.
  const handle = await open(real, READING);
  try {
    const stats = await handle.stat();
    const fault = faultOf(stats);
    if (fault !== undefined) return await closed(handle, notAllowed(path, fault));
    return await stillNamed({ ok: true, handle, path: real, byDescriptor: undefined, stats }, path, roots);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A file with a second name may be somebody else's, from outside: a hard link does not tell what it stands for. */
function faultOf(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return "it changed while it was opened";
  if (stats.isDirectory()) return undefined;
  if (!stats.isFile()) return "it is not a regular file";
  return stats.nlink > 1 ? `it has ${stats.nlink} names (hard links), and one may lie outside; copy it` : undefined;
}

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino;

/** What was opened must still be what the resolved path names. */
async function stillNamed(opened: Inside, path: string, roots: readonly string[]): Promise<Inside | NotInside> {
  const again = await allowedPath(path, roots);
  if (typeof again !== "string") return closed(opened.handle, again);
  const named = await lstat(again);
  return isSame(named, opened.stats) ? opened : closed(opened.handle, moved(path));
}

async function closed(handle: FileHandle, answer: NotInside): Promise<NotInside> {
  await handle.close();
  return answer;
}

/** A log that is rotated now is there again under its new name. */
const moved = (path: string): NotInside => ({
  ok: false,
  problem: { code: "file-not-found", at: path, message: `${path} changed while it was opened`, hint: "try again" },
});

export const notAllowed = (path: string, why: string): NotInside => ({
  ok: false,
  problem: {
    code: "path-not-allowed",
    at: path,
    message: `${path} must be a file under a declared root; ${why}`,
    hint: "declare its directory under files.roots in config.yaml",
  },
});

async function allowedPath(path: string, roots: readonly string[]): Promise<string | NotInside> {
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
  // What lies in a place that cannot be reached is told without its beginning.
  if (!isAbsolute(real)) return false;
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

export function fromSystem(error: unknown, path: string): Problem {
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

/** Whether `path` is `root` or lies below it; both must be absolute and without links. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
}
