/** Judges graphs that are meant to do harm as the product does: the parser, then the check with the real tools. */
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { urlProblem } from "../../src/app/local.js";
import { checkAgainst } from "../../src/core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../src/core/policy.js";
import type { Config } from "../../src/schema/config.js";
import type { Graph } from "../../src/schema/graph.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import { NODE_TYPE_NAMES, type NodeType } from "../../src/vocabulary/node-types.js";
import type { Problem } from "../../src/vocabulary/problems.js";

const url = "https://api.datadog.com/";
export const CONFIG: Config = {
  files: { roots: ["/var/log/shop"] },
  sources: {
    logs: {
      kind: "files",
      path: "/var/log/shop/app.log",
      format: "json",
      time_field: "time",
      level_field: "level",
      message_field: "message",
      environment: "staging",
    },
    metrics: { kind: "prometheus", url, environment: "staging" },
  },
  targets: {
    api: {
      kind: "http",
      environment: "staging",
      actions: {
        rollback: { method: "POST", url, expect_status: [200], idempotency: "key" },
        scale_action: { method: "POST", url, expect_status: [200], idempotency: "key" },
        config_update: { method: "POST", url, expect_status: [200], idempotency: "key" },
      },
    },
    host: {
      kind: "command",
      environment: "staging",
      actions: { service_restart: { argv: ["/usr/bin/true"], expect_exit: [0], idempotency: "none" } },
    },
  },
  channels: { ops: { kind: "webhook", url } },
};

export const REGISTRY = createDefaultRegistry(CONFIG);

/** Remediation is on and every tool and type allowed: what is refused is refused for what it is. */
export function openPolicy(network: { allowed_hosts?: string[]; blocked_hosts?: string[] } = {}): Policy {
  return {
    ...DEFAULT_POLICY,
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: true, max_nodes_per_workflow: 1_000 },
    tools: {
      allowed: REGISTRY.list().flatMap(({ name, aliases }) => [name, ...aliases]),
      blocked: [],
      require_approval: [],
    },
    node_types: { allowed: [...NODE_TYPE_NAMES], blocked: [] },
    network: { allowed_hosts: ["api.datadog.com"], blocked_hosts: [], allowed_private: [], ...network },
  };
}

export interface Judged {
  accepted: boolean;
  problems: Problem[];
  /** Ids of nodes that wait for a person. */
  gated: string[];
  /** Ids of nodes that change production. */
  writes: string[];
  ms: number;
}

/** `amend` changes what has been parsed before it is checked. */
export function judgeGraph(input: unknown, policy: Policy, amend: (graph: Graph) => Graph = (graph) => graph): Judged {
  // Processor time: what else the machine does must not decide a test.
  const before = process.cpuUsage();
  const parsed = parseGraph(input);
  const graph = parsed.ok ? amend(parsed.graph) : undefined;
  const outcome =
    graph === undefined
      ? parsed
      : checkAgainst(graph, {
          policy,
          policyDigest: "0".repeat(64),
          catalogue: REGISTRY,
          checkUrl: (address) => urlProblem(address, policy, CONFIG),
        });
  const used = process.cpuUsage(before);
  const ms = (used.user + used.system) / 1_000;
  const isWrite = (node: Graph["nodes"][number]) =>
    node.tool ? REGISTRY.find(node.tool)?.effect === "write" : WRITES.includes(node.type);
  return {
    accepted: outcome.ok,
    problems: outcome.ok ? [] : outcome.problems,
    gated: outcome.ok && "verdict" in outcome ? Object.keys(outcome.verdict.gates) : [],
    writes: graph?.nodes.filter(isWrite).map(({ id }) => id) ?? [],
    ms,
  };
}

const WRITES: NodeType[] = ["service_restart", "config_update", "rollback", "scale_action", "custom_script"];
