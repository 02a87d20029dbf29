/** Stores, storage and programs of a cluster: what callers suffer, what the store itself writes. */
import {
  add,
  ago,
  crashing,
  downed,
  event,
  get,
  podsOf,
  unready,
  unscheduled,
  type World,
  waiting,
  workload,
} from "../cluster-world.js";
import { change, condition, felt, onPods, type Recorded, refusedBy, says, tell, times } from "./cluster.js";

const fall = (world: World, name: string, lines: string[], code = 1): void => {
  crashing(world, name, code);
  says(world, name, lines, true);
  felt(world, name, refusedBy(name));
};
/** It runs, writes so itself, and its callers write so of it. */
const ail = (world: World, name: string, own: string, theirs: string): void => {
  says(world, name, [...times(4, "LOG: checkpoint complete"), ...times(8, own)]);
  felt(world, name, () => theirs);
};
const volumes = (world: World, name: string, text: string, reason = "FailedMount"): void => {
  onPods(world, name, (pod) => {
    pod.status = {
      phase: "Pending",
      startTime: ago(900),
      conditions: [condition("PodScheduled", "True", "", ""), condition("Ready", "False", "ContainersNotReady", "")],
      containerStatuses: [
        {
          name: pod.spec.containers[0].name,
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: "ContainerCreating" } },
        },
      ],
    };
  });
  tell(world, name, reason, text, { count: 14 });
  downed(world, name);
};

export const STORE_FAMILIES: Record<string, Recorded> = {
  "an address that a broker gives its clients": {
    codes: [
      "k8s-broker-address-wrong",
      "k8s-dependency-address-wrong",
      "k8s-setting-invalid",
      "k8s-workload-unresponsive",
      "k8s-dependency-refused",
    ],
    object: "StatefulSet shop/events-kafka",
    ways: [
      "WARN [Producer clientId=p-1] Connection to node 1 (localhost/127.0.0.1:9092) could not be established. Node may not be available.",
      "%3|1732276681.1|FAIL|rdkafka#producer-1| [thrd:localhost:9092/1]: localhost:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection refused",
      "kafka.errors.KafkaConnectionError: unable to connect to bootstrap-assigned broker kafka-broker-0.old-headless.kafka.svc:9092: Name or service not known",
    ].map((line) => (world) => felt(world, "events-kafka", () => line)),
  },
  "a store that turns hosts away": {
    codes: [
      "k8s-dependency-rights-missing",
      "k8s-dependency-credentials-wrong",
      "k8s-store-refuses-hosts",
      "k8s-dependency-user-missing",
      "k8s-dependency-exhausted",
    ],
    object: ["StatefulSet shop/session-redis", "StatefulSet shop/invoices-mysql", "StatefulSet shop/customers-pg"],
    ways: [
      (world) =>
        felt(
          world,
          "session-redis",
          () =>
            "ERROR redis: DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.",
        ),
      (world) =>
        felt(
          world,
          "invoices-mysql",
          () =>
            "fail: MySqlConnector.MySqlException (0x80004005): Host '10.1.0.23' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'",
        ),
      (world) =>
        felt(
          world,
          "customers-pg",
          () =>
            'ERROR org.postgresql.util.PSQLException: FATAL: no pg_hba.conf entry for host "10.1.0.40", user "app", database "customers", no encryption',
        ),
    ],
  },
  "locks in a database": {
    codes: [
      "k8s-workload-unresponsive",
      "k8s-dependency-exhausted",
      "k8s-dependency-locked",
      "k8s-program-reports-errors",
      "k8s-dependency-timing-out",
    ],
    object: ["StatefulSet shop/parcels-pg", "StatefulSet shop/invoices-mysql"],
    ways: [
      (world) =>
        ail(
          world,
          "parcels-pg",
          "LOG:  process 311 still waiting for AccessExclusiveLock on relation 16402 of database 16384 after 1000.1 ms",
          "ERROR canceling statement due to statement timeout (SQLSTATE 57014)",
        ),
      (world) =>
        ail(
          world,
          "invoices-mysql",
          "[Warning] InnoDB: A long semaphore wait: --Thread 140 has waited at row0ins.cc for 241 seconds the semaphore",
          "fail: MySqlException: Lock wait timeout exceeded; try restarting transaction",
        ),
      (world) =>
        ail(
          world,
          "parcels-pg",
          "ERROR:  deadlock detected",
          "ERROR org.postgresql.util.PSQLException: ERROR: deadlock detected Detail: Process 88 waits for ShareLock on transaction 7712; blocked by process 91.",
        ),
    ],
  },
  "a database that stops itself": {
    codes: [
      "k8s-dependency-read-only",
      "k8s-dependency-exhausted",
      "k8s-volume-full",
      "k8s-workload-unresponsive",
      "k8s-program-reports-errors",
      "k8s-dependency-not-initialised",
    ],
    object: [
      "StatefulSet shop/customers-pg",
      "StatefulSet shop/search-es",
      "StatefulSet shop/jobs-rabbitmq",
      "PersistentVolumeClaim shop/data-search-es-0",
    ],
    ways: [
      (world) =>
        ail(
          world,
          "customers-pg",
          'ERROR:  database is not accepting commands to avoid wraparound data loss in database "customers"',
          'ERROR PSQLException: ERROR: database is not accepting commands to avoid wraparound data loss in database "customers"',
        ),
      (world) =>
        ail(
          world,
          "search-es",
          "[WARN ][o.e.c.r.a.DiskThresholdMonitor] [search-es-0] flood stage disk watermark [95%] exceeded on [a1][search-es-0] free: 512mb[2.5%], all indices on this node will be marked read-only",
          "ERROR ElasticsearchException[Elasticsearch exception [type=cluster_block_exception, reason=index [parcels] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];]]",
        ),
      (world) =>
        ail(
          world,
          "jobs-rabbitmq",
          "[warning] <0.421.0> memory resource limit alarm set on node rabbit@jobs-rabbitmq-0. *** Publishers will be blocked until this alarm clears ***",
          "ERROR AMQP connection blocked: low on memory; publish timed out",
        ),
    ],
  },
  "a kernel setting that a store wants": {
    codes: ["k8s-container-crashing", "k8s-setting-invalid", "k8s-node-setting-missing", "k8s-privilege-missing"],
    object: ["StatefulSet shop/search-es"],
    ways: [
      "bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]",
      "ERROR: [1] bootstrap checks failed. bootstrap check failure [1]: max file descriptors [4096] for elasticsearch process is too low, increase to at least [65535]",
      'sysctl: setting key "vm.max_map_count", ignoring: Read-only file system',
    ].map(
      (line, index) => (world) =>
        fall(
          world,
          "search-es",
          [`{"log.level":"ERROR","message":"node validation exception"}`, line],
          [78, 78, 1][index],
        ),
    ),
  },
  "members of a store that do not fit together": {
    codes: [
      "k8s-container-crashing",
      "k8s-dependency-not-initialised",
      "k8s-dependency-credentials-wrong",
      "k8s-setting-invalid",
      "k8s-program-reports-errors",
    ],
    object: ["StatefulSet shop/events-kafka", "StatefulSet shop/jobs-rabbitmq", "StatefulSet shop/tracking-mongo"],
    ways: [
      (world) =>
        fall(world, "events-kafka", [
          "kafka.common.InconsistentClusterIdException: The Cluster ID 5L6g3nShT-eMCtK doesn't match stored clusterId Some(MkU3OEVBNTcwNTJENDM2Qg) in meta.properties.",
        ]),
      (world) =>
        fall(world, "jobs-rabbitmq", [
          "[error] ** Connection attempt from node 'rabbit@jobs-rabbitmq-1' rejected. Invalid challenge reply. **",
          'BOOT FAILED: Error during startup: {error,{inconsistent_cluster,"Node rabbit@jobs-rabbitmq-0 thinks it\'s clustered"}}',
        ]),
      (world) => {
        says(
          world,
          "tracking-mongo",
          times(
            6,
            '{"s":"E","c":"REPL","msg":"Locally stored replica set configuration does not have a valid entry for the current node; waiting for reconfig","attr":{"error":{"codeName":"NodeNotFound"}}}',
          ),
        );
        unready(world, "tracking-mongo");
        felt(
          world,
          "tracking-mongo",
          () =>
            "ERROR com.mongodb.MongoTimeoutException: Timed out after 30000 ms while waiting for a server that matches WritableServerSelector. Client view of cluster state is {type=REPLICA_SET, servers=[]}",
        );
      },
    ],
  },
  "a quorum that is lost": {
    codes: ["k8s-container-out-of-memory", "k8s-volume-full", "k8s-memory-insufficient", "k8s-cpu-insufficient"],
    object: ["StatefulSet shop/zookeeper", "PersistentVolumeClaim shop/data-zookeeper-1"],
    ways: [
      (world: World) => {
        for (const pod of podsOf(world, "zookeeper").slice(1))
          Object.assign(pod.status.containerStatuses[0], {
            ready: false,
            restartCount: 9,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: ago(60), startedAt: ago(70) } },
          });
      },
      (world: World) => {
        for (const pod of podsOf(world, "zookeeper").slice(1)) {
          Object.assign(pod.status.containerStatuses[0], {
            ready: false,
            restartCount: 9,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(60), startedAt: ago(70) } },
          });
          world.logs.push({
            namespace: "shop",
            pod: pod.metadata.name,
            container: "zookeeper",
            previous: true,
            lines: [
              "ERROR [main:QuorumPeer@1148] - Unable to load database on disk",
              "java.io.IOException: No space left on device",
            ],
          });
        }
      },
      (world: World) => {
        for (const pod of podsOf(world, "zookeeper").slice(1)) {
          delete pod.spec.nodeName;
          pod.status = {
            phase: "Pending",
            conditions: [
              {
                type: "PodScheduled",
                status: "False",
                reason: "Unschedulable",
                message:
                  "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
              },
            ],
          };
          event(world, "Pod", pod.metadata.name, "FailedScheduling", "0/3 nodes are available: 3 Insufficient memory.");
        }
      },
    ].map((breaks) => (world) => {
      workload(world, "zookeeper", 2181, { kind: "StatefulSet", replicas: 3 });
      breaks(world);
      for (const pod of podsOf(world, "zookeeper").slice(1))
        for (const one of pod.status.conditions) if (/Ready/.test(one.type)) one.status = "False";
      world.logs.push({
        namespace: "shop",
        pod: podsOf(world, "zookeeper")[0].metadata.name,
        container: "zookeeper",
        previous: false,
        lines: times(
          6,
          "WARN [QuorumPeer[myid=1]] - Cannot open channel to 2 at election address zookeeper-1.zookeeper:3888 java.net.ConnectException: Connection refused",
        ),
      });
      get(world, "StatefulSet", "zookeeper").status = { replicas: 3, readyReplicas: 1 };
      change(world, "events-kafka", (container) => {
        container.env = [{ name: "KAFKA_ZOOKEEPER_CONNECT", value: "zookeeper:2181" }];
      });
      crashing(world, "events-kafka", 1);
      says(
        world,
        "events-kafka",
        [
          "kafka.zookeeper.ZooKeeperClientTimeoutException: Timed out waiting for connection while in state: CONNECTING",
        ],
        true,
      );
      felt(world, "events-kafka", refusedBy("events-kafka"));
    }),
  },
  "members that cannot find each other before they are ready": {
    codes: [
      "k8s-headless-service-hides-unready",
      "k8s-dependency-name-unresolved",
      "k8s-headless-service-missing",
      "k8s-dependency-not-initialised",
    ],
    object: ["Service shop/search-es", "StatefulSet shop/search-es"],
    ways: [
      "[WARN ][o.e.d.SeedHostsResolver] failed to resolve host [search-es-1.search-es] java.net.UnknownHostException: search-es-1.search-es",
      "master not discovered yet, this node has not previously joined a bootstrapped cluster, and this node must discover master-eligible nodes [search-es-0, search-es-1] ; UnknownHostException: search-es-1.search-es.shop.svc",
      "dial tcp: lookup search-es-2.search-es on 10.96.0.10:53: no such host",
    ].map((line) => (world) => {
      unready(world, "search-es");
      get(world, "Service", "search-es").spec.clusterIP = "None";
      says(world, "search-es", times(8, line));
      felt(world, "search-es", refusedBy("search-es"));
    }),
  },
  "a driver's controller that is down": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-claim-provisioner-absent",
      "k8s-dependency-credentials-wrong",
      "k8s-account-rights-missing",
      "k8s-container-out-of-memory",
    ],
    object: "Deployment kube-system/csi-controller",
    ways: [1, 137, 255].map((code) => (world) => {
      crashing(world, "csi-controller", code, code === 137 ? { reason: "OOMKilled" } : {});
      says(
        world,
        "csi-controller",
        code === 1
          ? ["F1122 main.go:72] could not get metadata: EC2 IMDS access failed: context deadline exceeded"]
          : code === 255
            ? [
                'E1122 cannot list resource "volumeattachments": forbidden: User "system:serviceaccount:kube-system:csi" cannot list resource "volumeattachments"',
              ]
            : ["I1122 started"],
        true,
      );
      add(world, "PersistentVolumeClaim", {
        metadata: { name: "cache-labels", namespace: "shop", creationTimestamp: ago(1_500) },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "standard",
          resources: { requests: { storage: "5Gi" } },
        },
        status: { phase: "Pending" },
      });
      event(
        world,
        "PersistentVolumeClaim",
        "cache-labels",
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'x' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
        { type: "Normal", count: 60 },
      );
      change(world, "labels", (_, spec) => {
        spec.volumes = [{ name: "cache", persistentVolumeClaim: { claimName: "cache-labels" } }];
      });
      unscheduled(
        world,
        "labels",
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      );
      felt(world, "labels", refusedBy("labels"));
    }),
  },
  "a file server of the cluster that is down": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-scaled-to-zero",
      "k8s-container-out-of-memory",
      "k8s-privilege-missing",
      "k8s-volume-permission-denied",
    ],
    object: "Deployment storage/nfs-server",
    ways: [1, 137, 2].map((code, index) => (world) => {
      workload(world, "nfs-server", 2049, { namespace: "storage", replicas: 1 });
      crashing(world, "nfs-server", code, code === 137 ? { reason: "OOMKilled" } : {});
      says(world, "nfs-server", ["exportfs: /exports does not support NFS export", "rpc.nfsd: failed"], true);
      for (const name of ["labels", "notify", "search"].slice(0, index + 1)) {
        change(world, name, (_, spec) => {
          spec.volumes = [{ name: "share", nfs: { server: "nfs-server.storage.svc.cluster.local", path: "/exports" } }];
        });
        volumes(
          world,
          name,
          'MountVolume.SetUp failed for volume "share" : mount failed: exit status 32 Mounting command: mount Mounting arguments: -t nfs nfs-server.storage.svc.cluster.local:/exports /var/lib/kubelet/pods/1/volumes/kubernetes.io~nfs/share Output: mount.nfs: Connection refused',
        );
      }
    }),
  },
  "a file system that is broken": {
    codes: ["k8s-volume-mount-failed", "k8s-volume-failed"],
    object: [
      "StatefulSet shop/invoices-mysql",
      "PersistentVolumeClaim shop/data-invoices-mysql-0",
      "PersistentVolume pvc-data-invoices-mysql-0",
    ],
    ways: [
      'MountVolume.MountDevice failed for volume "pvc-data-invoices-mysql-0" : rpc error: code = Internal desc = mount failed: exit status 32 Output: mount: /var/lib/kubelet/plugins/kubernetes.io/csi: wrong fs type, bad option, bad superblock on /dev/nvme1n1, missing codepage or helper program, or other error.',
      "MountVolume.MountDevice failed for volume \"pvc-data-invoices-mysql-0\" : rpc error: 'fsck' found errors on device /dev/vdb but could not correct them: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.",
      'MountVolume.SetUp failed for volume "pvc-data-invoices-mysql-0" : rpc error: code = Internal desc = mount: /dev/rbd0: can\'t read superblock.',
    ].map((text) => (world) => {
      volumes(world, "invoices-mysql", text);
      felt(world, "invoices-mysql", refusedBy("invoices-mysql"));
    }),
  },
  "a volume for one pod only": {
    codes: ["k8s-volume-held-elsewhere"],
    object: ["Deployment shop/labels", "PersistentVolumeClaim shop/labels-data"],
    ways: [
      "0/3 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
      "0/3 nodes are available: 3 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.",
      "0/3 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode, 2 node(s) had volume node affinity conflict.",
    ].map((text) => (world) => {
      add(world, "PersistentVolumeClaim", {
        metadata: { name: "labels-data", namespace: "shop", creationTimestamp: ago(90_000) },
        spec: {
          accessModes: ["ReadWriteOncePod"],
          storageClassName: "standard",
          volumeName: "pv-labels",
          resources: { requests: { storage: "1Gi" } },
        },
        status: { phase: "Bound" },
      });
      change(world, "labels", (_, spec) => {
        spec.volumes = [{ name: "d", persistentVolumeClaim: { claimName: "labels-data" } }];
      });
      const [, second] = podsOf(world, "labels");
      delete second.spec.nodeName;
      second.status = { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable", text)] };
      event(world, "Pod", second.metadata.name, "FailedScheduling", text);
    }),
  },
  "storage of a quota": {
    codes: ["k8s-quota-exceeded"],
    object: "ResourceQuota shop/storage",
    ways: [
      'create Claim data-tracking-mongo-2 for Pod tracking-mongo-2 in StatefulSet tracking-mongo failed error: persistentvolumeclaims "data-tracking-mongo-2" is forbidden: exceeded quota: storage, requested: requests.storage=20Gi, used: requests.storage=190Gi, limited: requests.storage=200Gi',
      'create Claim data-tracking-mongo-2 for Pod tracking-mongo-2 in StatefulSet tracking-mongo failed error: failed to create PVC data-tracking-mongo-2: persistentvolumeclaims "data-tracking-mongo-2" is forbidden: exceeded quota: storage, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=12, limited: persistentvolumeclaims=12',
      "create Claim data-tracking-mongo-2 for Pod tracking-mongo-2 in StatefulSet tracking-mongo failed error: exceeded quota: storage, requested: standard.storageclass.storage.k8s.io/requests.storage=20Gi, used: 100Gi, limited: 110Gi",
    ].map((text) => (world) => {
      world.items.Pod = (world.items.Pod ?? []).filter(({ metadata }) => metadata.name !== "tracking-mongo-2");
      get(world, "StatefulSet", "tracking-mongo").status = { replicas: 2, readyReplicas: 2 };
      event(world, "StatefulSet", "tracking-mongo", "FailedCreate", text, {
        count: 24,
        source: { component: "statefulset-controller" },
      });
      add(world, "ResourceQuota", {
        metadata: { name: "storage", namespace: "shop" },
        spec: { hard: { "requests.storage": "200Gi" } },
        status: { hard: { "requests.storage": "200Gi" }, used: { "requests.storage": "190Gi" } },
      });
    }),
  },
  "owner of a volume that takes long to set": {
    codes: ["k8s-volume-ownership-slow", "k8s-volume-mount-failed", "k8s-volume-permission-denied"],
    object: ["StatefulSet shop/tracking-mongo", "StatefulSet shop/parcels-pg"],
    ways: [
      "Setting volume ownership for 1/volumes/kubernetes.io~csi/pvc-1/mount and fsGroup set. If the volume has a lot of files then setting volume ownership could be slow, see https://github.com/kubernetes/kubernetes/issues/69699",
      "Setting volume ownership for 4a/volumes/kubernetes.io~csi/pvc-2/mount is taking longer than expected, consider using OnRootMismatch - https://kubernetes.io/docs/",
      "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition (volume ownership change in progress)",
    ].map((text, index) => (world) => {
      volumes(
        world,
        index === 1 ? "parcels-pg" : "tracking-mongo",
        text,
        index === 2 ? "FailedMount" : "VolumePermissionChangeInProgress",
      );
    }),
  },
  "memory for files that a pod gives itself": {
    codes: [
      "k8s-dependency-exhausted",
      "k8s-ephemeral-storage-exceeded",
      "k8s-volume-full",
      "k8s-node-disk-pressure",
      "k8s-container-out-of-memory",
      "k8s-ephemeral-storage-insufficient",
    ],
    object: ["Deployment shop/labels", "StatefulSet shop/parcels-pg"],
    ways: [
      (world) => {
        for (const index of [1, 2, 3])
          add(world, "Pod", {
            ...structuredClone(podsOf(world, "labels")[0]),
            metadata: {
              ...podsOf(world, "labels")[0].metadata,
              name: `labels-7f9dd8b6c4-old9${index}`,
              creationTimestamp: ago(300 * index),
            },
            status: {
              phase: "Failed",
              reason: "Evicted",
              message: 'Usage of EmptyDir volume "cache" exceeds the limit "64Mi". ',
              conditions: [],
            },
          });
        tell(world, "labels", "Evicted", 'Usage of EmptyDir volume "cache" exceeds the limit "64Mi". ');
      },
      (world) => {
        ail(
          world,
          "parcels-pg",
          'ERROR:  could not resize shared memory segment "/PostgreSQL.1804" to 16777216 bytes: No space left on device',
          'ERROR PSQLException: ERROR: could not resize shared memory segment "/PostgreSQL.1804" to 16777216 bytes: No space left on device',
        );
      },
      (world) => {
        tell(world, "labels", "Evicted", 'Container app exceeded its local ephemeral storage limit "200Mi". ', {
          count: 3,
        });
        for (const index of [1, 2])
          add(world, "Pod", {
            ...structuredClone(podsOf(world, "labels")[0]),
            metadata: {
              ...podsOf(world, "labels")[0].metadata,
              name: `labels-7f9dd8b6c4-old9${index}`,
              creationTimestamp: ago(300 * index),
            },
            status: {
              phase: "Failed",
              reason: "Evicted",
              message: 'Container app exceeded its local ephemeral storage limit "200Mi". ',
              conditions: [],
            },
          });
      },
    ],
  },
  "a set that stays at a broken pod": {
    codes: ["k8s-rollout-stuck-on-old-pod", "k8s-image-not-found", "k8s-setting-invalid", "k8s-container-crashing"],
    object: "StatefulSet shop/jobs-rabbitmq",
    ways: [0, 1, 2].map((index) => (world) => {
      const pod = podsOf(world, "jobs-rabbitmq")[2 - (index % 2)];
      pod.spec = structuredClone(pod.spec);
      pod.spec.containers[0].image = "rabbitmq:3.31";
      pod.status.conditions = [
        condition("Ready", "False", "ContainersNotReady", ""),
        condition("PodScheduled", "True", "", ""),
      ];
      pod.status.phase = "Pending";
      pod.status.containerStatuses = [
        {
          name: "rabbitmq",
          image: "rabbitmq:3.31",
          ready: false,
          restartCount: 0,
          state: {
            waiting: {
              reason: index === 2 ? "ErrImagePull" : "ImagePullBackOff",
              message:
                'Back-off pulling image "rabbitmq:3.31": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/rabbitmq:3.31": not found',
            },
          },
        },
      ];
      get(world, "StatefulSet", "jobs-rabbitmq").status = {
        replicas: 3,
        readyReplicas: 2,
        currentRevision: "a",
        updateRevision: "b",
        updatedReplicas: 1,
      };
    }),
  },
  "a service of names that programs ask": {
    codes: [
      "k8s-container-crashing",
      "k8s-container-out-of-memory",
      "k8s-scaled-to-zero",
      "k8s-heap-exhausted",
      "k8s-image-not-found",
      "k8s-workload-unresponsive",
    ],
    object: "Deployment shop/eureka",
    ways: [0, 1, 2].map((index) => (world) => {
      workload(world, "eureka", 8761, { replicas: 1 });
      for (const name of ["payments", "customers", "search"])
        change(world, name, (container) => {
          container.env = [
            ...container.env,
            { name: "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", value: "http://eureka:8761/eureka/" },
          ];
        });
      if (index === 0) {
        crashing(world, "eureka", 1);
        says(world, "eureka", ["java.lang.OutOfMemoryError: Java heap space"], true);
      } else if (index === 1)
        waiting(world, "eureka", "ImagePullBackOff", 'Back-off pulling image "x/eureka:9": not found');
      else crashing(world, "eureka", 137, { reason: "OOMKilled" });
      for (const name of ["payments", "customers", "search"])
        says(world, name, [
          ...times(6, "WARN No servers available for service: tariff"),
          ...times(
            6,
            'ERROR c.n.d.s.t.d.RetryableEurekaHttpClient : Request execution failed with message: I/O error on GET request for "http://eureka:8761/eureka/apps/": Connect to http://eureka:8761 refused',
          ),
        ]);
    }),
  },
};
