/** A lock between processes: one works, the others wait and are told for whom. Survives owners that die. */
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export type Say = (text: string) => void;

interface Owner {
  pid: number;
  host: string;
  token: string;
}

interface LockOptions {
  /** What the holder does, for those who wait: "builds the Temporal CLI". */
  doing: string;
  say: Say;
  signal?: AbortSignal;
  /** Milliseconds between two looks at a lock that another holds. Default: 200. */
  pollMs?: number;
}

const POLL_MS = 200;
const BEAT_MS = 5_000;
/** A holder that has not touched its lock for this long is gone, wherever it ran. */
const SILENT_MS = 60_000;
const SAY_EVERY_MS = 5_000;

/** Tokens of the locks that this process holds or asks for. */
const ours = new Set<string>();

/** Runs `work` while no other process holds `path`; a lock whose owner has died is taken over. */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  ours.add(owner.token);
  try {
    await acquire(path, owner, options);
    return await hold(path, owner, work);
  } finally {
    ours.delete(owner.token);
  }
}

async function hold<T>(path: string, owner: Owner, work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => void touch(path), BEAT_MS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
  }
}

async function acquire(path: string, owner: Owner, options: LockOptions): Promise<void> {
  let saidAtMs = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await create(path, owner)) return;
    if (await isAbandoned(path)) {
      await removeAbandoned(path);
      continue;
    }
    if (Date.now() - saidAtMs >= SAY_EVERY_MS) {
      saidAtMs = Date.now();
      const holder = await readOwner(path);
      options.say(`waiting for process ${holder?.pid ?? "?"}, which ${options.doing}`);
    }
    await pause(options.pollMs ?? POLL_MS, undefined, { signal: options.signal });
  }
}

/** The file appears with its owner in it: one that is killed while it takes the lock must not leave a lock of nobody. */
async function create(path: string, owner: Owner): Promise<boolean> {
  if ((await touchedAt(path)) !== undefined) return false;
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner !== undefined && owner.host === hostname() && !isRunning(owner)) return true;
  const touchedAtMs = await touchedAt(path);
  return touchedAtMs !== undefined && Date.now() - touchedAtMs > SILENT_MS;
}

/** In a container every start has the same number: a lock of ours that we know nothing of is that of a dead one. */
function isRunning({ pid, token }: Owner): boolean {
  return pid === process.pid ? ours.has(token) : isAlive(pid);
}

/**
 * Two who find the same dead owner must not both remove "the" lock: the second would remove the first one's new lock.
 * So removing is itself guarded by a second file, and the state is read again under it.
 */
async function removeAbandoned(path: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await create(guard, { pid: process.pid, host: hostname(), token: "" }))) {
    const guardedAtMs = await touchedAt(guard);
    if (guardedAtMs !== undefined && Date.now() - guardedAtMs > SILENT_MS) await rm(guard, { force: true });
    await pause(POLL_MS);
    return;
  }
  try {
    if (await isAbandoned(path)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function touchedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** Whether a process of that id exists on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
