/** Each bundled playbook, filled from the demo's own configuration, passes the check under the demo's own policy. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is what the demo replaces in its files
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkAgainst } from "../../../src/core/check.js";
import { effectivePolicy } from "../../../src/core/policy.js";
import { type Config, configFileSchema } from "../../../src/schema/config.js";
import { parseDocumentText } from "../../../src/schema/document.js";
import type { Graph } from "../../../src/schema/graph.js";
import { policyFileSchema } from "../../../src/schema/policy.js";

function yaml(path: string): unknown {
  const text = readFileSync(path, "utf8")
    .replaceAll("${SHOP_URL}", "http://127.0.0.1:8080")
    .replaceAll("${SHOP_DIR}", "/srv/shop");
  const parsed = parseDocumentText(text, path);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

const { files = { roots: [] }, sources = {}, targets = {} } = configFileSchema.parse(yaml("demo/config.yaml"));
const config: Config = { files, sources, targets, channels: {} };
const policyFile = policyFileSchema.parse(yaml("demo/safety.yaml"));

async function draft(goal: string, own: Config = config): Promise<Graph> {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const drafted = draftGraph({ goal, requester: "tester" }, { playbooks: loaded.value, config: own });
  if (!drafted.ok) throw new Error(JSON.stringify(drafted.problems));
  return drafted.graph;
}

function check(graph: Graph, file = policyFile, own = config) {
  const { policy } = effectivePolicy(file, {});
  return checkAgainst(graph, {
    policy,
    policyDigest: "0".repeat(64),
    catalogue: createDefaultRegistry(own),
    checkUrl: () => undefined,
  });
}

const DEMO_GOAL = "checkout returns 500s since the last deploy; find out why and roll it back";

test("the demo's plan passes, with one gate, on the rollback of a staging target", async () => {
  const outcome = check(await draft(DEMO_GOAL));
  expect(outcome).toMatchObject({ ok: true, verdict: { environment: "staging", targets: ["checkout"], notices: [] } });
  expect(outcome.ok && Object.keys(outcome.verdict.gates)).toEqual(["rollback"]);
});

test("the plan that only looks passes, without a gate and under a policy without remediation", async () => {
  const graph = await draft("why does checkout return 500s?");
  const outcome = check(graph, { ...policyFile, execution: { enable_remediation: false } });
  expect(outcome.ok ? outcome.verdict.gates : outcome.problems).toEqual({});
});

test("the plan that restarts passes where the target can be restarted, with one gate", async () => {
  const action = {
    method: "POST",
    url: "http://127.0.0.1:8080/restart",
    expect_status: [200],
    idempotency: "key",
  } as const;
  const target = {
    kind: "http" as const,
    environment: "staging" as const,
    actions: { service_restart: { ...action, expect_status: [200] } },
  };
  const own = { ...config, targets: { checkout: target } };
  const graph = await draft("checkout is down at http://127.0.0.1:8080/healthz, restart it", own);
  const file = {
    ...policyFile,
    tools: { allowed: [...(policyFile.tools?.allowed ?? []), "service_restart"] },
    node_types: { allowed: [...(policyFile.node_types?.allowed ?? []), "service_restart"] },
  };
  const outcome = check(graph, file, own);
  expect(outcome.ok ? Object.keys(outcome.verdict.gates) : outcome.problems).toEqual(["restart"]);
});

test("under the product's defaults the demo's plan is refused: remediation is off", async () => {
  const outcome = check(await draft(DEMO_GOAL), { version: "1.0" });
  expect(outcome.ok ? [] : outcome.problems.map(({ code }) => code)).toContain("remediation-disabled");
});
