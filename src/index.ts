/** The public library. What stands here is stable; everything else may change. */
import type { DraftResult } from "./activities/contract.js";
import { BUNDLED_PLAYBOOKS, draftGraph } from "./activities/planner/draft.js";
import { loadPlaybooks } from "./activities/planner/playbooks.js";
import type { Registry } from "./activities/registry.js";
import { loadLocal } from "./app/local.js";
import { type ModelOptions, type PlannerByModel, plannerByModel } from "./app/planning.js";
import { openRuns } from "./client/runs/open-runs.js";
import type { Runs } from "./client/runs.js";
import { checkedGraph } from "./core/check/checked-graph.js";
import { type CheckedGraph, checkAgainst } from "./core/check.js";
import { type Tightening, tighten } from "./core/policy/tighten.js";
import type { Policy } from "./core/policy.js";
import { digestOf } from "./platform/digest.js";
import type { Variables } from "./platform/environment.js";
import { checkReach } from "./platform/http/check-reach.js";
import type { NetworkRules } from "./platform/http/check-url.js";
import type { HttpAnswer, HttpRequest } from "./platform/http/contract.js";
import { createGuardedFetch } from "./platform/http/guarded-fetch.js";
import type { Lookup } from "./platform/http/resolve.js";
import { loadPolicy } from "./platform/policy-file.js";
import { createSecretResolver } from "./platform/secrets.js";
import type { Config } from "./schema/config.js";
import type { Graph } from "./schema/graph.js";
import type { GoalInput } from "./schema/run-input.js";
import type { Problem } from "./vocabulary/problems.js";
import type { Refused, Result } from "./vocabulary/result.js";

export {
  defineTool,
  type ToolContext,
  type ToolDefinition,
  ToolFailure,
  toolFailure,
} from "./activities/define-tool.js";
export { applyWhitelist, createDefaultRegistry, createRegistry, type Registry } from "./activities/registry.js";
export { clusterLogs } from "./activities/tools/logs/templates.js";
export { type Cause, type Evidence, type RankCausesInput, rankCauses } from "./activities/tools/rca/rank-causes.js";
export type { ModelOptions, PlannerByModel } from "./app/planning.js";
export type { Answered, Decide, OpenGate, Runs, StartedRun, StartRun } from "./client/runs.js";
export type { CheckedGraph } from "./core/check.js";
export { evaluateCondition } from "./core/condition.js";
export type { ExecutorConfig, PlannerConfig, SafetyConfig, Tightening } from "./core/policy/tighten.js";
export type { Policy } from "./core/policy.js";
export { redact, redactValue } from "./core/redact.js";
export type { RunView } from "./core/report/view.js";
export type { Report } from "./core/report.js";
export { sanitizeGoal } from "./goal/goal.js";
export { safeJoin } from "./platform/files.js";
export { checkUrl } from "./platform/http/check-url.js";
export type { Config } from "./schema/config.js";
export type { Graph, Graph as WorkflowGraph, GraphInput } from "./schema/graph.js";
export { parseGraph } from "./schema/parse-graph.js";
export type { Failure, Problem, ProblemCode } from "./vocabulary/problems.js";

export type CheckedOrProblems = { ok: true; graph: CheckedGraph; notices: Problem[] } | Refused;

/** Checks a parsed graph against a policy and the tools of a registry; every problem in one pass. */
export function checkGraph(graph: Graph, policy: Policy, registry: Registry): CheckedOrProblems {
  const result = checkAgainst(graph, {
    policy,
    policyDigest: digestOf(policy),
    catalogue: registry,
    checkUrl: (url) => {
      const verdict = checkReach(url, policy.network);
      return verdict.ok ? undefined : verdict.problem;
    },
  });
  if (!result.ok) return result;
  return { ok: true, graph: checkedGraph(graph, result.verdict), notices: result.verdict.notices };
}

/**
 * A request under a network policy: URL, resolved addresses and every redirect are checked. Throws `ToolFailure`.
 * `lookup` replaces DNS.
 */
export function guardedFetch(
  url: string,
  network: NetworkRules,
  request: HttpRequest & { lookup?: Lookup } = {},
): Promise<HttpAnswer> {
  const { lookup, ...rest } = request;
  const resolveSecret = createSecretResolver(() => undefined);
  return createGuardedFetch({ network, declaredUrls: [], resolveSecret, lookup })(url, rest);
}

/** The policy of this machine: defaults ← safety.yaml ← environment variables, made stricter by `tightening`. */
export async function loadSafetyConfig(
  options: { variables?: Variables; tightening?: Tightening } = {},
): Promise<{ ok: true; policy: Policy } | Refused> {
  const local = await loadLocal(options.variables);
  if (!local.ok) return local;
  const loaded = await loadPolicy(local.environment);
  if (!loaded.ok) return loaded;
  const readOnly = local.registry.list().filter((tool) => tool.effect === "none" || tool.effect === "read");
  const names = readOnly.flatMap((tool) => [tool.name, ...tool.aliases]);
  return { ok: true, policy: tighten(loaded.policy, options.tightening ?? {}, names) };
}

export interface Planner {
  /** A draft graph for a goal; it is data until `checkGraph` has accepted it. */
  plan(input: GoalInput): DraftResult;
}

interface PlannerOptions {
  config: Config;
  playbooks?: string;
}
type Planned<P> = Promise<{ ok: true; planner: P } | Refused>;

/**
 * A planner over a folder of playbooks (default: those of the package), with no key and no network; or, given a model, one
 * that asks it in this process, at most `rate_limit_llm_per_minute` times a minute by what `directory` has noted down.
 */
export function createPlanner(options: PlannerOptions): Planned<Planner>;
export function createPlanner(options: PlannerOptions & { model: ModelOptions }): Planned<PlannerByModel>;
export async function createPlanner(
  options: PlannerOptions & { model?: ModelOptions },
): Planned<Planner | PlannerByModel> {
  const loaded = await loadPlaybooks(options.playbooks ?? BUNDLED_PLAYBOOKS);
  if (!loaded.ok) return loaded;
  const context = { playbooks: loaded.value, config: options.config };
  const byPlaybook: Planner = { plan: (input) => draftGraph(input, context) };
  if (options.model === undefined) return { ok: true, planner: byPlaybook };
  return { ok: true, planner: plannerByModel(options.model, context) };
}

export interface RunsClient extends Runs {
  close(): Promise<void>;
}

/** A client for runs over Temporal's own settings (TEMPORAL_ADDRESS, TEMPORAL_PROFILE and their like). */
export async function createClient(options: { variables?: Variables } = {}): Promise<Result<RunsClient>> {
  const opened = await openRuns(options.variables);
  if (!opened.ok) return opened;
  const { runs, close } = opened.value;
  return { ok: true, value: { ...runs, close } };
}
