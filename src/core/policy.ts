/**
 * The safety policy: its defaults, and what it says of one node. Block beats allow; nothing is allowed by accident.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { ApprovalRule } from "../schema/approval-rules.js";
import type { PolicyFile } from "../schema/policy.js";
import type { SlackPolicy } from "../schema/slack.js";
import { type Effect, type Environment, isBuiltIn, NODE_TYPES, type NodeType } from "../vocabulary/node-types.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Role } from "../vocabulary/roles.js";
import { OVERRIDE_DEFAULT_MINUTES } from "../vocabulary/write-limits.js";
import type { Catalogue, ToolFacts } from "./check/catalogue.js";
import type { Signed } from "./policy/signed.js";
import { type LimitsByEnvironment, limitsOf } from "./writes/limits.js";
import type { Changes } from "./writes/windows.js";

/** The policy in force, in the words of the file; only lists whose absence has a meaning may be absent. */
export interface Policy {
  version: "1.0";
  execution: {
    enable_remediation: boolean;
    max_nodes_per_workflow: number;
    default_timeout_seconds: number;
    workflow_timeout_seconds: number;
    max_concurrency: number;
    dry_run: boolean;
    require_approval_all: boolean;
    rate_limit_llm_per_minute: number;
    /** Whether finished effects that state an `undo` are taken back when the run fails. */
    undo_on_failure: boolean;
    /** The same for effects whose verification fails, and where the run is cancelled. */
    undo_on_failed_verification: boolean;
    undo_on_cancel?: boolean;
  };
  /** `allowed` absent: the built-in read-only tools. */
  tools: { allowed?: string[]; blocked: string[]; require_approval: string[] };
  /** `allowed` absent: the types that do not change production. */
  node_types: { allowed?: string[]; blocked: string[] };
  /** `allowed_hosts` absent: the hosts of the declared sources, targets, channels and model, no more. */
  network: { allowed_hosts?: string[]; blocked_hosts: string[]; allowed_private: string[] };
  approval: {
    timeout_seconds: number;
    require_for_production: boolean;
    notify_channel?: string;
    /** Absent: `production` where `require_for_production` holds, else `never`. */
    signed?: Signed;
    /** Where a rule does not say it. Absent, as for the next: never. */
    comment_required?: "never" | "reject" | "always";
    whole_plan?: "never" | "writes" | "always";
    rules?: ApprovalRule[];
    /** By the name that the operating system gives a person. */
    local_groups?: Record<string, string[]>;
  };
  /** By group, as the sign-in tells it: what its members may do through the façade. */
  roles: Record<string, Role[]>;
  /** How far writes may reach, by environment, and when they may start. */
  limits: LimitsByEnvironment;
  changes: Changes;
  /** Absent: nobody decides in Slack. */
  slack?: SlackPolicy;
}

export type Origin = "default" | "file" | "environment";

export const DEFAULT_POLICY: Policy = {
  version: "1.0",
  execution: {
    enable_remediation: false,
    max_nodes_per_workflow: 20,
    default_timeout_seconds: 60,
    workflow_timeout_seconds: 600,
    max_concurrency: 5,
    dry_run: false,
    require_approval_all: false,
    rate_limit_llm_per_minute: 10,
    undo_on_failure: true,
    undo_on_failed_verification: false,
  },
  tools: { blocked: [], require_approval: [] },
  node_types: { blocked: [] },
  network: { blocked_hosts: [], allowed_private: [] },
  approval: { timeout_seconds: 300, require_for_production: true },
  roles: {},
  limits: limitsOf(undefined, () => undefined),
  changes: { windows: [], override_groups: [], override_max_minutes: OVERRIDE_DEFAULT_MINUTES },
};

/** What environment variables say; absent where a variable is not set. */
export interface PolicyVariables {
  enableRemediation?: boolean;
  requireApproval?: boolean;
  dryRun?: boolean;
}

/** Defaults ← file ← environment variables, with where each value came from, by dotted path. */
export function effectivePolicy(
  file: PolicyFile | undefined,
  variables: PolicyVariables,
): { policy: Policy; origins: Record<string, Origin> } {
  const origins: Record<string, Origin> = {};
  const merge = <T extends object>(section: string, defaults: T, given: object | undefined): T => {
    const merged = { ...defaults } as Record<string, unknown>;
    for (const key of Object.keys(defaults)) origins[`${section}.${key}`] = "default";
    for (const [key, value] of Object.entries(given ?? {})) {
      if (value === undefined) continue;
      merged[key] = value;
      origins[`${section}.${key}`] = "file";
    }
    return merged as T;
  };
  const policy: Policy = {
    version: "1.0",
    execution: merge("execution", DEFAULT_POLICY.execution, file?.execution),
    tools: merge("tools", DEFAULT_POLICY.tools, file?.tools),
    node_types: merge("node_types", DEFAULT_POLICY.node_types, file?.node_types),
    network: merge("network", DEFAULT_POLICY.network, file?.network),
    approval: merge("approval", DEFAULT_POLICY.approval, file?.approval),
    roles: merge("roles", DEFAULT_POLICY.roles, rolesByGroup(file)),
    limits: limitsOf(file?.limits, (path, from) => {
      origins[`limits.${path}`] = from;
    }),
    changes: merge("changes", DEFAULT_POLICY.changes, file?.changes),
  };
  if (file?.slack !== undefined) {
    policy.slack = file.slack;
    origins["slack.users"] = "file";
  }
  const override = (key: "enable_remediation" | "require_approval_all" | "dry_run", value: boolean | undefined) => {
    if (value === undefined) return;
    policy.execution[key] = value;
    origins[`execution.${key}`] = "environment";
  };
  override("enable_remediation", variables.enableRemediation);
  override("require_approval_all", variables.requireApproval);
  override("dry_run", variables.dryRun);
  return { policy, origins };
}

function rolesByGroup(file: PolicyFile | undefined): Record<string, Role[]> {
  const entries = Object.entries(file?.roles ?? {});
  return Object.fromEntries(entries.map(([group, given]) => [group, typeof given === "string" ? [given] : given]));
}

/** What the policy needs to know of a node to judge it. */
export interface Subject {
  type: NodeType;
  /** Absent for types that need no tool. */
  tool?: ToolFacts;
  effect: Effect;
  environment: Environment;
}

export interface Ruling {
  /** Empty where the node may run. */
  problems: Problem[];
  /** Why a person must agree first; absent where nobody need be asked. */
  gate?: string;
  /** The rule that let it pass, for `policy explain`. */
  rule: string;
}

/** Judges one node. `at` is its path in the graph. */
export function judge(policy: Policy, subject: Subject, at: string): Ruling {
  const problems: Problem[] = [];
  const toolNames = subject.tool === undefined ? [] : [subject.tool.name, ...subject.tool.aliases];
  const typeRule = judgeType(policy, subject.type, at, problems);
  const toolRule =
    subject.tool === undefined ? "needs no tool" : judgeTool(policy, subject.tool, subject.type, at, problems);
  if (subject.effect === "write" && !policy.execution.enable_remediation) {
    problems.push({
      code: "remediation-disabled",
      at,
      message: `${at} changes production (${subject.tool?.name ?? subject.type}) and remediation is disabled`,
      hint: "set execution.enable_remediation: true in the safety policy, or leave the node out",
    });
  }
  return { problems, gate: gateReason(policy, subject, toolNames), rule: `${typeRule}; ${toolRule}` };
}

function judgeType(policy: Policy, type: NodeType, at: string, problems: Problem[]): string {
  const refuse = (rule: string, hint: string): string => {
    const message = `${at}.type ${type} is not allowed by the policy (${rule})`;
    problems.push({ code: "node-type-not-allowed", at: `${at}.type`, message, hint });
    return rule;
  };
  if (policy.node_types.blocked.includes(type)) {
    return refuse("node_types.blocked names it", "take it off that list to allow it");
  }
  if (policy.node_types.allowed === undefined) {
    if (NODE_TYPES[type] === "write" || NODE_TYPES[type] === "notify") {
      return refuse("the built-in list only reads", `name ${type} in node_types.allowed`);
    }
    return "the built-in list holds the type";
  }
  if (policy.node_types.allowed.includes(type)) return "node_types.allowed names the type";
  return refuse("node_types.allowed does not name it", `add ${type} to node_types.allowed`);
}

function judgeTool(policy: Policy, tool: ToolFacts, type: NodeType, at: string, problems: Problem[]): string {
  const names = [tool.name, ...tool.aliases];
  const refuse = (rule: string, hint: string): string => {
    const message = `${at}.tool ${tool.name} is not allowed by the policy (${rule})`;
    problems.push({ code: "tool-not-allowed", at: `${at}.tool`, message, hint });
    return rule;
  };
  // Lists of tools may also name node types: harmless where they block, too broad where they would allow.
  if ([...names, type].some((name) => policy.tools.blocked.includes(name))) {
    return refuse("tools.blocked names it", "take it off that list to allow it");
  }
  if (policy.tools.allowed === undefined) {
    if (tool.builtIn && (tool.effect === "none" || tool.effect === "read")) return "the built-in list holds the tool";
    return refuse("the built-in list only reads", `name ${tool.name} in tools.allowed`);
  }
  if (names.some((name) => policy.tools.allowed?.includes(name))) return "tools.allowed names the tool";
  return refuse("tools.allowed does not name it", `add ${tool.name} to tools.allowed`);
}

function gateReason(policy: Policy, subject: Subject, toolNames: string[]): string | undefined {
  if (subject.effect === "write") return "it changes what runs: always asked";
  if (subject.type === "human_review") return "it asks a person";
  if (isBuiltIn(subject.type)) return undefined;
  if (policy.execution.require_approval_all) return "execution.require_approval_all asks for every action";
  const listed = [...toolNames, subject.type].find((name) => policy.tools.require_approval.includes(name));
  return listed === undefined ? undefined : `tools.require_approval names ${listed}`;
}

/** Names in the policy's lists that are neither a registered tool nor a node type: perhaps tools added later. */
export function unknownNames(policy: Policy, catalogue: Catalogue): Problem[] {
  const lists: Array<[string, string[]]> = [
    ["tools.allowed", policy.tools.allowed ?? []],
    ["tools.blocked", policy.tools.blocked],
    ["tools.require_approval", policy.tools.require_approval],
    ["node_types.allowed", policy.node_types.allowed ?? []],
    ["node_types.blocked", policy.node_types.blocked],
  ];
  const notices: Problem[] = [];
  for (const [list, names] of lists) {
    for (const name of names) {
      if (Object.hasOwn(NODE_TYPES, name) || catalogue.find(name) !== undefined) continue;
      const message = `${list} names ${name}, which is neither a registered tool nor a node type`;
      notices.push({
        code: "name-not-registered",
        at: list,
        message,
        hint: "check the spelling, or register the tool",
      });
    }
  }
  return notices;
}
