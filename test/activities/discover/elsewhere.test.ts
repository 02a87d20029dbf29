/** What a cluster and traces show beside metrics. */
import { describe, expect, test } from "vitest";
import { discover } from "../../../src/activities/discover/discover.js";
import { discoverCluster } from "../../../src/activities/discover/kubernetes.js";
import { discoverTraces } from "../../../src/activities/discover/traces.js";
import { apiOf } from "../../support/cluster-api.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { configOf } from "../../support/tool-context.js";

const workload = (name: string, namespace: string, image: string, env: Record<string, string> = {}) => ({
  metadata: { name, namespace, labels: { app: name } },
  spec: {
    template: {
      spec: { containers: [{ name, image, env: Object.entries(env).map(([key, value]) => ({ name: key, value })) }] },
    },
  },
});
const WORLD = {
  items: {
    Deployment: [
      workload("checkout", "shop-staging", "registry.example/shop/checkout:1.4", {
        CACHE: "redis://cache:6379/0",
        DB_URL: "postgres://u@orders-db.shop-staging.svc:5432/orders",
        OTHER: "http://elsewhere.example.com",
      }),
      workload("cache", "shop-staging", "docker.io/library/redis:7.2@sha256:abc"),
      workload("coredns", "kube-system", "coredns:1.11"),
    ],
    StatefulSet: [workload("orders-db", "shop-staging", "postgres:16")],
  },
  logs: [],
} as never;

describe("a cluster", () => {
  test("shows its workloads, what they are by their image, their environment, and whom their settings name", async () => {
    const { services, calls } = await discoverCluster("prod", apiOf(WORLD).context);
    expect(services.map(({ name, kinds, namespace, environment }) => [name, kinds[0], namespace, environment])).toEqual(
      [
        ["checkout", undefined, "shop-staging", "staging"],
        ["cache", "redis", "shop-staging", "staging"],
        ["orders-db", "postgres", "shop-staging", "staging"],
      ],
    );
    expect(calls.map(({ caller, callee }) => `${caller} ${callee}`)).toEqual(["checkout cache", "checkout orders-db"]);
  });

  test("that lets some kinds be listed shows those, and the map says what it could not read", async () => {
    const { context } = apiOf(WORLD, { forbidden: ["StatefulSet"] });
    const { map, notes } = await discover(context.config, context);
    expect(Object.keys(map.services)).toEqual(["cache", "checkout"]);
    expect(map.services.checkout?.calls).toEqual([{ to: "cache", from: "kubernetes" }]);
    expect(notes.join()).toContain("statefulsets of prod could not be listed");
  });
});

describe("Jaeger", () => {
  const answers: Record<string, object> = {
    "/api/services": { data: ["web", "orders", "jaeger-query"], total: 3 },
    "/api/dependencies": {
      data: [
        { parent: "web", child: "orders", callCount: 4 },
        { parent: "web", child: "web", callCount: 1 },
      ],
    },
  };
  const served = (left: Record<string, object>) =>
    localServer(({ url }, response) => {
      const body = left[url.split("?")[0] ?? ""];
      response.writeHead(body === undefined ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? {}));
    });

  test("shows who sends traces and who called whom", async () => {
    const { url } = await served(answers);
    const config = configOf({ sources: { tracing: { kind: "jaeger", url } } });
    const { map } = await discover(config, reachingContext(config));
    expect(map.services.web).toMatchObject({
      calls: [{ to: "orders", from: "traces" }],
      traces: [{ source: "tracing", name: "web" }],
    });
    expect(Object.keys(map.services)).toEqual(["orders", "web"]);
  });

  test("without dependencies still shows its services, and says so", async () => {
    const { url } = await served({ "/api/services": answers["/api/services"] ?? {} });
    const config = configOf({ sources: { tracing: { kind: "jaeger", url } } });
    const found = await discoverTraces({ kind: "jaeger", url, name: "tracing" }, reachingContext(config));
    expect(found.services.map(({ name }) => name)).toEqual(["orders", "web"]);
    expect(found.notes[0]).toContain("who calls whom could not be asked of tracing");
  });
});
