/** States that look ill and are not, beside those in `test/core/cluster/healthy.test.ts`: nothing may be named. */
import { add, ago, crashing, event, get, type Item, log, podsOf, type World, workload } from "./cluster-world.js";

const first = (world: World, name: string): Item => podsOf(world, name)[0];
const off = (world: World, name: string): void => {
  workload(world, name, 8090, { replicas: 1 });
  get(world, "Deployment", name).spec.replicas = 0;
  world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app !== name);
  get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
};
const restarted = (world: World, name: string, seconds: number, restarts: number): void => {
  Object.assign(first(world, name).status.containerStatuses[0], {
    restartCount: restarts,
    lastState: {
      terminated: { exitCode: 137, reason: "Error", finishedAt: ago(seconds), startedAt: ago(seconds + 900) },
    },
  });
};

export const QUIET: Record<string, (world: World) => void> = {
  "scaled to nothing by KEDA": (world) => {
    off(world, "worker");
    add(world, "HorizontalPodAutoscaler", {
      metadata: { name: "keda-hpa-worker", namespace: "shop" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "worker" }, minReplicas: 1, maxReplicas: 10 },
      status: {
        currentReplicas: 0,
        desiredReplicas: 0,
        conditions: [
          {
            type: "ScalingActive",
            status: "False",
            reason: "ScalingDisabled",
            message: "scaling is disabled since the replica count of the target is zero",
          },
        ],
      },
    });
  },
  "scaled to nothing by a ScaledObject": (world) => {
    off(world, "worker");
    add(world, "Custom", {
      kind: "ScaledObject",
      metadata: { name: "worker", namespace: "shop" },
      spec: { scaleTargetRef: { name: "worker" } },
      status: {
        conditions: [
          { type: "Ready", status: "True" },
          { type: "Active", status: "False", reason: "ScalerNotActive" },
          { type: "Fallback", status: "False" },
          { type: "Paused", status: "False" },
        ],
      },
    });
  },
  "a Knative service without requests": (world) => {
    off(world, "hello-00001-deployment");
    get(world, "Deployment", "hello-00001-deployment").metadata.labels["serving.knative.dev/service"] = "hello";
  },
  "an autoscaler down to nothing": (world) => {
    off(world, "worker");
    add(world, "HorizontalPodAutoscaler", {
      metadata: { name: "worker", namespace: "shop" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "worker" }, minReplicas: 0, maxReplicas: 4 },
      status: { currentReplicas: 0, desiredReplicas: 0, conditions: [] },
    });
  },
  "a pod that was restarted a week ago": (world) => restarted(world, "cart", 7 * 86_400, 3),
  "a pod with a hundred restarts, the last a week ago": (world) => restarted(world, "cart", 7 * 86_400, 100),
  "a cordoned node that nobody needs": (world) => {
    get(world, "Node", "node-3").spec.unschedulable = true;
    get(world, "Node", "node-3").spec.taints = [
      { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule", timeAdded: ago(86_400) },
    ];
  },
  "a workload that crashes in another namespace": (world) => {
    workload(world, "noise", 80, { namespace: "team-b" });
    crashing(world, "noise", 1);
    log(world, "noise", ["panic: boom"], { previous: true });
  },
  "old events of all kinds": (world) => {
    const name = first(world, "cart").metadata.name;
    event(world, "Pod", name, "FailedScheduling", "0/3 nodes are available: 3 Insufficient memory.", {
      seconds: 5_000,
    });
    event(world, "Pod", name, "FailedMount", 'MountVolume.SetUp failed for volume "x" : secret "cart-db" not found', {
      seconds: 4_900,
    });
    event(world, "Pod", name, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503", {
      seconds: 4_000,
    });
    event(world, "Pod", name, "BackOff", "Back-off restarting failed container", { seconds: 4_000 });
    event(world, "Node", "node-1", "NodeNotReady", "Node node-1 status is now: NodeNotReady", { seconds: 40_000 });
  },
  "completed jobs with the pods that they left": (world) => {
    for (const index of [1, 2, 3]) {
      add(world, "Job", {
        metadata: { name: `report-${index}`, namespace: "shop", creationTimestamp: ago(index * 86_400) },
        spec: {},
        status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
      });
      add(world, "Pod", {
        metadata: {
          name: `report-${index}-abcde`,
          namespace: "shop",
          labels: { job: `${index}` },
          ownerReferences: [{ kind: "Job", name: `report-${index}`, controller: true }],
        },
        spec: { nodeName: "node-1", containers: [{ name: "main", image: "x:1" }] },
        status: {
          phase: "Succeeded",
          conditions: [{ type: "Ready", status: "False", reason: "PodCompleted" }],
          containerStatuses: [
            {
              name: "main",
              ready: false,
              restartCount: 0,
              state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: ago(index * 86_000) } },
            },
          ],
        },
      });
    }
  },
  "a sidecar that is declared as an init container": (world) => {
    for (const pod of podsOf(world, "catalog")) {
      pod.spec.initContainers = [{ name: "proxy", image: "envoy", restartPolicy: "Always" }];
      pod.status.initContainerStatuses = [
        { name: "proxy", ready: true, started: true, restartCount: 0, state: { running: { startedAt: ago(86_000) } } },
      ];
    }
  },
  "people who mistype their password": (world) =>
    log(world, "frontend", [
      "WARN login of bob failed: invalid password",
      "INFO GET / 200",
      "WARN login of eve failed: invalid credentials",
      "INFO GET / 200",
    ]),
  "calls that all go well": (world) =>
    log(world, "frontend", [
      "INFO GET http://catalog:3550/items 200 12ms",
      "INFO POST http://cart:7070/add 201 9ms",
      "INFO connected to redis:6379",
    ]),
  "custom resources that are well": (world) => {
    const custom = (kind: string, status: Item): void =>
      void add(world, "Custom", {
        kind,
        metadata: { name: kind.toLowerCase(), namespace: "shop", creationTimestamp: ago(90_000) },
        status,
      });
    custom("Certificate", {
      conditions: [{ type: "Ready", status: "True", reason: "Ready", message: "Certificate is up to date" }],
    });
    custom("Rollout", {
      phase: "Healthy",
      conditions: [
        { type: "Available", status: "True" },
        { type: "Completed", status: "False", reason: "RolloutCompleted" },
        { type: "Paused", status: "False" },
        { type: "Progressing", status: "True" },
      ],
    });
    custom("ScaledObject", {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Active", status: "False" },
        { type: "Fallback", status: "False" },
      ],
    });
    custom("Gateway", {
      conditions: [
        { type: "Accepted", status: "True" },
        { type: "Programmed", status: "True" },
      ],
      listeners: [
        {
          name: "http",
          conditions: [
            { type: "Conflicted", status: "False" },
            { type: "ResolvedRefs", status: "True" },
          ],
        },
      ],
    });
    custom("HTTPRoute", {
      parents: [
        {
          conditions: [
            { type: "Accepted", status: "True" },
            { type: "ResolvedRefs", status: "True" },
          ],
        },
      ],
    });
    custom("Application", { health: { status: "Healthy" }, conditions: [] });
    custom("Kustomization", {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Reconciling", status: "False" },
      ],
    });
  },
  "a custom resource that is just being made": (world) =>
    void add(world, "Custom", {
      kind: "Certificate",
      metadata: { name: "web-tls", namespace: "shop", creationTimestamp: ago(20) },
      status: {
        conditions: [
          {
            type: "Ready",
            status: "False",
            reason: "DoesNotExist",
            message: "Issuing certificate as Secret does not exist",
            lastTransitionTime: ago(20),
          },
        ],
      },
    }),
  "an operator that tries again after a conflict": (world) => {
    workload(world, "operator", 8081, { replicas: 1 });
    log(world, "operator", [
      'ERROR Reconciler error {"controllerKind": "Redis", "Redis": {"name":"r","namespace":"shop"}, "namespace": "shop", "name": "r", "error": "Operation cannot be fulfilled on redis.db \\"r\\": the object has been modified; please apply your changes to the latest version and try again"}',
    ]);
  },
  "a busy node whose workloads share it": (world) => {
    for (const name of ["cart", "catalog", "frontend"])
      for (const pod of podsOf(world, name))
        add(world, "PodMetrics", {
          metadata: { name: pod.metadata.name, namespace: "shop" },
          containers: [{ name, usage: { cpu: "900m", memory: "10Mi" } }],
        });
  },
  "a claim that its pod mounts read-write-once, both on one node": (world) => {
    add(world, "PersistentVolumeClaim", {
      metadata: { name: "data", namespace: "shop" },
      spec: { accessModes: ["ReadWriteOnce"] },
      status: { phase: "Bound" },
    });
    for (const pod of podsOf(world, "cart"))
      Object.assign(pod.spec, {
        nodeName: "node-1",
        volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }],
      });
  },
  "a StatefulSet that is tried on one pod first": (world) => {
    workload(world, "ledger", 5432, { kind: "StatefulSet", replicas: 3 });
    const item = get(world, "StatefulSet", "ledger");
    item.spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
    Object.assign(item.status, { updatedReplicas: 1, currentRevision: "ledger-6b", updateRevision: "ledger-7c" });
  },
  "a partition that was left and keeps nothing": (world) => {
    workload(world, "ledger", 5432, { kind: "StatefulSet", replicas: 3 });
    const item = get(world, "StatefulSet", "ledger");
    item.spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 3 } };
    Object.assign(item.status, { updatedReplicas: 3, currentRevision: "ledger-6b", updateRevision: "ledger-6b" });
  },
  "new pods that count half a minute later": (world) => {
    const item = get(world, "Deployment", "cart");
    item.spec.minReadySeconds = 30;
    item.status.availableReplicas = 1;
  },
  "a gate that a load balancer has not set yet": (world) => {
    const pod = first(world, "cart");
    pod.spec = { ...pod.spec, readinessGates: [{ conditionType: "target-health.elbv2.k8s.aws/x" }] };
    pod.metadata.creationTimestamp = ago(60);
    pod.status.conditions = pod.status.conditions.map((one: Item) =>
      one.type === "Ready"
        ? {
            type: "Ready",
            status: "False",
            reason: "ReadinessGatesNotReady",
            message: "x",
            lastTransitionTime: ago(50),
          }
        : one,
    );
  },
  "schedules of all kinds, each in its time": (world) => {
    const times: Array<[string, number]> = [
      ["*/5 * * * *", 200],
      ["0 * * * *", 3_500],
      ["30 3 * * *", 80_000],
      ["0 3 * * 0", 500_000],
      ["0 9-17 * * 1-5", 150_000],
      ["@daily", 85_000],
      ["@every 2h", 7_000],
      ["*/7 8-9 * * *", 80_000],
      ["0 0 1 * *", 1_800_000],
    ];
    for (const [index, [schedule, seconds]] of times.entries())
      add(world, "CronJob", {
        metadata: { name: `job-${index}`, namespace: "shop", creationTimestamp: ago(9_000_000) },
        spec: { schedule, concurrencyPolicy: index % 2 === 0 ? "Forbid" : "Replace" },
        status: { lastScheduleTime: ago(seconds), lastSuccessfulTime: ago(seconds - 20) },
      });
  },
  "a CronJob that was suspended a month ago": (world) =>
    void add(world, "CronJob", {
      metadata: {
        name: "yearly",
        namespace: "shop",
        creationTimestamp: ago(9_000_000),
        managedFields: [{ manager: "kubectl", operation: "Update", time: ago(2_600_000) }],
      },
      spec: { schedule: "*/5 * * * *", suspend: true },
      status: { lastScheduleTime: ago(2_600_000) },
    }),
  "a service that keeps to the node, before an agent on each": (world) => {
    workload(world, "agent", 8_125, { kind: "DaemonSet", replicas: 3 });
    get(world, "Service", "agent").spec.internalTrafficPolicy = "Local";
    for (const name of ["cart", "catalog"])
      for (const pod of podsOf(world, name))
        pod.spec.containers = [
          { ...pod.spec.containers[0], env: [...pod.spec.containers[0].env, { name: "STATSD", value: "agent:8125" }] },
        ];
  },
  "an ingress without a class that a controller serves": (world) => {
    get(world, "IngressClass", "nginx");
    add(world, "Ingress", {
      metadata: { name: "shop", namespace: "shop", creationTimestamp: ago(90_000) },
      spec: {
        rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "frontend", port: { number: 80 } } } }] } }],
      },
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
    });
  },
  "two budgets over the same pods, and nobody evicts": (world) => {
    for (const name of ["cart", "all"])
      add(world, "PodDisruptionBudget", {
        metadata: { name, namespace: "shop" },
        spec: { maxUnavailable: 1, selector: name === "all" ? {} : { matchLabels: { app: name } } },
        status: { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 },
      });
  },
  "a Job whose sidecar ends a moment later": (world) => {
    add(world, "Job", { metadata: { name: "import", namespace: "shop" }, spec: {}, status: { active: 1 } });
    add(world, "Pod", {
      metadata: {
        name: "import-abcde",
        namespace: "shop",
        creationTimestamp: ago(100),
        ownerReferences: [{ kind: "Job", name: "import", controller: true }],
      },
      spec: { nodeName: "node-1", containers: [{ name: "main" }, { name: "proxy" }] },
      status: {
        phase: "Running",
        conditions: [],
        containerStatuses: [
          { name: "main", restartCount: 0, state: { terminated: { exitCode: 0, finishedAt: ago(10) } } },
          { name: "proxy", ready: true, restartCount: 0, state: { running: { startedAt: ago(90) } } },
        ],
      },
    });
  },
  "nodes in the middle of an upgrade": (world) => {
    for (const [index, node] of (world.items.Node ?? []).entries())
      node.status.nodeInfo = { kubeletVersion: index === 0 ? "v1.31.4" : "v1.29.9-gke.100" };
  },
  "an autoscaler just at its limit, as busy as it shall be": (world) =>
    void add(world, "HorizontalPodAutoscaler", {
      metadata: { name: "cart", namespace: "shop" },
      spec: {
        scaleTargetRef: { kind: "Deployment", name: "cart" },
        maxReplicas: 2,
        metrics: [{ resource: { name: "cpu", target: { averageUtilization: 80 } } }],
      },
      status: {
        currentReplicas: 2,
        desiredReplicas: 2,
        currentMetrics: [{ resource: { name: "cpu", current: { averageUtilization: 84 } } }],
        conditions: [{ type: "ScalingLimited", status: "True", reason: "TooManyReplicas", message: "x" }],
      },
    }),
};
