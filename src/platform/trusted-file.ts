/** Files that decide what may happen: read only if nobody but their owner could have written them. */
import { type Stats, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { utf8Text } from "../schema/utf8-text.js";
import type { Problem } from "../vocabulary/problems.js";

export type TrustedText = { ok: true; text: string } | { ok: false; problem: Problem };

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/** Whether people other than the owner may write: everyone, or a group that is neither ours nor the owner's private one. */
function isOpen(stats: Stats): boolean {
  if ((stats.mode & OTHERS_WRITE) !== 0) return true;
  return (stats.mode & GROUP_WRITES) !== 0 && stats.gid !== process.getgid?.() && stats.gid !== stats.uid;
}

/** What makes a file or directory unsafe, or undefined. Windows has no modes to look at. */
export function unsafeProblem(path: string): Problem | undefined {
  if (process.platform === "win32") return undefined;
  const file = resolve(path);
  const directory = dirname(file);
  const parent = statSync(directory);
  const parentOpen = isOpen(parent) && (parent.mode & STICKY) === 0;
  const open = isOpen(statSync(file)) ? file : parentOpen ? directory : undefined;
  if (open === undefined) return undefined;
  const message = `${open} must not be writable by others, for it decides what may happen`;
  return { code: "file-unsafe", at: open, message, hint: `chmod go-w ${open}` };
}

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
