/** Objects of other makers, given resources, published addresses: what is a cause, and what looks like one and is none. */
import { describe, expect, test } from "vitest";
import { refText } from "../../../src/core/cluster/cause.js";
import { tryCases } from "../../support/cluster-cases.js";
import {
  add,
  ago,
  crashing,
  get,
  type Item,
  log,
  podsOf,
  shop,
  unready,
  verdictIn,
  type World,
} from "../../support/cluster-world.js";

const custom = (world: World, kind: string, name: string, rest: Item): Item =>
  add(world, "Custom", { kind, metadata: { name, namespace: "shop", creationTimestamp: ago(900) }, ...rest });
const chaos = (world: World, conditions: Record<string, string>, spec: Item = {}): Item =>
  custom(world, "NetworkChaos", "slow", {
    spec: { action: "delay", selector: { namespaces: ["shop"], labelSelectors: { app: "cart" } }, ...spec },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  });
const lines = (world: World, name: string, line: string, count = 9): void => log(world, name, Array(count).fill(line));
const byHand = (ip: string) => (world: World) => {
  delete get(world, "Service", "cart").spec.selector;
  get(world, "EndpointSlice", "cart-abcde").endpoints = [{ addresses: [ip], conditions: { ready: true } }];
};
const web =
  (annotations: Item, path: string, pathType = "Prefix") =>
  (world: World) =>
    add(world, "Ingress", {
      metadata: { name: "web", namespace: "shop", annotations },
      spec: {
        ingressClassName: "nginx",
        rules: [
          { http: { paths: [{ path, pathType, backend: { service: { name: "frontend", port: { number: 80 } } } }] } },
        ],
      },
      status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } },
    });

tryCases("what else leads astray", [
  {
    code: "k8s-service-endpoints-stale",
    object: "Service shop/cart",
    siblings: ["10.1.250.9", "192.168.7.7", "172.16.0.4"].map(byHand),
  },
  {
    code: "k8s-dependency-name-unresolved",
    object: "Deployment shop/frontend",
    siblings: [
      "getaddrinfo EAI_AGAIN cart",
      "lookup cart on 10.96.0.10:53: server misbehaving",
      "java.net.UnknownHostException: cart",
    ].map((line) => (world) => {
      lines(world, "frontend", `ERROR ${line}`);
      lines(world, "cart", "request done");
      lines(world, "catalog", "request done");
      for (const name of ["catalog"])
        get(world, "Deployment", name).spec.template.spec.containers[0].env = [
          { name: "CART_ADDR", value: "cart:7070" },
        ];
    }),
  },
]);

const named = (world: World): string[] =>
  verdictIn(world).causes.map(({ code, object }) => `${code} ${refText(object)}`);

describe("names nothing", () => {
  const STATES: Record<string, (world: World) => unknown> = {
    "an experiment that is over": (world) =>
      chaos(world, { Selected: "True", AllInjected: "True", AllRecovered: "True" }),
    "an experiment that is paused": (world) =>
      chaos(world, { AllInjected: "True", Paused: "True", AllRecovered: "False" }),
    "an experiment that hits nobody here": (world) =>
      chaos(
        world,
        { AllInjected: "True", AllRecovered: "False" },
        { selector: { namespaces: ["other"], labelSelectors: { app: "cart" } } },
      ),
    "an engine of Litmus that has completed": (world) =>
      custom(world, "ChaosEngine", "e", {
        spec: { engineState: "active", appinfo: { appns: "shop", applabel: "app=cart" } },
        status: { engineStatus: "completed" },
      }),
    "a route to a subset that has pods": (world) => {
      custom(world, "VirtualService", "cart", {
        spec: {
          hosts: ["cart"],
          http: [{ route: [{ destination: { host: "cart.shop.svc.cluster.local", subset: "v1" } }] }],
        },
      });
      custom(world, "DestinationRule", "cart", {
        spec: { host: "cart", subsets: [{ name: "v1", labels: { app: "cart" } }] },
      });
    },
    "a route to a host outside that an entry declares": (world) => {
      custom(world, "VirtualService", "pay", {
        spec: { hosts: ["pay"], http: [{ route: [{ destination: { host: "pay" } }] }] },
      });
      custom(world, "ServiceEntry", "pay", { spec: { hosts: ["pay"] } });
    },
    "requests that a vertical autoscaler gives, and that fit": (world) => {
      for (const pod of podsOf(world, "cart")) {
        pod.spec = structuredClone(pod.spec);
        pod.spec.containers[0].resources = { requests: { cpu: "2", memory: "1Gi" } };
        pod.metadata.annotations = { vpaUpdates: "Pod resources updated by cart: container 0: cpu request" };
      }
    },
    "a headless service for members that look for each other": (world) => {
      Object.assign(get(world, "Service", "cart").spec, { publishNotReadyAddresses: true, clusterIP: "None" });
    },
    "all published, and all ready": (world) => {
      get(world, "Service", "cart").spec.publishNotReadyAddresses = true;
    },
    "a rewrite to the root": web({ "nginx.ingress.kubernetes.io/rewrite-target": "/" }, "/shop"),
    "a rewrite to a group that is there": web(
      { "nginx.ingress.kubernetes.io/rewrite-target": "/$2" },
      "/api(/|$)(.*)",
      "ImplementationSpecific",
    ),
    "a certificate that is good for a month": (world) => {
      web({}, "/")(world).spec.tls = [{ hosts: ["a.example.com"], secretName: "web-tls" }];
      add(world, "Secret", {
        metadata: { name: "web-tls", namespace: "shop" },
        data: { "tls.crt": "", "tls.key": "" },
      });
      custom(world, "Certificate", "web", { spec: { secretName: "web-tls" }, status: { notAfter: ago(-2_600_000) } });
    },
    "requests for what nobody serves, now and then": (world) => {
      web({}, "/")(world);
      for (const pod of podsOf(world, "frontend")) pod.metadata.name = `ingress-${pod.metadata.name}`;
      lines(
        world,
        "frontend",
        '"GET /wp-login.php HTTP/1.1" 404 146 "-" "-" 81 0.000 [upstream-default-backend] []',
        30,
      );
    },
    "two workloads of one image": (world) => {
      get(world, "Deployment", "cart").spec.template.spec.containers[0].image = "registry.example.com/shop/catalog:v1";
    },
    "a program with a second port for its metrics": (world) => {
      lines(world, "cart", "metrics: listening on :9090", 1);
      lines(world, "cart", "server: listening on :7070", 1);
    },
    "a program that tells of the port of what it calls": (world) => {
      lines(world, "cart", "server ready, connected to redis at redis:6379", 1);
      lines(world, "frontend", "ERROR cart:7070: connect timed out, tried again", 1);
    },
    "a program that tells when it started": (world) => lines(world, "cart", "started at 11:58:20, ready", 1),
    "a pod that began to run some seconds ago": (world) => {
      const next = structuredClone(podsOf(world, "cart")[0]);
      next.metadata.name = next.metadata.name.replace(/.{2}$/, "nw");
      next.metadata.creationTimestamp = ago(25);
      next.status.conditions = next.status.conditions.map((one: Item) =>
        /Ready/.test(one.type) ? { ...one, status: "False", lastTransitionTime: ago(25) } : one,
      );
      next.spec = {
        ...next.spec,
        containers: [{ ...next.spec.containers[0], readinessProbe: { tcpSocket: { port: 7070 } } }],
      };
      Object.assign(next.status.containerStatuses[0], {
        ready: false,
        started: true,
        state: { running: { startedAt: ago(20) } },
      });
      world.items.Pod?.push(next);
    },
  };
  test.each(Object.entries(STATES))("%s", (_, make) => {
    const world = shop();
    make(world);
    expect(named(world)).toEqual([]);
  });
});

describe("names the workload, and not who gave it something", () => {
  test("where it is killed at a limit of its own", () => {
    const world = shop();
    add(world, "LimitRange", {
      metadata: { name: "defaults", namespace: "shop" },
      spec: { limits: [{ type: "Container", default: { memory: "64Mi" } }] },
    });
    for (const spec of [
      get(world, "Deployment", "cart").spec.template.spec,
      ...podsOf(world, "cart").map((pod) => pod.spec),
    ])
      spec.containers[0].resources = { limits: { memory: "64Mi" } };
    crashing(world, "cart", 137, { reason: "OOMKilled" });
    expect(named(world)[0]).toBe("k8s-container-out-of-memory Deployment shop/cart");
  });

  test("where all of its pods are down, published or not", () => {
    const world = shop();
    get(world, "Service", "cart").spec.publishNotReadyAddresses = true;
    unready(world, "cart");
    expect(named(world)[0]).not.toContain("publishes");
  });
});
