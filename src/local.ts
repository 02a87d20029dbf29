/** What this machine's files and variables say, put together: the policy, the configuration, the tools, the planner. */
import type { DraftResult } from "./activities/contract.js";
import { BUNDLED_PLAYBOOKS, draftGraph } from "./activities/planner/draft.js";
import { offersOf } from "./activities/planner/offers.js";
import { loadPlaybooks } from "./activities/planner/playbooks.js";
import { createDefaultRegistry, type Registry, type RegistryOptions } from "./activities/registry.js";
import { type CheckContext, type CheckOutcome, checkAgainst } from "./core/check.js";
import { type Explained, explainGraph } from "./core/explain.js";
import type { Origin, Policy } from "./core/policy.js";
import { loadConfig } from "./platform/config-file.js";
import { digestOf } from "./platform/digest.js";
import { type Environment, readEnvironment, type Variables } from "./platform/environment.js";
import { checkUrl } from "./platform/http/check-url.js";
import { declaredUrls } from "./platform/http/declared-urls.js";
import { loadPolicy } from "./platform/policy-file.js";
import type { Config } from "./schema/config.js";
import type { Graph } from "./schema/graph.js";
import type { Playbook, PlaybookOffer } from "./schema/playbook.js";
import type { GoalInput } from "./schema/run-input.js";
import type { Problem } from "./vocabulary/problems.js";

export interface Local {
  ok: true;
  environment: Environment;
  policy: Policy;
  policyDigest: string;
  origins: Record<string, Origin>;
  config: Config;
  registry: Registry;
  playbooks: Playbook[];
  /** Files that were read; absent where there was none and the defaults hold. */
  files: { policy?: string; config?: string };
  draft(input: GoalInput): DraftResult;
  /** The check against the policy as it was loaded: advisory, for the worker's policy decides. */
  check(graph: Graph): CheckOutcome;
  /** The same, in detail: one answer a node. */
  explain(graph: Graph): Explained[];
  offers(): PlaybookOffer[];
}

/** Loads everything, or tells every problem. Reads files and no network. */
export async function loadLocal(
  variables?: Variables,
  onChange?: RegistryOptions["onChange"],
): Promise<Local | { ok: false; problems: Problem[] }> {
  const read = readEnvironment(variables);
  if (!read.ok) return read;
  const { environment } = read;
  const [policy, config, playbooks] = await Promise.all([
    loadPolicy(environment),
    loadConfig(environment),
    loadPlaybooks(BUNDLED_PLAYBOOKS),
  ]);
  if (!policy.ok || !config.ok || !playbooks.ok) {
    const problems = [policy, config, playbooks].flatMap((loaded) => (loaded.ok ? [] : loaded.problems));
    return { ok: false, problems };
  }
  const registry = createDefaultRegistry(config.config, onChange);
  const policyDigest = digestOf(policy.policy);
  const context: CheckContext = {
    policy: policy.policy,
    policyDigest,
    catalogue: registry,
    checkUrl: (url) => urlProblem(url, policy.policy, config.config),
  };
  return {
    ok: true,
    environment,
    policy: policy.policy,
    policyDigest,
    origins: policy.origins,
    config: config.config,
    registry,
    playbooks: playbooks.value,
    files: { policy: policy.file, config: config.file },
    draft: (input) => draftGraph(input, { playbooks: playbooks.value, config: config.config }),
    check: (graph) => checkAgainst(graph, context),
    explain: (graph) => explainGraph(graph, context),
    offers: () => offersOf(playbooks.value, config.config),
  };
}

/** What the network policy says of a URL that stands in a graph. */
export function urlProblem(url: string, policy: Policy, config: Config): Problem | undefined {
  const verdict = checkUrl(url, policy.network, declaredUrls(config));
  return verdict.ok ? undefined : verdict.problem;
}
