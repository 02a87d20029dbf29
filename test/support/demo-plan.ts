/** The demo's own configuration and policy, and the bundled playbooks' graphs drafted and checked under them. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is what the demo replaces in its files
import { readFileSync } from "node:fs";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../src/activities/planner/draft.js";
import { loadPlaybooks } from "../../src/activities/planner/playbooks.js";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import { type CheckedGraph, checkAgainst } from "../../src/core/check.js";
import { effectivePolicy } from "../../src/core/policy.js";
import { type Config, configFileSchema } from "../../src/schema/config.js";
import { parseDocumentText } from "../../src/schema/document.js";
import type { Graph } from "../../src/schema/graph.js";
import { type PolicyFile, policyFileSchema } from "../../src/schema/policy.js";

const SHOP_URL = "http://127.0.0.1:8080";

function yaml(path: string): unknown {
  const text = readFileSync(path, "utf8").replaceAll("${SHOP_URL}", SHOP_URL).replaceAll("${SHOP_DIR}", "/srv/shop");
  const parsed = parseDocumentText(text, path);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const { files = { roots: [] }, sources = {}, targets = {} } = configFileSchema.parse(yaml("demo/config.yaml"));
export const demoConfig: Config = { files, sources, targets, channels: {} };
export const demoPolicy: PolicyFile = policyFileSchema.parse(yaml("demo/safety.yaml"));
export const DEMO_GOAL = "checkout returns 500s since the last deploy; find out why and roll it back";

/** A goal, configuration and policy for the playbook that restarts a service; the demo's own know no restart. */
export const RESTART_GOAL = `checkout is down at ${SHOP_URL}/healthz, restart it`;
const restart = {
  method: "POST" as const,
  url: `${SHOP_URL}/restart`,
  expect_status: [200],
  idempotency: "key" as const,
};
export const restartConfig: Config = {
  ...demoConfig,
  targets: { checkout: { kind: "http", environment: "staging", actions: { service_restart: restart } } },
};
export const restartPolicy: PolicyFile = {
  ...demoPolicy,
  tools: { allowed: [...(demoPolicy.tools?.allowed ?? []), "service_restart"] },
  node_types: { allowed: [...(demoPolicy.node_types?.allowed ?? []), "service_restart"] },
};

export async function draftFor(goal: string, config: Config = demoConfig): Promise<Graph> {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const drafted = draftGraph({ goal, requester: "tester" }, { playbooks: loaded.value, config });
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
  return drafted.graph;
}

export function checkUnder(graph: Graph, file: PolicyFile = demoPolicy, config: Config = demoConfig) {
  const { policy } = effectivePolicy(file, {});
  const catalogue = createDefaultRegistry(config);
  return checkAgainst(graph, { policy, policyDigest: "0".repeat(64), catalogue, checkUrl: () => undefined });
}

/** The graph as it may run; a check that refuses it fails the test. */
export async function checkedFor(goal: string, file = demoPolicy, config = demoConfig): Promise<CheckedGraph> {
  const graph = await draftFor(goal, config);
  const outcome = checkUnder(graph, file, config);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return checkedGraph(graph, outcome.verdict);
}
