/** Clusters and workloads in config.yaml: what may be declared, and what is refused with words that help. */
import { describe, expect, test } from "vitest";
import { actOn } from "../../../src/activities/tools/kit/targets/act.js";
import { targetReach } from "../../../src/activities/tools/kit/targets/declared.js";
import { configFileSchema } from "../../../src/schema/config.js";
import { parseWith } from "../../../src/schema/problems.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const SERVER = "https://cluster.example:6443";
const target = (parts: object = {}) => ({
  kind: "kubernetes",
  cluster: "prod",
  namespace: "shop",
  workload: "deployment/checkout",
  actions: { service_restart: {} },
  ...parts,
});
function parse(clusters: object, targets: object = {}) {
  const parsed = parseWith(configFileSchema, { version: "1.0", clusters, targets });
  return parsed.ok ? parsed.value : parsed.problems.map(({ message }) => message).join("\n");
}
const inCluster = { prod: { in_cluster: true } };

describe("a cluster", () => {
  test("is signed in to in one of three ways; in a pod its address is known", () => {
    expect(parse({ a: { in_cluster: true } })).toMatchObject({
      clusters: { a: { server: "https://kubernetes.default.svc" } },
    });
    expect(parse({ a: { server: SERVER, kubeconfig: "k", context: "c" } })).toMatchObject({
      clusters: { a: { server: SERVER, kubeconfig: "k", allow_exec: false } },
    });
    expect(parse({ a: { server: SERVER, token: "env:T", ca: "ca.crt" } })).toMatchObject({
      clusters: { a: { token: "env:T" } },
    });
  });

  test.each([
    [{ server: SERVER }, "exactly one of kubeconfig, in_cluster, token and dumps"],
    [{ server: SERVER, kubeconfig: "k", token: "env:T" }, "exactly one of kubeconfig, in_cluster, token and dumps"],
    [{ kubeconfig: "k" }, "clusters.a.server must be the https URL"],
    [{ server: "http://cluster.example", token: "env:T" }, "clusters.a.server must be an https URL"],
    [{ server: SERVER, token: "swordfish" }, "clusters.a.token must be a reference such as env:NAME"],
    [{ server: SERVER, token: "env:T", allow_exec: true }, "without context and allow_exec"],
    [{ server: SERVER, kubeconfig: "k", ca: "ca.crt" }, "clusters.a.ca must be left out"],
    [{ server: SERVER, kubeconfig: "k", insecure: true }, 'has no key "insecure"'],
  ])("that says %j is refused", (cluster, words) => {
    expect(parse({ a: cluster })).toContain(words);
  });
});

describe("a workload", () => {
  test("is declared with its cluster and what may be done to it", () => {
    const actions = { rollback: {}, scale_action: { max_replicas: 5 }, config_update: { configmap: "settings" } };
    expect(parse(inCluster, { shop: target({ actions }) })).toMatchObject({
      targets: {
        shop: { actions: { scale_action: { min_replicas: 1, max_replicas: 5 }, config_update: { restart: false } } },
      },
    });
  });

  test.each([
    [target({ cluster: "other" }), "targets.shop.cluster must be a name under clusters (prod)"],
    [target({ workload: "pod/checkout" }), "must be deployment/NAME, statefulset/NAME or daemonset/NAME"],
    [target({ workload: "deployment/../secrets" }), "must be deployment/NAME"],
    [target({ namespace: "Shop/../x" }), "as Kubernetes takes it"],
    [target({ actions: { config_update: { configmap: "a/b" } } }), "as Kubernetes takes it"],
    [target({ actions: { config_update: {} } }), "exactly one of configmap and env"],
    [target({ actions: { config_update: { env: true, restart: true } } }), "the pods are replaced anyway"],
    [target({ actions: { scale_action: {} } }), "max_replicas must be"],
    [
      target({ actions: { scale_action: { min_replicas: 4, max_replicas: 3 } } }),
      "a min_replicas of at most max_replicas",
    ],
    [
      target({ workload: "daemonset/agent", actions: { scale_action: { max_replicas: 3 } } }),
      "a DaemonSet runs one pod on each node",
    ],
    [target({ actions: { delete: {} } }), 'has no key "delete"'],
  ])("that says what cannot be is refused: %#", (declared, words) => {
    expect(parse(inCluster, { shop: declared })).toContain(words);
  });

  test("tells the check its namespace, and refuses replicas outside its bounds there", () => {
    const parsed = parse(inCluster, {
      shop: target({ environment: "staging", actions: { scale_action: { max_replicas: 5 } } }),
    });
    if (typeof parsed === "string") throw new Error(parsed);
    const config = configOf({ clusters: parsed.clusters, targets: parsed.targets });
    const reach = (replicas: number | string) =>
      targetReach("scale_action")({ target: "shop", replicas }, config, "params");
    expect(reach(3)).toMatchObject({ target: "shop", namespace: "shop", environment: "staging", problems: [] });
    expect(reach(6).problems).toMatchObject([{ code: "params-invalid", at: "params.replicas" }]);
    expect(reach(0).problems[0]?.message).toContain("must be from 1 to 5, got 0");
    expect(reach("{{ other.replicas }}").problems).toEqual([]);
  });
});

test("settings of another kind of target are not taken away", async () => {
  const action = { argv: ["/bin/true"], expect_exit: [0], idempotency: "none" as const };
  const config = configOf({ targets: { shop: { kind: "command", actions: { config_update: action } } } });
  const failure = await failureOf(
    actOn("config_update", { target: "shop", values: {}, unset: ["A"] }, contextOf(config)),
  );
  expect(failure).toMatchObject({ code: "params-invalid", retryable: false });
  expect(failure.message).toContain("of kind command");
});
