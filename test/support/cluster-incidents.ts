/** Siblings of incidents that fault injectors and daily work make, over the shop of `cluster-world.ts`. */
import type { CauseCode } from "../../src/core/cluster/codes.js";
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

type Break = (world: World) => void;
export interface Incident {
  /** One of them where the same state may be called either. */
  code: CauseCode | CauseCode[];
  /** The one to mend. */
  object: string;
  ways: Record<string, Break>;
}

const repeat = (count: number, line: string): string[] => Array.from({ length: count }, () => line);
const templates = (world: World, name: string): Item[] => [
  ...["Deployment", "StatefulSet"].flatMap((kind) =>
    (world.items[kind] ?? []).filter((one) => one.metadata.name === name).map((one) => one.spec.template.spec),
  ),
  ...podsOf(world, name).map((pod) => pod.spec),
];
const undeclared = (world: World, name: string): void => {
  for (const spec of templates(world, name)) spec.containers[0].ports = [];
};
const stateful = (world: World, name: string, port: number): void =>
  workload(world, name, port, { kind: "StatefulSet", replicas: 1 });
/** A frontend that is ready and complains louder than anything else. */
const loud = (world: World, line: string): void => log(world, "frontend", repeat(40, line));
const owned = (world: World, kind: string, name: string, by: { kind: string; name: string }): void => {
  get(world, kind as never, name).metadata.ownerReferences = [{ ...by, controller: true, uid: "u" }];
};
/** Crashes for weeks, and nobody cares. */
export function alwaysFailing(world: World, name = "legacy-sync"): void {
  workload(world, name, 8099, { replicas: 1, service: false });
  crashing(world, name, 1);
  for (const pod of podsOf(world, name)) {
    pod.metadata.creationTimestamp = ago(30 * 86_400);
    pod.status.startTime = ago(30 * 86_400);
    pod.status.conditions = pod.status.conditions.map((one: Item) => ({
      ...one,
      lastTransitionTime: ago(29 * 86_400),
    }));
    for (const status of pod.status.containerStatuses) status.restartCount = 4_123;
  }
  log(world, name, ["FATAL cannot reach license server", "exit status 1"], { previous: true });
}

export const INCIDENTS: Record<string, Incident> = {
  "a service whose target port nobody listens on, with undeclared ports": {
    code: "k8s-service-target-port-wrong",
    object: "Service shop/catalog",
    ways: {
      "the log tells where it listens": (world) => {
        undeclared(world, "catalog");
        get(world, "Service", "catalog").spec.ports[0].targetPort = 9999;
        log(world, "catalog", ["INFO starting", "gRPC server listening on :3550"]);
        loud(
          world,
          "ERROR rpc error: code = Unavailable desc = connection error: dial tcp 10.96.0.11:3550: connect: connection refused while calling catalog:3550",
        );
      },
      "a probe asks another port": (world) => {
        undeclared(world, "catalog");
        for (const spec of templates(world, "catalog"))
          spec.containers[0].readinessProbe = { tcpSocket: { port: 3550 } };
        get(world, "Service", "catalog").spec.ports[0].targetPort = 8081;
        loud(world, "Error: connect ECONNREFUSED 10.96.0.11:3550 (catalog:3550)");
      },
      "Tomcat tells its port": (world) => {
        undeclared(world, "catalog");
        get(world, "Service", "catalog").spec.ports[0].targetPort = 3551;
        log(world, "catalog", [
          "o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): 3550 (http) with context path ''",
        ]);
        loud(
          world,
          'org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://catalog:3550/items": Connection refused',
        );
      },
    },
  },
  "a service whose port was changed, and callers with the address in their code": {
    code: "k8s-service-port-missing",
    object: "Service shop/payment",
    ways: Object.fromEntries(
      [
        'java.net.ConnectException: I/O error on POST request for "http://payment:9000/pay": Connection timed out',
        "Error: connect ETIMEDOUT payment:9000",
        'dial tcp: connect to payment:9000: i/o timeout, error calling "payment:9000"',
      ].map((line, index): [string, Break] => [
        `line ${index + 1}`,
        (world) => {
          workload(world, "payment", 9000);
          get(world, "Service", "payment").spec.ports[0].port = 9001;
          loud(world, line);
        },
      ]),
    ),
  },
  "rights in a database were revoked": {
    code: "k8s-dependency-rights-missing",
    object: "Deployment shop/mongodb-geo",
    ways: {
      "a Go client that goes on": (world) => {
        workload(world, "geo", 8083);
        workload(world, "mongodb-geo", 27017, { replicas: 1 });
        workload(world, "mongodb-rate", 27017, { replicas: 1 });
        log(world, "geo", [
          "INFO serving",
          ...repeat(
            2,
            '{"level":"error","message":"Failed get geo data: (Unauthorized) not authorized on geo-db to execute command { find: \\"geo\\" }"}',
          ),
        ]);
        loud(world, "ERROR rpc error: code = Unknown desc = geo: (Unauthorized) not authorized");
      },
      "a Java client that crashes": (world) => {
        workload(world, "geo", 8083, { env: [{ name: "MONGO_URL", value: "mongodb://mongodb-geo:27017/geo" }] });
        workload(world, "mongodb-geo", 27017, { replicas: 1 });
        crashing(world, "geo", 1);
        log(
          world,
          "geo",
          [
            "com.mongodb.MongoCommandException: Command failed with error 13 (Unauthorized): 'not authorized on geo-db to execute command { aggregate: \"geo\" }' on server mongodb-geo:27017",
          ],
          { previous: true },
        );
      },
      "the database tells it": (world) => {
        workload(world, "geo", 8083, { env: [{ name: "MONGO_HOST", value: "mongodb-geo" }] });
        workload(world, "mongodb-geo", 27017, { replicas: 1 });
        unready(world, "geo");
        log(
          world,
          "mongodb-geo",
          repeat(
            3,
            '{"s":"I","c":"ACCESS","msg":"Checking authorization failed","attr":{"error":{"code":13,"errmsg":"not authorized on geo-db to execute command { find: \\"geo\\" }"}}}',
          ),
        );
      },
    },
  },
  "a user of a database was removed": {
    code: "k8s-dependency-user-missing",
    object: "StatefulSet shop/orders-db",
    ways: {
      PostgreSQL: (world) => {
        stateful(world, "orders-db", 5432);
        workload(world, "orders", 8080, {
          env: [{ name: "DATABASE_URL", value: "postgres://orders@orders-db:5432/orders" }],
        });
        crashing(world, "orders", 1);
        log(
          world,
          "orders",
          [
            'psycopg2.OperationalError: connection to server at "orders-db", port 5432 failed: FATAL:  role "orders" does not exist',
          ],
          { previous: true },
        );
      },
      "MongoDB, told by both": (world) => {
        stateful(world, "orders-db", 27017);
        workload(world, "orders", 8080, { env: [{ name: "MONGODB_URI", value: "mongodb://orders-db:27017/orders" }] });
        crashing(world, "orders", 2);
        log(
          world,
          "orders",
          [
            'panic: connection() error occurred during connection handshake: auth error: sasl conversation error: unable to authenticate using mechanism "SCRAM-SHA-256": (AuthenticationFailed) Authentication failed.',
          ],
          { previous: true },
        );
        log(
          world,
          "orders-db",
          repeat(
            4,
            '{"c":"ACCESS","id":20249,"msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-1","principalName":"admin","authenticationDatabase":"orders","result":"UserNotFound: Could not find user \\"admin\\" for db \\"orders\\""}}',
          ),
        );
      },
      RabbitMQ: (world) => {
        stateful(world, "orders-db", 5672);
        workload(world, "orders", 8080, { env: [{ name: "RABBITMQ_HOST", value: "orders-db" }] });
        unready(world, "orders");
        log(
          world,
          "orders-db",
          repeat(3, "[error] <0.800.0> PLAIN login refused: user 'orders' - invalid credentials: user does not exist"),
        );
        log(world, "orders", [
          "amqp.exceptions.AccessRefused: (0, 0): (403) ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.",
        ]);
      },
    },
  },
  "credentials that only one workload has wrong": {
    code: "k8s-dependency-credentials-wrong",
    object: "Deployment shop/cart",
    ways: {
      Redis: (world) => {
        crashing(world, "cart", 1);
        log(
          world,
          "cart",
          ["redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled."],
          { previous: true },
        );
        loud(world, "ERROR cart:7070 Unavailable: connection refused");
      },
      MySQL: (world) => {
        crashing(world, "cart", 1);
        log(world, "cart", ["Error 1045 (28000): Access denied for user 'cart'@'10.1.0.7' (using password: YES)"], {
          previous: true,
        });
      },
      Kafka: (world) => {
        unready(world, "cart");
        log(
          world,
          "cart",
          repeat(
            4,
            "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed during authentication due to invalid credentials with SASL mechanism PLAIN",
          ),
        );
      },
    },
  },
  "a heap that is too small": {
    code: "k8s-heap-exhausted",
    object: "Deployment shop/catalog",
    ways: {
      Java: (world) => {
        crashing(world, "catalog", 3);
        log(
          world,
          "catalog",
          [
            'Exception in thread "http-nio-8080-exec-1" java.lang.OutOfMemoryError: Java heap space',
            "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3512)",
          ],
          { previous: true },
        );
      },
      "Java that goes on": (world) => {
        log(world, "catalog", [
          "INFO request",
          "java.lang.OutOfMemoryError: GC overhead limit exceeded",
          "INFO request",
        ]);
        loud(world, "ERROR deadline exceeded calling catalog:3550");
      },
      Node: (world) => {
        crashing(world, "catalog", 134);
        log(
          world,
          "catalog",
          [
            "<--- Last few GCs --->",
            "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
          ],
          { previous: true },
        );
      },
    },
  },
  "an init container that never ends": {
    code: "k8s-init-container-hanging",
    object: "Deployment shop/catalog",
    ways: Object.fromEntries(
      [
        ["sleep", "infinity"],
        ["sh", "-c", "while true; do sleep 5; done"],
        ["tail", "-f", "/dev/null"],
      ].map((command, index): [string, Break] => [
        command.join(" "),
        (world) => {
          for (const spec of templates(world, "catalog"))
            spec.initContainers = [{ name: "hang", image: "busybox", command }];
          for (const pod of podsOf(world, "catalog")) {
            pod.status.phase = "Pending";
            pod.status.conditions = [
              { type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(900) },
            ];
            pod.status.initContainerStatuses = [
              { name: "hang", ready: false, restartCount: 0, state: { running: { startedAt: ago(900 + index) } } },
            ];
            for (const status of pod.status.containerStatuses)
              Object.assign(status, { ready: false, state: { waiting: { reason: "PodInitializing" } } });
          }
          downed(world, "catalog");
          loud(world, "ERROR rpc error: code = Unavailable desc = no healthy upstream catalog:3550");
        },
      ]),
    ),
  },
  "a value of a custom resource that its StatefulSet cannot run with": {
    code: ["k8s-custom-resource-refused", "k8s-claim-class-missing", "k8s-run-as-root-refused", "k8s-cpu-insufficient"],
    object: "TidbCluster shop/basic",
    ways: {
      "a storage class that does not exist": (world) => {
        stateful(world, "basic-pd", 2379);
        owned(world, "StatefulSet", "basic-pd", { kind: "TidbCluster", name: "basic" });
        get(world, "StatefulSet", "basic-pd").spec.volumeClaimTemplates = [{ metadata: { name: "pd" } }];
        for (const pod of podsOf(world, "basic-pd"))
          pod.spec.volumes = [{ name: "pd", persistentVolumeClaim: { claimName: "pd-basic-pd-0" } }];
        add(world, "PersistentVolumeClaim", {
          metadata: { name: "pd-basic-pd-0", namespace: "shop", creationTimestamp: ago(600) },
          spec: {
            storageClassName: "ultra-fast",
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "1Gi" } },
          },
          status: { phase: "Pending" },
        });
        event(
          world,
          "PersistentVolumeClaim",
          "pd-basic-pd-0",
          "ProvisioningFailed",
          'storageclass.storage.k8s.io "ultra-fast" not found',
        );
        unscheduled(
          world,
          "basic-pd",
          "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        );
      },
      "a security context that is refused": (world) => {
        stateful(world, "basic-pd", 2379);
        owned(world, "StatefulSet", "basic-pd", { kind: "TidbCluster", name: "basic" });
        waiting(
          world,
          "basic-pd",
          "CreateContainerConfigError",
          'container has runAsNonRoot and image will run as root (pod: "basic-pd-0_shop", container: basic-pd)',
        );
      },
      "more replicas than the nodes can take": (world) => {
        stateful(world, "basic-tikv", 20160);
        owned(world, "StatefulSet", "basic-tikv", { kind: "TidbCluster", name: "basic" });
        unscheduled(
          world,
          "basic-tikv",
          "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
        );
      },
      "an update strategy that does not exist, told by the operator": (world) => {
        workload(world, "tidb-controller-manager", 6060, { replicas: 1 });
        stateful(world, "basic-pd", 2379);
        owned(world, "StatefulSet", "basic-pd", { kind: "TidbCluster", name: "basic" });
        log(
          world,
          "tidb-controller-manager",
          repeat(
            4,
            'E0301 10:00:00.1 1 tidb_cluster_controller.go:143] TidbCluster: shop/basic, sync failed StatefulSet.apps "basic-tidb" is invalid: spec.updateStrategy: Invalid value: "SomeStrategyForUpdate", requeuing',
          ),
        );
      },
      "controller-runtime tells it": (world) => {
        workload(world, "operator", 8081, { replicas: 1 });
        log(
          world,
          "operator",
          repeat(
            3,
            '2026-11-22T11:59:00Z\tERROR\tReconciler error\t{"controller": "tidbcluster", "controllerGroup": "pingcap.com", "controllerKind": "TidbCluster", "TidbCluster": {"name":"basic","namespace":"shop"}, "namespace": "shop", "name": "basic", "reconcileID": "x", "error": "spec.replicas: Invalid value: -1"}',
          ),
        );
      },
    },
  },
  "two pods that want the same claim": {
    code: ["k8s-volume-held-elsewhere", "k8s-volume-node-conflict"],
    object: "Deployment shop/catalog",
    ways: {
      "one pod only": (world) =>
        unscheduled(
          world,
          "catalog",
          "0/3 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode, 2 node(s) had volume node affinity conflict.",
        ),
      "attached elsewhere": (world) => {
        waiting(world, "catalog", "ContainerCreating", "");
        for (const pod of podsOf(world, "catalog"))
          event(
            world,
            "Pod",
            pod.metadata.name,
            "FailedAttachVolume",
            'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) redis-0',
          );
      },
      "a local volume and anti-affinity": (world) =>
        unscheduled(
          world,
          "catalog",
          "0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 2 node(s) had volume node affinity conflict. preemption: 0/3 nodes are available: 1 No preemption victims found, 2 Preemption is not helpful for scheduling.",
        ),
    },
  },
  "something new beside what always failed": {
    code: ["k8s-image-not-found", "k8s-service-selector-unmatched", "k8s-container-crashing", "k8s-dependency-refused"],
    object: "Deployment shop/catalog",
    ways: {
      "an image": (world) => {
        alwaysFailing(world);
        waiting(
          world,
          "catalog",
          "ImagePullBackOff",
          'Back-off pulling image "x": rpc error: code = NotFound desc = manifest unknown: not found',
        );
      },
      "a crash": (world) => {
        alwaysFailing(world);
        crashing(world, "catalog", 1, { startedAt: ago(62) });
        log(world, "catalog", ["panic: index out of range"], { previous: true });
      },
      "a crash beside three": (world) => {
        for (const name of ["aaa-old", "legacy-a", "legacy-b"]) alwaysFailing(world, name);
        crashing(world, "catalog", 2);
        log(world, "catalog", ["Traceback (most recent call last):", "KeyError: 'id'"], { previous: true });
      },
    },
  },
  "a node that one workload takes for itself": {
    code: "k8s-node-cpu-hogged",
    object: "Deployment shop/batch",
    ways: Object.fromEntries(
      ["3.8", "3500m", "3900000000n"].map((cpu): [string, Break] => [
        cpu,
        (world) => {
          workload(world, "batch", 80, { replicas: 1, service: false });
          const [pod] = podsOf(world, "batch");
          const beside = [...podsOf(world, "catalog"), ...podsOf(world, "cart")].filter(
            (one) => one.spec.nodeName === pod.spec.nodeName,
          );
          const usage = (one: Item, used: string): void => {
            add(world, "PodMetrics", {
              metadata: { name: one.metadata.name, namespace: "shop" },
              containers: [{ name: one.spec.containers[0].name, usage: { cpu: used, memory: "10Mi" } }],
            });
          };
          usage(pod, cpu);
          for (const one of beside) usage(one, "120m");
          loud(world, "ERROR deadline exceeded calling cart:7070");
        },
      ]),
    ),
  },
  "a workload scaled to nothing, and callers that cry": {
    code: "k8s-scaled-to-zero",
    object: "Deployment shop/catalog",
    ways: Object.fromEntries(
      [
        "ERROR rpc error: code = Unavailable desc = catalog:3550 connection refused",
        "Error: connect ECONNREFUSED catalog:3550",
        'ResourceAccessException: I/O error on GET request for "http://catalog:3550/": Connection refused',
      ].map((line, index): [string, Break] => [
        `line ${index + 1}`,
        (world) => {
          get(world, "Deployment", "catalog").spec.replicas = 0;
          world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels.app !== "catalog");
          get(world, "EndpointSlice", "catalog-abcde").endpoints = [];
          if (index === 1) crashing(world, "frontend", 1);
          if (index === 2) unready(world, "frontend");
          loud(world, line);
        },
      ]),
    ),
  },
  "names of services that DNS does not give": {
    code: "k8s-dns-configuration-wrong",
    object: "ConfigMap kube-system/coredns",
    ways: {
      "several workloads": (world) => {
        loud(world, "dial tcp: lookup catalog on 10.96.0.10:53: no such host");
        log(
          world,
          "cart",
          repeat(5, "redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known."),
        );
      },
      "two callers of one name": (world) => {
        workload(world, "checkout", 5050, { env: [{ name: "CART_ADDR", value: "cart:7070" }] });
        loud(world, "Error: getaddrinfo ENOTFOUND cart.shop.svc.cluster.local");
        unready(world, "checkout");
        log(world, "checkout", repeat(9, "java.net.UnknownHostException: cart"));
      },
      "one caller, whose pods ask the cluster's DNS": (world) =>
        loud(
          world,
          "rpc error: code = Unavailable desc = name resolver error: produced zero addresses: lookup catalog.shop.svc.cluster.local on 10.96.0.10:53: no such host",
        ),
    },
  },
  "a pod that asks other DNS servers": {
    code: "k8s-pod-dns-wrong",
    object: "Deployment shop/frontend",
    ways: {
      "its own servers": (world) => {
        for (const spec of templates(world, "frontend"))
          Object.assign(spec, { dnsPolicy: "None", dnsConfig: { nameservers: ["8.8.8.8"] } });
        loud(world, "dial tcp: lookup catalog on 8.8.8.8:53: no such host");
      },
      "without variables": (world) => {
        for (const spec of templates(world, "frontend")) {
          Object.assign(spec, { dnsPolicy: "None", dnsConfig: { nameservers: ["1.1.1.1"] } });
          spec.containers[0].env = [];
        }
        loud(world, "java.net.UnknownHostException: catalog");
      },
      "the node's": (world) => {
        for (const spec of templates(world, "frontend")) spec.dnsPolicy = "Default";
        loud(world, "Error: getaddrinfo EAI_AGAIN cart");
      },
    },
  },
  "a provisioner that is down": {
    code: "k8s-claim-provisioner-absent",
    object: "Deployment kube-system/local-path-provisioner",
    ways: Object.fromEntries(
      (["scaled to nothing", "crashing", "without its image"] as const).map((how): [string, Break] => [
        how,
        (world) => {
          workload(world, "local-path-provisioner", 80, { namespace: "kube-system", replicas: 1, service: false });
          if (how === "crashing") crashing(world, "local-path-provisioner", 1);
          if (how === "without its image")
            waiting(world, "local-path-provisioner", "ErrImagePull", "pull access denied");
          if (how === "scaled to nothing") {
            get(world, "Deployment", "local-path-provisioner").spec.replicas = 0;
            world.items.Pod = (world.items.Pod ?? []).filter(
              (pod) => pod.metadata.labels.app !== "local-path-provisioner",
            );
          }
          add(world, "StorageClass", {
            metadata: { name: "local-path" },
            provisioner: "rancher.io/local-path",
            volumeBindingMode: "WaitForFirstConsumer",
          });
          stateful(world, "store", 9042);
          for (const pod of podsOf(world, "store"))
            pod.spec.volumes = [{ name: "d", persistentVolumeClaim: { claimName: "data-store-0" } }];
          add(world, "PersistentVolumeClaim", {
            metadata: { name: "data-store-0", namespace: "shop", creationTimestamp: ago(600) },
            spec: { storageClassName: "local-path", accessModes: ["ReadWriteOnce"] },
            status: { phase: "Pending" },
          });
          event(
            world,
            "PersistentVolumeClaim",
            "data-store-0",
            "ExternalProvisioning",
            "Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator.",
            { type: "Normal" },
          );
          unscheduled(world, "store", "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
        },
      ]),
    ),
  },
  "a sidecar on the port of its neighbour": {
    code: "k8s-container-port-conflict",
    object: "Deployment shop/catalog",
    ways: Object.fromEntries(
      (
        [
          ["Go", "listen tcp :3550: bind: address already in use"],
          ["Node", "Error: listen EADDRINUSE: address already in use :::3550"],
          ["no log", undefined],
        ] as const
      ).map(([how, line]): [string, Break] => [
        how,
        (world) => {
          for (const spec of templates(world, "catalog"))
            spec.containers.push({ name: "sidecar", image: "busybox", ports: [{ containerPort: 3550 }] });
          for (const pod of podsOf(world, "catalog"))
            pod.status.containerStatuses.push({
              name: "sidecar",
              ready: true,
              restartCount: 0,
              state: { running: { startedAt: ago(900) } },
            });
          waiting(world, "catalog", "CrashLoopBackOff", "back-off", {
            last: { exitCode: 1, reason: "Error" },
            container: "sidecar",
          });
          if (line !== undefined) log(world, "catalog", [line], { previous: true, container: "sidecar" });
        },
      ]),
    ),
  },
  "a network policy, and addresses that nobody knows": {
    code: "k8s-network-policy-blocks-ingress",
    object: "NetworkPolicy shop/deny",
    ways: Object.fromEntries(
      [[], undefined, [{ from: [{ podSelector: { matchLabels: { app: "nobody" } } }] }]].map(
        (ingress, index): [string, Break] => [
          `rules ${index + 1}`,
          (world) => {
            for (const name of ["frontend", "cart"])
              for (const spec of templates(world, name)) spec.containers[0].env = [];
            add(world, "NetworkPolicy", {
              metadata: { name: "deny", namespace: "shop" },
              spec: {
                podSelector: { matchLabels: { app: "catalog" } },
                policyTypes: ["Ingress"],
                ...(ingress === undefined ? {} : { ingress }),
              },
            });
            loud(
              world,
              "ERROR rpc error: code = DeadlineExceeded desc = context deadline exceeded; dial tcp catalog:3550: i/o timeout",
            );
          },
        ],
      ),
    ),
  },
  "a Java program with options that it does not take": {
    code: ["k8s-setting-invalid", "k8s-heap-exhausted"],
    object: "Deployment shop/catalog",
    ways: Object.fromEntries(
      [
        "Error: Could not create the Java Virtual Machine.",
        "Unrecognized VM option 'UseFooGC'",
        "Invalid maximum heap size: -Xmx4gg",
      ].map((line): [string, Break] => [
        line,
        (world) => {
          crashing(world, "catalog", 1);
          log(world, "catalog", [line], { previous: true });
        },
      ]),
    ),
  },
  "a cache, queue or database that was stopped, and its callers crash": {
    code: ["k8s-scaled-to-zero", "k8s-service-without-workload"],
    object: "Deployment shop/redis",
    ways: Object.fromEntries(
      [
        "redis.clients.jedis.exceptions.JedisConnectionException: Failed to connect to redis:6379",
        "Error: connect ECONNREFUSED 10.96.0.10:6379",
        "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
      ].map((line): [string, Break] => [
        line,
        (world) => {
          get(world, "Deployment", "redis").spec.replicas = 0;
          world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels.app !== "redis");
          get(world, "EndpointSlice", "redis-abcde").endpoints = [];
          crashing(world, "cart", 1);
          log(world, "cart", [line], { previous: true });
          loud(world, "ERROR cart:7070: connection refused");
        },
      ]),
    ),
  },
  "a workload that a fault of the network hits, told by its callers alone": {
    code: ["k8s-workload-unresponsive"],
    object: "Deployment shop/cart",
    ways: {
      delay: (world) => {
        workload(world, "checkout", 5050, { env: [{ name: "CART_ADDR", value: "cart:7070" }] });
        loud(world, "ERROR rpc error: code = DeadlineExceeded desc = context deadline exceeded calling cart:7070");
        log(world, "checkout", repeat(9, "WARN timeout after 5000ms: GET http://cart:7070/cart"));
      },
      loss: (world) =>
        loud(
          world,
          'java.net.SocketTimeoutException: Read timed out; I/O error on GET request for "http://cart:7070/cart"',
        ),
      partition: (world) => {
        for (const spec of templates(world, "frontend")) spec.containers[0].env = [];
        loud(world, "upstream request timeout: http://cart:7070/items: i/o timeout");
      },
    },
  },
  "a StatefulSet whose database was reached by nobody since its rights on the volume went": {
    code: ["k8s-volume-permission-denied", "k8s-privilege-missing"],
    object: "StatefulSet shop/orders-db",
    ways: Object.fromEntries(
      [
        "mkdir: cannot create directory '/var/lib/postgresql/data': Permission denied",
        'initdb: error: could not change permissions of directory "/var/lib/postgresql/data": Operation not permitted',
        "chown: /var/lib/postgresql/data: Operation not permitted",
      ].map((line): [string, Break] => [
        line,
        (world) => {
          stateful(world, "orders-db", 5432);
          workload(world, "orders", 8080, { env: [{ name: "DB_HOST", value: "orders-db" }] });
          for (const spec of templates(world, "orders-db"))
            spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/var/lib/postgresql/data" }];
          crashing(world, "orders-db", 1);
          log(world, "orders-db", [line], { previous: true });
          crashing(world, "orders", 1);
          log(
            world,
            "orders",
            [
              'sqlalchemy.exc.OperationalError: could not connect to server: Connection refused. Is the server running on host "orders-db"',
            ],
            { previous: true },
          );
        },
      ]),
    ),
  },
  "credentials of a Secret that the dependency does not take, beside others that are well": {
    code: ["k8s-secret-key-missing", "k8s-secret-missing", "k8s-config-map-missing"],
    object: "Deployment shop/cart",
    ways: {
      key: (world) =>
        waiting(world, "cart", "CreateContainerConfigError", "couldn't find key password in Secret shop/cart-db"),
      secret: (world) => waiting(world, "cart", "CreateContainerConfigError", 'secret "cart-db" not found'),
      map: (world) => waiting(world, "cart", "CreateContainerConfigError", 'configmap "cart-config" not found'),
    },
  },
  "a custom resource that says what is wrong": {
    code: "k8s-custom-resource-failing",
    object: "Any shop/thing",
    ways: Object.fromEntries(
      Object.entries({
        "cert-manager": {
          conditions: [
            {
              type: "Ready",
              status: "False",
              reason: "Failed",
              message: "The certificate request has failed to complete: DNS problem",
              lastTransitionTime: ago(3_000),
            },
            { type: "Issuing", status: "False" },
          ],
        },
        "Argo Rollouts": {
          phase: "Degraded",
          message: "ProgressDeadlineExceeded: ReplicaSet has timed out progressing",
          conditions: [
            { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" },
          ],
        },
        KEDA: {
          conditions: [
            {
              type: "Ready",
              status: "False",
              reason: "ScaledObjectCheckFailed",
              message: "ScaledObject doesn't have correct scaleTargetRef specification",
            },
            { type: "Active", status: "Unknown" },
          ],
        },
        Knative: {
          conditions: [
            {
              type: "ConfigurationsReady",
              status: "False",
              reason: "RevisionFailed",
              message: "Revision failed with message: Unable to fetch image",
            },
            { type: "Ready", status: "False", reason: "RevisionFailed" },
          ],
        },
        "Gateway API route": {
          parents: [
            {
              conditions: [
                { type: "Accepted", status: "True" },
                { type: "ResolvedRefs", status: "False", reason: "BackendNotFound", message: "backend not found" },
              ],
            },
          ],
        },
        "Gateway API listener": {
          conditions: [{ type: "Accepted", status: "True" }],
          listeners: [
            {
              name: "https",
              conditions: [
                { type: "ResolvedRefs", status: "False", reason: "InvalidCertificateRef", message: "secret not found" },
              ],
            },
          ],
        },
        "Argo CD": {
          health: { status: "Degraded" },
          conditions: [{ type: "SyncError", message: "one or more objects failed to apply" }],
        },
        Flux: {
          conditions: [{ type: "Stalled", status: "True", reason: "InstallFailed", message: "Helm install failed" }],
        },
        Crossplane: {
          conditions: [
            { type: "Synced", status: "False", reason: "ReconcileError", message: "cannot create bucket" },
            { type: "Ready", status: "True" },
          ],
        },
        "a database": { state: "error", message: "cluster cannot be upgraded" },
      }).map(([how, status]): [string, Break] => [
        how,
        (world) =>
          void add(world, "Custom", {
            kind: "Any",
            metadata: { name: "thing", namespace: "shop", creationTimestamp: ago(9_000) },
            status,
          }),
      ]),
    ),
  },
};
