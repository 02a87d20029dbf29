/** What this machine's files and variables say, put together: the policy, the configuration, the tools, the planner. */
import { randomBytes } from "node:crypto";
import type { DraftResult } from "../activities/contract.js";
import type { Dependencies } from "../activities/dependencies.js";
import { isOfCluster } from "../activities/planner/cluster-meant.js";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../activities/planner/draft.js";
import { createDrafter, plannerFor } from "../activities/planner/drafter.js";
import { entitiesOf } from "../activities/planner/entities.js";
import { offerOf, planningPolicy } from "../activities/planner/model/offer.js";
import { offersOf } from "../activities/planner/offers.js";
import { loadOwnPlaybooks, type OwnPlaybooks } from "../activities/planner/own-playbooks.js";
import { planInProcess } from "../activities/planner/plan-in-process.js";
import { loadPlaybooks } from "../activities/planner/playbooks.js";
import { replayed } from "../activities/planner/replay.js";
import { createDefaultRegistry, type Registry, type RegistryOptions } from "../activities/registry.js";
import type { CheckContext } from "../core/check/context.js";
import { type CheckOutcome, checkAgainst } from "../core/check.js";
import type { Origin, Policy } from "../core/policy.js";
import { type Explained, explainGraph } from "../core/report/explain.js";
import { loadConfig } from "../platform/config-file.js";
import { lazily } from "../platform/data-file.js";
import { digestOf } from "../platform/digest.js";
import { type Environment, readEnvironment, type Variables } from "../platform/environment.js";
import { checkReach } from "../platform/http/check-reach.js";
import { loadMap } from "../platform/map-file.js";
import { loadPolicy } from "../platform/policy-file.js";
import { storesOf } from "../platform/stores.js";
import type { Config } from "../schema/config.js";
import type { Graph } from "../schema/graph.js";
import type { StackMap } from "../schema/map.js";
import type { Preferences } from "../schema/memory.js";
import type { Playbook, PlaybookOffer } from "../schema/playbook.js";
import type { GoalInput, PlannerName } from "../schema/run-input.js";
import type { Problem } from "../vocabulary/problems.js";
import { declaredUrls } from "./declared-urls.js";
import { type LearnedPlaybooks, learnedPlaybooks } from "./learned.js";
import { preferencesOf } from "./memory.js";
import { configuredModel, configuredParts, type DrafterParts } from "./planning.js";
import { type LoadedPackage, loadPackages } from "./tool-packages.js";

interface Loaded {
  environment: Environment;
  policy: Policy;
  policyDigest: string;
  origins: Record<string, Origin>;
  config: Config;
  registry: Registry;
  /** Own tools that were loaded from packages. */
  toolPackages: LoadedPackage[];
  /** Those that goals are matched with. */
  playbooks: Playbook[];
  learned: LearnedPlaybooks;
  /** Those of `~/.autoops/playbooks`, and why some are not used. */
  own: OwnPlaybooks;
  /** What plans start from, where the goal does not say; empty where memory is off. */
  preferences: Preferences;
  /** What the stack consists of; absent where nobody has discovered it. */
  map?: StackMap;
  /** Files that were read; absent where there was none and the defaults hold. */
  files: { policy?: string; config?: string };
}

interface Planning {
  /** By playbook: needs no network. */
  draft(input: GoalInput): DraftResult;
  /** By the model where its key is set and nothing else is asked for: one call at most. */
  drafter(parts: DrafterParts): Drafter;
  /** The graph that a plan's file holds, with no call. */
  replay(document: unknown): DraftResult;
  /** Narratives by the model; undefined where they are off. */
  narrator(parts: DrafterParts): Dependencies["narrate"];
  plannerFor(input: GoalInput): PlannerName;
  /** A plan made in this process, with its repairs. */
  planInProcess(input: GoalInput, signal?: AbortSignal): Promise<DraftResult>;
}

interface Checks {
  /** The check against the policy as it was loaded: advisory, for the worker's policy decides. */
  check(graph: Graph): CheckOutcome;
  /** The same, in detail: one answer a node. */
  explain(graph: Graph): Explained[];
  offers(): PlaybookOffer[];
  /** Whether a look at a declared cluster answers the goal. */
  isOfCluster(goal: string): boolean;
  /** Whether words ask for a remedy. */
  wantsRemedy(text: string): boolean;
}

export interface Local extends Loaded, Planning, Checks {
  ok: true;
  /** The same with a map that no file holds. */
  withMap(map: StackMap): Local;
}

export type Drafter = ReturnType<typeof createDrafter>;

/** They change only with the program: a worker beside a plan does not read them again. */
const bundledPlaybooks = lazily(() => loadPlaybooks(BUNDLED_PLAYBOOKS));

/** Loads everything, or tells every problem. Reads files and no network. `clusters`: beside those that config.yaml declares. */
export async function loadLocal(
  variables?: Variables,
  onChange?: RegistryOptions["onChange"],
  clusters: NonNullable<Config["clusters"]> = {},
): Promise<Local | { ok: false; problems: Problem[] }> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const { environment } = read;
  const files = await loadFiles(environment);
  if (!files.ok) return files;
  const { policy, config, playbooks: bundled, map } = files.value;
  if (Object.keys(clusters).length > 0) config.config.clusters = { ...config.config.clusters, ...clusters };
  const playbooks = await allPlaybooks(bundled, environment, config.config);
  const preferences = await preferencesOf({ environment, config: config.config });
  const registry = createDefaultRegistry(config.config, onChange);
  const packages = await loadPackages(config.config.toolPackages ?? [], environment, registry);
  if (!packages.ok) return packages;
  return localOf({
    environment,
    policy: policy.policy,
    policyDigest: digestOf(policy.policy),
    origins: policy.origins,
    config: config.config,
    registry,
    toolPackages: packages.value,
    ...playbooks,
    preferences,
    map,
    files: { policy: policy.file, config: config.file },
  });
}

async function loadFiles(environment: Environment) {
  const [policy, config, playbooks, map] = await Promise.all([
    loadPolicy(environment),
    loadConfig(environment),
    bundledPlaybooks(),
    loadMap(environment),
  ]);
  if (policy.ok && config.ok && playbooks.ok && map.ok) {
    return { ok: true as const, value: { policy, config, playbooks: playbooks.value, map: map.map } };
  }
  const problems = [policy, config, playbooks, map].flatMap((loaded) => (loaded.ok ? [] : loaded.problems));
  // One folder that may not be trusted stands behind several files.
  const told = new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem]));
  return { ok: false as const, problems: [...told.values()] };
}

async function allPlaybooks(
  bundled: Playbook[],
  environment: Environment,
  config: Config,
): Promise<Pick<Local, "playbooks" | "learned" | "own">> {
  const taken = new Set(bundled.map(({ id }) => id));
  const learned = await learnedPlaybooks({ environment, config, taken });
  const known = new Set([...taken, ...learned.all.map(({ playbook }) => playbook.id)]);
  const own = await loadOwnPlaybooks(storesOf(environment).playbooks, known);
  return { playbooks: [...bundled, ...learned.active, ...own.playbooks], learned, own };
}

function localOf(loaded: Loaded): Local {
  return {
    ok: true,
    ...loaded,
    ...planningOf(loaded),
    ...checksOf(loaded),
    withMap: (map) => localOf({ ...loaded, map }),
  };
}

function planningOf(loaded: Loaded): Planning {
  const { environment, policy, policyDigest, config, registry, playbooks, learned, own, preferences, map } = loaded;
  const { service, window } = preferences;
  const context = {
    playbooks,
    weights: learned.weights,
    notices: own.problems,
    preferred: { service, window },
    map,
    config,
    policyDigest,
    catalogueDigest: () => offerOf(registry, policy, config).digest,
  };
  const modelOf = (parts: DrafterParts) => configuredModel(environment, config, registry, parts);
  return {
    draft: (input) => draftGraph(input, context),
    drafter: (parts) => createDrafter(context, modelOf(parts)),
    replay: (document) =>
      replayed(document, (planner) => {
        const allows = planner === "playbook" || config.model?.enable_remediation !== false;
        const now = planningPolicy(policy, allows);
        return { catalogue: offerOf(registry, now, config).digest, policy: digestOf(now) };
      }),
    narrator: (parts) => {
      const model = modelOf(parts);
      if (model?.settings.narrative !== true) return undefined;
      return async (findings, calling) =>
        (await import("../activities/planner/model/narrative.js")).narrate(findings, calling, model);
    },
    plannerFor: (input) => plannerFor(input, config.model !== undefined),
    planInProcess: (input, signal) => {
      const model = modelOf(configuredParts(environment, policy, config));
      // A budget of a plan is counted by the plan.
      const run = `here-${randomBytes(8).toString("hex")}`;
      return planInProcess(input, { run, signal }, createDrafter(context, model), model);
    },
  };
}

function checksOf({ policy, policyDigest, config, registry, playbooks }: Loaded): Checks {
  const checking: CheckContext = {
    policy,
    policyDigest,
    catalogue: registry,
    checkUrl: (url) => urlProblem(url, policy, config),
  };
  return {
    check: (graph) => checkAgainst(graph, checking),
    explain: (graph) => explainGraph(graph, checking),
    isOfCluster: (goal) => isOfCluster(goal, entitiesOf(goal, config), config),
    wantsRemedy: (text) => {
      const { wantsRemedy, forbidsRemedy } = entitiesOf(text, config);
      return wantsRemedy && !forbidsRemedy;
    },
    offers: () => offersOf(playbooks, config),
  };
}

/** What the network policy says of what a node of a graph would reach. */
export function urlProblem(url: string, policy: Policy, config: Config): Problem | undefined {
  const verdict = checkReach(url, policy.network, declaredUrls(config));
  return verdict.ok ? undefined : verdict.problem;
}
