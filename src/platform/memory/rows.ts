/** Rows of the memory: each proved by a MAC over all of it, and read back only if it is what the format allows. */
import type { z } from "zod";
import { jsonObjectSchema } from "../../schema/json.js";
import {
  isPreference,
  type MemoryEntry,
  memoryEntrySchema,
  PREFERENCES,
  type Preferences,
} from "../../schema/memory.js";
import { parseWith } from "../../schema/problems.js";
import type { Problem } from "../../vocabulary/problems.js";
import { isSameMac, type MemoryKey } from "./key.js";

/** `import`: it came from a file, so nobody here saw that run. */
export type Origin = "run" | "import";

export interface EntryRow {
  run: string;
  generation: number;
  origin: string;
  ended_ms: number;
  body: string;
  mac: string;
}
export interface PartRow {
  run: string;
  generation: number;
  body: string;
  mac: string;
}
export interface PreferenceRow {
  key: string;
  generation: number;
  value: string;
  mac: string;
}

/** A run that is remembered. */
export interface Kept {
  entry: MemoryEntry;
  origin: Origin;
}
/** An entry that is not used, and why. */
export interface SetAside {
  run: string;
  problem: Problem;
}

/** JSON keeps the parts apart: no two rows have one text. */
const macOf = (key: MemoryKey, kind: string, ...parts: Array<string | number>): string =>
  key.mac(JSON.stringify([kind, ...parts]));

export function sealEntry(key: MemoryKey, { entry, origin }: Kept, generation: number): EntryRow {
  const body = JSON.stringify(entry);
  const row = { run: entry.run, generation, origin, ended_ms: Date.parse(entry.ended_at), body };
  return { ...row, mac: entryMac(key, row) };
}
const entryMac = (key: MemoryKey, row: Omit<EntryRow, "mac">): string =>
  macOf(key, "entry", row.run, row.generation, row.origin, row.ended_ms, row.body);

export const graphMac = (key: MemoryKey, row: Omit<PartRow, "mac">): string =>
  macOf(key, "graph", row.run, row.generation, row.body);
export const preferenceMac = (key: MemoryKey, row: Omit<PreferenceRow, "mac">): string =>
  macOf(key, "preference", row.key, row.generation, row.value);

type Opened<T> = { ok: true; value: T } | { ok: false; aside: SetAside };

export function openEntry(key: MemoryKey, row: EntryRow): Opened<Kept> {
  const { run, origin } = row;
  if (!isSameMac(row.mac, entryMac(key, row))) return aside(run, "its MAC does not fit what it says");
  const entry = parsed(memoryEntrySchema, row.body);
  if (typeof entry === "string") return aside(run, entry);
  const isWhole = entry.run === run && Date.parse(entry.ended_at) === row.ended_ms;
  if (!isWhole || (origin !== "run" && origin !== "import")) return aside(run, "its parts do not fit together");
  return { ok: true, value: { entry, origin } };
}

export function openGraph(key: MemoryKey, row: PartRow): Opened<z.output<typeof jsonObjectSchema>> {
  if (!isSameMac(row.mac, graphMac(key, row))) return aside(row.run, "the MAC of its graph does not fit");
  const graph = parsed(jsonObjectSchema, row.body);
  return typeof graph === "string" ? aside(row.run, graph) : { ok: true, value: graph };
}

export function openPreferences(
  key: MemoryKey,
  rows: readonly PreferenceRow[],
): { value: Preferences; aside: SetAside[] } {
  const value: Preferences = {};
  const left: SetAside[] = [];
  for (const row of rows) {
    const isGood =
      isSameMac(row.mac, preferenceMac(key, row)) &&
      isPreference(row.key) &&
      PREFERENCES[row.key].schema.safeParse(row.value).success;
    if (isGood) value[row.key as keyof Preferences] = row.value;
    else left.push(aside(`preference ${row.key}`, "it is not as it was written").aside);
  }
  return { value, aside: left };
}

/** The value, or in words what is wrong with it. */
function parsed<T>(schema: z.ZodType<T>, text: string): T | string {
  try {
    const result = parseWith(schema, JSON.parse(text), { shows: false });
    return result.ok ? result.value : (result.problems[0]?.message ?? "it is not of the known form");
  } catch {
    return "it is no JSON";
  }
}

function aside(run: string, reason: string): { ok: false; aside: SetAside } {
  const message = `the entry of ${run} is not used: ${reason}`;
  const hint = `autoops memory forget ${run}`;
  return { ok: false, aside: { run, problem: { code: "memory-entry-invalid", at: run, message, hint } } };
}
