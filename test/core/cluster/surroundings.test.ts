/** Faults that show only in what others say, or that come from around a workload: siblings of each, and which of several is meant. */
import { describe, expect, test } from "vitest";
import { refText } from "../../../src/core/cluster/cause.js";
import { type Case, tryCases } from "../../support/cluster-cases.js";
import {
  add,
  ago,
  crashing,
  event,
  get,
  log,
  podsOf,
  shop,
  unready,
  verdictIn,
  type World,
  waiting,
  workload,
} from "../../support/cluster-world.js";

const CART = "Deployment shop/cart";
const thrice = (line: string): string[] => ["listening on :8080", line, line, line];
const spec = (world: World, name: string) => [
  get(world, "Deployment", name).spec.template.spec,
  ...podsOf(world, name).map((pod) => pod.spec),
];
const failed = (reason: string, message: string) => (world: World) => {
  for (const pod of podsOf(world, "cart")) pod.status = { phase: "Failed", reason, message };
};
const withLimit = (cpu: string) => (world: World) => {
  for (const one of spec(world, "cart")) one.containers[0].resources = { limits: { cpu, memory: "128Mi" } };
};
const daemon =
  (name: string, parts: { namespace?: string; ready?: number; selector?: object; desired?: number }) =>
  (world: World) => {
    const { namespace = "kube-system", ready = 0, desired = 3 } = parts;
    workload(world, name, 9000, {
      namespace,
      kind: "DaemonSet",
      replicas: desired,
      service: false,
      ...(parts.selector === undefined ? {} : { spec: { nodeSelector: parts.selector } }),
    });
    const item = get(world, "DaemonSet", name);
    item.status = { ...item.status, desiredNumberScheduled: desired, numberReady: ready };
    for (const pod of podsOf(world, name).slice(ready)) {
      pod.status.conditions = [{ type: "Ready", status: "False", reason: "ContainersNotReady" }];
      pod.status.containerStatuses[0] = {
        name,
        ready: false,
        restartCount: 6,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s" } },
      };
    }
  };
const custom = (kind: string, name: string, conditions: object[]) => (world: World) => {
  add(world, "Custom", { kind, metadata: { name, namespace: "shop" }, status: { conditions } });
};

const surroundings: Case[] = [
  {
    code: "k8s-workload-unresponsive",
    object: CART,
    siblings: [
      (world) =>
        log(
          world,
          "frontend",
          thrice(
            "ERROR could not get cart: rpc error: code = DeadlineExceeded desc = context deadline exceeded while calling cart:7070",
          ),
        ),
      (world) =>
        log(world, "frontend", thrice("java.net.SocketTimeoutException: Read timed out: http://cart:7070/items")),
      (world) => log(world, "frontend", thrice("GET http://cart:7070/items failed with status 503")),
      (world) => {
        log(world, "frontend", thrice("error calling cart:7070: connect ETIMEDOUT"));
        for (const pod of podsOf(world, "cart").slice(0, 1))
          event(world, "Pod", pod.metadata.name, "Unhealthy", "Liveness probe failed: command timed out", {
            seconds: 120,
          });
      },
      (world) => {
        workload(world, "checkout", 5050, { env: [{ name: "CART_ADDR", value: "cart:7070" }] });
        for (const caller of ["frontend", "checkout"])
          log(world, caller, ["rpc error: code = Unavailable desc = upstream request timeout, cart:7070"]);
      },
    ],
  },
  {
    code: "k8s-workload-unresponsive",
    object: "Deployment shop/redis",
    siblings: [
      (world) => {
        log(
          world,
          "cart",
          thrice("StackExchange.Redis.RedisTimeoutException: Timeout performing GET redis:6379, connect timed out"),
        );
        log(world, "frontend", thrice("rpc error: code = Unavailable desc = cart:7070: upstream request timeout"));
      },
      (world) => log(world, "cart", thrice("dial tcp: redis:6379: i/o timeout")),
      (world) => log(world, "cart", thrice("Error: read ECONNRESET from redis:6379")),
    ],
  },
  {
    code: "k8s-program-reports-errors",
    object: "Deployment shop/catalog",
    siblings: [
      (world) => log(world, "catalog", Array(6).fill("ERROR product lookup failed: feature flag enabled")),
      (world) => log(world, "catalog", Array(8).fill('{"level":"error","msg":"cannot render product","id":7}')),
      (world) => {
        log(world, "catalog", Array(9).fill('level=error msg="index out of range"'));
        log(world, "frontend", Array(9).fill("ERROR failed to list products: internal error"));
      },
    ],
  },
  {
    code: "k8s-cpu-limit-too-small",
    object: CART,
    siblings: ["1m", "10m", "20m"].map((cpu) => (world: World) => {
      withLimit(cpu)(world);
      unready(world, "cart", { restarts: 4, last: { exitCode: 137, reason: "Error" } });
      for (const pod of podsOf(world, "cart"))
        event(
          world,
          "Pod",
          pod.metadata.name,
          "Unhealthy",
          'Liveness probe failed: Get "http://10.1.0.4:7070/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        );
    }),
  },
  {
    code: "k8s-fault-injected",
    object: CART,
    siblings: [
      (world) =>
        event(
          world,
          "NetworkChaos",
          "delay-cart",
          "Applied",
          "Successfully apply chaos for shop/cart-7f9dd8b6c4-aaaaa",
          { type: "Normal" },
        ),
      (world) => event(world, "StressChaos", "cart-stress", "Started", "Experiment has started", { type: "Normal" }),
      (world) =>
        event(world, "ChaosEngine", "engine", "ChaosInject", "Injecting pod-cpu-hog chaos on application pod of cart", {
          type: "Normal",
        }),
    ],
  },
  {
    code: "k8s-node-refused-pod",
    object: CART,
    siblings: [
      failed("OutOfcpu", "Node didn't have enough resource: cpu, requested: 4000, used: 900, capacity: 4000"),
      failed(
        "OutOfmemory",
        "Pod was rejected: Node didn't have enough resource: memory, requested: 9, used: 1, capacity: 8",
      ),
      failed("NodeAffinity", "Predicate NodeAffinity failed"),
      failed("SysctlForbidden", 'forbidden sysctl: "kernel.msgmax" not allowlisted'),
    ],
  },
  {
    code: "k8s-security-profile-missing",
    object: CART,
    siblings: [
      failed("AppArmor", 'Cannot enforce AppArmor: profile "cart" is not loaded'),
      (world) =>
        waiting(
          world,
          "cart",
          "CreateContainerError",
          'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/cart.json": open: no such file or directory',
        ),
      (world) =>
        waiting(
          world,
          "cart",
          "CreateContainerError",
          "failed to generate apparmor spec opts: apparmor profile not found cart",
        ),
    ],
  },
  {
    code: "k8s-pod-deadline-exceeded",
    object: CART,
    siblings: [
      "Pod was active on the node longer than the specified deadline",
      "The pod was active on the node longer than specified deadline",
      "deadline",
    ].map((message) => failed("DeadlineExceeded", message)),
  },
  {
    code: "k8s-account-token-missing",
    object: CART,
    siblings: [
      "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
      "panic: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
      "FileNotFoundError: [Errno 2] No such file or directory: '/var/run/secrets/kubernetes.io/serviceaccount/token'",
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", [line], { previous: true });
    }),
  },
  {
    code: "k8s-dependency-exhausted",
    object: "Deployment shop/redis",
    siblings: [
      "ERR max number of clients reached, redis:6379",
      "redis:6379: OOM command not allowed when used memory > 'maxmemory'",
      "MISCONF Redis at redis:6379 is configured to save RDB snapshots, but it is currently not able to persist on disk",
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", [line], { previous: true });
    }),
  },
  {
    code: "k8s-host-alias-wrong",
    object: CART,
    siblings: [
      [{ ip: "10.9.9.9", hostnames: ["redis"] }],
      [{ ip: "127.0.0.1", hostnames: ["redis.shop.svc.cluster.local"] }],
      [{ ip: "192.0.2.1", hostnames: ["redis", "redis.shop"] }],
    ].map((hostAliases) => (world: World) => {
      for (const one of spec(world, "cart")) one.hostAliases = hostAliases;
      unready(world, "cart");
    }),
  },
  {
    code: "k8s-network-agent-down",
    object: "DaemonSet kube-system/calico-node",
    siblings: [0, 1, 2].map((ready) => daemon("calico-node", { ready })),
  },
  {
    code: "k8s-daemon-set-without-nodes",
    object: "DaemonSet shop/agent",
    siblings: [{ disk: "ssd" }, { pool: "logging", zone: "a" }, { "node-type": "edge" }].map((selector) =>
      daemon("agent", { namespace: "shop", desired: 0, selector }),
    ),
  },
  {
    code: "k8s-pod-stuck-terminating",
    object: "Pod shop/cart-old",
    siblings: [400, 3_600, 90_000].map((seconds) => (world: World) => {
      const pod = structuredClone(podsOf(world, "cart")[0]);
      pod.metadata = { ...pod.metadata, name: "cart-old", deletionTimestamp: ago(seconds) };
      add(world, "Pod", pod);
      event(world, "Pod", "cart-old", "FailedKillPod", 'error killing pod: failed to "KillContainer": rpc error');
    }),
  },
  {
    code: "k8s-custom-resource-failing",
    object: "Certificate shop/web",
    siblings: [
      custom("Certificate", "web", [
        {
          type: "Ready",
          status: "False",
          reason: "DoesNotExist",
          message: "Issuing certificate as Secret does not exist",
        },
      ]),
      custom("Certificate", "web", [
        { type: "Degraded", status: "True", reason: "Expired", message: "Certificate expired" },
      ]),
      custom("Certificate", "web", [
        { type: "Synced", status: "False", reason: "ReconcileError", message: "cannot apply" },
      ]),
    ],
  },
  {
    code: "k8s-container-out-of-memory",
    object: CART,
    siblings: [
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown",
      "container init was OOM-killed (memory limit too low?)",
      "OCI runtime create failed: container_linux.go:380: process_linux.go: container init was OOM-killed (memory limit too low?)",
    ].map((message) => (world: World) => waiting(world, "cart", "RunContainerError", message)),
  },
  {
    code: "k8s-dependency-credentials-wrong",
    object: CART,
    siblings: [
      "MongoServerError: Authentication failed.",
      'FATAL: password authentication failed for user "cart"',
      "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN",
      "WRONGPASS invalid username-password pair or user is disabled.",
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", [line], { previous: true });
    }),
  },
];
tryCases("surroundings", surroundings);

describe("which of several is meant", () => {
  const named = (world: World): string[] =>
    verdictIn(world).causes.map(({ code, object }) => `${code} ${refText(object)}`);

  test("several pods that were restarted just now are a cause, one is a notice", () => {
    const world = shop();
    for (const pod of podsOf(world, "cart"))
      Object.assign(pod.status.containerStatuses[0], {
        restartCount: 1,
        lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(120) } },
      });
    expect(named(world)).toEqual([`k8s-container-restarted ${CART}`]);
  });

  test("a workload that reaches nothing of what others reach has the trouble itself", () => {
    const world = shop();
    workload(world, "checkout", 5050, {
      env: ["cart:7070", "catalog:3550", "redis:6379"].map((value, index) => ({ name: `UP_${index}_ADDR`, value })),
    });
    log(world, "checkout", [
      "cart:7070: i/o timeout",
      "catalog:3550: i/o timeout",
      "redis:6379: i/o timeout",
      "cart:7070: i/o timeout",
      "catalog:3550: i/o timeout",
      "redis:6379: i/o timeout",
      "cart:7070: i/o timeout",
      "catalog:3550: i/o timeout",
      "redis:6379: i/o timeout",
    ]);
    expect(named(world)[0]).toBe("k8s-workload-unresponsive Deployment shop/checkout");
  });

  test("what is wrong with the objects of a callee goes before what its callers say", () => {
    const world = shop();
    waiting(world, "redis", "ImagePullBackOff", 'Back-off pulling image "redis:nope": manifest unknown');
    log(world, "cart", thrice("dial tcp: redis:6379: i/o timeout"));
    expect(named(world)[0]).toBe("k8s-image-not-found Deployment shop/redis");
  });

  test("a shut-in workload whose calls nobody knows is kept from them by its policy", () => {
    const world = shop();
    workload(world, "mailer", 2525);
    add(world, "NetworkPolicy", {
      metadata: { name: "shut", namespace: "shop" },
      spec: { podSelector: { matchLabels: { app: "mailer" } }, policyTypes: ["Egress"] },
    });
    expect(named(world)).toEqual([]);
    log(world, "mailer", thrice("smtp.example.com:25: i/o timeout"));
    expect(named(world)[0]).toBe("k8s-network-policy-blocks-egress NetworkPolicy shop/shut");
  });
});

describe("what looks like it and is none", () => {
  test.each<[string, (world: World) => void]>([
    [
      "one time-out of a caller",
      (world) => log(world, "frontend", ["cart:7070: i/o timeout", ...Array(20).fill("GET / 200")]),
    ],
    [
      "time-outs that have passed",
      (world) => log(world, "frontend", [...thrice("cart:7070: i/o timeout"), ...Array(20).fill("GET / 200")]),
    ],
    [
      "some errors among many lines",
      (world) => log(world, "catalog", [...Array(90).fill("GET / 200"), ...Array(4).fill("ERROR x")]),
    ],
    [
      "an experiment that has ended",
      (world) =>
        event(world, "NetworkChaos", "delay-cart", "Recovered", "Successfully recover chaos for shop/cart-1", {
          type: "Normal",
        }),
    ],
    [
      "pods that a chaos tool may choose",
      (world) => {
        for (const pod of podsOf(world, "cart")) pod.metadata.labels["kube-monkey/enabled"] = "enabled";
      },
    ],
    ["a small CPU limit of a pod that is well", withLimit("10m")],
    [
      "a DaemonSet for nodes with GPUs",
      daemon("gpu-agent", { namespace: "shop", desired: 0, selector: { "nvidia.com/gpu.present": "true" } }),
    ],
    ["a network plug-in that runs", daemon("calico-node", { ready: 3 })],
    [
      "a pod that is about to end",
      (world) => {
        const pod = structuredClone(podsOf(world, "cart")[0]);
        pod.metadata = { ...pod.metadata, name: "cart-old", deletionTimestamp: ago(-20) };
        add(world, "Pod", pod);
      },
    ],
    ["a custom resource that is well", custom("Certificate", "web", [{ type: "Ready", status: "True" }])],
    [
      "an alias for a name outside",
      (world) => {
        for (const one of spec(world, "cart"))
          one.hostAliases = [{ ip: "10.0.0.9", hostnames: ["legacy.example.com"] }];
      },
    ],
  ])("%s", (_, change) => {
    const world = shop();
    change(world);
    const { causes, symptoms } = verdictIn(world);
    expect([...causes, ...symptoms].map(({ code, what, weight }) => `${code} ${weight} ${what}`)).toEqual([]);
  });
});
