/** Memories of tests, in a folder that ends with the test; and whether the package that they need is here. */
import { hkdfSync } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { type Database, loadLibrary } from "../../src/platform/memory/library.js";
import type { MemoryPlaces } from "../../src/platform/memory/session.js";
import { createMemoryStore, type MemoryOptions, type MemoryStore } from "../../src/platform/memory/store.js";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import type { MemoryEntry } from "../../src/schema/memory.js";

const cache = cacheDirectory(process.env);
const library = loadLibrary(cache);
/** Without the package these tests are skipped by name; `npm run provide:memory` gets it. */
export const describeMemory = describe.skipIf(!library.ok);

export const PAGE_KEY = "5e".repeat(32);

export interface OpenedMemory {
  store: MemoryStore;
  places: MemoryPlaces;
  home: string;
  /** Another store over the same files. */
  again(more?: Partial<MemoryOptions>): MemoryStore;
  /** The database itself, opened with the key beside the program's back. */
  raw(): Database;
}

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), "autoops-memory-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export const NOW_MS = Date.parse("2026-03-01T12:00:00.000Z");

export function openMemory(more: Partial<MemoryOptions> = {}): OpenedMemory {
  const home = temporaryHome();
  const places: MemoryPlaces = {
    directory: join(home, "memory"),
    keyFile: join(home, "memory-key"),
    headFile: join(home, "memory-head.json"),
    key: PAGE_KEY,
    ...(cache === undefined ? {} : { cache }),
  };
  const again = (other: Partial<MemoryOptions> = {}): MemoryStore =>
    createMemoryStore({
      ...places,
      bounds: { keepDays: 365, maxEntries: 2_000 },
      now: () => NOW_MS,
      ...more,
      ...other,
    });
  return { store: again(), places, home, again, raw: () => rawDatabase(places) };
}

function rawDatabase(places: MemoryPlaces): Database {
  if (!library.ok) throw new Error(library.problem.message);
  const file = join(places.directory, "memory.db");
  if (!existsSync(file)) throw new Error("there is no database");
  const database = new library.Database(file);
  database.pragma("cipher = 'sqlcipher'");
  database.pragma("legacy = 4");
  database.pragma(`key = "x'${keyOfPages(places.key ?? PAGE_KEY)}'"`);
  return database;
}

/** As `key.ts` derives it; said again here so that a change of it is noticed. */
function keyOfPages(hex: string): string {
  return Buffer.from(hkdfSync("sha256", Buffer.from(hex, "hex"), "autoops-memory", "database", 32)).toString("hex");
}

export function entryOf(run: string, more: Partial<MemoryEntry> = {}): MemoryEntry {
  return {
    v: 1,
    run,
    run_key: `key-${run}`,
    goal: "checkout returns 500s since the last deploy; find out why and roll it back",
    name: "Errors of checkout",
    requester: "rita",
    environment: "staging",
    service: "checkout",
    symptoms: ["checkout.log: 412 of 900 lines are errors"],
    outcome: "succeeded",
    verification: { status: "verified", checks: ["recovered"] },
    graph_digest: "ab".repeat(32),
    playbook: { id: "error-rate-after-deploy", version: "1.0.0" },
    decisions: [
      {
        node: "rollback",
        status: "approved",
        votes: [{ decision: "approve", approver: "ann", verified: true, at: "2026-02-28T10:02:00.000Z" }],
      },
    ],
    writes: [{ node: "rollback", name: "Roll checkout back", status: "succeeded", target: "checkout" }],
    findings: [{ node: "analysis", statement: "errors began with version 1.8.0", evidence: ["412 lines"] }],
    started_at: "2026-02-28T10:00:00.000Z",
    ended_at: "2026-02-28T10:05:00.000Z",
    duration_ms: 300_000,
    ...more,
  };
}

/** The value, or a failed test that says why. */
export function got<T>(
  answer: { ok: true; value: T } | { ok: false; problems: Array<{ code: string; message: string }> },
): T {
  if (!answer.ok) throw new Error(answer.problems.map(({ code, message }) => `${code}: ${message}`).join("; "));
  return answer.value;
}

/** The codes of a refusal. */
export function codesOf(answer: { ok: boolean; problems?: Array<{ code: string }> }): string[] {
  return answer.ok ? [] : (answer.problems ?? []).map(({ code }) => code);
}
