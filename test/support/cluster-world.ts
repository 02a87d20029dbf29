/**
 * A cluster as objects: a shop of four workloads that is well, with DNS, kube-proxy and three nodes. Tests break one thing,
 * in the words that Kubernetes' own documentation and sources have for it, and ask what is named.
 */
import { type ClusterVerdict, verdictOn } from "../../src/core/cluster/analyse.js";
import type { ObjectRef } from "../../src/core/cluster/cause.js";
import {
  type ClusterFacts,
  FACT_KINDS,
  FACT_SCHEMAS,
  type FactKind,
  type PodLog,
} from "../../src/schema/kubernetes/facts.js";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind, as the API gives them
export type Item = any;

export const NOW = Date.parse("2026-11-22T12:00:00Z");
export const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString().replace(".000", "");
const NS = "shop";

export interface World {
  items: Record<string, Item[]>;
  logs: PodLog[];
  /** Kinds that may not be read. */
  unread: Set<string>;
  /** The asked namespace; undefined: all. */
  namespace: string | undefined;
}

export function emptyWorld(): World {
  return {
    items: Object.fromEntries(FACT_KINDS.map((kind) => [kind, []])),
    logs: [],
    unread: new Set(),
    namespace: NS,
  };
}

export function factsOf({ items, logs, unread, namespace }: World): ClusterFacts {
  const objects = Object.fromEntries(
    FACT_KINDS.map((kind) => [kind, (items[kind] ?? []).map((item) => FACT_SCHEMAS[kind].parse(item))]),
  ) as unknown as ClusterFacts["objects"];
  const read = FACT_KINDS.filter((kind) => !unread.has(kind));
  return {
    cluster: "c",
    ...(namespace === undefined ? {} : { namespace }),
    atMs: NOW,
    objects,
    read,
    logs,
    unread: [],
  };
}

export const verdictIn = (world: World, about?: ObjectRef): ClusterVerdict => verdictOn(factsOf(world), about);

export const add = (world: World, kind: FactKind, item: Item): Item => {
  world.items[kind]?.push(item);
  return item;
};
export const get = (world: World, kind: FactKind, name: string): Item => {
  const found = world.items[kind]?.find(
    (item) => item.metadata.name === name || (kind === "Pod" && item.metadata.name.startsWith(`${name}-`)),
  );
  if (found === undefined) throw new Error(`the world has no ${kind} ${name}`);
  return found;
};
export const podsOf = (world: World, name: string): Item[] =>
  (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app === name && !pod.metadata.name.includes("old"));
export const remove = (world: World, kind: FactKind, name: string): void => {
  world.items[kind] = (world.items[kind] ?? []).filter((item) => item.metadata.name !== name);
};

export function node(
  name: string,
  parts: { labels?: Item; taints?: Item[]; unschedulable?: boolean; conditions?: Item[] } = {},
): Item {
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: ago(20),
    lastTransitionTime: ago(90_000),
  });
  return {
    metadata: {
      name,
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/arch": "amd64", ...parts.labels },
      creationTimestamp: ago(900_000),
    },
    spec: {
      ...(parts.taints === undefined ? {} : { taints: parts.taints }),
      ...(parts.unschedulable === undefined ? {} : { unschedulable: parts.unschedulable }),
    },
    status: {
      allocatable: { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "50Gi" },
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ...(parts.conditions ?? []),
      ],
    },
  };
}

interface Shape {
  namespace?: string;
  replicas?: number;
  labels?: Item;
  container?: Item;
  more?: Item[];
  spec?: Item;
  kind?: "Deployment" | "StatefulSet" | "DaemonSet";
  service?: Item | false;
  ports?: Item[];
  env?: Item[];
}

let serial = 0;

/** A workload with its pods, all ready, and its service. */
export function workload(world: World, name: string, port: number, shape: Shape = {}): void {
  const { namespace = NS, replicas = 2, kind = "Deployment", env = [], spec = {} } = shape;
  const labels = { app: name, ...shape.labels };
  const container = {
    name,
    image: `registry.example.com/shop/${name}:v1.4.2`,
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    env,
    ...shape.container,
  };
  const podSpec = {
    serviceAccountName: "default",
    schedulerName: "default-scheduler",
    dnsPolicy: "ClusterFirst",
    containers: [container, ...(shape.more ?? [])],
    ...spec,
  };
  const metadata = {
    name,
    namespace,
    uid: `uid-${name}`,
    labels,
    generation: 1,
    creationTimestamp: ago(86_400),
    managedFields: [{ manager: "kubectl", operation: "Update", time: ago(86_400) }],
  };
  const template = { metadata: { labels }, spec: podSpec };
  const status = {
    observedGeneration: 1,
    replicas,
    readyReplicas: replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
    desiredNumberScheduled: replicas,
    numberReady: replicas,
    updatedNumberScheduled: replicas,
    conditions: [
      { type: "Available", status: "True" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ],
  };
  add(world, kind, {
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template,
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
    },
    status,
  });
  const set = `${name}-7f9dd8b6c4`;
  const owner =
    kind === "Deployment" ? { kind: "ReplicaSet", name: set, controller: true } : { kind, name, controller: true };
  if (kind === "Deployment") {
    add(world, "ReplicaSet", {
      metadata: { name: set, namespace, labels, ownerReferences: [{ kind: "Deployment", name, controller: true }] },
      spec: { replicas, template },
      status: { replicas, readyReplicas: replicas },
    });
  }
  for (let index = 0; index < replicas; index++) {
    const own =
      kind === "StatefulSet"
        ? `${name}-${index}`
        : `${kind === "Deployment" ? set : name}-${(serial++).toString(36).padStart(5, "x")}`;
    add(world, "Pod", readyPod(own, namespace, labels, podSpec, owner, `node-${(index % 3) + 1}`));
  }
  if (shape.service !== false)
    addService(
      world,
      name,
      namespace,
      labels,
      shape.ports ?? [{ name: "http", port, targetPort: port, protocol: "TCP" }],
      shape.service,
    );
}

export function addService(
  world: World,
  name: string,
  namespace: string,
  selector: Item,
  ports: Item[],
  more: Item = {},
): void {
  add(world, "Service", {
    metadata: { name, namespace, creationTimestamp: ago(86_400) },
    spec: {
      type: "ClusterIP",
      clusterIP: `10.96.0.${(world.items.Service?.length ?? 0) + 10}`,
      selector,
      ports,
      ...more,
    },
  });
  const pods = (world.items.Pod ?? []).filter(
    (pod) =>
      pod.metadata.namespace === namespace &&
      Object.entries(selector ?? {}).every(([key, value]) => pod.metadata.labels[key] === value),
  );
  add(world, "EndpointSlice", {
    metadata: { name: `${name}-abcde`, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: [pod.status.podIP],
      conditions: { ready: true },
      targetRef: { kind: "Pod", name: pod.metadata.name },
    })),
    ports,
  });
}

function readyPod(name: string, namespace: string, labels: Item, spec: Item, owner: Item, nodeName: string): Item {
  return {
    metadata: { name, namespace, labels, creationTimestamp: ago(86_400), ownerReferences: [owner] },
    spec: { ...spec, nodeName },
    status: {
      phase: "Running",
      podIP: `10.1.0.${serial + 2}`,
      startTime: ago(86_400),
      conditions: conditions(true),
      containerStatuses: spec.containers.map((one: Item) => ({
        name: one.name,
        image: one.image,
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: ago(86_390) } },
      })),
    },
  };
}

function conditions(isReady: boolean): Item[] {
  const status = isReady ? "True" : "False";
  const why = isReady ? {} : { reason: "ContainersNotReady", message: "containers with unready status" };
  return [
    { type: "PodScheduled", status: "True", lastTransitionTime: ago(86_400) },
    { type: "Initialized", status: "True", lastTransitionTime: ago(86_400) },
    { type: "ContainersReady", status, ...why, lastTransitionTime: ago(900) },
    { type: "Ready", status, ...why, lastTransitionTime: ago(900) },
  ];
}

/** Nodes, namespaces, DNS and kube-proxy: what every system stands on; all is well. */
export function bareCluster(): World {
  const world = emptyWorld();
  for (const name of ["node-1", "node-2", "node-3"]) {
    add(world, "Node", node(name));
    add(world, "Lease", {
      metadata: { name, namespace: "kube-node-lease" },
      spec: { holderIdentity: name, renewTime: ago(10) },
    });
  }
  for (const name of [NS, "kube-system", "default"])
    add(world, "Namespace", {
      metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
      status: { phase: "Active" },
    });
  add(world, "ServiceAccount", { metadata: { name: "default", namespace: NS } });
  add(world, "StorageClass", {
    metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode: "WaitForFirstConsumer",
  });
  add(world, "IngressClass", { metadata: { name: "nginx" }, spec: { controller: "k8s.io/ingress-nginx" } });
  workload(world, "coredns", 53, {
    namespace: "kube-system",
    labels: { "k8s-app": "kube-dns" },
    service: false,
    container: {
      ports: [
        { name: "dns", containerPort: 53, protocol: "UDP" },
        { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
      ],
    },
    spec: {
      volumes: [
        { name: "config-volume", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } },
      ],
    },
  });
  addService(world, "kube-dns", "kube-system", { "k8s-app": "kube-dns" }, [
    { name: "dns", port: 53, targetPort: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, targetPort: 53, protocol: "TCP" },
  ]);
  workload(world, "kube-proxy", 10256, {
    namespace: "kube-system",
    kind: "DaemonSet",
    replicas: 3,
    service: false,
    labels: { "k8s-app": "kube-proxy" },
  });
  return world;
}

/** Four workloads that call each other, and what they stand on; all is well. */
export function shop(): World {
  const world = bareCluster();
  workload(world, "redis", 6379, { replicas: 1 });
  workload(world, "catalog", 3550, { ports: [{ name: "grpc", port: 3550, targetPort: 3550 }] });
  workload(world, "cart", 7070, {
    env: [
      { name: "REDIS_ADDR", value: "redis:6379" },
      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "cart-db", key: "password" } } },
    ],
  });
  workload(world, "frontend", 8080, {
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    env: [
      { name: "CART_SERVICE_ADDR", value: "cart:7070" },
      { name: "CATALOG_SERVICE_ADDR", value: "catalog:3550" },
      { name: "PORT", value: "8080" },
    ],
    container: {
      readinessProbe: { httpGet: { path: "/_healthz", port: 8080 } },
      livenessProbe: { httpGet: { path: "/_healthz", port: 8080 }, initialDelaySeconds: 10 },
    },
  });
  add(world, "Secret", {
    metadata: { name: "cart-db", namespace: NS },
    type: "Opaque",
    data: { password: "c2VjcmV0", username: "eA==" },
  });
  add(world, "ConfigMap", {
    metadata: { name: "settings", namespace: NS },
    data: { LOG_LEVEL: "info", "app.yaml": "a: 1" },
  });
  return world;
}

export function event(
  world: World,
  kind: string,
  name: string,
  reason: string,
  message: string,
  parts: Item = {},
): void {
  const { seconds = 60, count = 5, type = "Warning", namespace = NS, fieldPath, ...more } = parts;
  add(world, "Event", {
    metadata: { name: `${name}.${world.items.Event?.length}`, namespace: kind === "Node" ? "default" : namespace },
    involvedObject: { kind, name, namespace, ...(fieldPath === undefined ? {} : { fieldPath }) },
    reason,
    message,
    type,
    count,
    firstTimestamp: ago(seconds + 600),
    lastTimestamp: ago(seconds),
    source: { component: "kubelet" },
    ...more,
  });
}

/** No node was found for the pods of a workload. */
export function unscheduled(
  world: World,
  name: string,
  message: string,
  how: "condition" | "event" = "condition",
): void {
  for (const pod of podsOf(world, name)) {
    delete pod.spec.nodeName;
    pod.metadata.creationTimestamp = ago(600);
    pod.status = { phase: "Pending", conditions: [] };
    if (how === "condition")
      pod.status.conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    else event(world, "Pod", pod.metadata.name, "FailedScheduling", message);
  }
  downed(world, name);
}

/** Its containers wait: for an image, for configuration, for the end of a back-off. */
export function waiting(
  world: World,
  name: string,
  reason: string,
  message: string,
  parts: { last?: Item; restarts?: number; phase?: string; container?: string } = {},
): void {
  for (const pod of podsOf(world, name)) {
    pod.status.phase = parts.phase ?? (parts.last === undefined ? "Pending" : "Running");
    pod.status.conditions = conditions(false);
    pod.status.containerStatuses = pod.status.containerStatuses.map((status: Item) =>
      parts.container !== undefined && status.name !== parts.container
        ? status
        : {
            ...status,
            ready: false,
            started: false,
            restartCount: parts.restarts ?? (parts.last === undefined ? 0 : 7),
            state: { waiting: { reason, message } },
            lastState:
              parts.last === undefined
                ? {}
                : { terminated: { finishedAt: ago(60), startedAt: ago(65), ...parts.last } },
          },
    );
  }
  downed(world, name);
}

export const crashing = (world: World, name: string, exitCode: number, parts: Item = {}): void =>
  waiting(world, name, "CrashLoopBackOff", `back-off 5m0s restarting failed container=${name}`, {
    last: { exitCode, reason: "Error", ...parts },
  });

/** Its containers run and are not ready. */
export function unready(world: World, name: string, parts: { restarts?: number; last?: Item } = {}): void {
  for (const pod of podsOf(world, name)) {
    pod.status.conditions = conditions(false);
    pod.status.containerStatuses = pod.status.containerStatuses.map((status: Item) => ({
      ...status,
      ready: false,
      restartCount: parts.restarts ?? 0,
      state: { running: { startedAt: ago(300) } },
      lastState: parts.last === undefined ? {} : { terminated: { finishedAt: ago(301), ...parts.last } },
    }));
  }
  downed(world, name);
}

/** No pods could be made. */
export function podless(world: World, name: string, message: string, how: "condition" | "event" = "event"): void {
  world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app !== name);
  const set = world.items.ReplicaSet?.find((item) => item.metadata.labels?.app === name);
  if (how === "condition" && set !== undefined) {
    const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
    set.status = { replicas: 0, conditions: [condition] };
    get(world, "Deployment", name).status.conditions.push(condition);
  } else
    event(
      world,
      set === undefined ? "StatefulSet" : "ReplicaSet",
      set?.metadata.name ?? name,
      "FailedCreate",
      message,
      { source: { component: "replicaset-controller" } },
    );
  downed(world, name);
}

/** What a controller writes once pods are down. */
export function downed(world: World, name: string): void {
  const item = ["Deployment", "StatefulSet", "DaemonSet"]
    .flatMap((kind) => world.items[kind] ?? [])
    .find((one) => one.metadata.name === name);
  if (item !== undefined) {
    item.status = { ...item.status, readyReplicas: 0, availableReplicas: 0, unavailableReplicas: item.spec.replicas };
    item.status.conditions = [
      { type: "Available", status: "False", reason: "MinimumReplicasUnavailable" },
      {
        type: "Progressing",
        status: "False",
        reason: "ProgressDeadlineExceeded",
        message: `ReplicaSet "${name}-7f9dd8b6c4" has timed out progressing.`,
      },
      ...item.status.conditions.filter(({ type }: Item) => type === "ReplicaFailure"),
    ];
  }
  const slice = world.items.EndpointSlice?.find((one) => one.metadata.labels["kubernetes.io/service-name"] === name);
  if (slice !== undefined)
    slice.endpoints = slice.endpoints.map((one: Item) => ({ ...one, conditions: { ready: false } }));
}

export function log(
  world: World,
  name: string,
  lines: string[],
  parts: { previous?: boolean; container?: string } = {},
): void {
  for (const pod of podsOf(world, name).slice(0, 1)) {
    world.logs.push({
      namespace: pod.metadata.namespace,
      pod: pod.metadata.name,
      container: parts.container ?? pod.spec.containers[0].name,
      previous: parts.previous ?? false,
      lines,
    });
  }
}
