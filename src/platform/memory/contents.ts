/** What stands in the memory's tables, read and changed within one use. */
import type { JsonObject } from "../../schema/json.js";
import type { MemoryLine, PreferenceKey, Preferences } from "../../schema/memory.js";
import type { Database } from "./library.js";
import {
  type EntryRow,
  graphMac,
  type Kept,
  openEntry,
  openGraph,
  openPreferences,
  type PartRow,
  type PreferenceRow,
  preferenceMac,
  type SetAside,
  sealEntry,
} from "./rows.js";
import type { Use } from "./session.js";

/** Entries that are as they were written, and those that are not. */
export interface Entries {
  kept: Kept[];
  setAside: SetAside[];
}
export interface Verified {
  /** Counts the changes of the memory; it never falls. */
  generation: number;
  entries: number;
  setAside: SetAside[];
}
/** A run with its graph, if that was kept. */
export type KeptWhole = Kept & { graph?: JsonObject };

export const EVERYTHING = Symbol("everything");

const DAY_MS = 86_400_000;

export function writeLine({ database, key, next }: Use, { entry, graph }: MemoryLine, origin: Kept["origin"]): void {
  removeRun(database, entry.run);
  const row = sealEntry(key, { entry, origin }, next);
  const { run, generation, ended_ms, body, mac } = row;
  database.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)").run(run, generation, origin, ended_ms, body, mac);
  if (graph !== undefined) {
    const part = { run, generation, body: JSON.stringify(graph) };
    database.prepare("INSERT INTO graphs VALUES (?, ?, ?, ?)").run(run, generation, part.body, graphMac(key, part));
  }
  const { goal, service = "", symptoms, outcome, verification, findings } = entry;
  const statements = findings.map(({ statement }) => statement).join("\n");
  database
    .prepare("INSERT INTO words (run, goal, service, symptoms, outcome, findings) VALUES (?, ?, ?, ?, ?, ?)")
    .run(run, goal, service, symptoms.join("\n"), `${outcome} ${verification.status}`, statements);
}

export const isOwn = (database: Database, run: string): boolean =>
  database.prepare("SELECT 1 FROM entries WHERE run = ? AND origin = 'run'").get(run) !== undefined;

/** How many entries were removed; a bad one counts too. */
export function removeRun(database: Database, run: string | typeof EVERYTHING): number {
  const where = run === EVERYTHING ? "" : " WHERE run = ?";
  const values = run === EVERYTHING ? [] : [run];
  for (const table of ["words", "graphs"]) database.prepare(`DELETE FROM ${table}${where}`).run(...values);
  return database.prepare(`DELETE FROM entries${where}`).run(...values).changes;
}

/** The oldest go first. */
export function prune(database: Database, bounds: { keepDays: number; maxEntries: number }, nowMs: number): number {
  const rows = database
    .prepare(
      `SELECT run FROM entries WHERE ended_ms < ? OR run NOT IN
       (SELECT run FROM entries ORDER BY ended_ms DESC, run LIMIT ?)`,
    )
    .all(nowMs - bounds.keepDays * DAY_MS, bounds.maxEntries) as Array<{ run: string }>;
  for (const { run } of rows) removeRun(database, run);
  return rows.length;
}

export function allEntries({ database, key }: Use, limit = -1): Entries {
  const rows = database.prepare("SELECT * FROM entries ORDER BY ended_ms DESC, run LIMIT ?").all(limit);
  return opened(key, rows as EntryRow[]);
}

function opened(key: Use["key"], rows: readonly EntryRow[]): Entries {
  const read = rows.map((row) => openEntry(key, row));
  return {
    kept: read.flatMap((row) => (row.ok ? [row.value] : [])),
    setAside: read.flatMap((row) => (row.ok ? [] : [row.aside])),
  };
}

/** Undefined where the run is not kept. */
export function oneEntry({ database, key }: Use, run: string): KeptWhole | { aside: SetAside } | undefined {
  const row = database.prepare("SELECT * FROM entries WHERE run = ?").get(run) as EntryRow | undefined;
  if (row === undefined) return undefined;
  const entry = openEntry(key, row);
  if (!entry.ok) return entry;
  const part = database.prepare("SELECT * FROM graphs WHERE run = ?").get(run) as PartRow | undefined;
  if (part === undefined) return entry.value;
  const graph = openGraph(key, part);
  return graph.ok ? { ...entry.value, graph: graph.value } : graph;
}

/** Words of a search at most: more would not make it better. */
const WORDS_MAX = 32;

/** What people typed is words, never the search's own syntax. Each is found by its beginning. */
export function foundEntries({ database, key }: Use, text: string, limit: number, any: boolean): Entries {
  const words = (text.normalize("NFKC").match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, WORDS_MAX);
  if (words.length === 0) return { kept: [], setAside: [] };
  const select = database.prepare(
    `SELECT entries.* FROM words JOIN entries ON entries.run = words.run WHERE words MATCH ?
     ORDER BY bm25(words), entries.ended_ms DESC LIMIT ?`,
  );
  const rowsWith = (how: "AND" | "OR") => select.all(words.map((word) => `"${word}"*`).join(` ${how} `), limit);
  const whole = any ? [] : rowsWith("AND");
  // Where nothing has all of the words, what has the most of them is better than nothing.
  return opened(key, (whole.length > 0 ? whole : rowsWith("OR")) as EntryRow[]);
}

/** Looks at everything: pages, index, entries, graphs, preferences. SQLite's own errors are thrown. */
export function verifyAll({ database, key, next }: Use): Verified {
  const lines = database.prepare("PRAGMA integrity_check(5)").all() as Array<{ integrity_check: string }>;
  if (lines[0]?.integrity_check !== "ok") {
    throw Object.assign(new Error(lines[0]?.integrity_check ?? "no answer"), { code: "SQLITE_CORRUPT" });
  }
  database.exec("INSERT INTO words(words) VALUES ('integrity-check')");
  const { kept, setAside } = allEntries({ database, key, next });
  const parts = database.prepare("SELECT * FROM graphs").all() as PartRow[];
  const graphs = parts.flatMap((part) => {
    const graph = openGraph(key, part);
    return graph.ok ? [] : [graph.aside];
  });
  const preferences = readPreferences({ database, key, next });
  return {
    generation: next - 1,
    entries: kept.length,
    setAside: [...setAside, ...graphs, ...preferences.aside],
  };
}

export function readPreferences({ database, key }: Use): { value: Preferences; aside: SetAside[] } {
  const rows = database.prepare("SELECT * FROM preferences ORDER BY key").all() as PreferenceRow[];
  return openPreferences(key, rows);
}

export function writePreference(use: Use, name: PreferenceKey, value: string | undefined): Preferences {
  const { database, key, next: generation } = use;
  database.prepare("DELETE FROM preferences WHERE key = ?").run(name);
  if (value !== undefined) {
    const row = { key: name, generation, value };
    database
      .prepare("INSERT INTO preferences VALUES (?, ?, ?, ?)")
      .run(name, generation, value, preferenceMac(key, row));
  }
  return readPreferences(use).value;
}
