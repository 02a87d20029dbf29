/** The files of a declared journal: each opened under a root, links resolved; journalctl is given what was opened. */
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { namesUnderRoots, openUnderRoots, pathUnderRoots } from "../../../platform/files.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type ToolFailure, toolFailure } from "../../define-tool.js";
import { shortened } from "../../tools/kit/finding.js";
import type { LostPart } from "../../tools/logs/reading.js";

/** Files of one journal that are given to journalctl; the newest. */
const FILES_MAX = 200;
/** Folders of machines within a journal's folder. */
const FOLDERS_MAX = 50;
/** A file that last changed this long before `since` holds nothing that matters; the slack is for skewed clocks. */
const SKEW_MS = 60_000;

const JOURNAL = /\.journal~?$/;
const MACHINE_ID = /^[0-9a-f]{32}$/;

export interface JournalFile {
  path: string;
  handle: FileHandle;
}

export interface JournalFiles {
  /** Newest first; the caller closes the handles. */
  files: JournalFile[];
  unreadable: LostPart[];
  leftOut: number;
}

/** Throws `ToolFailure` where the path is not allowed, or holds no journal that can be read. */
export async function journalFiles(path: string, roots: readonly string[], sinceMs: number): Promise<JournalFiles> {
  const found = await pathUnderRoots(path, roots);
  if (!found.ok) throw failureOf(found.problem);
  const unreadable: LostPart[] = [];
  const names = found.isDirectory ? await namesIn(path, roots, unreadable) : [path];
  const readable: Array<JournalFile & { modifiedMs: number }> = [];
  for (const name of names) {
    const opened = await openUnderRoots(name, roots);
    if (opened.ok) {
      readable.push(opened);
    } else if (opened.problem.code !== "file-not-found" || names.length === 1) {
      unreadable.push(lostFile(name, opened.problem));
    }
  }
  if (readable.length === 0) {
    const [first] = unreadable;
    if (first !== undefined) throw toolFailure(first.code, first.message);
    throw toolFailure("file-not-found", `${path} holds no journal file`, {
      hint: "check the source's path in config.yaml",
    });
  }
  readable.sort((a, b) => b.modifiedMs - a.modifiedMs || a.path.localeCompare(b.path));
  const [newest] = readable;
  const wanted = readable.filter((file) => file === newest || file.modifiedMs >= sinceMs - SKEW_MS);
  const files = wanted.slice(0, FILES_MAX);
  await closeAll(readable.filter((file) => !files.includes(file)));
  return { files, unreadable, leftOut: wanted.length - files.length };
}

export async function closeAll(files: readonly JournalFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/** Journal files of the folder and of the folders of machines in it, as journald lays them out. */
async function namesIn(folder: string, roots: readonly string[], unreadable: LostPart[]): Promise<string[]> {
  const listed = await namesUnderRoots(folder, roots);
  if (!listed.ok) throw failureOf(listed.problem);
  const own = listed.names.filter((name) => JOURNAL.test(name)).map((name) => join(folder, name));
  for (const machine of listed.names.filter((name) => MACHINE_ID.test(name)).slice(0, FOLDERS_MAX)) {
    const inner = await namesUnderRoots(join(folder, machine), roots);
    if (!inner.ok) unreadable.push(lostFile(join(folder, machine), inner.problem));
    else own.push(...inner.names.filter((name) => JOURNAL.test(name)).map((name) => join(folder, machine, name)));
  }
  return own;
}

export const lostFile = (path: string, { code, message }: Pick<Problem, "code" | "message">): LostPart => ({
  path,
  code,
  message: shortened(message, 200),
});

const failureOf = ({ code, message, hint }: Problem): ToolFailure => toolFailure(code, message, { hint });
