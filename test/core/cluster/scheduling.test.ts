/** Pods that find no node: the scheduler's sentences of several versions, with and without nodes that are known. */
import { type Case, tryCases } from "../../support/cluster-cases.js";
import { add, ago, event, get, podsOf, unscheduled, type World } from "../../support/cluster-world.js";

const CART = "Deployment shop/cart";
const says =
  (message: string, how?: "event") =>
  (world: World): void =>
    unscheduled(world, "cart", message, how);
const tail = "preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";
const spec = (world: World, more: object): void => {
  for (const pod of podsOf(world, "cart")) Object.assign(pod.spec, more);
};

/** More than any node has, the closed one included: to open it would not help. */
const asksTooMuch =
  (requests: Record<string, string>, message: string) =>
  (world: World): void => {
    get(world, "Node", "node-2").spec.unschedulable = true;
    unscheduled(world, "cart", message);
    for (const pod of podsOf(world, "cart")) pod.spec.containers[0].resources = { requests };
  };

const cases: Case[] = [
  {
    code: "k8s-cpu-insufficient",
    object: CART,
    siblings: [
      asksTooMuch({ cpu: "64" }, "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable."),
      asksTooMuch(
        { cpu: "9500m" },
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }.",
      ),
      says(`0/3 nodes are available: 3 Insufficient cpu. ${tail}`),
      says("0/3 nodes are available: 3 Insufficient cpu.", "event"),
      says(
        `0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 Insufficient cpu. ${tail}`,
      ),
      says(
        "0/4 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 3 Insufficient cpu.",
        "event",
      ),
    ],
  },
  {
    code: "k8s-memory-insufficient",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 Insufficient memory. ${tail}`),
      says("0/3 nodes are available: 1 Insufficient cpu, 3 Insufficient memory.", "event"),
      says(`0/3 nodes are available: 3 Insufficient memory. no new claims to deallocate, ${tail}`),
    ],
  },
  {
    code: "k8s-ephemeral-storage-insufficient",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 Insufficient ephemeral-storage. ${tail}`),
      says("0/1 nodes are available: 1 Insufficient ephemeral-storage.", "event"),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient ephemeral-storage."),
    ],
  },
  {
    code: "k8s-node-pods-full",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 Too many pods. ${tail}`),
      says("0/3 nodes are available: 3 Insufficient pods.", "event"),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods."),
    ],
  },
  {
    code: "k8s-extended-resource-insufficient",
    object: CART,
    siblings: [
      asksTooMuch(
        { "example.com/gpu": "1" },
        "0/2 nodes are available: 1 Insufficient example.com/gpu, 1 node(s) were unschedulable.",
      ),
      says(`0/3 nodes are available: 3 Insufficient nvidia.com/gpu. ${tail}`),
      says("0/3 nodes are available: 3 Insufficient hugepages-2Mi.", "event"),
      says("0/3 nodes are available: 3 cannot allocate all claims."),
    ],
  },
  {
    code: "k8s-taint-not-tolerated",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: gpu}. ${tail}`),
      says("0/3 nodes are available: 3 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.", "event"),
      says("0/3 nodes are available: 3 node(s) had taints that the pod didn't tolerate.", "event"),
      says("0/3 nodes are available: 3 node(s) had untolerated taint(s)."),
    ],
  },
  {
    code: "k8s-taint-not-tolerated",
    object: "Node node-1",
    siblings: ["cart", "catalog", "frontend"].map((other) => (world: World) => {
      for (const name of ["node-1", "node-2", "node-3"])
        get(world, "Node", name).spec.taints = [{ key: "maintenance", value: "true", effect: "NoSchedule" }];
      for (const name of new Set(["redis", other]))
        unscheduled(
          world,
          name,
          `0/3 nodes are available: 3 node(s) had untolerated taint {maintenance: true}. ${tail}`,
        );
    }),
  },
  {
    code: "k8s-node-selector-unmatched",
    object: CART,
    siblings: [
      (world) => {
        unscheduled(
          world,
          "cart",
          `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${tail}`,
        );
        spec(world, { nodeSelector: { disk: "ssd" } });
      },
      says("0/3 nodes are available: 3 node(s) didn't match node selector.", "event"),
      (world) => {
        unscheduled(
          world,
          "cart",
          "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector.",
          "event",
        );
        spec(world, { nodeSelector: { disk: "ssd" } });
      },
    ],
  },
  {
    code: "k8s-node-affinity-unmatched",
    object: CART,
    siblings: [
      `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${tail}`,
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity.",
      "0/3 nodes are available: 3 node(s) didn't match node selector.",
    ].map((message) => (world: World) => {
      unscheduled(world, "cart", message);
      spec(world, {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["z9"] }] }],
            },
          },
        },
      });
    }),
  },
  {
    code: "k8s-pod-affinity-unmatched",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) didn't match pod affinity rules. ${tail}`),
      says("0/3 nodes are available: 3 node(s) didn't match pod affinity rules.", "event"),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match pod affinity rules."),
    ],
  },
  {
    code: "k8s-pod-anti-affinity-conflict",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. ${tail}`),
      says(
        "0/3 nodes are available: 3 node(s) didn't match pod affinity/anti-affinity rules, 3 node(s) didn't satisfy existing pods anti-affinity rules.",
        "event",
      ),
      says("0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules."),
    ],
  },
  {
    code: "k8s-topology-spread-unsatisfied",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints. ${tail}`),
      says(
        "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label).",
        "event",
      ),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match pod topology spread constraints."),
    ],
  },
  {
    code: "k8s-host-port-taken",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports. ${tail}`),
      says("0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.", "event"),
      says(
        "0/3 nodes are available: 1 Insufficient memory, 2 node(s) didn't have free ports for the requested pod ports.",
      ),
    ],
  },
  {
    code: "k8s-volume-node-conflict",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) had volume node affinity conflict. ${tail}`),
      says("0/3 nodes are available: 3 node(s) had no available volume zone.", "event"),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict."),
    ],
  },
  {
    code: "k8s-volume-count-exceeded",
    object: CART,
    siblings: [
      says(`0/3 nodes are available: 3 node(s) exceed max volume count. ${tail}`),
      says("0/3 nodes are available: 3 node(s) exceed max volume count.", "event"),
      says("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) exceed max volume count."),
    ],
  },
  {
    code: "k8s-node-cordoned",
    object: "Node node-2",
    siblings: [
      (world) => {
        get(world, "Node", "node-2").spec.unschedulable = true;
        unscheduled(world, "cart", "0/1 nodes are available: 1 node(s) were unschedulable.");
      },
      (world) => {
        get(world, "Node", "node-2").spec.unschedulable = true;
        unscheduled(
          world,
          "cart",
          `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector. ${tail}`,
          "event",
        );
        spec(world, { nodeSelector: { "kubernetes.io/hostname": "node-2" } });
      },
      (world) => {
        get(world, "Node", "node-2").spec.unschedulable = true;
        unscheduled(
          world,
          "cart",
          "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unschedulable: }.",
        );
      },
    ],
  },
  {
    code: "k8s-scheduler-absent",
    object: "ControlPlane kube-scheduler",
    siblings: [1, 2, 3].map((count) => (world: World) => {
      for (const name of ["cart", "redis", "catalog"].slice(0, count)) {
        unscheduled(world, name, "");
        for (const pod of podsOf(world, name)) pod.status = { phase: "Pending" };
      }
    }),
  },
  {
    code: "k8s-scheduler-absent",
    object: "Pod kube-system/kube-scheduler-cp",
    siblings: ["CrashLoopBackOff", "ImagePullBackOff", "CreateContainerError"].map((reason) => (world: World) => {
      add(world, "Pod", {
        metadata: {
          name: "kube-scheduler-cp",
          namespace: "kube-system",
          labels: { component: "kube-scheduler", tier: "control-plane" },
        },
        spec: { containers: [], nodeName: "node-1" },
        status: {
          phase: "Running",
          conditions: [{ type: "Ready", status: "False" }],
          containerStatuses: [
            { name: "kube-scheduler", restartCount: 9, state: { waiting: { reason, message: "down" } } },
          ],
        },
      });
      unscheduled(world, "cart", "");
      for (const pod of podsOf(world, "cart")) pod.status = { phase: "Pending" };
    }),
  },
  {
    code: "k8s-scheduler-name-unknown",
    object: CART,
    siblings: ["my-scheduler", "volcano", "default-schedular"].map((schedulerName) => (world: World) => {
      unscheduled(world, "cart", "");
      for (const pod of podsOf(world, "cart")) pod.status = { phase: "Pending" };
      spec(world, { schedulerName });
    }),
  },
  {
    code: "k8s-priority-preempted",
    object: CART,
    siblings: [
      "Preempted by pod 12ab on node node-1",
      "Preempted by a pod on node node-1",
      "Preempted in order to admit critical pod",
    ].map((message) => (world: World) => {
      event(world, "Pod", "cart-7f9dd8b6c4-gone1", "Preempted", message, { type: "Normal" });
      unscheduled(world, "cart", "0/3 nodes are available: 3 Insufficient cpu.");
    }),
  },
  {
    code: "k8s-scheduling-gated",
    object: CART,
    siblings: ["example.com/quota", "kueue.x-k8s.io/admission", "wait"].map((name) => (world: World) => {
      unscheduled(world, "cart", "");
      for (const pod of podsOf(world, "cart"))
        pod.status.conditions = [
          {
            type: "PodScheduled",
            status: "False",
            reason: "SchedulingGated",
            message: "Scheduling is blocked due to non-empty scheduling gates",
          },
        ];
      spec(world, { schedulingGates: [{ name }] });
    }),
  },
  {
    code: "k8s-assigned-node-missing",
    object: CART,
    siblings: ["node-9", "old-node", "ip-10-0-0-9"].map((nodeName) => (world: World) => {
      for (const pod of podsOf(world, "cart")) {
        pod.spec.nodeName = nodeName;
        pod.status = { phase: "Pending" };
        pod.metadata.creationTimestamp = ago(500);
      }
    }),
  },
];

tryCases("scheduling", cases);
