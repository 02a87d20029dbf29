/** `autoRCA` over what `kubernetes_state` says: a cause of objects is a cause, a symptom is set aside, and health names nothing. */
import { describe, expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import type { Json } from "../../../src/schema/json.js";
import { apiOf } from "../../support/cluster-api.js";
import { crashing, log, NOW, podless, shop, type World, waiting } from "../../support/cluster-world.js";
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
});
