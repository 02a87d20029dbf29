/** Memory on this machine, put together: its settings, its store, and past runs that resemble a goal. */
import { rankSimilar, type SimilarRun, type Sought } from "./activities/memory/similar.js";
import { entitiesOf } from "./activities/planner/entities.js";
import { loadConfig } from "./platform/config-file.js";
import { type Environment, readEnvironment, type Variables } from "./platform/environment.js";
import { memoryPlaces } from "./platform/memory/places.js";
import type { Answer } from "./platform/memory/session.js";
import { createMemoryStore, type MemoryStore } from "./platform/memory/store.js";
import { secretValues } from "./platform/secrets.js";
import type { Config } from "./schema/config.js";
import { memorySettingsSchema } from "./schema/memory.js";
import type { Problem } from "./vocabulary/problems.js";

export type { SimilarRun } from "./activities/memory/similar.js";

export interface Memory {
  /** Whether config.yaml turns memory on. Off, nothing is remembered or offered by itself; what was kept can be read. */
  isOn: boolean;
  store: MemoryStore;
  /**
   * Runs that resemble the goal, the best fit first; none where memory is off or empty. Untrusted text: whoever shows it
   * or gives it to a planner treats it as data.
   */
  similarRuns(goal: string, limit: number, more?: Omit<Sought, "goal">): Promise<Answer<SimilarRun[]>>;
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
      const sought = { goal, ...(service === undefined ? {} : { service }), ...more };
      return { ok: true, value: rankSimilar(listed.value.kept, sought, limit) };
    },
  };
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
