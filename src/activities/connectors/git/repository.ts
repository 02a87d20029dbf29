/**
 * Where a declared Git repository keeps its data. Each part that leads elsewhere (a link, a `.git` file, a worktree's
 * common folder, borrowed objects) must lie under a declared root as well, or nothing of it is read.
 */
import { dirname, join, resolve } from "node:path";
import { openUnderRoots, pathUnderRoots, readBounded } from "../../../platform/files.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type ToolFailure, toolFailure } from "../../define-tool.js";

const POINTER_MAX_BYTES = 4_096;
/** Repositories that borrow objects from repositories that borrow; Git itself stops at five. */
const BORROWED_MAX_DEPTH = 5;
/** What Git opens within the folder by these names. */
const PARTS = ["HEAD", "config", "config.worktree", "packed-refs", "refs", "refs/heads", "refs/tags", "refs/remotes"];
const COMMON_PARTS = ["objects", "objects/info", "objects/pack", "shallow", "info"];

/** The Git folder, links resolved. Throws `path-not-allowed`, `file-…` or `source-answer-invalid`. */
export async function gitDirectory(path: string, roots: readonly string[]): Promise<string> {
  const found = await allowed(path, roots);
  if (found === undefined) throw toolFailure("file-not-found", `${path} does not exist`, { hint: WAY_OUT });
  const git = await directoryIn(path, found.path, roots);
  const head = await allowed(join(git, "HEAD"), roots);
  if (head === undefined)
    throw toolFailure("source-answer-invalid", `${path} is not a Git repository`, { hint: WAY_OUT });
  const pointer = await pointerIn(join(git, "commondir"), roots);
  const common = pointer === undefined ? git : ((await allowed(resolve(git, pointer), roots))?.path ?? git);
  for (const folder of new Set([git, common])) for (const part of PARTS) await allowed(join(folder, part), roots);
  for (const part of COMMON_PARTS) await allowed(join(common, part), roots);
  await checkBorrowed(join(common, "objects"), roots, 0);
  return git;
}

const WAY_OUT = "check the source's path in config.yaml: a clone, or a bare repository";

/** `.git` is a folder in a clone, a file in a worktree or submodule, and absent in a bare repository. */
async function directoryIn(path: string, real: string, roots: readonly string[]): Promise<string> {
  const inner = await allowed(join(real, ".git"), roots);
  if (inner === undefined) return real;
  if (inner.isDirectory) return inner.path;
  const pointer = await pointerIn(inner.path, roots);
  const target = pointer?.startsWith("gitdir:") ? pointer.slice("gitdir:".length).trim() : undefined;
  const directory = target === undefined ? undefined : await allowed(resolve(dirname(inner.path), target), roots);
  if (directory === undefined) {
    throw toolFailure("source-answer-invalid", `${path} has a .git file that leads to no repository`, {
      hint: WAY_OUT,
    });
  }
  return directory.path;
}

async function checkBorrowed(objects: string, roots: readonly string[], depth: number): Promise<void> {
  const text = await pointerIn(join(objects, "info", "alternates"), roots);
  if (text === undefined) return;
  if (depth >= BORROWED_MAX_DEPTH) throw toolFailure("path-not-allowed", `${objects} borrows objects too deeply`);
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    if (line.startsWith('"')) throw toolFailure("path-not-allowed", `${objects} borrows objects by a quoted path`);
    const other = await allowed(resolve(objects, line), roots);
    if (other !== undefined) await checkBorrowed(other.path, roots, depth + 1);
  }
}

/** Undefined where there is nothing; throws where there is something that may not be read. */
async function allowed(
  path: string,
  roots: readonly string[],
): Promise<{ path: string; isDirectory: boolean } | undefined> {
  const found = await pathUnderRoots(path, roots);
  if (found.ok) return found;
  if (found.problem.code === "file-not-found") return undefined;
  throw failureOf(found.problem);
}

/** The text of a small file, or undefined where there is none. */
async function pointerIn(path: string, roots: readonly string[]): Promise<string | undefined> {
  const opened = await openUnderRoots(path, roots);
  if (!opened.ok) {
    if (opened.problem.code === "file-not-found") return undefined;
    throw failureOf(opened.problem);
  }
  try {
    const bytes = await readBounded(opened.handle, POINTER_MAX_BYTES);
    if (bytes === undefined) throw toolFailure("file-too-large", `${path} is too large to lead anywhere`);
    return bytes.toString("utf8").trim();
  } finally {
    await opened.handle.close();
  }
}

const failureOf = ({ code, message, hint }: Problem): ToolFailure => toolFailure(code, message, { hint });
