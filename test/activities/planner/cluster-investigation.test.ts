/** Goals about a declared cluster: vague ones look at everything in the namespace; remedies are asked for, gated and verified by the analyser. */
import { beforeAll, describe, expect, test } from "vitest";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { checkAgainst } from "../../../src/core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { goalOfAlert } from "../../../src/goal/alert-goal.js";
import { parseAlert } from "../../../src/schema/alert.js";
import type { Config } from "../../../src/schema/config.js";
import { parseGraph } from "../../../src/schema/parse-graph.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import type { GoalInput } from "../../../src/schema/run-input.js";
import { configOf } from "../../support/tool-context.js";

const cluster = (host: string) => ({ server: `https://${host}`, allow_exec: false, token: "env:TOKEN" });
const prod = configOf({ clusters: { prod: cluster("prod.example") } as Config["clusters"] });
const both = configOf({
  clusters: { prod: cluster("prod.example"), staging: cluster("staging.example") } as Config["clusters"],
});
const actions = { rollback: {}, service_restart: {}, scale_action: { min_replicas: 1, max_replicas: 9 } };
const target = (name: string) => ({
  kind: "kubernetes" as const,
  cluster: "prod",
  namespace: "shop",
  workload: `deployment/${name}`,
  actions: { ...actions, config_update: { env: true as const, restart: false } },
});
const whole = configOf({
  clusters: prod.clusters as Config["clusters"],
  sources: {
    metrics: { kind: "prometheus", url: "http://127.0.0.1:9090" },
    shop: { kind: "kubernetes", cluster: "prod", namespace: "shop", include: ["rollouts"] },
    other: { kind: "kubernetes", cluster: "prod", namespace: "other", include: ["rollouts"] },
  } as unknown as Config["sources"],
  targets: { cart: target("cart"), web: target("web") },
});

let playbooks: Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  playbooks = loaded.value;
});

const draft = (goal: string, config = prod, more: Partial<GoalInput> = {}) =>
  draftGraph({ goal, requester: "ada", ...more }, { playbooks, config });

function planned(goal: string, config = prod, more: Partial<GoalInput> = {}) {
  const drafted = draft(goal, config, more);
  if (!drafted.ok) throw new Error(`${goal}: ${JSON.stringify(drafted.problems)}`);
  const parsed = parseGraph(drafted.graph);
  if (!parsed.ok) throw new Error(`${goal}: ${JSON.stringify(parsed.problems)}`);
  return parsed.graph;
}
const stateOf = (graph: ReturnType<typeof planned>) => graph.nodes.find(({ id }) => id === "state")?.params;

function checked(graph: ReturnType<typeof planned>, config: Config, change: Partial<Policy> = {}) {
  const context = {
    policy: { ...DEFAULT_POLICY, ...change },
    policyDigest: "",
    catalogue: createDefaultRegistry(config),
    checkUrl: () => undefined,
  };
  return checkAgainst(graph, context);
}

describe("a goal about a declared cluster", () => {
  test.each([
    ["partial service unreachability in namespace shop", "shop"],
    ["namespace shop is unhealthy", "shop"],
    ["something is broken in the shop namespace", "shop"],
    ["why are requests failing in namespace=shop", "shop"],
    ["pods in namespace shop keep restarting, find out why", "shop"],
    ["the services in ns payments are unreachable", "payments"],
    ["what is wrong with pod cart-7d9f4c8b6-x2x9z in namespace shop", "shop"],
    ["namespace shop: deployments are stuck", "shop"],
    ["high latency of everything in namespace shop", "shop"],
    ["pods do not start", "*"],
    ["pods are stuck in Pending", "*"],
    ["our workloads crash with CrashLoopBackOff", "*"],
    ["pods get OOMKilled", "*"],
    ["the kubernetes cluster is unhealthy", "*"],
    ["ImagePullBackOff after the deploy", "*"],
    ["ingress answers 503", "*"],
    ["pods cannot resolve names, coredns?", "*"],
    ["statefulset replicas are missing", "*"],
    ["latency of checkout went up in namespace shop", "shop"],
    ["requests to cart in namespace shop time out", "shop"],
    ["requests to checkout time out", "*"],
    ["checkout returns 500s", "*"],
    ["the shop is slow", "*"],
    ["some orders fail", "*"],
    ["intermittent errors in production", "*"],
    ["error rate of order-service increased", "*"],
    ["customers cannot pay", "*"],
    ["nobody can log in", "*"],
    ["checkout does not work", "*"],
    ["payments don't go through", "*"],
    ["users can't reach the site", "*"],
    ["emails no longer arrive", "*"],
    ["orders are not shipped in namespace shop", "shop"],
    ["something is off in the shop", "*"],
    ["the shop is acting weird", "*"],
    ["latency went up after lunch", "*"],
    ["error rates doubled since the morning", "*"],
    ["checkout feels sluggish", "*"],
    ["data is not saved", "*"],
    ["everything got slower in namespace shop", "shop"],
  ])("%s", (goal, namespace) => {
    const graph = planned(goal);
    expect(stateOf(graph)).toMatchObject({ cluster: "prod", namespace });
    expect(graph.nodes.map(({ tool }) => tool)).toEqual(["kubernetes_state", "autoRCA"]);
    expect(checked(graph, prod)).toMatchObject({ ok: true });
  });

  test.each([
    "write a poem about customers who cannot pay",
    "I cannot find my keys",
    "explain why users do not like change",
    "something is wrong with my car",
    "my soup tastes bad",
    "my memory got worse, as I grow older",
    "the weather is strange",
    "a story of orders that never came",
  ])("%s is no complaint about it", (goal) => {
    expect(draft(goal, prod)).toMatchObject({ ok: false });
  });

  test.each([
    "roll back cart in namespace shop",
    "restart the checkout deployment",
    "pods do not start, roll back cart",
  ])("of a folder of dumps nothing can be changed, and that is what keeps the remedy out: %s", (goal) => {
    const dumps = configOf({
      clusters: { incident: { dumps: "/srv/incident", server: "", allow_exec: false } } as never,
    });
    for (const remedy of [true, undefined]) {
      const drafted = draft(goal, dumps, remedy === undefined ? {} : { remedy });
      const left = drafted.ok ? drafted.notices.find(({ code }) => code === "part-left-out") : undefined;
      expect(left?.message).toContain("incident is a folder of dumps, and nothing of it can be changed");
      expect(left?.hint).not.toContain("source");
    }
  });

  test("with sources, what changed and the metrics of the namespace are looked at too", () => {
    const graph = planned("namespace shop is unhealthy", whole);
    expect(graph.nodes.map(({ id }) => id)).toEqual(["state", "changes", "throttled", "memory", "restarts", "cause"]);
    expect(graph.nodes[1]?.params).toMatchObject({ sources: ["shop"] });
    expect(String(graph.nodes[2]?.params.query)).toContain('namespace="shop"');
    expect(checked(graph, whole)).toMatchObject({ ok: true });
  });

  test.each([
    ["write a poem about pods"],
    ["bake a cake in the namespace of my kitchen"],
    ["recommend a podcast about whales"],
    ["write an essay about slow food"],
    ["my orders at the restaurant failed"],
    ["draw a picture of a broken heart"],
  ])("%s is none", (goal) => {
    expect(draft(goal)).toMatchObject({ ok: false, problems: [{ code: "no-playbook" }] });
  });

  test("without a declared cluster, plans are made as before", () => {
    const drafted = draft("namespace shop is unhealthy", configOf());
    expect(drafted.ok && drafted.graph.nodes.some(({ tool }) => tool === "kubernetes_state")).toBe(false);
  });

  test.each([
    ["namespace shop of staging is unhealthy", "staging"],
    ["production: pods do not start", "production"],
  ])("of several clusters the one that is meant: %s", (goal, name) => {
    const clusters = { ...both.clusters, production: both.clusters?.prod } as Config["clusters"];
    expect(stateOf(planned(goal, configOf({ clusters })))).toMatchObject({ cluster: name });
  });

  test("where it is not clear which cluster, that is asked", () => {
    const drafted = draft("namespace shop is unhealthy", both, { playbook: "cluster-investigation" });
    expect(drafted).toMatchObject({ ok: false, problems: [{ code: "parameter-missing", at: "params.cluster" }] });
    const asked = { playbook: "cluster-investigation", params: { cluster: "staging", namespace: "shop" } };
    expect(stateOf(planned("what is wrong", both, asked))).toMatchObject({ cluster: "staging", namespace: "shop" });
  });

  test.each([
    [{ alertname: "KubePodCrashLooping", namespace: "shop", pod: "cart-7d9f4c8b6-x2x9z", severity: "warning" }],
    [{ alertname: "KubeDeploymentReplicasMismatch", namespace: "shop", deployment: "cart" }],
    [{ alertname: "ServiceUnreachable", namespace: "shop", service: "cart" }],
  ])("an alert that names a namespace or a pod: $alertname", (labels) => {
    const alert = parseAlert({
      version: "4",
      status: "firing",
      alerts: [{ status: "firing", labels, annotations: {} }],
    });
    if (!alert.ok) throw new Error(JSON.stringify(alert.problems));
    const { goal, facts } = goalOfAlert(alert.alert);
    const params = stateOf(planned(goal, prod, { facts, remedy: false }));
    expect(params).toMatchObject({ cluster: "prod", namespace: "shop" });
    expect(String((params as { near?: string[] }).near)).toContain("cart");
  });
});

describe("a remedy", () => {
  const policy: Partial<Policy> = {
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
    tools: {
      ...DEFAULT_POLICY.tools,
      allowed: createDefaultRegistry(whole)
        .list()
        .map(({ name }) => name),
    },
    node_types: {
      blocked: [],
      allowed: [
        "log_collection",
        "metric_query",
        "rca_call",
        "rollback",
        "service_restart",
        "scale_action",
        "config_update",
      ],
    },
  };

  test.each([
    [
      "pods of cart crash in namespace shop since the deploy, roll it back",
      {},
      "rollback",
      { version: "{{ before.rollback_to }}" },
    ],
    ["pods of cart hang in namespace shop, restart them", {}, "service_restart", {}],
    ["too few pods of cart in namespace shop, scale it", { replicas: 4 }, "scale_action", { replicas: 4 }],
    [
      "fix the config of cart in namespace shop",
      { action: "config_update", values: "LOG_LEVEL=info" },
      "config_update",
      { values: { LOG_LEVEL: "info" } },
    ],
  ])("%s", (goal, params, action, expected) => {
    const graph = planned(goal, whole, { params, remedy: true });
    const mend = graph.nodes.find(({ id }) => id === "mend");
    expect(mend).toMatchObject({
      type: action,
      tool: action,
      requires_human_approval: true,
      params: { target: "cart", ...expected },
      verify: { tool: "kubernetes_state", expect: "not (before.named[0] in output.named)" },
    });
    expect(checked(graph, whole, policy)).toMatchObject({ ok: true });
  });

  test("what it needs and nobody said is asked for", () => {
    const missing = draft("scale cart in namespace shop, pods are overloaded", whole, {
      playbook: "cluster-investigation",
      remedy: true,
    });
    expect(missing).toMatchObject({ ok: false, problems: [{ code: "parameter-missing", at: "params.replicas" }] });
    const several = draft("restart what hangs in namespace shop", whole, {
      playbook: "cluster-investigation",
      remedy: true,
    });
    expect(several).toMatchObject({ ok: false, problems: [{ at: "params.target" }] });
  });

  test("is in no plan that was not asked for one", () => {
    for (const goal of ["namespace shop is unhealthy", "pods of cart crash, only look, do not restart"])
      expect(planned(goal, whole, { remedy: false }).nodes.map(({ id }) => id)).not.toContain("mend");
  });
});
