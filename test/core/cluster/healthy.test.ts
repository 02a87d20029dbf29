/** States that are well, or look ill and are not: nothing is named. And what counts as one cause. */
import { describe, expect, test } from "vitest";
import { refText } from "../../../src/core/cluster/cause.js";
import {
  add,
  addService,
  ago,
  crashing,
  emptyWorld,
  event,
  get,
  log,
  podsOf,
  remove,
  shop,
  unready,
  unscheduled,
  verdictIn,
  type World,
  waiting,
  workload,
} from "../../support/cluster-world.js";

const first = (world: World, name: string) => podsOf(world, name)[0];
const restartedAgo = (world: World, seconds: number, end: object): void => {
  Object.assign(first(world, "cart").status.containerStatuses[0], {
    restartCount: 2,
    lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(seconds), ...end } },
  });
};
const dnsOut = { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] };

const STATES: Record<string, (world: World) => void> = {
  "all is well": () => undefined,
  "an old pod that crashes while it is being deleted": (world) => {
    const pod = structuredClone(first(world, "cart"));
    pod.metadata = { ...pod.metadata, name: "cart-6c4ab5d9c-old1", deletionTimestamp: ago(30) };
    pod.status.containerStatuses[0] = {
      name: "cart",
      ready: false,
      restartCount: 2,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } },
    };
    add(world, "Pod", pod);
    event(world, "Pod", "cart-6c4ab5d9c-old1", "BackOff", "Back-off restarting failed container");
  },
  "a pod that found no node at first": (world) =>
    event(
      world,
      "Pod",
      first(world, "cart").metadata.name,
      "FailedScheduling",
      "0/2 nodes are available: 2 Insufficient cpu.",
      { seconds: 1_200 },
    ),
  "a probe that failed while the program started": (world) =>
    event(
      world,
      "Pod",
      first(world, "cart").metadata.name,
      "Unhealthy",
      "Readiness probe failed: dial tcp 10.1.0.4:7070: connect: connection refused",
    ),
  "an image that came at the second try": (world) =>
    event(world, "Pod", first(world, "cart").metadata.name, "Failed", "Error: ErrImagePull"),
  "a restart of yesterday": (world) => restartedAgo(world, 80_000, {}),
  "a container that ran out of memory two days ago": (world) =>
    restartedAgo(world, 170_000, { reason: "OOMKilled", exitCode: 137 }),
  "a quota that is nearly used up": (world) =>
    add(world, "ResourceQuota", {
      metadata: { name: "q", namespace: "shop" },
      spec: { hard: { pods: "10" } },
      status: { hard: { pods: "10" }, used: { pods: "9" } },
    }),
  "a quota that is used up, with all pods there": (world) =>
    add(world, "ResourceQuota", {
      metadata: { name: "q", namespace: "shop" },
      spec: { hard: { pods: "7", services: "4" } },
      status: { hard: { pods: "7", services: "4" }, used: { pods: "7", services: "4" } },
    }),
  "a refusal of quota that was got over": (world) =>
    event(
      world,
      "ReplicaSet",
      "cart-7f9dd8b6c4",
      "FailedCreate",
      'pods "cart-x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10',
    ),
  "a workload that is off and that nobody needs": (world) => {
    workload(world, "importer", 9000, { replicas: 0, service: false });
  },
  "a blue workload at 0 behind a service that leads to green": (world) => {
    workload(world, "web-blue", 8080, { replicas: 0, service: false, labels: { app: "web", color: "blue" } });
    workload(world, "web-green", 8080, { service: false, labels: { app: "web", color: "green" } });
    addService(world, "web", "shop", { app: "web", color: "green" }, [{ port: 80, targetPort: 8080 }]);
  },
  "a canary beside its workload": (world) => {
    workload(world, "cart-canary", 7070, { replicas: 1, service: false, labels: { app: "cart" } });
  },
  "default-deny with a rule for each caller": (world) => {
    add(world, "NetworkPolicy", {
      metadata: { name: "deny", namespace: "shop" },
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    });
    for (const name of ["cart", "catalog"])
      add(world, "NetworkPolicy", {
        metadata: { name, namespace: "shop" },
        spec: {
          podSelector: { matchLabels: { app: name } },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ podSelector: { matchLabels: { app: "frontend" } } }] }],
        },
      });
    add(world, "NetworkPolicy", {
      metadata: { name: "redis", namespace: "shop" },
      spec: {
        podSelector: { matchLabels: { app: "redis" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "cart" } } }] }],
      },
    });
    add(world, "NetworkPolicy", {
      metadata: { name: "front", namespace: "shop" },
      spec: {
        podSelector: { matchLabels: { app: "frontend" } },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } }] },
        ],
      },
    });
  },
  "egress that lets DNS and the callees through": (world) =>
    add(world, "NetworkPolicy", {
      metadata: { name: "out", namespace: "shop" },
      spec: { podSelector: {}, policyTypes: ["Egress"], egress: [dnsOut, { to: [{ podSelector: {} }] }] },
    }),
  "the address of a collector that is not installed": (world) => {
    first(world, "cart").spec.containers[0].env.push({
      name: "COLLECTOR_SERVICE_ADDR",
      value: "opentelemetrycollector:4317",
    });
    get(world, "Deployment", "cart").spec.template.spec.containers[0].env.push({
      name: "COLLECTOR_SERVICE_ADDR",
      value: "opentelemetrycollector:4317",
    });
  },
  "addresses outside the cluster": (world) => {
    get(world, "Deployment", "cart").spec.template.spec.containers[0].env.push(
      { name: "S3_URL", value: "https://s3.eu-west-1.amazonaws.com" },
      { name: "DB_HOST", value: "db.prod.example.com" },
      { name: "BIND_ADDR", value: "0.0.0.0:7070" },
      { name: "SELF", value: "localhost:7070" },
    );
  },
  "a connection that was refused while the other started": (world) =>
    log(world, "cart", [
      "dial tcp 10.96.0.10:6379: connect: connection refused",
      "connected to redis",
      "listening on :7070",
      ...Array(20).fill("GET /cart 200 3ms"),
    ]),
  "requests that talk of errors": (world) =>
    log(world, "frontend", [
      "GET /error 200",
      "POST /timeout-settings 200 4ms",
      "user asked about a refused payment",
      "INFO retry policy: deadline 5s",
    ]),
  "a claim that waits for its first pod": (world) => {
    add(world, "PersistentVolumeClaim", {
      metadata: { name: "spare", namespace: "shop" },
      spec: {
        storageClassName: "standard",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
      },
      status: { phase: "Pending" },
    });
    event(
      world,
      "PersistentVolumeClaim",
      "spare",
      "WaitForFirstConsumer",
      "waiting for first consumer to be created before binding",
      { type: "Normal" },
    );
  },
  "a node that is cordoned, with room elsewhere": (world) => {
    get(world, "Node", "node-3").spec.unschedulable = true;
  },
  "a tainted node of the control plane": (world) => {
    get(world, "Node", "node-1").spec.taints = [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }];
  },
  "a Job that ended well, and its completed pod": (world) => {
    add(world, "Job", {
      metadata: { name: "migrate", namespace: "shop" },
      spec: {},
      status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
    });
    const pod = structuredClone(first(world, "cart"));
    pod.metadata = {
      name: "migrate-abcde",
      namespace: "shop",
      labels: { job: "migrate" },
      ownerReferences: [{ kind: "Job", name: "migrate", controller: true }],
    };
    pod.status = {
      phase: "Succeeded",
      conditions: [{ type: "Ready", status: "False", reason: "PodCompleted" }],
      containerStatuses: [
        {
          name: "cart",
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: ago(500) } },
        },
      ],
    };
    add(world, "Pod", pod);
  },
  "a failed run of a CronJob before one that went well": (world) => {
    const owned = (name: string) => ({
      name,
      namespace: "shop",
      ownerReferences: [{ kind: "CronJob", name: "nightly", controller: true }],
    });
    add(world, "CronJob", {
      metadata: { name: "nightly", namespace: "shop" },
      spec: { schedule: "0 3 * * *" },
      status: { lastSuccessfulTime: ago(3_000) },
    });
    add(world, "Job", {
      metadata: owned("nightly-1"),
      spec: {},
      status: {
        startTime: ago(9_000),
        failed: 3,
        conditions: [
          { type: "Failed", status: "True", reason: "BackoffLimitExceeded", lastTransitionTime: ago(8_000) },
        ],
      },
    });
    add(world, "Job", {
      metadata: owned("nightly-2"),
      spec: {},
      status: { startTime: ago(3_100), succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
    });
  },
  "an optional ConfigMap that does not exist": (world) => {
    get(world, "Deployment", "cart").spec.template.spec.containers[0].envFrom = [
      { configMapRef: { name: "overrides", optional: true } },
    ];
  },
  "a pull secret that does not exist, with an image that came": (world) => {
    for (const pod of podsOf(world, "cart")) pod.spec.imagePullSecrets = [{ name: "gone" }];
    event(
      world,
      "Pod",
      first(world, "cart").metadata.name,
      "FailedToRetrieveImagePullSecret",
      "Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.",
    );
  },
  "a rollout that has just begun": (world) => {
    const pod = structuredClone(first(world, "cart"));
    pod.metadata = {
      ...pod.metadata,
      name: "cart-8d7c6b5a4-abcde",
      creationTimestamp: ago(8),
      ownerReferences: [{ kind: "ReplicaSet", name: "cart-8d7c6b5a4", controller: true }],
    };
    pod.status = {
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "False", reason: "ContainersNotReady" },
      ],
      containerStatuses: [
        { name: "cart", ready: false, restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } },
      ],
    };
    add(world, "Pod", pod);
  },
  "a service that stands for a name outside": (world) =>
    add(world, "Service", {
      metadata: { name: "mail", namespace: "shop" },
      spec: { type: "ExternalName", externalName: "smtp.example.com" },
    }),
  "a service whose pods listen on an undeclared port": (world) => {
    for (const item of [get(world, "Deployment", "cart").spec.template, ...podsOf(world, "cart")])
      item.spec.containers[0].ports = [];
  },
  "trouble in another namespace": (world) => {
    workload(world, "other", 80, { namespace: "elsewhere" });
    crashing(world, "other", 1);
  },
  "nothing may be read but pods": (world) => {
    for (const kind of Object.keys(world.items).filter((one) => one !== "Pod")) {
      world.items[kind] = [];
      world.unread.add(kind);
    }
  },
  "an empty namespace": (world) => Object.assign(world, emptyWorld()),
};

describe("states that are well", () => {
  test("there are enough of them", () => expect(Object.keys(STATES).length).toBeGreaterThanOrEqual(25));
  test.each(Object.entries(STATES))("%s", (_name, change) => {
    const world = shop();
    change(world);
    const { causes, symptoms } = verdictIn(world);
    expect([...causes, ...symptoms].map(({ code, what, weight }) => `${code} ${weight} ${what}`)).toEqual([]);
  });
});

describe("what is one cause", () => {
  test("a hundred pods without room are one", () => {
    const world = shop();
    workload(world, "many", 80, { replicas: 100, service: false });
    unscheduled(world, "many", "0/3 nodes are available: 3 Insufficient memory.");
    expect(verdictIn(world).causes.map(({ code, object }) => `${code} ${refText(object)}`)).toEqual([
      "k8s-memory-insufficient Deployment shop/many",
    ]);
  });

  test("a node that went away explains the pods that were on it", () => {
    const world = shop();
    const node = get(world, "Node", "node-1");
    node.status.conditions = [
      {
        type: "Ready",
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
      },
    ];
    for (const name of ["redis", "cart"]) unready(world, name);
    for (const pod of world.items.Pod ?? [])
      if (["redis", "cart"].includes(pod.metadata.labels.app)) pod.spec.nodeName = "node-1";
    const { causes, symptoms } = verdictIn(world);
    expect(causes.map(({ code, object }) => `${code} ${refText(object)}`)).toEqual(["k8s-node-not-ready Node node-1"]);
    expect(symptoms.map(({ explainedBy }) => explainedBy?.name)).toEqual(expect.arrayContaining(["node-1"]));
  });

  test("what cannot start for want of an image explains who calls it", () => {
    const world = shop();
    waiting(world, "redis", "ImagePullBackOff", 'Back-off pulling image "redis:nope": manifest unknown');
    crashing(world, "cart", 1);
    log(world, "cart", ["dial tcp: connect to redis:6379: connect: connection refused"]);
    unready(world, "frontend");
    const { causes } = verdictIn(world);
    expect(causes[0]).toMatchObject({ code: "k8s-image-not-found", object: { name: "redis" } });
    expect(causes.filter(({ object }) => object.name === "cart")).toEqual([]);
  });

  test("a kind that may not be read is missing nothing", () => {
    const world = shop();
    remove(world, "Service", "cart");
    world.unread.add("Service");
    expect(verdictIn(world).causes.filter(({ code }) => code === "k8s-service-missing")).toEqual([]);
  });

  test("a workload that is asked for is told with what stands before it, and nothing beside it", () => {
    const world = shop();
    crashing(world, "cart", 1);
    waiting(world, "catalog", "InvalidImageName", "couldn't parse image reference");
    const { causes } = verdictIn(world, { kind: "Deployment", name: "cart", namespace: "shop" });
    expect(causes.map(({ object }) => object.name)).toEqual(["cart"]);
  });

  test("the order in which objects come changes nothing", () => {
    const [one, other] = [shop(), shop()];
    for (const world of [one, other]) {
      crashing(world, "cart", 1);
      unscheduled(world, "catalog", "0/3 nodes are available: 3 Insufficient cpu.");
      get(world, "Service", "frontend").spec.selector = { app: "front" };
    }
    for (const kind of Object.keys(other.items)) other.items[kind]?.reverse();
    const told = (world: World) => verdictIn(world).causes.map(({ code, object }) => `${code} ${refText(object)}`);
    expect(told(other)).toEqual(told(one));
  });
});
