/**
 * One use of memory: the lock, the key, the database, and whether it is as new as it must be. Every use opens the file
 * anew, so that processes take turns and nothing is held open.
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { MEMORY_WAIT_MS } from "../../vocabulary/memory-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused, Result } from "../../vocabulary/result.js";
import { safeJoin } from "../files.js";
import { withLock } from "../lock.js";
import { isThere } from "../settings-file.js";
import { broken, fromDatabase, openDatabase, prepareFile } from "./database.js";
import { type Head, type ReadHead, readHead, writeHead } from "./head.js";
import { loadKey, type MemoryKey } from "./key.js";
import { type Database, loadLibrary } from "./library.js";

export interface MemoryPlaces {
  /** Folder of the database, made (0700) on first use. */
  directory: string;
  keyFile: string;
  /** Outside the folder: says how new the database must be. */
  headFile: string;
  /** The value of AUTOOPS_MEMORY_KEY, if it is set. */
  key?: string;
  /** Where the optional package may be; undefined: beside the program alone. */
  cache?: string;
}

/** What the work of one use is given. */
export interface Use {
  database: Database;
  key: MemoryKey;
  /** The number of the change that this use makes, if it makes one. */
  next: number;
}

const LOCK_POLL_MS = 7;

export function databaseFile({ directory }: MemoryPlaces): string {
  const joined = safeJoin(directory, "memory.db");
  return joined.ok ? joined.path : join(directory, "memory.db");
}

/** Whether there is a memory at all: reading makes none. */
export async function hasMemory(places: MemoryPlaces): Promise<boolean> {
  return (await isThere(databaseFile(places))) || (await isThere(places.headFile));
}

interface UseOptions {
  /** Whether the work changes something: then all of it happens, or nothing. */
  changes: boolean;
  /** Take the file as it is from now on, also where it is older than it must be. */
  accepts?: boolean;
}

/** Does `work` with the memory, alone. What it throws is a problem if it came from the database, else thrown on. */
export async function useMemory<T>(
  places: MemoryPlaces,
  options: UseOptions,
  work: (use: Use) => T,
): Promise<Result<T>> {
  const library = loadLibrary(places.cache);
  if (!library.ok) return refused(library.problem);
  const signal = AbortSignal.timeout(MEMORY_WAIT_MS);
  const lock = { doing: "uses the memory", say: () => undefined, signal, pollMs: LOCK_POLL_MS };
  try {
    return await withLock(join(dirname(places.headFile), "memory.lock"), lock, async () => {
      const file = databaseFile(places);
      const isNew = !(await hasMemory(places));
      const loaded = await loadKey(
        { given: places.key, keyFile: places.keyFile, saltFile: join(places.directory, "salt") },
        isNew,
      );
      if (!loaded.ok) return refused(loaded.problem);
      const read = await readHead(places.headFile, loaded.key);
      if (!(await isThere(file)) && read.kind !== "missing" && !options.accepts) return refused(gone(file));
      const unsafe = await prepareFile(file);
      if (unsafe !== undefined) return refused(unsafe);
      const opened = openDatabase(library.Database, file, loaded.key);
      if (!opened.ok) return refused(await explained(opened.problem, read));
      try {
        return await within({ places, options, file, read, key: loaded.key, database: opened.database }, work);
      } finally {
        opened.database.close();
      }
    });
  } catch (error) {
    return refused(unavailable(places.directory, error));
  }
}

interface Within {
  places: MemoryPlaces;
  options: UseOptions;
  file: string;
  read: ReadHead;
  key: MemoryKey;
  database: Database;
}

async function within<T>(given: Within, work: (use: Use) => T): Promise<Result<T>> {
  const { places, options, file, read, key, database } = given;
  try {
    const inside = headIn(database);
    const stale = options.accepts ? undefined : staleness(file, places.headFile, inside, read);
    if (stale !== undefined) return refused(stale);
    const known = read.kind === "head" ? read.head.generation : 0;
    const next = Math.max(inside.generation, known) + 1;
    // A process that ended between the two writes left the file outside one change behind.
    if (!options.accepts && inside.generation > known) await writeHead(places.headFile, inside, key);
    if (!options.changes) return { ok: true, value: work({ database, key, next }) };
    database.exec("BEGIN IMMEDIATE");
    let value: T;
    let head: Head;
    try {
      value = work({ database, key, next });
      head = { generation: next, state: stateOf(database) };
      database
        .prepare(
          "INSERT INTO head VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET generation = excluded.generation, state = excluded.state",
        )
        .run(head.generation, head.state);
      database.exec("COMMIT");
    } catch (error) {
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
    await writeHead(places.headFile, head, key);
    return { ok: true, value };
  } catch (error) {
    return refused(fromDatabase(error, file));
  }
}

function headIn(database: Database): Head & { isTrue: boolean } {
  const kept = database.prepare("SELECT generation, state FROM head").get() as Head | undefined;
  const state = stateOf(database);
  return { generation: kept?.generation ?? 0, state, isTrue: kept === undefined || kept.state === state };
}

/** Digest over which rows there are, and since which change; what each says is proved by its own MAC. */
function stateOf(database: Database): string {
  const hash = createHash("sha256");
  const rows = database
    .prepare(
      `SELECT 'entry' AS kind, run AS name, generation FROM entries UNION ALL SELECT 'graph', run, generation FROM graphs
       UNION ALL SELECT 'preference', key, generation FROM preferences ORDER BY kind, name`,
    )
    .all() as Array<{ kind: string; name: string; generation: number }>;
  for (const { kind, name, generation } of rows) hash.update(`${JSON.stringify([kind, name, generation])}\n`);
  return hash.digest("hex");
}

const AGAIN = "put back the newest copy; or, to go on with this one: autoops memory verify --accept";

/** Why the database is not the one that was written last, or undefined. */
function staleness(
  file: string,
  headFile: string,
  inside: Head & { isTrue: boolean },
  read: ReadHead,
): Problem | undefined {
  const rolledBack = (message: string): Problem => ({ code: "memory-rolled-back", at: file, message, hint: AGAIN });
  if (!inside.isTrue)
    return rolledBack(`${file} holds other entries than were written last: parts of it are older or missing`);
  if (read.kind === "forged") return rolledBack(`${headFile}, which says how new the memory is, was changed`);
  if (read.kind === "missing") {
    if (inside.generation === 0) return undefined;
    return rolledBack(`${headFile}, which says how new the memory is, is missing`);
  }
  const { generation, state } = read.head;
  if (inside.generation < generation) {
    return rolledBack(
      `${file} is of change ${inside.generation}, and change ${generation} was written: an older file was put back`,
    );
  }
  if (inside.generation > generation + 1) {
    return rolledBack(
      `${headFile} is of change ${generation}, and ${file} of ${inside.generation}: an older one was put back`,
    );
  }
  if (inside.generation === generation && inside.state !== state) {
    return rolledBack(`${file} holds other entries than ${headFile} says`);
  }
  return undefined;
}

function gone(file: string): Problem {
  const message = `${file} is missing, and memory was kept there`;
  return { code: "memory-rolled-back", at: file, message, hint: AGAIN };
}

/** The head outside tells a wrong key from a damaged file: it is proved by the same key. */
async function explained(problem: Problem, read: ReadHead): Promise<Problem> {
  if (problem.code !== "memory-key-wrong" || read.kind !== "head") return problem;
  return broken(problem.at, `${problem.at} is damaged at its beginning; the key is the right one`);
}

function unavailable(directory: string, error: unknown): Problem {
  const { name, code, message } = error as NodeJS.ErrnoException;
  const isBusy = name === "TimeoutError" || name === "AbortError";
  if (!isBusy && code === undefined) throw error;
  const why = isBusy ? "another process uses it" : (message ?? String(code));
  const says = `the memory in ${directory} cannot be used: ${why}`;
  return { code: "memory-unavailable", at: directory, message: says, hint: "try again" };
}

const refused = (problem: Problem): Refused => ({ ok: false, problems: [problem] });
