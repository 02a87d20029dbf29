/** Faults that show in how things run rather than in what they are: networks, nodes, stores, sidecars, what stands around a workload. */
import { FAULTS, type Fault, portOf, specsOf } from "./cluster-faults.js";
import { FURTHER_FAULTS } from "./cluster-further-faults.js";
import { KEEPER_FAULTS } from "./cluster-keeper-faults.js";
import { MESH_FAULTS } from "./cluster-mesh-faults.js";
import { OTHER_FAULTS } from "./cluster-other-faults.js";
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
  type World,
  waiting,
  workload,
} from "./cluster-world.js";

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line);
const nodeOf = (world: World, name: string): string => podsOf(world, name)[0].spec.nodeName;
const firstCall = (system: System, name: string): string =>
  system.parts.find((one) => one.name === name)?.calls[0] ?? "";
const usage = (world: World, name: string, cpu: string, memory: string): void => {
  for (const pod of podsOf(world, name))
    add(world, "PodMetrics", {
      metadata: { name: pod.metadata.name, namespace: "shop" },
      containers: [{ name: pod.spec.containers[0].name, usage: { cpu, memory } }],
    });
};
const quietLog = (world: World, name: string): void => {
  world.logs = world.logs.filter(({ pod }) => !podsOf(world, name).some(({ metadata }) => metadata.name === pod));
};
/** Everybody on that node is reached badly, and reaches others badly. */
const nodeNetwork =
  (line: (host: string, port: number) => string) =>
  (world: World, name: string, system: System): void => {
    const node = nodeOf(world, name);
    for (const { name: caller, calls, stack } of system.parts) {
      if (stack === "store") continue;
      for (const callee of calls)
        if ((nodeOf(world, caller) === node) !== (nodeOf(world, callee) === node))
          log(world, caller, times(4, line(callee, portOf(system, callee))));
    }
  };

export const MORE_FAULTS: Record<string, Fault> = {
  "CPU of a pod used up": {
    codes: ["k8s-cpu-limit-close", "k8s-cpu-throttled", "k8s-cpu-limit-too-small"],
    object: "@",
    failure: "timeout",
    on: "called",
    ways: ["500m", "499876543n", "0.52"].map((cpu) => (world, name, { parts }) => {
      for (const part of parts) usage(world, part.name, part.name === name ? cpu : "12m", "100Mi");
    }),
  },
  "network of a pod": {
    codes: ["k8s-workload-unresponsive"],
    object: "@",
    failure: "timeout",
    on: "called",
    needsCallers: "always",
    ways: [0, 1, 2].map(() => () => undefined),
  },
  "network of a node": {
    codes: ["k8s-node-network-impaired"],
    object: "Node #",
    failure: "none",
    on: "called",
    ways: [
      nodeNetwork(
        (host, port) =>
          `org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://${host}:${port}/api": Read timed out; nested exception is java.net.SocketTimeoutException: Read timed out`,
      ),
      nodeNetwork(
        (host, port) =>
          `{"severity":"error","message":"rpc error: code = DeadlineExceeded desc = context deadline exceeded calling ${host}:${port}"}`,
      ),
      nodeNetwork(
        (host, port) =>
          `requests.exceptions.ConnectTimeout: HTTPConnectionPool(host='${host}', port=${port}): Max retries exceeded (Caused by ConnectTimeoutError('timed out'))`,
      ),
    ],
  },
  "a store with too many connections": {
    codes: ["k8s-dependency-exhausted"],
    object: "@",
    failure: "none",
    on: "store",
    ways: [
      'com.mysql.cj.jdbc.exceptions.CJException: Data source rejected establishment of connection,  message from server: "Too many connections"',
      "FATAL: sorry, too many clients already",
      "ERR max number of clients reached",
    ].map((line) => (world, name, { parts }) => {
      for (const caller of parts.filter(({ calls }) => calls.includes(name)))
        log(world, caller.name, times(6, `${line} (${name})`));
    }),
  },
  "a store that takes no writes": {
    codes: ["k8s-dependency-read-only"],
    object: "@",
    failure: "none",
    on: "store",
    ways: [0, 1, 2].map((index) => (world, name, { parts }) => {
      const words: Array<[RegExp, string[]]> = [
        [
          /mysql/,
          [
            "java.sql.SQLException: The MySQL server is running with the --read-only option so it cannot execute this statement",
          ],
        ],
        [
          /redis/,
          [
            "redis.exceptions.ReadOnlyError: You can't write against a read only replica.",
            "READONLY You can't write against a read only replica. script: 1f",
          ],
        ],
        [
          /mongo/,
          [
            "com.mongodb.MongoNotPrimaryException: Command failed with error 10107 (NotWritablePrimary): 'not primary'",
            "MongoServerError: not master and slaveOk=false",
          ],
        ],
        [/./, ["amqp: the database is in read-only mode"]],
      ];
      const lines = words.find(([pattern]) => pattern.test(name))?.[1] ?? [];
      for (const caller of parts.filter(({ calls }) => calls.includes(name)))
        log(world, caller.name, times(6, `ERROR ${lines[index % lines.length]}`));
    }),
  },
  "a port in the code of one caller": {
    codes: ["k8s-dependency-port-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      (host: string, port: number) =>
        `java.net.ConnectException: I/O error on POST request for "http://${host}:${port}/pay": Connection timed out`,
      (host: string, port: number) => `Error: connect ETIMEDOUT ${host}:${port}`,
      (host: string, port: number) => `dial tcp: connect to ${host}:${port}: connect: connection refused`,
    ].map((line, index) => (world, name, system) => {
      const callee = firstCall(system, name);
      const port = portOf(system, callee) + 1 + index;
      for (const spec of new Set(specsOf(world, name)))
        spec.containers = spec.containers.map((one: Item) => ({
          ...one,
          env: one.env.filter(({ value }: Item) => !String(value).startsWith(`${callee}:`)),
        }));
      log(world, name, times(9, line(callee, port)));
    }),
  },
  "a sidecar that does not come up": {
    codes: [
      "k8s-readiness-probe-failing",
      "k8s-container-crashing",
      "k8s-pod-not-ready",
      "k8s-readiness-probe-too-impatient",
    ],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [0, 1, 2].map((index) => (world, name) => {
      for (const spec of new Set(specsOf(world, name)))
        spec.containers = [
          ...spec.containers,
          {
            name: "istio-proxy",
            image: "proxyv2:1.20",
            ports: [{ containerPort: 15090 }],
            env: [],
            readinessProbe: { httpGet: { path: "/healthz/ready", port: 15021 } },
          },
        ];
      for (const pod of podsOf(world, name)) {
        pod.status.conditions = pod.status.conditions.map((one: Item) =>
          /Ready/.test(one.type) ? { ...one, status: "False", lastTransitionTime: ago(800) } : one,
        );
        pod.status.containerStatuses.push(
          index === 1
            ? {
                name: "istio-proxy",
                ready: false,
                restartCount: 9,
                state: { waiting: { reason: "CrashLoopBackOff" } },
                lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(40) } },
              }
            : { name: "istio-proxy", ready: false, restartCount: 0, state: { running: { startedAt: ago(900) } } },
        );
        event(
          world,
          "Pod",
          pod.metadata.name,
          index === 1 ? "BackOff" : "Unhealthy",
          index === 1
            ? "Back-off restarting failed container istio-proxy"
            : index === 0
              ? "Readiness probe failed: HTTP probe failed with statuscode: 503"
              : 'Readiness probe failed: Get "http://10.1.0.9:15021/healthz/ready": dial tcp 10.1.0.9:15021: connect: connection refused',
          { fieldPath: "spec.containers{istio-proxy}" },
        );
      }
      downed(world, name);
    }),
  },
  "sandboxes of a node": {
    codes: ["k8s-node-sandbox-failing", "k8s-node-network-plugin-down"],
    object: "Node #",
    failure: "refused",
    on: "all",
    ways: [
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "abc": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "abc" network for pod "x": networkPlugin cni failed to set up pod "x" network: open /run/flannel/subnet.env: no such file or directory',
      "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox: failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.254",
    ].map((message) => (world, name) => {
      for (const pod of podsOf(world, name)) {
        pod.metadata.creationTimestamp = ago(800);
        pod.status = {
          ...pod.status,
          phase: "Pending",
          podIP: undefined,
          conditions: [
            { type: "PodScheduled", status: "True" },
            { type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(790) },
          ],
        };
        pod.status.containerStatuses = pod.status.containerStatuses.map((one: Item) => ({
          ...one,
          ready: false,
          state: { waiting: { reason: "ContainerCreating" } },
        }));
        event(world, "Pod", pod.metadata.name, "FailedCreatePodSandBox", message);
      }
      downed(world, name);
    }),
  },
  "memory of a node": {
    codes: ["k8s-node-memory-pressure"],
    object: "Node #",
    failure: "refused",
    on: "called",
    ways: [
      "The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi.",
      "The node was low on resource: memory. Container server was using 900Mi, request is 0, has larger consumption of memory.",
      "Pod The node had condition: [MemoryPressure]. ",
    ].map((message) => (world, name) => {
      const own = get(world, "Node", nodeOf(world, name));
      Object.assign(
        own.status.conditions.find(({ type }: Item) => type === "MemoryPressure"),
        { status: "True", reason: "KubeletHasInsufficientMemory" },
      );
      for (const pod of podsOf(world, name))
        Object.assign(pod.status, {
          phase: "Failed",
          reason: "Evicted",
          message,
          containerStatuses: [],
          conditions: [],
        });
      downed(world, name);
    }),
  },
  "image of another platform": {
    codes: ["k8s-image-platform-unmatched"],
    object: "@",
    failure: "refused",
    on: "all",
    ways: [
      "exec /usr/local/bin/serve: exec format error",
      "standard_init_linux.go:228: exec user process caused: exec format error",
      "exec /bin/sh: exec format error",
    ].map((line) => (world, name) => {
      crashing(world, name, 1);
      quietLog(world, name);
      log(world, name, [line], { previous: true });
    }),
  },
  "DNS of a pod": {
    codes: ["k8s-pod-dns-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      { dnsPolicy: "None", dnsConfig: { nameservers: ["192.0.2.53"] } },
      { dnsPolicy: "Default" },
      { dnsPolicy: "None", dnsConfig: { nameservers: ["8.8.8.8"] } },
    ].map((more) => (world, name, system) => {
      for (const spec of new Set(specsOf(world, name))) Object.assign(spec, more);
      const callee = firstCall(system, name);
      log(
        world,
        name,
        times(7, `{"severity":"error","message":"dial tcp: lookup ${callee} on 192.0.2.53:53: no such host"}`),
      );
    }),
  },
  "network policy: egress": {
    codes: ["k8s-network-policy-blocks-egress", "k8s-network-policy-blocks-dns"],
    object: "NetworkPolicy shop/guard",
    failure: "none",
    on: "calling",
    ways: [undefined, [], [{ to: [{ podSelector: { matchLabels: { app: "nobody" } } }] }]].map(
      (egress) => (world, name, system) => {
        add(world, "NetworkPolicy", {
          metadata: { name: "guard", namespace: "shop", creationTimestamp: ago(600) },
          spec: {
            podSelector: { matchLabels: { app: name } },
            policyTypes: ["Egress"],
            ...(egress === undefined ? {} : { egress }),
          },
        });
        const callee = firstCall(system, name);
        log(
          world,
          name,
          times(
            7,
            `{"severity":"error","message":"rpc error: code = DeadlineExceeded desc = dial tcp ${callee}:${portOf(system, callee)}: i/o timeout"}`,
          ),
        );
      },
    ),
  },
  "configuration of DNS": {
    codes: ["k8s-dns-configuration-wrong"],
    object: "ConfigMap kube-system/coredns",
    failure: "none",
    on: "calling",
    ways: ["server misbehaving", "no such host", "Temporary failure in name resolution"].map(
      (words) => (world, _, system) => {
        for (const { name, calls, stack } of system.parts)
          if (stack !== "store")
            for (const callee of calls.slice(0, 1))
              log(
                world,
                name,
                times(5, `{"severity":"error","message":"dial tcp: lookup ${callee} on 10.96.0.10:53: ${words}"}`),
              );
      },
    ),
  },
  "a Corefile that is not taken": {
    codes: ["k8s-dns-configuration-wrong"],
    object: "ConfigMap kube-system/coredns",
    failure: "unresolved",
    on: "called",
    ways: [
      "/etc/coredns/Corefile:3 - Error during parsing: Unknown directive 'kubernets'",
      'plugin/forward: not an IP address or file: "nowhere"',
      "Corefile:7 - Error during parsing: Wrong argument count or unexpected line ending after 'cluster.local'",
    ].map((line) => (world) => {
      crashing(world, "coredns", 1);
      log(world, "coredns", [line], { previous: true });
    }),
  },
  "a password in a Secret that the store does not take": {
    codes: ["k8s-dependency-credentials-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      "java.sql.SQLException: Access denied for user 'root'@'10.1.0.9' (using password: NO)",
      'psycopg2.OperationalError: connection to server at "db" (10.96.0.3), port 5432 failed: FATAL:  password authentication failed for user "app"',
      "pymongo.errors.OperationFailure: Authentication failed., full error: {'ok': 0.0, 'errmsg': 'Authentication failed.', 'code': 18, 'codeName': 'AuthenticationFailed'}",
    ].map((line) => (world, name) => {
      unready(world, name);
      log(world, name, times(4, line));
    }),
  },
  "rights of an account": {
    codes: ["k8s-account-rights-missing"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      'pods is forbidden: User "system:serviceaccount:shop:default" cannot list resource "pods" in API group "" in the namespace "shop"',
      'E1122 reflector.go:138] Failed to watch *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:shop:default" cannot watch resource "configmaps"',
      'io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET. Message: endpoints is forbidden: User "system:serviceaccount:shop:default" cannot get resource "endpoints"',
    ].map((line) => (world, name) => {
      crashing(world, name, 1);
      quietLog(world, name);
      log(world, name, [line], { previous: true });
    }),
  },
  "a part of the control plane": {
    codes: ["k8s-control-plane-down"],
    object: "Pod kube-system/kube-controller-manager-node-1",
    failure: "none",
    on: "all",
    ways: ["CrashLoopBackOff", "ImagePullBackOff", "CreateContainerError"].map((reason) => (world) => {
      for (const component of ["kube-apiserver", "kube-controller-manager", "etcd", "kube-scheduler"]) {
        const isDown = component === "kube-controller-manager";
        add(world, "Pod", {
          metadata: {
            name: `${component}-node-1`,
            namespace: "kube-system",
            creationTimestamp: ago(90_000),
            labels: { tier: "control-plane", component },
          },
          spec: { nodeName: "node-1", containers: [{ name: component }] },
          status: {
            phase: "Running",
            conditions: [{ type: "Ready", status: isDown ? "False" : "True" }],
            containerStatuses: [
              {
                name: component,
                ready: !isDown,
                restartCount: isDown ? 9 : 0,
                state: isDown ? { waiting: { reason } } : { running: {} },
              },
            ],
          },
        });
      }
    }),
  },
  "a scheduler that is gone, and nothing waits yet": {
    codes: ["k8s-scheduler-absent"],
    object: "ControlPlane kube-scheduler",
    failure: "none",
    on: "all",
    ways: [0, 1, 2].map(() => (world) => {
      for (const component of ["kube-apiserver", "kube-controller-manager", "etcd"])
        add(world, "Pod", {
          metadata: {
            name: `${component}-node-1`,
            namespace: "kube-system",
            creationTimestamp: ago(90_000),
            labels: { tier: "control-plane", component },
          },
          spec: { nodeName: "node-1", containers: [{ name: component }] },
          status: {
            phase: "Running",
            conditions: [{ type: "Ready", status: "True" }],
            containerStatuses: [{ name: component, ready: true, restartCount: 0, state: { running: {} } }],
          },
        });
    }),
  },
  "an agent of the nodes that crashes": {
    codes: ["k8s-network-agent-down"],
    object: "DaemonSet kube-system/calico-node",
    failure: "none",
    on: "all",
    ways: [1, 2, 137].map((code) => (world) => {
      workload(world, "calico-node", 9099, {
        namespace: "kube-system",
        kind: "DaemonSet",
        replicas: 3,
        service: false,
      });
      crashing(world, "calico-node", code);
    }),
  },
  "a DaemonSet that does not run": {
    codes: ["k8s-container-crashing", "k8s-image-not-found", "k8s-config-map-missing"],
    object: "DaemonSet shop/log-agent",
    failure: "none",
    on: "all",
    ways: [0, 1, 2].map((index) => (world) => {
      workload(world, "log-agent", 24224, { kind: "DaemonSet", replicas: 3, service: false });
      if (index === 0) crashing(world, "log-agent", 1);
      if (index === 1) waiting(world, "log-agent", "ErrImagePull", "manifest unknown: manifest unknown: not found");
      if (index === 2) waiting(world, "log-agent", "CreateContainerConfigError", 'configmap "log-agent" not found');
    }),
  },
  "a DaemonSet without some of its pods": {
    codes: ["k8s-daemon-set-incomplete"],
    object: "DaemonSet shop/log-agent",
    failure: "none",
    on: "all",
    ways: [1, 2, 3].map((lost) => (world) => {
      workload(world, "log-agent", 24224, { kind: "DaemonSet", replicas: 3, service: false });
      const gone = podsOf(world, "log-agent").slice(0, lost);
      world.items.Pod = (world.items.Pod ?? []).filter((pod) => !gone.includes(pod));
      Object.assign(get(world, "DaemonSet", "log-agent").status, {
        numberReady: 3 - lost,
        currentNumberScheduled: 3 - lost,
      });
    }),
  },
  "a finalizer": {
    codes: ["k8s-finalizer-blocks-deletion", "k8s-pod-stuck-terminating"],
    object: ["Pod shop/@*", "@"],
    failure: "refused",
    on: "called",
    ways: [0, 1, 2].map(() => (world, name) => {
      for (const pod of podsOf(world, name)) {
        Object.assign(pod.metadata, { deletionTimestamp: ago(1_200), finalizers: ["example.com/hold"] });
        pod.status.conditions = pod.status.conditions.map((one: Item) =>
          /Ready/.test(one.type) ? { ...one, status: "False" } : one,
        );
      }
      downed(world, name);
    }),
  },
  "an autoscaler without metrics": {
    codes: ["k8s-autoscaler-metrics-missing"],
    object: ["HorizontalPodAutoscaler shop/@", "@"],
    failure: "none",
    on: "program",
    ways: [
      "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)",
      "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container server of Pod x",
      "the HPA was unable to compute the replica count: unable to get metrics for resource cpu: no metrics returned from resource metrics API",
    ].map((message) => (world, name) => {
      add(world, "HorizontalPodAutoscaler", {
        metadata: { name, namespace: "shop" },
        spec: { scaleTargetRef: { kind: "Deployment", name }, minReplicas: 1, maxReplicas: 5 },
        status: {
          currentReplicas: 1,
          desiredReplicas: 0,
          conditions: [
            { type: "AbleToScale", status: "True" },
            { type: "ScalingActive", status: "False", reason: "FailedGetResourceMetric", message },
          ],
        },
      });
    }),
  },
  "a Job that others wait for": {
    codes: ["k8s-container-crashing", "k8s-job-back-off-limit", "k8s-dependency-refused", "k8s-setting-missing"],
    object: "Job shop/migrate",
    failure: "none",
    on: "all",
    ways: [1, 2, 3].map((code) => (world) => {
      add(world, "Job", {
        metadata: { name: "migrate", namespace: "shop", creationTimestamp: ago(900) },
        spec: { backoffLimit: 3, template: { spec: { containers: [{ name: "migrate", image: "migrate:1" }] } } },
        status: {
          failed: 4,
          conditions: [
            {
              type: "Failed",
              status: "True",
              reason: "BackoffLimitExceeded",
              message: "Job has reached the specified backoff limit",
              lastTransitionTime: ago(500),
            },
          ],
        },
      });
      add(world, "Pod", {
        metadata: {
          name: "migrate-abcde",
          namespace: "shop",
          labels: { "job-name": "migrate" },
          creationTimestamp: ago(800),
          ownerReferences: [{ kind: "Job", name: "migrate", controller: true }],
        },
        spec: { nodeName: "node-1", restartPolicy: "Never", containers: [{ name: "migrate" }] },
        status: {
          phase: "Failed",
          conditions: [],
          containerStatuses: [
            {
              name: "migrate",
              ready: false,
              restartCount: 0,
              state: { terminated: { exitCode: code, reason: "Error", finishedAt: ago(700) } },
            },
          ],
        },
      });
    }),
  },
};

export const ALL_FAULTS: Record<string, Fault> = {
  ...FAULTS,
  ...MORE_FAULTS,
  ...KEEPER_FAULTS,
  ...OTHER_FAULTS,
  ...MESH_FAULTS,
  ...FURTHER_FAULTS,
};
