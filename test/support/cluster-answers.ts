/** Twelve causes in a cluster, for the answers that people read of them. */

import { INCIDENTS } from "./cluster-incidents.js";
import {
  add,
  ago,
  crashing,
  event,
  get,
  log,
  podless,
  podsOf,
  unready,
  unscheduled,
  type World,
  waiting,
} from "./cluster-world.js";

const revision = (world: World, name: string, number: number, seconds: number, image: string): void => {
  const set = get(world, "ReplicaSet", `${name}-7f9dd8b6c4`);
  const old = structuredClone(set);
  old.metadata = {
    ...old.metadata,
    name: `${name}-5d4c7f`,
    annotations: { "deployment.kubernetes.io/revision": String(number - 1) },
    creationTimestamp: ago(86_400),
  };
  old.spec.replicas = 0;
  add(world, "ReplicaSet", old);
  Object.assign(set.metadata, {
    annotations: { "deployment.kubernetes.io/revision": String(number) },
    creationTimestamp: ago(seconds),
  });
  set.spec.template = structuredClone(set.spec.template);
  set.spec.template.spec.containers[0].image = image;
};

export const CLUSTER_ANSWERS: Record<string, (world: World) => void> = {
  "image-tag": (world) => {
    const image = "registry.example.com/shop/cart:v1.4.3";
    revision(world, "cart", 2, 600, image);
    for (const pod of podsOf(world, "cart")) pod.spec.containers[0].image = image;
    waiting(
      world,
      "cart",
      "ImagePullBackOff",
      `Back-off pulling image "${image}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    );
  },
  quota: (world) =>
    podless(
      world,
      "cart",
      'pods "cart-7f9dd8b6c4-x" is forbidden: exceeded quota: compute, requested: limits.memory=1Gi, used: limits.memory=8Gi, limited: limits.memory=8Gi',
    ),
  selector: (world) => {
    get(world, "Service", "catalog").spec.selector = { app: "catalogue" };
    get(world, "EndpointSlice", "catalog-abcde").endpoints = [];
  },
  "secret-key": (world) =>
    waiting(world, "cart", "CreateContainerConfigError", "couldn't find key password in Secret shop/cart-db"),
  memory: (world) => {
    for (const pod of podsOf(world, "catalog")) pod.spec.containers[0].resources = { limits: { memory: "64Mi" } };
    crashing(world, "catalog", 137, { reason: "OOMKilled" });
  },
  "probe-port": (world) => {
    unready(world, "frontend");
    for (const pod of podsOf(world, "frontend")) {
      pod.spec.containers[0].readinessProbe = { httpGet: { path: "/_healthz", port: 9090 } };
      event(
        world,
        "Pod",
        pod.metadata.name,
        "Unhealthy",
        'Readiness probe failed: Get "http://10.1.0.9:9090/_healthz": dial tcp 10.1.0.9:9090: connect: connection refused',
      );
    }
  },
  "claim-class": (world) => {
    add(world, "PersistentVolumeClaim", {
      metadata: { name: "data", namespace: "shop", creationTimestamp: ago(600) },
      spec: {
        storageClassName: "fast-ssd",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "10Gi" } },
      },
      status: { phase: "Pending" },
    });
    for (const pod of podsOf(world, "redis"))
      pod.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    event(
      world,
      "PersistentVolumeClaim",
      "data",
      "ProvisioningFailed",
      'storageclass.storage.k8s.io "fast-ssd" not found',
    );
    unscheduled(world, "redis", "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
  },
  policy: (world) => {
    add(world, "NetworkPolicy", {
      metadata: { name: "deny-all", namespace: "shop", creationTimestamp: ago(600) },
      spec: { podSelector: { matchLabels: { app: "redis" } }, policyTypes: ["Ingress"] },
    });
    log(world, "cart", [
      "dial tcp: connect to redis:6379: i/o timeout",
      "dial tcp: connect to redis:6379: i/o timeout",
      "dial tcp: connect to redis:6379: i/o timeout",
    ]);
  },
  node: (world) => {
    get(world, "Node", "node-1").status.conditions = [
      {
        type: "Ready",
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastHeartbeatTime: ago(600),
        lastTransitionTime: ago(560),
      },
    ];
  },
  autoscaler: (world) =>
    void add(world, "HorizontalPodAutoscaler", {
      metadata: { name: "catalog", namespace: "shop" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "catalog" }, minReplicas: 2, maxReplicas: 6 },
      status: {
        currentReplicas: 2,
        desiredReplicas: 0,
        conditions: [
          { type: "AbleToScale", status: "True" },
          {
            type: "ScalingActive",
            status: "False",
            reason: "FailedGetResourceMetric",
            message:
              "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: the server could not find the requested resource (get pods.metrics.k8s.io)",
          },
        ],
      },
    }),
  "database-rights": (world) =>
    INCIDENTS["rights in a database were revoked"]?.ways["a Java client that crashes"]?.(world),
  "scaled-to-nothing": (world) =>
    INCIDENTS["a workload scaled to nothing, and callers that cry"]?.ways["line 1"]?.(world),
  well: () => undefined,
};
