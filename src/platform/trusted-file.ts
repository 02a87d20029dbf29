/** Files that decide what may happen: read only if nobody but their owner could have written them. */
import { accessSync, constants, lstatSync, readlinkSync, type Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { utf8Text } from "../schema/utf8-text.js";
import type { Problem } from "../vocabulary/problems.js";
import { hasOthers } from "./group-members.js";

export type TrustedText = { ok: true; text: string } | { ok: false; problem: Problem };

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** Whether people other than the owner may write: everyone, or a group with others in it. */
function isOpen({ mode, gid, uid }: Stats): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true;
  if ((mode & GROUP_WRITES) === 0) return false;
  const isOurs = gid === process.getgid?.() || gid === uid;
  return !isOurs || hasOthers(gid, [0, uid, process.getuid?.() ?? uid]);
}

/** A folder of a read-only file system (a mounted ConfigMap) is nobody's to write, whatever its mode. */
function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}

/** What makes this one file or folder unsafe to trust: somebody else owns it, or may write it. */
export function faultOf(path: string, stats: Stats): string | undefined {
  // Links have no mode of their own; who owns one can make it lead elsewhere.
  const isOwned = stats.uid === 0 || stats.uid === process.getuid?.();
  if (!isOwned)
    return `${path} must belong to this user or to root, for it decides what may happen; it belongs to ${stats.uid}`;
  if (stats.isSymbolicLink() || !isOpen(stats)) return undefined;
  // In a folder such as /tmp nobody replaces what belongs to others.
  if (stats.isDirectory() && ((stats.mode & STICKY) !== 0 || isReadOnly(path))) return undefined;
  return `${path} must not be writable by others, for it decides what may happen`;
}

/**
 * What makes a file or directory unsafe, or undefined. Looked at are the file, every folder on the way to it, every link
 * among them, and what these lead to. Windows has no modes to look at. Throws what the file system says.
 */
export function unsafeProblem(path: string): Problem | undefined {
  if (process.platform === "win32") return undefined;
  let links = 0;
  let place: string = sep;
  const left = partsOf(resolve(path));
  for (let part: string | undefined = ""; part !== undefined; part = left.shift()) {
    if (part === "..") place = dirname(place);
    else if (part !== "" && part !== ".") place = join(place, part);
    const stats = lstatSync(place);
    if (!stats.isSymbolicLink() && !stats.isDirectory() && left.length > 0) {
      const message = `${path} cannot be read: ${place} is not a folder`;
      return { code: "file-unreadable", at: path, message, hint: "name another path" };
    }
    const fault = faultOf(place, stats);
    if (fault !== undefined) {
      const hint = fault.includes("writable")
        ? `chmod go-w ${place}`
        : `chown it to the user that runs this, or to root`;
      return { code: "file-unsafe", at: place, message: fault, hint };
    }
    if (!stats.isSymbolicLink()) continue;
    const target = readlinkSync(place);
    if (++links > LINKS_MAX) {
      return { code: "file-unsafe", at: path, message: `${path} leads through more than ${LINKS_MAX} links` };
    }
    left.unshift(...partsOf(target));
    place = isAbsolute(target) ? sep : dirname(place);
  }
  return undefined;
}

/** As Linux follows them. */
const LINKS_MAX = 40;
const partsOf = (path: string): string[] => path.split(sep).filter((part) => part !== "");

/** Reads such a file; a missing, unreadable, unsafe or too large one is a problem. */
export async function readTrustedFile(path: string, maxBytes: number): Promise<TrustedText> {
  try {
    const unsafe = unsafeProblem(path);
    if (unsafe !== undefined) return { ok: false, problem: unsafe };
    const { size } = await stat(path);
    if (size > maxBytes) {
      const message = `${path} must be at most ${maxBytes} bytes, it has ${size}`;
      return { ok: false, problem: { code: "document-too-large", at: path, message } };
    }
    const decoded = utf8Text(await readFile(path), path);
    if (decoded.ok) return decoded;
    const { message, hint } = decoded;
    return { ok: false, problem: { code: "document-not-parsed", at: path, message, hint } };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    if (code === "ENOENT") {
      return { ok: false, problem: { code: "file-not-found", at: path, message: `${path} does not exist` } };
    }
    return { ok: false, problem: { code: "file-unreadable", at: path, message: `${path} cannot be read (${code})` } };
  }
}
