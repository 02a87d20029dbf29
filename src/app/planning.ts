/** The model as a planner, put together: for this machine, and for the library, which reads nothing of it. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { DraftResult } from "../activities/contract.js";
import type { PlannerContext } from "../activities/planner/draft.js";
import { createDrafter } from "../activities/planner/drafter.js";
import { offerOf } from "../activities/planner/model/offer.js";
import type { ModelPlanner } from "../activities/planner/model/planner.js";
import { planInProcess } from "../activities/planner/plan-in-process.js";
import type { Registry } from "../activities/registry.js";
import { type PlannerConfig, tighten } from "../core/policy/tighten.js";
import type { Policy } from "../core/policy.js";
import { digestOf } from "../platform/digest.js";
import type { Environment } from "../platform/environment.js";
import { checkReach } from "../platform/http/check-reach.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import { createAnswers } from "../platform/model-answers.js";
import { createUsage } from "../platform/model-usage.js";
import { createSecretResolver } from "../platform/secrets.js";
import { storesOf } from "../platform/stores.js";
import type { Config } from "../schema/config.js";
import { type ModelSettings, modelSettings } from "../schema/model.js";
import type { GoalInput } from "../schema/run-input.js";
import { PAST_RUNS_MAX } from "../vocabulary/model-limits.js";
import { declaredUrls } from "./declared-urls.js";
import { memoryOf } from "./memory.js";

export type DrafterParts = Pick<ModelPlanner, "policy" | "fetch" | "count">;

/** The policy as it was loaded, and requests under it. */
export function configuredParts(environment: Environment, policy: Policy, config: Config): DrafterParts {
  const resolveSecret = createSecretResolver((name) => environment.secretFrom(name));
  return {
    policy: () => Promise.resolve({ ok: true, policy }),
    fetch: createGuardedFetch({ network: policy.network, declaredUrls: declaredUrls(config), resolveSecret }),
  };
}

/** Undefined where no key is set. */
export function configuredModel(
  environment: Environment,
  config: Config,
  registry: Registry,
  parts: DrafterParts,
): ModelPlanner | undefined {
  if (config.model === undefined) return undefined;
  const { modelUsage, modelAnswers } = storesOf(environment);
  return {
    ...plannerOf(config.model, config, registry, { usage: modelUsage, answers: modelAnswers }),
    ...parts,
    recall: async (goal) => {
      const similar = await memoryOf({ environment, config }).similarRuns(goal, PAST_RUNS_MAX);
      // Memory is a help: without it, or where it fails, the plan is made all the same.
      return similar.ok
        ? similar.value.map(({ run, score: _, ...past }) => ({ id: run, text: JSON.stringify(past) }))
        : [];
    },
  };
}

function plannerOf(
  settings: ModelSettings,
  config: Config,
  registry: Registry,
  directories: { usage: string; answers: string },
): Omit<ModelPlanner, "policy" | "fetch"> {
  return {
    settings,
    registry,
    config,
    checkUrl: (url, policy) => {
      const verdict = checkReach(url, policy.network, declaredUrls(config));
      return verdict.ok ? undefined : verdict.problem;
    },
    usage: createUsage(directories.usage, Date.now),
    answers: createAnswers(directories.answers, settings.cache, Date.now),
    now: Date.now,
    boundary: () => randomBytes(12).toString("hex"),
  };
}

/** The model of a planner in code, and the policy that its plans must pass. */
export interface ModelOptions {
  apiKey: string;
  /** Of a server that speaks OpenAI's chat completions. Default: OpenAI's own. */
  baseUrl?: string;
  name?: string;
  policy: Policy;
  registry: Registry;
  /** Tightens what the policy says. */
  planner?: PlannerConfig;
  /** Where usage and answers are kept; made on first use. */
  directory: string;
}

export interface PlannerByModel {
  /** Asks the model, with at most two repairs; nothing else stands in for it. */
  plan(input: GoalInput, signal?: AbortSignal): Promise<DraftResult>;
}

/** A planner for the library: nothing of this machine is read but `directory`. */
export function plannerByModel(options: ModelOptions, context: PlannerContext): PlannerByModel {
  const { apiKey, baseUrl, name, registry, directory, planner = {} } = options;
  const policy = tighten(options.policy, { planner }, []);
  const given = modelSettings(undefined, { name, baseUrl, hasSecret: () => true });
  const default_constraints = planner.defaultConstraints ?? given?.default_constraints ?? [];
  const model = given === undefined ? undefined : { ...given, default_constraints };
  const config: Config = { ...context.config, ...(model === undefined ? {} : { model }) };
  const urls = declaredUrls(config);
  const own: ModelPlanner | undefined = model && {
    ...plannerOf(model, config, registry, { usage: join(directory, "usage"), answers: join(directory, "answers") }),
    policy: () => Promise.resolve({ ok: true, policy }),
    fetch: createGuardedFetch({ network: policy.network, declaredUrls: urls, resolveSecret: () => apiKey }),
  };
  const catalogueDigest = () => offerOf(registry, policy, config).digest;
  const drafter = createDrafter({ ...context, config, policyDigest: digestOf(policy), catalogueDigest }, own);
  return {
    plan: (input, signal) => {
      // A budget of a plan is counted by the plan.
      const run = `here-${randomBytes(8).toString("hex")}`;
      const calling = { run, ...(signal === undefined ? {} : { signal }) };
      return planInProcess({ planner: "model", ...input }, calling, drafter, own);
    },
  };
}
