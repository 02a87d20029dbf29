/** Contents in a directory of this machine, for its owner alone. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BLOB_MAX_BYTES } from "../../vocabulary/limits.js";
import { SEALED_OVERHEAD_BYTES } from "../../vocabulary/payload-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { toolFailure } from "../failure.js";
import { faultOf, unsafeProblem } from "../trusted-file.js";
import type { ContentStore } from "./store.js";

/** Permission bits of people other than the owner. */
const OTHERS = 0o077;

/**
 * `directory` is made on first use. With `isTrusted` what is there decides what may happen: nothing is read or written where
 * somebody else owns the folder, or one on the way to it, or may write there.
 */
export function createFolder(directory: string, isTrusted = false): ContentStore {
  const check = (): void => (isTrusted ? refuseUnsafe(directory) : undefined);
  return {
    async put(name, bytes) {
      await prepare(directory, check);
      await write(directory, name, bytes, rename);
    },
    async add(name, bytes) {
      await prepare(directory, check);
      try {
        // A link is made only where there is no such name, and the content is whole by then.
        await write(directory, name, bytes, link);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      }
      await syncFolder(directory);
      return true;
    },
    async get(name) {
      check();
      return read(join(directory, name), isTrusted);
    },
  };
}

async function prepare(directory: string, check: () => void): Promise<void> {
  check();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode } = await stat(directory);
  if ((mode & OTHERS) !== 0) await chmod(directory, 0o700);
  check();
}

function refuseUnsafe(directory: string): void {
  let problem: Problem | undefined;
  try {
    problem = unsafeProblem(directory);
  } catch (error) {
    // What is not there yet is made by this user.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (problem !== undefined) throw toolFailure("file-unsafe", problem.message, { hint: problem.hint });
}

/** Written under a name of its own and then given its own: a reader sees the whole content or none. */
async function write(
  directory: string,
  name: string,
  bytes: Buffer,
  give: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const temporary = join(directory, `.${name}.${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await give(temporary, join(directory, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

/** That a name was given must outlast a loss of power, too. */
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function read(path: string, isTrusted: boolean): Promise<Buffer | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw toolFailure("file-unreadable", `a stored result cannot be read (${code})`);
  }
  try {
    const stats = await file.stat();
    const fault = isTrusted && process.platform !== "win32" ? faultOf(path, stats) : undefined;
    if (fault !== undefined) throw toolFailure("file-unsafe", fault);
    const { size } = stats;
    if (size > BLOB_MAX_BYTES + SEALED_OVERHEAD_BYTES) {
      throw toolFailure("file-too-large", "a stored result is larger than any that is stored");
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
