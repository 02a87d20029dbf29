/** What changed last: revisions with what they changed, writers, and the newest of them beside a cause. */
import { describe, expect, test } from "vitest";
import { changeBeside, changesOf, revisionBefore } from "../../../src/core/cluster/changes.js";
import { add, ago, factsOf, get, shop, verdictIn, type World, waiting } from "../../support/cluster-world.js";

const REVISION = "deployment.kubernetes.io/revision";

/** A second revision of a workload, made some seconds ago, with a change to its container. */
function revise(
  world: World,
  name: string,
  seconds: number,
  change: (container: Record<string, unknown>) => void,
): void {
  const set = world.items.ReplicaSet?.find((item) => item.metadata.labels?.app === name);
  set.metadata.annotations = { [REVISION]: "1" };
  const next = structuredClone(set);
  next.metadata.name = `${name}-next`;
  next.metadata.creationTimestamp = ago(seconds);
  next.metadata.annotations = { [REVISION]: "2" };
  change(next.spec.template.spec.containers[0]);
  add(world, "ReplicaSet", next);
  get(world, "Deployment", name).metadata.managedFields = [
    { manager: "kubectl-set", operation: "Update", time: ago(seconds + 1) },
    { manager: "kube-controller-manager", operation: "Update", time: ago(seconds - 5), subresource: "status" },
  ];
}

describe("what changed", () => {
  test("a revision tells what it changed, since when and by whom; once", () => {
    const world = shop();
    revise(world, "cart", 600, (container) => {
      container.image = "registry.example.com/shop/cart:v1.5.0";
    });
    const [first, ...rest] = changesOf(factsOf(world));
    expect(first).toMatchObject({
      object: { kind: "Deployment", name: "cart" },
      what: "revision 2: image of cart registry.example.com/shop/cart:v1.4.2 → registry.example.com/shop/cart:v1.5.0",
      by: "kubectl-set",
      atMs: Date.parse(ago(600)),
    });
    expect(rest.filter(({ object, atMs }) => object.name === "cart" && atMs > Date.parse(ago(700)))).toEqual([]);
    expect(revisionBefore(factsOf(world), { kind: "Deployment", name: "cart", namespace: "shop" })).toBe(1);
    expect(revisionBefore(factsOf(world), { kind: "Deployment", name: "redis", namespace: "shop" })).toBeUndefined();
  });

  test("of variables names are told, and no value", () => {
    const world = shop();
    revise(world, "cart", 600, (container) => {
      container.env = [{ name: "REDIS_ADDR", value: "redis:9999" }];
    });
    const [first] = changesOf(factsOf(world));
    expect(first?.what).toBe("revision 2: env of cart (REDIS_ADDR, DB_PASSWORD)");
  });

  test("who wrote a ConfigMap, a Service or a policy is told; what the cluster writes by itself is not", () => {
    const world = shop();
    get(world, "ConfigMap", "settings").metadata.managedFields = [{ manager: "helm", time: ago(300) }];
    get(world, "Service", "cart").metadata.managedFields = [
      { manager: "kubectl-edit", time: ago(200) },
      { manager: "kube-controller-manager", time: ago(10) },
    ];
    const told = changesOf(factsOf(world)).slice(0, 2);
    expect(told.map(({ object, by }) => `${object.kind} ${object.name} ${by}`)).toEqual([
      "Service cart kubectl-edit",
      "ConfigMap settings helm",
    ]);
  });

  test("the newest change of the object to mend stands beside its cause", () => {
    const world = shop();
    revise(world, "cart", 600, (container) => {
      container.image = "cart:nope";
    });
    waiting(world, "cart", "ImagePullBackOff", 'Back-off pulling image "cart:nope": manifest unknown');
    const [cause] = verdictIn(world).causes;
    if (cause === undefined) throw new Error("no cause");
    expect(changeBeside(cause, changesOf(factsOf(world)))?.what).toContain("cart:nope");
  });
});
