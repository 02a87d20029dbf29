/**
 * What code may add to the policy: the three configurations of the library can only tighten what the file says.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Policy } from "../policy.js";

/** Narrows which tools and node types may be used, and asks for approval of more. */
export interface SafetyConfig {
  allowedTools?: string[];
  blockedTools?: string[];
  requireApproval?: string[];
  blockedNodeTypes?: string[];
  blockedHosts?: string[];
  /** Every action waits for approval. */
  requireApprovalAll?: true;
}

/** Limits of a plan. */
export interface PlannerConfig {
  /** Only `false` has an effect: code cannot switch remediation on. */
  enableRemediation?: boolean;
  maxNodes?: number;
  /** Told to a model beside the policy's own constraints. */
  defaultConstraints?: string[];
}

/** Limits of a run; a larger value than the file's has no effect. */
export interface ExecutorConfig {
  defaultTimeoutSeconds?: number;
  workflowTimeoutSeconds?: number;
  maxConcurrency?: number;
  rateLimitLlmPerMinute?: number;
  /** Only `true` has an effect. */
  dryRun?: boolean;
}

export interface Tightening {
  safety?: SafetyConfig;
  planner?: PlannerConfig;
  executor?: ExecutorConfig;
}

/**
 * The stricter of the policy and what code asks for, key by key. `readOnlyTools` are the names that an absent list of
 * allowed tools stands for.
 */
export function tighten(
  policy: Policy,
  { safety = {}, planner = {}, executor = {} }: Tightening,
  readOnlyTools: readonly string[],
): Policy {
  const { execution } = policy;
  return {
    ...policy,
    execution: {
      ...execution,
      enable_remediation: execution.enable_remediation && planner.enableRemediation !== false,
      max_nodes_per_workflow: lower(execution.max_nodes_per_workflow, planner.maxNodes),
      default_timeout_seconds: lower(execution.default_timeout_seconds, executor.defaultTimeoutSeconds),
      workflow_timeout_seconds: lower(execution.workflow_timeout_seconds, executor.workflowTimeoutSeconds),
      max_concurrency: lower(execution.max_concurrency, executor.maxConcurrency),
      rate_limit_llm_per_minute: lower(execution.rate_limit_llm_per_minute, executor.rateLimitLlmPerMinute),
      dry_run: execution.dry_run || executor.dryRun === true,
      require_approval_all: execution.require_approval_all || safety.requireApprovalAll === true,
    },
    tools: {
      allowed: narrower(policy.tools.allowed, safety.allowedTools, readOnlyTools),
      blocked: joined(policy.tools.blocked, safety.blockedTools),
      require_approval: joined(policy.tools.require_approval, safety.requireApproval),
    },
    node_types: { ...policy.node_types, blocked: joined(policy.node_types.blocked, safety.blockedNodeTypes) },
    network: { ...policy.network, blocked_hosts: joined(policy.network.blocked_hosts, safety.blockedHosts) },
  };
}

const lower = (limit: number, asked: number | undefined): number =>
  asked === undefined || !(asked >= 1) ? limit : Math.min(limit, asked);

const joined = (list: string[], more: string[] = []): string[] => [...new Set([...list, ...more])];

function narrower(
  list: string[] | undefined,
  asked: string[] | undefined,
  readOnlyTools: readonly string[],
): string[] | undefined {
  if (asked === undefined) return list;
  return (list ?? readOnlyTools).filter((name) => asked.includes(name));
}
