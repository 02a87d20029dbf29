/** Memory: what past runs were about and how they ended, in an encrypted database on this machine. Data, never instructions. */
import { redactValue } from "../../core/redact.js";
import type { Json, JsonObject } from "../../schema/json.js";
import {
  type MemoryEntry,
  type MemoryLine,
  memoryEntrySchema,
  PREFERENCES,
  type PreferenceKey,
  type Preferences,
} from "../../schema/memory.js";
import { parseWith, shownValue } from "../../schema/problems.js";
import { MEMORY_ENTRY_MAX_BYTES, MEMORY_GRAPH_MAX_BYTES } from "../../vocabulary/memory-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import { withoutSecretsIn } from "../secrets.js";
import {
  allEntries,
  type Entries,
  EVERYTHING,
  foundEntries,
  isOwn,
  type KeptWhole,
  oneEntry,
  prune,
  readPreferences,
  removeRun,
  type Verified,
  verifyAll,
  writeLine,
  writePreference,
} from "./contents.js";
import { databaseFile, hasMemory, type MemoryPlaces, type Use, useMemory } from "./session.js";

export interface MemoryStore {
  /** Keeps a run, in place of what was kept of it before. `pruned`: how many went for their age or number. */
  put(entry: MemoryEntry, graph?: JsonObject): Promise<Result<{ pruned: number }>>;
  /** Keeps lines of a file, all or none; a run that this machine saw itself is not replaced. */
  take(lines: readonly MemoryLine[]): Promise<Result<{ taken: number; known: number; pruned: number }>>;
  /** The newest first. */
  list(limit?: number): Promise<Result<Entries>>;
  /** Undefined where the run is not kept; one that is not as it was written is a problem. */
  get(run: string): Promise<Result<KeptWhole | undefined>>;
  /** The entries that hold all words (or, with `any`, one of them), the best fit first. */
  search(text: string, limit: number, any?: boolean): Promise<Result<Entries>>;
  /** Removes a run; what stood there is overwritten, in the index too. How many it were. */
  forget(run: string): Promise<Result<{ forgotten: number }>>;
  forgetAll(): Promise<Result<{ forgotten: number }>>;
  verify(): Promise<Result<Verified>>;
  /** Takes the file as it is from now on, although it is older than it must be. */
  accept(): Promise<Result<Verified>>;
  preferences(): Promise<Result<Preferences>>;
  /** `undefined` unsets it. */
  prefer(key: PreferenceKey, value: string | undefined): Promise<Result<Preferences>>;
  /** Whether anything was ever kept here: reading makes no memory. */
  exists(): Promise<boolean>;
  readonly file: string;
}

export interface MemoryOptions extends MemoryPlaces {
  bounds: { keepDays: number; maxEntries: number };
  now(): number;
  /** Values of secrets that no entry may hold, whatever they look like. */
  secrets?: readonly string[];
}

export function createMemoryStore(options: MemoryOptions): MemoryStore {
  const read = <T>(work: (use: Use) => T) => useMemory(options, { changes: false }, work);
  const change = <T>(work: (use: Use) => T) => useMemory(options, { changes: true }, work);
  const pruned = ({ database }: Use) => prune(database, options.bounds, options.now());
  return {
    file: databaseFile(options),
    exists: () => hasMemory(options),
    async put(entry, graph) {
      const line = cleaned({ memory: 1, entry, graph }, options.secrets);
      if (!line.ok) return line;
      return change((use) => {
        writeLine(use, line.value, "run");
        return { pruned: pruned(use) };
      });
    },
    async take(lines) {
      const clean = lines.map((line) => cleaned(line, options.secrets));
      const problems = clean.flatMap((line) => (line.ok ? [] : line.problems));
      if (problems.length > 0) return { ok: false, problems };
      return change((use) => {
        const news = clean.flatMap((line) =>
          line.ok && !isOwn(use.database, line.value.entry.run) ? [line.value] : [],
        );
        for (const line of news) writeLine(use, line, "import");
        return { taken: news.length, known: lines.length - news.length, pruned: pruned(use) };
      });
    },
    list: (limit) => read((use) => allEntries(use, limit)),
    async get(run) {
      const answer = await read((use) => oneEntry(use, run));
      if (!answer.ok) return answer;
      const { value } = answer;
      if (value !== undefined && "aside" in value) return { ok: false, problems: [value.aside.problem] };
      return { ok: true, value };
    },
    search: (text, limit, any = false) => read((use) => foundEntries(use, text, limit, any)),
    forget: (run) => change(({ database }) => ({ forgotten: removeRun(database, run) })),
    forgetAll: () => change(({ database }) => ({ forgotten: removeRun(database, EVERYTHING) })),
    verify: () => read(verifyAll),
    accept: () =>
      useMemory(options, { changes: true, accepts: true }, (use) => ({ ...verifyAll(use), generation: use.next })),
    preferences: () => read((use) => readPreferences(use).value),
    async prefer(key, value) {
      const problem = value === undefined ? undefined : preferenceProblem(key, value);
      return problem === undefined
        ? change((use) => writePreference(use, key, value))
        : { ok: false, problems: [problem] };
    },
  };
}

function preferenceProblem(key: PreferenceKey, value: string): Problem | undefined {
  const parsed = PREFERENCES[key].schema.safeParse(value);
  if (parsed.success) return undefined;
  const mustBe = parsed.error.issues[0]?.message ?? "of another form";
  return { code: "field-invalid", at: key, message: `${key} must be ${mustBe}, got ${shownValue(value)}` };
}

/** Redacted, checked and within its bounds. A graph that is too large is left out: its digest stands in the entry. */
function cleaned(line: MemoryLine, secrets: readonly string[] = []): Result<MemoryLine> {
  const clean = (value: unknown) => withoutSecretsIn(redactValue(JSON.parse(JSON.stringify(value)) as Json), secrets);
  const entry = parseWith(memoryEntrySchema, clean(line.entry), { at: line.entry.run, shows: false });
  if (!entry.ok) {
    const problems = entry.problems.map((problem): Problem => ({ ...problem, code: "memory-entry-invalid" }));
    return { ok: false, problems };
  }
  const bytes = Buffer.byteLength(JSON.stringify(entry.value));
  if (bytes > MEMORY_ENTRY_MAX_BYTES) {
    const message = `the entry of ${line.entry.run} must have at most ${MEMORY_ENTRY_MAX_BYTES} bytes, it has ${bytes}`;
    return { ok: false, problems: [{ code: "memory-entry-invalid", at: line.entry.run, message }] };
  }
  const graph = line.graph === undefined ? undefined : (clean(line.graph) as JsonObject);
  const fits = graph !== undefined && Buffer.byteLength(JSON.stringify(graph)) <= MEMORY_GRAPH_MAX_BYTES;
  return { ok: true, value: { memory: 1, entry: entry.value, graph: fits ? graph : undefined } };
}
