/**
 * Finds the optional package that memory is kept with: SQLite with encrypted pages and full-text search. It is compiled
 * where no ready-made build can be fetched, so nothing but memory loads it, and nothing fails without it.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Problem } from "../../vocabulary/problems.js";
import { unsafeProblem } from "../trusted-file.js";

export const LIBRARY_NAME = "better-sqlite3-multiple-ciphers";
export const LIBRARY_VERSION = "12.9.0";

/** What is used of the package. Calls are synchronous and throw errors that carry SQLite's `code`. */
export interface Statement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
  pragma(sql: string, options?: { simple: boolean }): unknown;
  close(): void;
}
export type DatabaseClass = new (path: string, options?: { timeout?: number; fileMustExist?: boolean }) => Database;

export type LoadedLibrary = { ok: true; Database: DatabaseClass; path: string } | { ok: false; problem: Problem };

/** The folder in the cache that `autoops memory install` fills: compiled code fits one Node interface and machine only. */
export function libraryFolder(cache: string): string {
  const { platform, arch, versions } = process;
  return join(cache, "memory", `${LIBRARY_NAME}-${LIBRARY_VERSION}-${platform}-${arch}-${versions.modules}`);
}

/** Looks beside the program first, then in the cache. Loads nothing that others may write. */
export function loadLibrary(cache: string | undefined): LoadedLibrary {
  const places = [import.meta.url];
  if (cache !== undefined) places.push(pathToFileURL(join(libraryFolder(cache), "package.json")).href);
  let reason = "it is not installed";
  for (const place of places) {
    const require = createRequire(place);
    let path: string;
    try {
      path = require.resolve(LIBRARY_NAME);
    } catch {
      continue;
    }
    const unsafe = unsafeProblem(path);
    if (unsafe !== undefined) return { ok: false, problem: unsafe };
    try {
      const Database = require(path) as DatabaseClass;
      // The compiled part loads with the first database.
      new Database(":memory:").close();
      return { ok: true, Database, path };
    } catch (error) {
      reason = `it cannot be loaded (${(error as NodeJS.ErrnoException).code ?? "it failed"})`;
    }
  }
  const message = `memory needs the package ${LIBRARY_NAME} ${LIBRARY_VERSION}, and ${reason}`;
  const hint = "autoops memory install";
  return { ok: false, problem: { code: "memory-not-installed", at: LIBRARY_NAME, message, hint } };
}
