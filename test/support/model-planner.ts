/** A planner by model for tests: real stores in a directory of its own, real requests through the guarded fetch. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DraftResult } from "../../src/activities/contract.js";
import { draftByModel } from "../../src/activities/planner/model/draft-by-model.js";
import type { ModelEvent, ModelPlanner } from "../../src/activities/planner/model/planner.js";
import { declaredUrls } from "../../src/app/declared-urls.js";
import { urlProblem } from "../../src/app/local.js";
import type { Policy } from "../../src/core/policy.js";
import { createGuardedFetch } from "../../src/platform/http/guarded-fetch.js";
import { createAnswers } from "../../src/platform/model-answers.js";
import { createUsage } from "../../src/platform/model-usage.js";
import { createSecretResolver } from "../../src/platform/secrets.js";
import type { Config } from "../../src/schema/config.js";
import { type ModelSettings, modelSchema, modelSettings } from "../../src/schema/model.js";
import type { GoalInput } from "../../src/schema/run-input.js";
import { CONFIG, openPolicy, REGISTRY } from "./adversarial.js";

export const KEY = "model-test-key-0123456789";

export interface TestPlanner extends ModelPlanner {
  directory: string;
  events: ModelEvent[];
  /** Plans as the workflow does: asks again while there is a repair. */
  plan(input: Partial<GoalInput> & { goal: string }): Promise<DraftResult>;
  dispose(): Promise<void>;
}

export function settingsFor(baseUrl: string, parts: object = {}): ModelSettings {
  const settings = modelSettings(modelSchema.parse({ name: "test-model", base_url: baseUrl, ...parts }), {
    hasSecret: () => true,
  });
  if (settings === undefined) throw new Error("a key is set");
  return settings;
}

export interface PlannerParts extends Partial<ModelPlanner> {
  model?: object;
  fixedPolicy?: Policy;
}

export async function createTestPlanner(baseUrl: string, parts: PlannerParts = {}): Promise<TestPlanner> {
  const { model, fixedPolicy = openPolicy({ allowed_hosts: ["api.datadog.com", "127.0.0.1"] }), ...rest } = parts;
  const directory = await mkdtemp(join(tmpdir(), "autoops-model-"));
  const settings = settingsFor(baseUrl, model);
  const config: Config = { ...CONFIG, model: settings };
  const events: ModelEvent[] = [];
  const now = rest.now ?? Date.now;
  const planner: ModelPlanner = {
    settings,
    registry: REGISTRY,
    config,
    policy: () => Promise.resolve({ ok: true, policy: fixedPolicy }),
    checkUrl: (url, policy) => urlProblem(url, policy, config),
    fetch: createGuardedFetch({
      network: fixedPolicy.network,
      declaredUrls: declaredUrls(config),
      resolveSecret: createSecretResolver((name) => (name === "OPENAI_API_KEY" ? KEY : undefined)),
    }),
    usage: createUsage(join(directory, "usage"), now),
    answers: createAnswers(join(directory, "answers"), settings.cache, now),
    now,
    boundary: () => Math.random().toString(36).slice(2),
    count: (event) => events.push(event),
    ...rest,
  };
  return {
    ...planner,
    directory,
    events,
    async plan(input) {
      const whole = { requester: "rita", planner: "model" as const, ...input };
      let draft = await draftByModel(whole, { run: "plan-1" }, planner);
      while (!draft.ok && draft.repair !== undefined) {
        draft = await draftByModel(whole, { run: "plan-1", repair: draft.repair }, planner);
      }
      return draft;
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A node as the wire schema has it. */
export function wireNode(
  node: { id: string; type: string; tool: string | null; params: unknown } & Record<string, unknown>,
) {
  return {
    name: node.id,
    description: "",
    requires_human_approval: false,
    timeout_seconds: null,
    retry_count: null,
    continue_on_failure: false,
    join: "all",
    ...node,
  };
}

export function wireEdge(from_node_id: string, to_node_id: string, condition: string | null = null) {
  return { from_node_id, to_node_id, condition, on: "success" };
}

const LOGS = { source: "logs", since: "30m", until: null, level: "error", contains: null, max_lines: null };
const ANALYSIS = {
  logs: "{{ logs.blob }}",
  change_at: null,
  change: null,
  since: null,
  until: null,
  max_templates: null,
};

/** Looks at logs, then says what they hold. */
export const GOOD_PLAN = {
  name: "Look at the errors",
  nodes: [
    wireNode({ id: "logs", type: "log_collection", tool: "log_collector", params: LOGS }),
    wireNode({ id: "think", type: "analysis", tool: "analysis", params: ANALYSIS }),
  ],
  edges: [wireEdge("logs", "think")],
  cannot: null,
};
