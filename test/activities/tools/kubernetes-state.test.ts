/** `kubernetes_state` over the API: what it reads, what it keeps to itself, what it does where it may not read, and how much it takes. */
import { describe, expect, test } from "vitest";
import { kubernetesState } from "../../../src/activities/tools/kubernetes-state.js";
import { apiOf } from "../../support/cluster-api.js";
import { add, crashing, get, log, NOW, shop, unscheduled, type World, workload } from "../../support/cluster-world.js";
import { failureOf } from "../../support/tool-context.js";

const ask = async (world: World, params: object = {}, options: object = {}) => {
  const api = apiOf(world, { now: NOW, ...options });
  const given = kubernetesState.params.parse({ cluster: "prod", namespace: "shop", ...params });
  const output = kubernetesState.output.parse(await kubernetesState.run(given, api.context));
  return { output, asked: api.asked, blob: await api.context.blobs.get(output.blob) };
};

describe("kubernetes_state", () => {
  test("a namespace that is well is healthy, with its workloads, services and nodes", async () => {
    const { output } = await ask(shop());
    expect(output).toMatchObject({ healthy: true, causes: [], symptoms: [], unreadable: [], truncated: false });
    expect(output.workloads.map(({ workload: name, ready, desired }) => `${name} ${ready}/${desired}`).sort()).toEqual([
      "Deployment shop/cart 2/2",
      "Deployment shop/catalog 2/2",
      "Deployment shop/frontend 2/2",
      "Deployment shop/redis 1/1",
    ]);
    expect(output.findings[0]?.statement).toBe("Nothing is wrong with the objects of the namespace shop");
    expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(64_000);
  });

  test("names the cause with evidence, what confirms it and what is next; the log before the crash is read", async () => {
    const world = shop();
    crashing(world, "cart", 1);
    log(world, "cart", ["ERROR 1045 (28000): Access denied for user 'cart'@'10.1.0.5'"], { previous: true });
    const { output } = await ask(world);
    expect(output.causes[0]).toMatchObject({
      code: "k8s-dependency-credentials-wrong",
      family: "configuration",
      object: { kind: "Deployment", namespace: "shop", name: "cart" },
      explained_by: null,
    });
    expect(output.causes[0]?.evidence[0]?.text).toContain("Access denied");
    expect(output.symptoms.every(({ explained_by }) => explained_by !== null)).toBe(true);
  });

  test("no value of a ConfigMap, a Secret or a secret variable comes out anywhere", async () => {
    const world = shop();
    add(world, "ConfigMap", { metadata: { name: "c", namespace: "shop" }, data: { key: "value-of-config" } });
    add(world, "Secret", { metadata: { name: "s", namespace: "shop" }, data: { key: "dmFsdWUtb2Ytc2VjcmV0" } });
    get(world, "Deployment", "cart").spec.template.spec.containers[0].env.push({
      name: "API_TOKEN",
      value: "value-of-variable",
    });
    crashing(world, "cart", 1);
    const { output, blob } = await ask(world);
    for (const secret of ["value-of-config", "dmFsdWUtb2Ytc2VjcmV0", "value-of-secret", "value-of-variable"]) {
      expect(JSON.stringify(output) + blob).not.toContain(secret);
    }
  });

  test("a kind that may not be read is told, counts as unknown, and the rest goes on", async () => {
    const world = shop();
    unscheduled(world, "cart", "0/3 nodes are available: 3 Insufficient cpu.");
    const { output } = await ask(world, {}, { forbidden: ["Service", "Secret", "Node"] });
    expect(output.unreadable.map(({ kind, code }) => `${kind} ${code}`)).toEqual(
      expect.arrayContaining(["Service permission-missing", "Secret permission-missing", "Node permission-missing"]),
    );
    expect(output.causes.map(({ code }) => code)).toEqual(["k8s-cpu-insufficient"]);
  });

  test("where nothing may be read it fails with the right that is missing", async () => {
    const all = Object.keys(shop().items);
    const failure = await failureOf(ask(shop(), {}, { forbidden: all }));
    expect(failure.code).toBe("permission-missing");
  });

  test("reads lists page by page", async () => {
    const { output, asked } = await ask(shop(), {}, { pageMax: 2 });
    expect(output.counts.Pod).toBeGreaterThan(7);
    expect(asked.filter((path) => path === "/api/v1/namespaces/shop/pods").length).toBe(4);
  });

  test("kinds of other makers are read where the cluster has their group, and asked for nowhere else", async () => {
    const world = shop();
    const metadata = { name: "slow", namespace: "shop" };
    const spec = { action: "delay", selector: { namespaces: ["shop"], labelSelectors: { app: "cart" } } };
    add(world, "Custom", { kind: "NetworkChaos", metadata, spec, status: { conditions: [] } });
    const { output } = await ask(world, {}, { groups: ["apps", "chaos-mesh.org", "networking.istio.io"] });
    expect(output.causes.map(({ code, object }) => `${code} ${object.name}`)).toEqual(["k8s-fault-injected cart"]);
    expect(output.unreadable).toEqual([]);
    const { asked, output: without } = await ask(world, {}, { groups: ["apps"] });
    expect(without.causes).toEqual([]);
    expect(asked.filter((path) => /chaos|istio|cert-manager/.test(path))).toEqual([]);
  });

  test("a workload that is asked for: its own causes alone; one that is not there is refused with those that are", async () => {
    const world = shop();
    crashing(world, "cart", 1);
    unscheduled(world, "catalog", "0/3 nodes are available: 3 Insufficient cpu.");
    const { output } = await ask(world, { workload: "deployment/cart" });
    expect(output.causes.map(({ object }) => object.name)).toEqual(["cart"]);
    const failure = await failureOf(ask(world, { workload: "deployment/basket" }));
    expect(failure).toMatchObject({ code: "object-not-found", hint: expect.stringContaining("catalog") });
  });

  test("all namespaces at once", async () => {
    const world = shop();
    workload(world, "pay", 80, { namespace: "billing" });
    crashing(world, "pay", 1);
    const { output } = await ask(world, { namespace: "*" });
    expect(output.causes.map(({ object }) => `${object.namespace}/${object.name}`)).toEqual(["billing/pay"]);
  });

  test("params: exactly one of source and cluster; a cluster that nobody declared is told before the run", () => {
    expect(kubernetesState.params.safeParse({}).success).toBe(false);
    expect(kubernetesState.params.safeParse({ cluster: "a", source: "b" }).success).toBe(false);
    const config = apiOf(shop()).context.config;
    expect(kubernetesState.reach?.({ cluster: "other" }, config, "params").problems).toMatchObject([
      { code: "source-not-configured", hint: "it declares prod" },
    ]);
    expect(kubernetesState.reach?.({ cluster: "prod" }, config, "params")).toMatchObject({
      problems: [],
      environment: "production",
    });
  });

  test("a workload that is a declared target is of the target's environment, so that its check asks for no stricter gate", () => {
    const { config } = apiOf(shop()).context;
    const target = (workload: string, environment: string) => ({
      ...{ kind: "kubernetes", cluster: "prod", namespace: "shop", workload, environment, actions: { rollback: {} } },
    });
    const targets = { cart: target("deployment/cart", "staging"), web: target("deployment/web", "test") };
    const declared = { ...config, targets } as unknown as typeof config;
    const environmentOf = (params: object) =>
      kubernetesState.reach?.({ cluster: "prod", ...params }, declared, "params").environment;
    expect(environmentOf({ namespace: "shop", workload: "deployment/cart" })).toBe("staging");
    expect(environmentOf({ namespace: "shop", workload: "deployment/web" })).toBe("test");
    expect(environmentOf({ namespace: "shop" })).toBe("staging");
    expect(environmentOf({ namespace: "other", workload: "deployment/cart" })).toBe("production");
    expect(environmentOf({ namespace: "shop", workload: "deployment/redis" })).toBe("production");
    expect(environmentOf({})).toBe("production");
  });

  test("10,000 pods take as much longer as they are more, and less than 300 MB", { timeout: 120_000 }, async () => {
    await takes(10);
    const [few, many] = [await takes(40), await takes(200)];
    expect(many.pods).toBeGreaterThan(10_000);
    expect(many.causes).toEqual(["k8s-cpu-insufficient svc-7x"]);
    // Five times as many pods: quadratic work would take 25 times as long.
    expect(many.ms / few.ms).toBeLessThan(15);
    expect(many.bytes).toBeLessThan(300_000_000);
  });
});

/** Reads and judges workloads of 50 pods each. */
async function takes(workloads: number) {
  const world = shop();
  for (let index = 0; index < workloads; index++) workload(world, `svc-${index}x`, 8000 + index, { replicas: 50 });
  unscheduled(world, "svc-7x", "0/3 nodes are available: 3 Insufficient cpu.");
  const api = apiOf(world, { now: NOW });
  const [before, startedMs] = [process.memoryUsage().rss, performance.now()];
  const params = kubernetesState.params.parse({ cluster: "prod", namespace: "shop", logs: "none" });
  const { counts, causes } = await kubernetesState.run(params, api.context);
  const ms = performance.now() - startedMs;
  const bytes = process.memoryUsage().rss - before;
  return { ms, bytes, pods: counts.Pod ?? 0, causes: causes.map(({ code, object }) => `${code} ${object.name}`) };
}
