/** The encrypted database file: opened, made, and told apart when it is not as it was written. Owner only. */
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Problem } from "../../vocabulary/problems.js";
import type { MemoryKey } from "./key.js";
import type { Database, DatabaseClass } from "./library.js";

const SCHEMA = 1;
const BUSY_MS = 5_000;

/** Text that is searched stands apart from the entries: what is found there is only an id, and the entry is verified. */
const TABLES = `
  CREATE TABLE entries (run TEXT PRIMARY KEY, generation INTEGER NOT NULL, origin TEXT NOT NULL,
    ended_ms INTEGER NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL) STRICT;
  CREATE TABLE graphs (run TEXT PRIMARY KEY, generation INTEGER NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL) STRICT;
  CREATE TABLE preferences (key TEXT PRIMARY KEY, generation INTEGER NOT NULL, value TEXT NOT NULL,
    mac TEXT NOT NULL) STRICT;
  CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), generation INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
  CREATE VIRTUAL TABLE words USING fts5(run UNINDEXED, goal, service, symptoms, outcome, findings,
    tokenize = 'porter unicode61 remove_diacritics 2');
  INSERT INTO words(words, rank) VALUES ('secure-delete', 1);
`;

export type OpenedDatabase = { ok: true; database: Database } | { ok: false; problem: Problem };

/** Makes the folder (0700) and an empty file (0600), or narrows what stands there. A link is refused. */
export async function prepareFile(file: string): Promise<Problem | undefined> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  try {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    await (await open(file, flags, 0o600)).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (!(await lstat(file)).isFile()) {
    return broken(file, `${file} must be a regular file`, "remove what stands there");
  }
  await chmod(file, 0o600);
  return undefined;
}

/** Opens the file with the key; an empty one gets its tables. */
export function openDatabase(Database: DatabaseClass, file: string, key: MemoryKey): OpenedDatabase {
  let database: Database | undefined;
  try {
    database = new Database(file, { timeout: BUSY_MS, fileMustExist: true });
    database.pragma("cipher = 'sqlcipher'");
    database.pragma("legacy = 4");
    database.pragma(`key = "x'${key.database}'"`);
    // Nothing of it stands unencrypted in a temporary file, and what is deleted is overwritten.
    for (const setting of ["temp_store = MEMORY", "secure_delete = ON", "synchronous = FULL", "trusted_schema = OFF"]) {
      database.pragma(setting);
    }
    const version = database.pragma("user_version", { simple: true });
    if (version === 0 && database.prepare("SELECT count(*) AS n FROM sqlite_schema").get() !== undefined) {
      create(database);
    } else if (version !== SCHEMA) {
      database.close();
      const message = `${file} has the form ${String(version)}, and this version knows ${SCHEMA}`;
      return { ok: false, problem: broken(file, message, "use the version that made it") };
    }
    return { ok: true, database };
  } catch (error) {
    database?.close();
    return { ok: false, problem: fromDatabase(error, file) };
  }
}

function create(database: Database): void {
  const { n } = database.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
  if (n > 0) throw Object.assign(new Error("it holds tables of another kind"), { code: "SQLITE_CORRUPT" });
  database.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${SCHEMA}; COMMIT`);
}

const WRONG_KEY_HINT = "set the AUTOOPS_MEMORY_KEY or put back the key file that it was made with";

/** What SQLite says, as a problem. Anything that is none of its errors is thrown on. */
export function fromDatabase(error: unknown, file: string): Problem {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) throw error;
  if (code === "SQLITE_NOTADB") {
    const says = `${file} does not open with this key: the key is another one, or the file was damaged at its beginning`;
    return { code: "memory-key-wrong", at: file, message: says, hint: WRONG_KEY_HINT };
  }
  if (code.startsWith("SQLITE_BUSY") || code === "SQLITE_FULL" || code.startsWith("SQLITE_READONLY")) {
    const says = `${file} cannot be used now: ${message ?? code}`;
    return { code: "memory-unavailable", at: file, message: says, hint: "try again, or free space on its disk" };
  }
  return broken(file, `${file} is not as it was written (${code})`);
}

/** `message` says what is wrong. */
export function broken(
  file: string,
  message: string,
  hint = "put back a copy of the memory folder, or move it away to begin anew; runs go on without memory",
): Problem {
  return { code: "memory-broken", at: file, message, hint };
}
