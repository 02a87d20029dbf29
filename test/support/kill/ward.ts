/** What the kill matrix runs: one graph of six nodes with a gate and a write, in as many copies as there are deaths to die. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { GraphInput } from "../../../src/schema/graph.js";

/** How the target of the run's one write keeps from acting twice. */
export type Kind = "key" | "probe" | "none";

export const NODES = ["deploys", "health", "rollback", "verify", "tell", "sum"] as const;

/** What each node asks for at the service; `sum` asks nobody. */
export const requestOf = (runId: string, node: string): string =>
  node === "rollback" || node === "tell" || node === "people" ? `POST /${runId}/${node}` : `GET /${runId}/${node}`;

/** Reads, checks, asks a person, rolls back, checks again, tells, sums up: a chain, so that each node is a moment. */
export function graphOf(runId: string, serviceUrl: string, timeoutSeconds: number): GraphInput {
  const url = (node: string) => `${serviceUrl}/${runId}/${node}`;
  const node = (id: (typeof NODES)[number], type: string, tool: string, params: object) => ({
    id,
    name: id,
    type,
    tool,
    params,
    timeout_seconds: timeoutSeconds,
  });
  const nodes = [
    node("deploys", "log_collection", "deployment_history", { source: runId }),
    node("health", "metric_query", "http_probe", { url: url("health"), timeout_seconds: timeoutSeconds * 2 }),
    node("rollback", "rollback", "rollback", { target: runId, version: "1" }),
    node("verify", "metric_query", "http_probe", { url: url("verify"), timeout_seconds: timeoutSeconds * 2 }),
    node("tell", "notification", "notification", { channel: runId, message: "rolled back" }),
    node("sum", "summary", "summary", {}),
  ];
  const edges = NODES.slice(1).map((to, index) => ({ from_node_id: NODES[index], to_node_id: to }));
  return { id: runId, name: runId, goal_description: "roll back and say so", nodes, edges } as GraphInput;
}

export interface Ward {
  /** AUTOOPS_HOME, with a policy and a configuration that lets each run act on its own target alone. */
  home: string;
  /** How long gates stay open from now on. */
  approvalSeconds(seconds: number): void;
  remove(): void;
}

const policyWith = (approvalSeconds: number) => ({
  version: "1.0",
  execution: { enable_remediation: true },
  tools: { allowed: ["deployment_history", "http_probe", "rollback", "notification", "summary"] },
  node_types: { allowed: ["log_collection", "metric_query", "rollback", "notification", "summary"] },
  network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] },
  approval: { timeout_seconds: approvalSeconds, notify_channel: "webhook:people" },
});

/** A home for runs of these ids, each with the kind of target that it acts on. */
export function openWard(
  runs: Readonly<Record<string, Kind>>,
  serviceUrl: string,
  environment: "staging" | "production",
): Ward {
  const home = mkdtempSync(join(tmpdir(), "autoops-kill-"));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const each = <T>(make: (runId: string, kind: Kind) => T) =>
    Object.fromEntries(Object.entries(runs).map(([runId, kind]) => [runId, make(runId, kind)]));
  const act = (runId: string, kind: Kind) => ({
    method: "POST",
    url: `${serviceUrl}/${runId}/rollback`,
    body: { version: "{{ params.version }}" },
    idempotency: kind,
    ...(kind === "probe"
      ? { state: { url: `${serviceUrl}/${runId}/state`, read: "version", done_when: "{{ params.version }}" } }
      : {}),
  });
  const config = {
    version: "1.0",
    sources: each((runId) => ({ kind: "deployments", url: `${serviceUrl}/${runId}/deploys`, environment })),
    targets: each((runId, kind) => ({ kind: "http", environment, actions: { rollback: act(runId, kind) } })),
    channels: {
      people: { kind: "webhook", url: `${serviceUrl}/people` },
      ...each((runId) => ({ kind: "webhook", url: `${serviceUrl}/${runId}/tell` })),
    },
  };
  const write = (name: string, file: object) => {
    writeFileSync(join(home, name), stringify(file), { mode: 0o600 });
    chmodSync(join(home, name), 0o600);
  };
  write("safety.yaml", policyWith(120));
  write("config.yaml", config);
  return {
    home,
    approvalSeconds: (seconds) => write("safety.yaml", policyWith(seconds)),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
