/** Memory on this machine, put together: its settings, its store, and past runs that resemble a goal. */
import { setTimeout as pause } from "node:timers/promises";
import { entryOf } from "../activities/memory/remember.js";
import { rankSimilar, type SimilarRun, type Sought } from "../activities/memory/similar.js";
import { entitiesOf } from "../activities/planner/entities.js";
import type { Recalled } from "../client/runs/recall.js";
import type { Report } from "../core/report.js";
import { loadConfig } from "../platform/config-file.js";
import { type Environment, readEnvironment, type Variables } from "../platform/environment.js";
import type { Log } from "../platform/log.js";
import { loadLibrary } from "../platform/memory/library.js";
import { memoryPlaces } from "../platform/memory/places.js";
import { createMemoryStore, type MemoryStore } from "../platform/memory/store.js";
import { secretValues } from "../platform/secrets.js";
import type { Config } from "../schema/config.js";
import type { JsonObject } from "../schema/json.js";
import { memorySettingsSchema, type Preferences } from "../schema/memory.js";
import { messageOf } from "../vocabulary/message-of.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Result } from "../vocabulary/result.js";

export type { SimilarRun } from "../activities/memory/similar.js";

export interface Memory {
  /** Whether config.yaml turns memory on. Off, nothing is remembered or offered by itself; what was kept can be read. */
  isOn: boolean;
  store: MemoryStore;
  /**
   * Runs that resemble the goal, the best fit first; none where memory is off or empty. Untrusted text: whoever shows it
   * or gives it to a planner treats it as data.
   */
  similarRuns(goal: string, limit: number, more?: Omit<Sought, "goal">): Promise<Result<SimilarRun[]>>;
}

/** Runs that are looked at for likeness: the newest. */
const LOOKED_AT_MAX = 2_000;

export function memoryOf({ environment, config }: { environment: Environment; config: Config }): Memory {
  const settings = config.memory ?? memorySettingsSchema.parse({ enabled: false });
  const store = createMemoryStore({
    ...memoryPlaces(environment),
    bounds: { keepDays: settings.keep_days, maxEntries: settings.max_entries },
    secrets: secretValues(config, (name) => environment.secretFrom(name)),
    now: Date.now,
  });
  return {
    isOn: settings.enabled,
    store,
    async similarRuns(goal, limit, more = {}) {
      if (!settings.enabled || limit < 1 || !(await store.exists())) return { ok: true, value: [] };
      const listed = await store.list(LOOKED_AT_MAX);
      if (!listed.ok) return listed;
      const { service } = entitiesOf(goal, config);
      const sought = { goal, service, ...more };
      return { ok: true, value: rankSimilar(listed.value.kept, sought, limit) };
    },
  };
}

/** What a person has set for plans to start from; none where memory is off or cannot be read: plans are made without. */
export async function preferencesOf(given: { environment: Environment; config: Config }): Promise<Preferences> {
  const { isOn, store } = memoryOf(given);
  if (!isOn || !(await store.exists())) return {};
  const answer = await store.preferences();
  return answer.ok ? answer.value : {};
}

/** From the process's variables and config.yaml alone. */
export async function loadMemory(
  variables?: Variables,
): Promise<{ ok: true; memory: Memory; environment: Environment } | { ok: false; problems: readonly Problem[] }> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const config = await loadConfig(read.environment);
  if (!config.ok) return config;
  return {
    ok: true,
    memory: memoryOf({ environment: read.environment, config: config.config }),
    environment: read.environment,
  };
}

/** Keeps runs as they end. Never fails and never holds up a run for long: what goes wrong is logged. */
export interface Remembering {
  remember(report: Report): Promise<void>;
  /** Resolves when what is still being read from histories is kept, or after a few seconds. */
  idle(): Promise<void>;
}

/** Milliseconds that a run may take to close after its report, and that a worker which stops waits for that. */
const CLOSES_WITHIN_MS = 30_000;
const IDLE_WITHIN_MS = 5_000;

/** Undefined where memory is off, or cannot be used on this machine: then that is logged once. */
export function createRemembering(
  given: { environment: Environment; config: Config },
  log: Log,
): Remembering | undefined {
  const memory = memoryOf(given);
  if (!memory.isOn) return undefined;
  const library = loadLibrary(memoryPlaces(given.environment).cache);
  const warn = (run: string | undefined, { code, message, hint }: Problem) =>
    log.warn(`not remembered: ${message}`, { operation: "memory", code, run, hint });
  if (!library.ok) {
    warn(undefined, library.problem);
    return undefined;
  }
  const { store } = memory;
  const work = new Set<Promise<void>>();

  async function keep(report: Report, details?: Recalled): Promise<void> {
    const kept = await store.put(entryOf(report, details), details?.graph as JsonObject | undefined);
    if (!kept.ok) for (const problem of kept.problems) warn(report.runId, problem);
    else if (kept.value.pruned > 0) {
      const { keep_days, max_entries } = memorySettingsSchema.parse(given.config.memory);
      log.info("memory pruned", { operation: "memory", runs: kept.value.pruned, keep_days, max_entries });
    }
  }

  /** The graph and what its nodes returned stand in history alone, and there only once the run has closed. */
  async function complete(report: Report): Promise<void> {
    const { openRuns } = await import("../client/runs/open-runs.js");
    const opened = await openRuns(given.environment.variables);
    if (!opened.ok) return warnAll(report.runId, opened.problems);
    try {
      await opened.value.runs.report(report.runId, CLOSES_WITHIN_MS);
      const recalled = await opened.value.recall(report.runId);
      if (!recalled.ok) return warnAll(report.runId, recalled.problems);
      await keep(report, recalled.value);
    } finally {
      await opened.value.close();
    }
  }
  const warnAll = (run: string, problems: readonly Problem[]): void => {
    for (const problem of problems) warn(run, problem);
  };
  const warnOf = (run: string) => (error: unknown) => {
    warn(run, { code: "internal", at: run, message: messageOf(error) });
  };

  return {
    async remember(report) {
      // Nothing was done in a dry run, so there is nothing to learn from it.
      if (report.dryRun) return;
      await keep(report).catch(warnOf(report.runId));
      const completing = complete(report)
        .catch(warnOf(report.runId))
        .finally(() => work.delete(completing));
      work.add(completing);
    },
    async idle() {
      const enough = new AbortController();
      const late = pause(IDLE_WITHIN_MS, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([Promise.all(work), late]);
      enough.abort();
    },
  };
}
