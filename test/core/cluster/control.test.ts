/** Controllers, jobs, nodes and what containers use. */
import { type Case, tryCases } from "../../support/cluster-cases.js";
import { add, ago, event, get, podsOf, unready, type World, waiting, workload } from "../../support/cluster-world.js";

const CART = "Deployment shop/cart";
const scale =
  (name: string, replicas: number) =>
  (world: World): void => {
    get(world, "Deployment", name).spec.replicas = replicas;
    world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app !== name);
    get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
  };
const autoscaler =
  (conditions: object[], more: object = {}) =>
  (world: World): void => {
    add(world, "HorizontalPodAutoscaler", {
      metadata: { name: "cart", namespace: "shop" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "cart" }, minReplicas: 1, maxReplicas: 5, ...more },
      status: { currentReplicas: 5, desiredReplicas: 5, conditions },
    });
  };
const job =
  (conditions: object[], spec: object = {}, more: object = {}) =>
  (world: World): void => {
    add(world, "Job", {
      metadata: { name: "report", namespace: "shop", creationTimestamp: ago(3_000), ...more },
      spec: { backoffLimit: 3, ...spec },
      status: { failed: 4, conditions },
    });
  };
const cron =
  (more: object, status: object = {}, told?: [string, string]) =>
  (world: World): void => {
    add(world, "CronJob", {
      metadata: { name: "nightly", namespace: "shop" },
      spec: { schedule: "* * * * *", ...more },
      status,
    });
    if (told !== undefined) event(world, "CronJob", "nightly", told[0], told[1]);
  };
const failed = (reason: string, message: string) => ({
  type: "Failed",
  status: "True",
  reason,
  message,
  lastTransitionTime: ago(600),
});

const controllers: Case[] = [
  {
    code: "k8s-rollout-paused",
    object: CART,
    siblings: [0, 1, 2].map((updated) => (world: World) => {
      Object.assign(get(world, "Deployment", "cart").spec, { paused: true, replicas: 3 });
      get(world, "Deployment", "cart").status.updatedReplicas = updated;
    }),
  },
  {
    code: "k8s-rollout-stalled",
    object: CART,
    siblings: [
      'ReplicaSet "cart-6b" has timed out progressing.',
      'Deployment "cart" has timed out progressing.',
      "deadline",
    ].map((message) => (world: World) => {
      get(world, "Deployment", "cart").status.conditions = [
        { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message },
      ];
    }),
  },
  {
    code: "k8s-scaled-to-zero",
    object: CART,
    siblings: [
      scale("cart", 0),
      (world) => {
        scale("cart", 0)(world);
        unready(world, "frontend");
      },
      (world) => {
        scale("cart", 0)(world);
        get(world, "Deployment", "cart").metadata.annotations = { "autoops.dev/x": "y" };
        for (const pod of podsOf(world, "frontend").slice(0, 1))
          world.logs.push({
            namespace: "shop",
            pod: pod.metadata.name,
            container: "frontend",
            previous: false,
            lines: Array(5).fill("dial tcp 10.96.0.12:7070: connect: connection refused"),
          });
      },
    ],
  },
  {
    code: "k8s-update-waits-for-deletion",
    object: "StatefulSet shop/queue",
    siblings: [0, 1, 2].map((updated) => (world: World) => {
      workload(world, "queue", 5672, { kind: "StatefulSet", replicas: 3 });
      const item = get(world, "StatefulSet", "queue");
      item.spec.updateStrategy = { type: "OnDelete" };
      item.status.updatedReplicas = updated;
    }),
  },
  {
    code: "k8s-controller-manager-absent",
    object: "ControlPlane kube-controller-manager",
    siblings: ["cart", "redis", "catalog"].map((name) => (world: World) => {
      const item = get(world, "Deployment", name);
      item.metadata.generation = 4;
      item.metadata.managedFields = [{ manager: "kubectl", operation: "Update", time: ago(300) }];
    }),
  },
  {
    code: "k8s-autoscaler-metrics-missing",
    object: "HorizontalPodAutoscaler shop/cart",
    siblings: [
      "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
      "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
      "unable to get external metric",
    ].map((message) =>
      autoscaler([{ type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric", message }]),
    ),
  },
  {
    code: "k8s-autoscaler-target-missing",
    object: "HorizontalPodAutoscaler shop/cart",
    siblings: ["carts", "cart-v2", "gone"].map((name) =>
      autoscaler(
        [
          {
            type: "AbleToScale",
            status: "False",
            reason: "FailedGetScale",
            message: `deployments/scale.apps "${name}" not found`,
          },
        ],
        { scaleTargetRef: { kind: "Deployment", name } },
      ),
    ),
  },
  {
    code: "k8s-autoscaler-at-limit",
    object: "HorizontalPodAutoscaler shop/cart",
    isNotice: true,
    siblings: [5, 6, 9].map((currentReplicas) => (world: World) => {
      autoscaler([
        {
          type: "ScalingLimited",
          status: "True",
          reason: "TooManyReplicas",
          message: "the desired replica count is more than the maximum replica count",
        },
      ])(world);
      get(world, "HorizontalPodAutoscaler", "cart").status.currentReplicas = currentReplicas;
    }),
  },
  {
    code: "k8s-budget-blocks-eviction",
    object: "PodDisruptionBudget shop/cart",
    isNotice: true,
    siblings: [1, 2, 3].map((count) => (world: World) => {
      add(world, "PodDisruptionBudget", {
        metadata: { name: "cart", namespace: "shop" },
        spec: { minAvailable: count, selector: { matchLabels: { app: "cart" } } },
        status: { disruptionsAllowed: 0, currentHealthy: count, desiredHealthy: count, expectedPods: count },
      });
    }),
  },
  {
    code: "k8s-job-back-off-limit",
    object: "Job shop/report",
    siblings: [
      job([failed("BackoffLimitExceeded", "Job has reached the specified backoff limit")]),
      job([failed("PodFailurePolicy", "Container main for pod shop/x failed with exit code 42 matching FailJob rule")]),
      job([failed("FailedIndexes", "Job has failed indexes")]),
    ],
  },
  {
    code: "k8s-job-deadline-exceeded",
    object: "Job shop/report",
    siblings: [60, 600, 3_600].map((activeDeadlineSeconds) =>
      job([failed("DeadlineExceeded", "Job was active longer than specified deadline")], { activeDeadlineSeconds }),
    ),
  },
  {
    code: "k8s-job-back-off-limit",
    object: "CronJob shop/nightly",
    siblings: ["a", "b", "c"].map((name) => (world: World) => {
      cron({}, { lastScheduleTime: ago(3_000) })(world);
      job(
        [failed("BackoffLimitExceeded", "Job has reached the specified backoff limit")],
        {},
        { name: `nightly-${name}`, ownerReferences: [{ kind: "CronJob", name: "nightly", controller: true }] },
      )(world);
    }),
  },
  {
    code: "k8s-job-suspended",
    object: "Job shop/report",
    isNotice: true,
    siblings: [1, 2, 3].map(
      (parallelism) => (world: World) =>
        add(world, "Job", {
          metadata: { name: "report", namespace: "shop" },
          spec: { suspend: true, parallelism },
          status: {},
        }),
    ),
  },
  {
    code: "k8s-cron-job-suspended",
    object: "CronJob shop/nightly",
    isNotice: true,
    siblings: ["0 3 * * *", "@daily", "* * * * *"].map((schedule) => cron({ suspend: true, schedule })),
  },
  {
    code: "k8s-cron-job-missed",
    object: "CronJob shop/nightly",
    siblings: [
      cron({}, {}, ["MissSchedule", "Missed scheduled time to start a job: Sat, 22 Nov 2026 11:00:00 +0000"]),
      cron({}, {}, [
        "TooManyMissedTimes",
        "too many missed start times: 101. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
      ]),
      cron({}, {}, [
        "FailedNeedsStart",
        "Cannot determine if job needs to be started: too many missed start time (> 100)",
      ]),
    ],
  },
  {
    code: "k8s-cron-job-overlapping",
    object: "CronJob shop/nightly",
    siblings: [
      cron({ concurrencyPolicy: "Forbid" }, { active: [{ name: "a" }] }, [
        "JobAlreadyActive",
        "Not starting job because prior execution is running and concurrency policy is Forbid",
      ]),
      cron({}, { active: [{ name: "a" }, { name: "b" }] }),
      cron({}, { active: [{ name: "a" }, { name: "b" }, { name: "c" }] }),
    ],
  },
  {
    code: "k8s-cron-job-schedule-invalid",
    object: "CronJob shop/nightly",
    siblings: [
      cron({}, {}, ["UnparseableSchedule", 'unparseable schedule: "* * *": expected exactly 5 fields']),
      cron({ timeZone: "Mars" }, {}, ["UnknownTimeZone", 'invalid timeZone: "Mars": unknown time zone Mars']),
      cron({}, {}, ["InvalidSchedule", "invalid schedule"]),
    ],
  },
  {
    code: "k8s-finalizer-blocks-deletion",
    object: "Service shop/cart",
    siblings: ["service.kubernetes.io/load-balancer-cleanup", "example.com/clean", "foo/bar"].map(
      (name) => (world: World) =>
        Object.assign(get(world, "Service", "cart").metadata, { deletionTimestamp: ago(900), finalizers: [name] }),
    ),
  },
  {
    code: "k8s-namespace-terminating",
    object: "Namespace shop",
    siblings: ["NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionDiscoveryFailure"].map(
      (type) => (world: World) => {
        const item = get(world, "Namespace", "shop");
        item.metadata.deletionTimestamp = ago(600);
        item.status = {
          phase: "Terminating",
          conditions: [
            {
              type,
              status: "True",
              message: "Some content in the namespace has finalizers remaining: x in 1 resource instances",
            },
          ],
        };
      },
    ),
  },
];
tryCases("controllers", controllers);

const condition =
  (type: string, status: string, reason: string, message: string) =>
  (world: World): void => {
    const item = get(world, "Node", "node-2");
    item.status.conditions = [
      ...item.status.conditions.filter((one: { type: string }) => one.type !== type),
      { type, status, reason, message, lastHeartbeatTime: ago(300) },
    ];
  };
const NODE = "Node node-2";
const ready = (message: string, reason = "KubeletNotReady", status = "False") =>
  condition("Ready", status, reason, message);
const nodes: Case[] = [
  {
    code: "k8s-node-not-ready",
    object: NODE,
    siblings: [
      ready("Kubelet stopped posting node status.", "NodeStatusUnknown", "Unknown"),
      ready("Kubelet never posted node status.", "NodeStatusNeverUpdated", "Unknown"),
      (world) => {
        get(world, "Node", "node-2").status.conditions.at(-1).message = "";
        ready("Kubelet stopped posting node status.", "NodeStatusUnknown", "Unknown")(world);
        for (const pod of world.items.Pod?.filter((one) => one.spec.nodeName === "node-2") ?? [])
          pod.status.conditions = [{ type: "Ready", status: "False", reason: "NodeNotReady" }];
      },
      (world) => {
        const lease = world.items.Lease?.find((one) => one.metadata.name === "node-2");
        lease.spec.renewTime = ago(600);
      },
    ],
  },
  {
    code: "k8s-node-runtime-down",
    object: NODE,
    siblings: [
      ready("[container runtime is down, PLEG is not healthy: pleg was last seen active 5m0s ago; threshold is 3m0s]"),
      ready("PLEG is not healthy: pleg was last seen active 4m"),
      ready("[container runtime status check may not have completed yet]"),
      ready(
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
      ),
    ],
  },
  {
    code: "k8s-node-network-plugin-down",
    object: NODE,
    siblings: [
      ready(
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
      ),
      ready(
        "runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized",
      ),
      condition("NetworkUnavailable", "True", "NoRouteCreated", "RouteController failed to create a route"),
    ],
  },
  {
    code: "k8s-node-disk-pressure",
    object: NODE,
    siblings: [
      condition("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure"),
      (world) =>
        event(
          world,
          "Node",
          "node-2",
          "FreeDiskSpaceFailed",
          "Failed to garbage collect required amount of images. Attempted to free 4 bytes, but only found 0 bytes eligible to free.",
        ),
      (world) => {
        for (const pod of podsOf(world, "cart"))
          Object.assign(pod, {
            spec: { ...pod.spec, nodeName: "node-2" },
            status: {
              phase: "Failed",
              reason: "Evicted",
              message: "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 1Mi. ",
              startTime: ago(600),
            },
          });
      },
    ],
  },
  {
    code: "k8s-node-memory-pressure",
    object: NODE,
    siblings: [
      condition("MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
      (world) => {
        condition("MemoryPressure", "True", "KubeletHasInsufficientMemory", "x")(world);
        event(world, "Node", "node-2", "EvictionThresholdMet", "Attempting to reclaim memory");
      },
      (world) => {
        for (const pod of podsOf(world, "cart"))
          Object.assign(pod, {
            spec: { ...pod.spec, nodeName: "node-2" },
            status: {
              phase: "Failed",
              reason: "Evicted",
              message:
                "The node was low on resource: memory. Container cart was using 1Gi, request is 0, has larger consumption of memory. ",
              startTime: ago(600),
            },
          });
      },
    ],
  },
  {
    code: "k8s-node-pid-pressure",
    object: NODE,
    siblings: [
      condition("PIDPressure", "True", "KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
      (world) => {
        condition("PIDPressure", "True", "KubeletHasInsufficientPID", "y")(world);
      },
      (world) => {
        for (const pod of podsOf(world, "cart"))
          Object.assign(pod, {
            spec: { ...pod.spec, nodeName: "node-2" },
            status: {
              phase: "Failed",
              reason: "Evicted",
              message: "The node was low on resource: pids. ",
              startTime: ago(600),
            },
          });
      },
    ],
  },
  {
    code: "k8s-node-out-of-memory",
    object: NODE,
    siblings: [
      "System OOM encountered, victim process: java, pid: 4242",
      "System OOM encountered, victim process: node, pid: 1",
      "Out of memory: Killed process 4 (x)",
    ].map(
      (message) => (world: World) =>
        event(world, "Node", "node-2", message.startsWith("System") ? "SystemOOM" : "OOMKilling", message),
    ),
  },
  {
    code: "k8s-node-kernel-problem",
    object: NODE,
    siblings: [
      condition("KernelDeadlock", "True", "DockerHung", "task docker:20744 blocked for more than 120 seconds."),
      condition("ReadonlyFilesystem", "True", "FilesystemIsReadOnly", "Remounting filesystem read-only"),
      condition("FrequentKubeletRestart", "True", "FrequentKubeletRestart", "too often"),
    ],
  },
  {
    code: "k8s-node-certificate-expired",
    object: NODE,
    siblings: [
      ready("x509: certificate has expired or is not yet valid"),
      (world) =>
        event(
          world,
          "Node",
          "node-2",
          "CertificateRotationFailed",
          "x509: certificate has expired or is not yet valid",
        ),
      ready("part of the existing bootstrap client certificate: certificate has expired"),
    ],
  },
  {
    code: "k8s-node-clock-wrong",
    object: NODE,
    siblings: [
      condition("NTPProblem", "True", "NTPIsDown", "NTP service is not running properly"),
      condition("ClockSkew", "True", "ClockSkewDetected", "clock skew of 40 s"),
      (world) => event(world, "Node", "node-2", "ClockSkew", "clock skew detected: 90 s"),
    ],
  },
  {
    code: "k8s-node-sandbox-failing",
    object: NODE,
    siblings: [
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "x": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized',
      "Failed to create pod sandbox: failed to assign an IP address to container",
      "Failed to create pod sandbox: rpc error: code = DeadlineExceeded",
    ].map((message) => (world: World) => {
      waiting(world, "redis", "ContainerCreating", "");
      for (const pod of podsOf(world, "redis")) {
        pod.spec.nodeName = "node-2";
        event(world, "Pod", pod.metadata.name, "FailedCreatePodSandBox", message);
      }
    }),
  },
  {
    code: "k8s-control-plane-down",
    object: "Pod kube-system/kube-controller-manager-cp",
    siblings: ["CrashLoopBackOff", "CreateContainerError", "ImagePullBackOff"].map((reason) => (world: World) => {
      add(world, "Pod", {
        metadata: {
          name: "kube-controller-manager-cp",
          namespace: "kube-system",
          labels: { tier: "control-plane", component: "kube-controller-manager" },
        },
        spec: { nodeName: "node-1", containers: [] },
        status: {
          phase: "Running",
          conditions: [{ type: "Ready", status: "False" }],
          containerStatuses: [
            { name: "kube-controller-manager", restartCount: 4, state: { waiting: { reason, message: "x" } } },
          ],
        },
      });
    }),
  },
];
tryCases("nodes", nodes);

const uses =
  (resource: string, used: string, limit: string) =>
  (world: World): void => {
    for (const pod of podsOf(world, "cart")) {
      pod.spec.containers[0].resources = { limits: { [resource]: limit } };
      add(world, "PodMetrics", {
        metadata: { name: pod.metadata.name, namespace: "shop" },
        containers: [{ name: "cart", usage: { [resource]: used } }],
      });
    }
  };
const runTime: Case[] = [
  {
    code: "k8s-memory-limit-close",
    object: CART,
    siblings: [uses("memory", "250Mi", "256Mi"), uses("memory", "1020Mi", "1Gi"), uses("memory", "999M", "1G")],
  },
  {
    code: "k8s-cpu-limit-close",
    object: CART,
    siblings: [uses("cpu", "498m", "500m"), uses("cpu", "1999541224n", "2"), uses("cpu", "1", "1")],
  },
  {
    code: "k8s-container-restarted",
    object: CART,
    isNotice: true,
    siblings: [1, 2, 143].map((exitCode) => (world: World) => {
      for (const pod of podsOf(world, "cart").slice(0, 1))
        Object.assign(pod.status.containerStatuses[0], {
          restartCount: 1,
          lastState: { terminated: { exitCode, reason: "Error", finishedAt: ago(300) } },
        });
    }),
  },
];
tryCases("run time", runTime);
