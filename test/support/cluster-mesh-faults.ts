/**
 * Faults that objects of other makers bring: experiments of fault injectors, service meshes, vertical autoscalers, certificates.
 * Written down from these makers' documentation, what is right with them, before any was tried.
 */
import { type Fault, portOf, specsOf } from "./cluster-faults.js";
import type { System } from "./cluster-systems.js";
import {
  add,
  ago,
  crashing,
  downed,
  event,
  get,
  type Item,
  log,
  podsOf,
  unready,
  unscheduled,
  type World,
  waiting,
  workload,
} from "./cluster-world.js";

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line);
const kindOf = (world: World, name: string): string =>
  (world.items.StatefulSet ?? []).some(({ metadata }) => metadata.name === name) ? "StatefulSet" : "Deployment";
const callersOf = ({ parts }: System, name: string): string[] =>
  parts.filter(({ calls, stack }) => calls.includes(name) && stack !== "store").map((one) => one.name);
const custom = (world: World, kind: string, name: string, rest: Item): Item =>
  add(world, "Custom", {
    kind,
    ...rest,
    metadata: { name, namespace: "shop", creationTimestamp: ago(900), ...rest.metadata },
  });

/** As Chaos Mesh writes it: selected, all injected, not recovered. */
const experiment = (world: World, kind: string, name: string, spec: Item, about: Item): Item =>
  custom(world, kind, name, {
    spec: { mode: "all", duration: "30m", ...about, ...spec },
    status: {
      conditions: [
        { type: "Selected", status: "True" },
        { type: "AllInjected", status: "True" },
        { type: "AllRecovered", status: "False" },
        { type: "Paused", status: "False" },
      ],
      experiment: { desiredPhase: "Run" },
    },
  });
const byLabel = (name: string): Item => ({
  selector: { namespaces: ["shop"], labelSelectors: { app: name } },
});
const byPods = (world: World, name: string): Item => ({
  selector: { pods: { shop: podsOf(world, name).map(({ metadata }) => metadata.name) } },
});
const byExpression = (name: string): Item => ({
  selector: { namespaces: ["shop"], expressionSelectors: [{ key: "app", operator: "In", values: [name] }] },
});
/** What the callers of it write. */
const felt = (world: World, system: System, name: string, line: (port: number) => string): void => {
  for (const caller of callersOf(system, name)) log(world, caller, times(9, line(portOf(system, name))));
};
const injected = (
  on: Fault["on"],
  ways: Array<(world: World, name: string, system: System) => void>,
  failure: Fault["failure"] = "none",
): Fault => ({ codes: ["k8s-fault-injected"], object: "@", failure, on, ways });

/** A pause container in place of the program: what `pod-failure` makes of a pod. */
const paused = (world: World, name: string): void => {
  for (const pod of podsOf(world, name)) {
    pod.spec = structuredClone(pod.spec);
    for (const one of pod.spec.containers) one.image = "gcr.io/google-containers/pause:latest";
    for (const one of pod.status.containerStatuses)
      Object.assign(one, { image: "gcr.io/google-containers/pause:latest", restartCount: 1 });
  }
  unready(world, name, { restarts: 1, last: { exitCode: 2, reason: "Error" } });
};

const mesh = (world: World, name: string): void => {
  for (const spec of new Set(specsOf(world, name)))
    spec.containers = [
      ...spec.containers,
      {
        name: "istio-proxy",
        image: "docker.io/istio/proxyv2:1.22.1",
        ports: [{ name: "http-envoy-prom", containerPort: 15_090, protocol: "TCP" }],
        readinessProbe: { httpGet: { path: "/healthz/ready", port: 15_021 }, periodSeconds: 15 },
        env: [],
      },
    ];
  for (const pod of podsOf(world, name))
    pod.status.containerStatuses = [
      ...pod.status.containerStatuses,
      {
        name: "istio-proxy",
        image: "docker.io/istio/proxyv2:1.22.1",
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: ago(900) } },
      },
    ];
};
const proxyUnready = (world: World, name: string, lines: string[]): void => {
  mesh(world, name);
  for (const pod of podsOf(world, name)) {
    pod.status.conditions = pod.status.conditions.map((one: Item) =>
      /Ready/.test(one.type)
        ? {
            ...one,
            status: "False",
            reason: "ContainersNotReady",
            message: "containers with unready status: [istio-proxy]",
          }
        : one,
    );
    for (const one of pod.status.containerStatuses) if (one.name === "istio-proxy") one.ready = false;
    event(
      world,
      "Pod",
      pod.metadata.name,
      "Unhealthy",
      "Readiness probe failed: HTTP probe failed with statuscode: 503",
      { count: 60, fieldPath: "spec.containers{istio-proxy}" },
    );
  }
  downed(world, name);
  log(world, name, lines, { container: "istio-proxy" });
};

const vertical = (world: World, name: string, policy: Item, target: Item, more: Item = {}): void => {
  custom(world, "VerticalPodAutoscaler", name, {
    spec: {
      targetRef: { apiVersion: "apps/v1", kind: kindOf(world, name), name },
      updatePolicy: { updateMode: "Auto" },
      resourcePolicy: { containerPolicies: [{ containerName: "*", ...policy }] },
    },
    status: {
      conditions: [{ type: "RecommendationProvided", status: "True", lastTransitionTime: ago(90_000) }],
      recommendation: { containerRecommendations: [{ containerName: "server", target, ...more }] },
    },
  });
};
/** Its pods have other resources than the template: the admission plug-in of the autoscaler wrote them. */
const resized = (world: World, name: string, resources: Item): void => {
  for (const pod of podsOf(world, name)) {
    pod.spec = structuredClone(pod.spec);
    pod.spec.containers[0].resources = resources;
    pod.metadata.annotations = {
      vpaObservedContainers: pod.spec.containers[0].name,
      vpaUpdates: `Pod resources updated by ${name}: container 0: cpu request, memory request, cpu limit, memory limit`,
    };
    event(
      world,
      "Pod",
      pod.metadata.name,
      "EvictedByVPA",
      "Pod was evicted by VPA Updater to apply resource recommendation.",
      {
        type: "Normal",
        seconds: 500,
      },
    );
  }
};

export const MESH_FAULTS: Record<string, Fault> = {
  "chaos object: network": injected("called", [
    (world, name, system) => {
      experiment(world, "NetworkChaos", "slow-net", { action: "delay", delay: { latency: "2s" } }, byLabel(name));
      felt(
        world,
        system,
        name,
        (port) =>
          `{"severity":"error","message":"rpc error: code = DeadlineExceeded desc = context deadline exceeded calling ${name}:${port}"}`,
      );
    },
    (world, name, system) => {
      experiment(world, "NetworkChaos", "lossy", { action: "loss", loss: { loss: "80" } }, byPods(world, name));
      felt(world, system, name, (port) => `ERROR request to http://${name}:${port}/api failed: Read timed out`);
    },
    (world, name, system) => {
      experiment(
        world,
        "NetworkChaos",
        "cut",
        {
          action: "partition",
          direction: "both",
          target: { mode: "all", ...byLabel(callersOf(system, name)[0] ?? "") },
        },
        byExpression(name),
      );
      felt(world, system, name, (port) => `dial tcp ${name}:${port}: i/o timeout`);
    },
  ]),
  "chaos object: stress": injected("called", [
    (world, name, system) => {
      experiment(world, "StressChaos", "burn", { stressors: { cpu: { workers: 8, load: 100 } } }, byLabel(name));
      felt(world, system, name, (port) => `upstream request timeout: http://${name}:${port}/api`);
    },
    (world, name) => {
      experiment(world, "StressChaos", "eat", { stressors: { memory: { workers: 1, size: "2GB" } } }, byLabel(name));
      crashing(world, name, 137, { reason: "OOMKilled" });
    },
    (world, name) => {
      experiment(world, "StressChaos", `${name}-stress`, { stressors: { cpu: { workers: 2 } } }, byExpression(name));
    },
  ]),
  "chaos object: pods": injected(
    "all",
    [
      (world, name) => {
        experiment(world, "PodChaos", "down", { action: "pod-failure" }, byLabel(name));
        paused(world, name);
      },
      (world, name) => {
        experiment(world, "PodChaos", "kill", { action: "pod-kill" }, byPods(world, name));
        for (const pod of podsOf(world, name)) {
          pod.metadata.creationTimestamp = ago(20);
          event(world, "Pod", pod.metadata.name, "Killing", "Stopping container server", {
            type: "Normal",
            seconds: 30,
          });
        }
        unready(world, name);
      },
      (world, name) => {
        experiment(
          world,
          "PodChaos",
          "one",
          { action: "container-kill", containerNames: ["server"] },
          byExpression(name),
        );
        crashing(world, name, 137);
      },
    ],
    "refused",
  ),
  "chaos object: requests, disks, clocks, names, methods": injected("called", [
    (world, name, system) => {
      experiment(
        world,
        "HTTPChaos",
        "abort",
        { target: "Request", port: portOf(system, name), abort: true },
        byLabel(name),
      );
      felt(world, system, name, (port) => `request to http://${name}:${port}/api failed: connection reset by peer`);
    },
    (world, name) => {
      experiment(
        world,
        "IOChaos",
        "disk",
        { action: "fault", errno: 5, volumePath: "/data", percent: 50 },
        byLabel(name),
      );
      log(world, name, times(9, "ERROR write /data/a.log: input/output error"));
    },
    (world, name) => {
      experiment(world, "TimeChaos", "clock", { timeOffset: "-2h" }, byLabel(name));
      log(world, name, times(9, "ERROR token is not valid yet: used before issued"));
    },
    (world, name) => {
      experiment(world, "DNSChaos", "names", { action: "error", patterns: ["*"] }, byLabel(name));
      log(world, name, times(9, "ERROR getaddrinfo EAI_AGAIN api.example.com"));
    },
    (world, name) => {
      experiment(world, "JVMChaos", "throw", { action: "exception", class: "A", method: "b" }, byLabel(name));
      log(world, name, times(9, "java.io.IOException: BOOM at A.b(A.java)"));
    },
  ]),
  "chaos of Litmus and of a mesh": injected("called", [
    (world, name, system) => {
      custom(world, "ChaosEngine", "engine", {
        spec: { engineState: "active", appinfo: { appns: "shop", applabel: `app=${name}`, appkind: "deployment" } },
        status: { engineStatus: "initialized" },
      });
      felt(world, system, name, (port) => `dial tcp ${name}:${port}: i/o timeout`);
    },
    (world, name, system) => {
      custom(world, "VirtualService", name, {
        spec: {
          hosts: [name],
          http: [
            {
              fault: { abort: { httpStatus: 503, percentage: { value: 100 } } },
              route: [{ destination: { host: name } }],
            },
          ],
        },
      });
      felt(
        world,
        system,
        name,
        (port) => `ERROR http://${name}:${port}/api answered 503 Service Unavailable: fault filter abort`,
      );
    },
    (world, name, system) => {
      custom(world, "VirtualService", `${name}-route`, {
        spec: {
          hosts: [`${name}.shop.svc.cluster.local`],
          http: [
            {
              fault: { delay: { fixedDelay: "7s", percentage: { value: 50 } } },
              route: [{ destination: { host: name } }],
            },
          ],
        },
      });
      felt(world, system, name, (port) => `upstream request timeout calling ${name}:${port}`);
    },
  ]),
  "pods that an injector has taken over, its object not seen": {
    codes: ["k8s-fault-injected"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      paused,
      (world, name) => {
        paused(world, name);
        for (const pod of podsOf(world, name)) pod.spec.containers[0].image = "registry.k8s.io/pause:3.9";
      },
      (world, name) => {
        paused(world, name);
        for (const pod of podsOf(world, name))
          pod.metadata.annotations = { "chaos-mesh.org/server-image": "registry.example.com/shop/server:v1.4.2" };
      },
    ],
  },
  "mesh: a route to what nobody defines": {
    codes: ["k8s-mesh-route-wrong"],
    object: ["VirtualService shop/@", "DestinationRule shop/@"],
    failure: "none",
    on: "called",
    ways: [
      (world, name, system) => {
        custom(world, "VirtualService", name, {
          spec: { hosts: [name], http: [{ route: [{ destination: { host: name, subset: "v9" } }] }] },
        });
        custom(world, "DestinationRule", name, {
          spec: { host: name, subsets: [{ name: "v1", labels: { app: name } }] },
        });
        felt(world, system, name, (port) => `ERROR http://${name}:${port}/api answered 503 Service Unavailable`);
      },
      (world, name, system) => {
        custom(world, "VirtualService", name, {
          spec: { hosts: [name], http: [{ route: [{ destination: { host: `${name}-canary` } }] }] },
        });
        felt(world, system, name, (port) => `ERROR http://${name}:${port}/api answered 503 Service Unavailable`);
      },
      (world, name, system) => {
        custom(world, "VirtualService", name, {
          spec: { hosts: [name], http: [{ route: [{ destination: { host: name, subset: "stable" } }] }] },
        });
        custom(world, "DestinationRule", name, {
          spec: { host: name, subsets: [{ name: "stable", labels: { version: "v7" } }] },
        });
        felt(
          world,
          system,
          name,
          (port) => `upstream connect error or disconnect/reset before headers from ${name}:${port}`,
        );
      },
    ],
  },
  "mesh: a proxy that gets no configuration": {
    codes: [
      "k8s-readiness-probe-failing",
      "k8s-dependency-refused",
      "k8s-dependency-name-unresolved",
      "k8s-pod-not-ready",
      "k8s-dependency-credentials-wrong",
    ],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      (world, name) =>
        proxyUnready(
          world,
          name,
          times(
            9,
            "warn	Envoy proxy is NOT ready: config not received from XDS server (is Istiod running?): cds updates: 0 successful, 0 rejected",
          ),
        ),
      (world, name) =>
        proxyUnready(
          world,
          name,
          times(
            9,
            'warning envoy config StreamAggregatedResources gRPC config stream closed: 14, connection error: desc = "transport: Error while dialing dial tcp: lookup istiod.istio-system.svc on 10.96.0.10:53: no such host"',
          ),
        ),
      (world, name) =>
        proxyUnready(
          world,
          name,
          times(
            9,
            "error	failed to fetch workload certificate: rpc error: code = Unauthenticated desc = authentication failure",
          ),
        ),
    ],
  },
  "mesh: its control plane is down": {
    codes: ["k8s-container-crashing", "k8s-image-not-found", "k8s-scaled-to-zero"],
    object: "Deployment istio-system/istiod",
    failure: "refused",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name) => {
      world.namespace = undefined as never;
      workload(world, "istiod", 15_012, { namespace: "istio-system", replicas: 1 });
      proxyUnready(
        world,
        name,
        times(
          9,
          'warning envoy config StreamAggregatedResources gRPC config stream closed: 14, connection error: desc = "transport: Error while dialing dial tcp istiod.istio-system.svc:15012: connect: connection refused"',
        ),
      );
      if (way === 0) crashing(world, "istiod", 1);
      if (way === 1) waiting(world, "istiod", "ErrImagePull", "manifest unknown: not found");
      if (way === 2) {
        get(world, "Deployment", "istiod").spec.replicas = 0;
        world.items.Pod = (world.items.Pod ?? []).filter(({ metadata }) => metadata.namespace !== "istio-system");
        get(world, "EndpointSlice", "istiod-abcde").endpoints = [];
      }
    }),
  },
  "vertical autoscaler: asks for more than a node has": {
    codes: ["k8s-vertical-autoscaler-oversizes"],
    object: "VerticalPodAutoscaler shop/@",
    failure: "refused",
    on: "program",
    ways: [
      ["64", "1Gi", "3 Insufficient cpu."],
      ["1", "512Gi", "3 Insufficient memory."],
      [
        "40",
        "300Gi",
        "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu, 2 Insufficient memory.",
      ],
    ].map(([cpu = "", memory = "", text = ""]) => (world, name) => {
      vertical(world, name, { minAllowed: { cpu, memory } }, { cpu, memory });
      unscheduled(world, name, `0/3 nodes are available: ${text}`);
      resized(world, name, { requests: { cpu, memory } });
    }),
  },
  "vertical autoscaler: allows too little": {
    codes: ["k8s-vertical-autoscaler-undersizes"],
    object: "VerticalPodAutoscaler shop/@",
    failure: "refused",
    on: "program",
    ways: ["16Mi", "24Mi", "10000000"].map((memory) => (world, name) => {
      vertical(
        world,
        name,
        { maxAllowed: { memory } },
        { cpu: "25m", memory },
        { uncappedTarget: { cpu: "25m", memory: "700Mi" } },
      );
      crashing(world, name, 137, { reason: "OOMKilled" });
      resized(world, name, { requests: { memory, cpu: "25m" }, limits: { memory } });
    }),
  },
  "a certificate that has run out": {
    codes: ["k8s-ingress-certificate-expired"],
    object: ["Ingress shop/@", "Certificate shop/@-tls"],
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      add(world, "Ingress", {
        metadata: { name, namespace: "shop", creationTimestamp: ago(9_000_000) },
        spec: {
          ingressClassName: "nginx",
          tls: [{ hosts: ["shop.example.com"], secretName: `${name}-tls` }],
          rules: [
            {
              host: "shop.example.com",
              http: { paths: [{ path: "/", backend: { service: { name, port: { number: portOf(system, name) } } } }] },
            },
          ],
        },
        status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } },
      });
      add(world, "Secret", {
        metadata: { name: `${name}-tls`, namespace: "shop" },
        type: "kubernetes.io/tls",
        data: { "tls.crt": "", "tls.key": "" },
      });
      if (way === 0)
        custom(world, "Certificate", `${name}-tls`, {
          metadata: { creationTimestamp: ago(9_000_000) },
          spec: { secretName: `${name}-tls` },
          status: {
            notAfter: ago(90_000),
            conditions: [
              {
                type: "Ready",
                status: "False",
                reason: "Expired",
                message: `Certificate expired on ${ago(90_000)}`,
                lastTransitionTime: ago(90_000),
              },
            ],
          },
        });
      else {
        world.namespace = undefined as never;
        workload(world, "ingress-nginx-controller", 80, { namespace: "ingress-nginx", replicas: 1 });
        log(world, "ingress-nginx-controller", [
          ...times(
            3,
            `10.1.0.9 - - [22/Nov/2026:11:59:00 +0000] "GET / HTTP/2.0" 200 612 "-" "curl/8" 81 0.003 [shop-${name}-http] [] 10.1.0.5:8080 612 0.003 200 ab`,
          ),
          way === 1
            ? `W1122 11:59:01.100000       7 controller.go:1500] SSL certificate for server "shop.example.com" is about to expire (2026-11-20 10:00:00 +0000 UTC)`
            : `W1122 11:59:01.100000       7 controller.go:1475] Unexpected error validating SSL certificate "shop/${name}-tls" for server "shop.example.com": x509: certificate has expired or is not yet valid: current time 2026-11-22T11:59:01Z is after 2026-11-20T10:00:00Z`,
        ]);
      }
    }),
  },
};
