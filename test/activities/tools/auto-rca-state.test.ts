/** `autoRCA` over what `kubernetes_state` says: a cause of objects is a cause, a symptom is set aside, and health names nothing. */
import { describe, expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import type { Json } from "../../../src/schema/json.js";
import { apiOf } from "../../support/cluster-api.js";
import {
  crashing,
  event,
  log,
  NOW,
  podless,
  podsOf,
  shop,
  unready,
  type World,
  waiting,
} from "../../support/cluster-world.js";
import { configOf, contextOf } from "../../support/tool-context.js";

async function find(world: World) {
  const params = kubernetesState.params.parse({ cluster: "prod", namespace: "shop" });
  const state = await kubernetesState.run(params, apiOf(world, { now: NOW }).context);
  const given = autoRca.params.parse({ inputs: { state: state as unknown as Json } });
  return autoRca.output.parse(await autoRca.run(given, contextOf(configOf())));
}

describe("autoRCA over the state of a cluster", () => {
  test("a quota that is used up is the cause, likely, with the event as evidence", async () => {
    const world = shop();
    podless(
      world,
      "cart",
      'pods "cart-x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
    );
    const found = await find(world);
    expect(found).toMatchObject({ certainty: "likely", rule: expect.stringContaining("objects of the cluster") });
    expect(found.causes[0]).toMatchObject({ service: "compute", located: true });
    expect(found.causes[0]?.cause).toContain("exceeded quota");
    expect(found.causes[0]?.evidence[0]).toMatchObject({ kind: "state", node: "state" });
  });

  test("what a cause explains is set aside with the cause that explains it", async () => {
    const world = shop();
    waiting(world, "redis", "ImagePullBackOff", 'Back-off pulling image "redis:nope": manifest unknown');
    crashing(world, "cart", 1);
    log(world, "cart", ["dial tcp: connect to redis:6379: connect: connection refused"], { previous: true });
    const found = await find(world);
    expect(found.causes[0]?.service).toBe("redis");
    expect(found.set_aside.map(({ why }) => why)).toEqual(
      expect.arrayContaining([expect.stringContaining("k8s-image-not-found of Deployment shop/redis explains it")]),
    );
  });

  test("a namespace that is well names nothing", async () => {
    const found = await find(shop());
    expect(found).toMatchObject({ certainty: "inconclusive", causes: [], trouble: null });
  });

  const throttled = (pod: string, value: number) => ({
    source: "prom",
    kind: "query",
    query:
      'sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{container!=""}[5m])) / sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{container!=""}[5m]))',
    series: [
      { labels: { namespace: "shop", pod, container: "app" }, value },
      { labels: { namespace: "shop", pod: "redis-7f9dd8b6c4-aaaaa", container: "redis" }, value: 0.02 },
    ],
    value: null,
    points: [],
  });
  const withMetrics = async (world: World, throttledOutput: object) => {
    const params = kubernetesState.params.parse({ cluster: "prod", namespace: "shop" });
    const state = await kubernetesState.run(params, apiOf(world, { now: NOW }).context);
    const inputs = { state: state as unknown as Json, throttled: throttledOutput as unknown as Json };
    return autoRca.output.parse(await autoRca.run(autoRca.params.parse({ inputs }), contextOf(configOf())));
  };

  test("a container that is throttled is the cause where the objects are well", async () => {
    const found = await withMetrics(shop(), throttled("cart-7f9dd8b6c4-bbbbb", 0.62));
    expect(found.causes[0]).toMatchObject({ service: "cart", located: true });
    expect(found.causes[0]?.cause).toContain("held back at its CPU limit in 62 % of its periods (k8s-cpu-throttled)");
  });

  test("throttling explains a probe that is not answered in time", async () => {
    const world = shop();
    unready(world, "frontend");
    for (const pod of podsOf(world, "frontend"))
      event(world, "Pod", pod.metadata.name, "Unhealthy", "Readiness probe failed: context deadline exceeded");
    const found = await withMetrics(world, throttled("frontend-7f9dd8b6c4-bbbbb", 0.8));
    expect(found.causes[0]?.cause).toContain("k8s-cpu-throttled");
    expect(found.set_aside.map(({ why }) => why)).toContain("k8s-cpu-throttled of frontend explains it");
  });

  test("a little throttling names nothing, and one far less certain than a missing image stands behind it", async () => {
    expect((await withMetrics(shop(), throttled("cart-7f9dd8b6c4-bbbbb", 0.08))).causes).toEqual([]);
    const world = shop();
    waiting(world, "redis", "ImagePullBackOff", 'Back-off pulling image "redis:nope": manifest unknown');
    const found = await withMetrics(world, throttled("cart-7f9dd8b6c4-bbbbb", 0.4));
    expect(found.causes[0]?.service).toBe("redis");
  });
});
