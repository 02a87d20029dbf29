/** Nodes, agents on them, scheduling and registries: written down before any was tried. `#1` stands for the first node. */
import {
  ago,
  crashing,
  event,
  get,
  type Item,
  podsOf,
  unready,
  unscheduled,
  type World,
  waiting,
  workload,
} from "../cluster-world.js";
import {
  change,
  condition,
  custom,
  felt,
  onPods,
  type Recorded,
  refusedBy,
  says,
  tell,
  timedOutAt,
  times,
} from "./cluster.js";

const nodes = (world: World): Item[] => world.items.Node ?? [];
const agent = (world: World, name: string): void =>
  workload(world, name, 9_098, { namespace: "kube-system", kind: "DaemonSet", replicas: 3, service: false });
const down = (world: World, name: string, lines: string[], code = 1): void => {
  crashing(world, name, code);
  says(world, name, lines, true);
};
const taint = (world: World, key: string): void => {
  for (const one of nodes(world)) one.spec.taints = [{ key, effect: "NoSchedule", timeAdded: ago(900) }];
};
const untolerated = (key: string): string =>
  `0/3 nodes are available: 3 node(s) had untolerated taint {${key}: }. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`;
const onNode = (world: World, index: number): Item[] =>
  (world.items.Pod ?? []).filter(
    ({ spec, metadata }) => spec.nodeName === nodes(world)[index].metadata.name && metadata.namespace === "shop",
  );
const problem = (world: World, type: string, reason: string, message: string): void => {
  nodes(world)[0].status.conditions.push(condition(type, "True", reason, message, 1_200));
  event(world, "Node", nodes(world)[0].metadata.name, reason, message, { source: { component: "kernel-monitor" } });
};
const unpulled = (world: World, name: string, image: string, text: string): void => {
  change(world, name, (container) => {
    container.image = image;
  });
  waiting(world, name, "ImagePullBackOff", `Back-off pulling image "${image}"`);
  tell(world, name, "Failed", `Failed to pull image "${image}": ${text}`, { count: 12 });
};
const unserved =
  (line: string) =>
  (world: World): void => {
    felt(world, "tariff", () => line);
  };

export const NODE_FAMILIES: Record<string, Recorded> = {
  "a taint that an agent would take away": {
    codes: [
      "k8s-network-agent-down",
      "k8s-container-crashing",
      "k8s-daemon-set-incomplete",
      "k8s-account-rights-missing",
      "k8s-setting-invalid",
    ],
    object: "DaemonSet kube-system/cilium",
    ways: [
      'level=fatal msg="Unable to initialize Kubernetes client" error="Get https://10.96.0.1: x509: certificate signed by unknown authority"',
      'level=fatal msg="failed to start: daemon creation failed: invalid daemon configuration: native routing cidr must be configured"',
      'level=fatal msg="Unable to create cilium_host: operation not supported"',
    ].map((line, index) => (world) => {
      agent(world, "cilium");
      down(world, "cilium", times(4, line));
      taint(world, "node.cilium.io/agent-not-ready");
      for (const name of ["tariff", "search", "labels"].slice(0, index + 1))
        unscheduled(world, name, untolerated("node.cilium.io/agent-not-ready"));
    }),
  },
  "nodes that a cloud controller has not taken up": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-dependency-credentials-wrong",
      "k8s-control-plane-down",
      "k8s-setting-invalid",
      "k8s-account-rights-missing",
    ],
    object: "Deployment kube-system/cloud-controller-manager",
    ways: [
      'F1122 11:40:01 controllermanager.go:240] Cloud provider could not be initialized: could not init cloud provider "openstack": Authentication failed',
      "E1122 error: UnauthorizedOperation: You are not authorized to perform this operation: ec2:DescribeInstances",
      "F1122 unable to read cloud config: invalid value for key region",
    ].map((line) => (world) => {
      workload(world, "cloud-controller-manager", 10_258, { namespace: "kube-system", service: false, replicas: 1 });
      down(world, "cloud-controller-manager", times(3, line), 255);
      taint(world, "node.cloudprovider.kubernetes.io/uninitialized");
      unscheduled(world, "pickup", untolerated("node.cloudprovider.kubernetes.io/uninitialized"));
    }),
  },
  "conntrack table of a node": {
    codes: ["k8s-node-kernel-problem", "k8s-node-network-impaired"],
    object: "Node #1",
    ways: [
      (world) => {
        problem(world, "ConntrackFull", "ConntrackFull", "nf_conntrack: table full, dropping packet");
        unserved("ERROR call to tariff failed: dial tcp: connect to tariff:9090: i/o timeout")(world);
      },
      (world) =>
        event(
          world,
          "Node",
          nodes(world)[0].metadata.name,
          "ConntrackFull",
          "kernel: nf_conntrack: nf_conntrack: table full, dropping packet",
          { count: 400 },
        ),
      (world) => {
        event(world, "Node", nodes(world)[0].metadata.name, "KernelLog", "nf_conntrack: table full, dropping packet", {
          count: 99,
        });
        felt(world, "session-redis", timedOutAt("session-redis"));
      },
    ],
  },
  "disk of a node that breaks": {
    codes: ["k8s-node-kernel-problem"],
    object: "Node #1",
    ways: [
      (world) => {
        problem(
          world,
          "ReadonlyFilesystem",
          "FilesystemIsReadOnly",
          "EXT4-fs (nvme0n1p1): Remounting filesystem read-only",
        );
        for (const pod of onNode(world, 0).slice(0, 2)) {
          world.logs = world.logs.filter(({ pod: name }) => name !== pod.metadata.name);
          world.logs.push({
            namespace: "shop",
            pod: pod.metadata.name,
            container: pod.spec.containers[0].name,
            previous: false,
            lines: times(6, "ERROR cannot write /tmp/buffer: Read-only file system"),
          });
        }
      },
      (world) =>
        problem(
          world,
          "KernelDeadlock",
          "TaskHung",
          "INFO: task jbd2/nvme1n1-8:512 blocked for more than 120 seconds.",
        ),
      (world) => {
        event(
          world,
          "Node",
          nodes(world)[0].metadata.name,
          "Ext4Error",
          "EXT4-fs error (device nvme1n1): ext4_find_entry:1455: inode #2: comm dockerd: reading directory lblock 0",
          { count: 31 },
        );
        problem(
          world,
          "XfsShutdown",
          "XfsHasShutDown",
          "XFS (nvme1n1): Corruption of in-memory data detected. Shutting down filesystem",
        );
      },
    ],
  },
  "agent of a device": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-daemon-set-incomplete",
      "k8s-command-not-found",
      "k8s-device-unavailable",
      "k8s-setting-missing",
      "k8s-container-not-created",
    ],
    object: "DaemonSet kube-system/nvidia-device-plugin-daemonset",
    ways: [
      "Failed to initialize NVML: could not load NVML library.",
      "error: No NVIDIA device found; incompatible platform detected",
      "Error: failed to create device plugin manager: unable to create CDI spec",
    ].map((line, index) => (world) => {
      agent(world, "nvidia-device-plugin-daemonset");
      down(world, "nvidia-device-plugin-daemonset", [
        `I1122 11:58:00 main.go:235] "Starting NVIDIA Device Plugin"`,
        `E1122 11:58:01 factory.go:87] ${line}`,
      ]);
      change(world, ["routing", "search", "labels"][index] ?? "", (container) => {
        container.resources = { limits: { "nvidia.com/gpu": "1" } };
      });
      unscheduled(
        world,
        ["routing", "search", "labels"][index] ?? "",
        "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
      );
    }),
  },
  "no room on a node to unpack an image": {
    codes: ["k8s-node-disk-pressure", "k8s-volume-full"],
    object: "Node #1",
    ways: [
      'failed to pull and unpack image "registry.parcel.example/team/labels:3.0.0": failed to extract layer sha256:0e1: write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/usr/lib/x.so: no space left on device: unknown',
      "rpc error: code = Unknown desc = failed to register layer: Error processing tar file(exit status 1): write /opt/model.bin: no space left on device",
      'writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device',
    ].map((text) => (world) => {
      unpulled(world, "labels", "registry.parcel.example/team/labels:3.0.0", text);
      onPods(world, "labels", (pod) => {
        pod.spec.nodeName = nodes(world)[0].metadata.name;
      });
    }),
  },
  "an image that cannot be unpacked": {
    codes: ["k8s-image-pull-failed", "k8s-image-not-found", "k8s-image-name-invalid"],
    object: "Deployment shop/tariff",
    ways: [
      'media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.0, please rebuild the image',
      'failed to pull and unpack image: failed commit on ref "layer-sha256:1f": unexpected commit digest sha256:aa, expected sha256:bb: failed precondition',
      "failed to extract layer sha256:9a: archive/tar: invalid tar header: unknown",
    ].map((text) => (world) => {
      unpulled(world, "tariff", "registry.parcel.example/team/tariff:1.9", text);
      felt(world, "tariff", refusedBy("tariff"));
    }),
  },
  "a registry inside the cluster": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-volume-full",
      "k8s-setting-invalid",
      "k8s-read-only-root",
      "k8s-container-out-of-memory",
    ],
    object: "Deployment storage/registry",
    ways: [
      "panic: open /etc/distribution/config.yml: configuration error: unknown field storge",
      'level=fatal msg="error provisioning filesystem: mkdir /var/lib/registry/docker: no space left on device"',
      "panic: runtime error: invalid memory address or nil pointer dereference",
    ].map((line, index) => (world) => {
      workload(world, "registry", 5000, { namespace: "storage", replicas: 1 });
      down(world, "registry", [line], 2);
      for (const name of ["tariff", "labels", "pickup", "notify"].slice(0, 2 + index))
        unpulled(
          world,
          name,
          `registry.storage.svc.cluster.local:5000/team/${name}:4`,
          `failed to do request: Head "https://registry.storage.svc.cluster.local:5000/v2/team/${name}/manifests/4": dial tcp 10.96.0.77:5000: connect: connection refused`,
        );
    }),
  },
  "signature of an image": {
    codes: ["k8s-webhook-denied", "k8s-image-untrusted", "k8s-image-pull-failed", "k8s-registry-access-denied"],
    object: "Deployment shop/pickup",
    ways: [
      (world) =>
        unpulled(
          world,
          "pickup",
          "registry.parcel.example/team/pickup:9",
          "SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists",
        ),
      (world) => {
        waiting(
          world,
          "pickup",
          "SignatureValidationFailed",
          "image pull failed for registry.parcel.example/team/pickup:9 because the signature validation failed: Source image rejected: Invalid GPG signature",
        );
      },
      (world) =>
        unpulled(
          world,
          "pickup",
          "registry.parcel.example/team/pickup:9",
          "Source image rejected: Running image docker://registry.parcel.example/team/pickup:9 is rejected by policy.",
        ),
    ],
  },
  "an autoscaler of nodes at its end": {
    codes: ["k8s-cpu-insufficient", "k8s-memory-insufficient"],
    object: "Deployment shop/search",
    ways: [
      ["NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached", "cluster-autoscaler", "cpu"],
      [
        "NotTriggerScaleUp",
        "pod didn't trigger scale-up (it wouldn't fit if a new node is added): 2 Insufficient memory",
        "cluster-autoscaler",
        "memory",
      ],
      [
        "FailedScheduling",
        'Failed to schedule pod, incompatible with nodepool "default", daemonset overhead={"cpu":"180m"}, no instance type satisfied resources {"cpu":"64"} and requirements',
        "karpenter",
        "cpu",
      ],
    ].map(([reason = "", message = "", component, resource = ""]) => (world) => {
      change(world, "search", (container) => {
        container.resources.requests = { cpu: "64", memory: "700Gi" };
      });
      unscheduled(
        world,
        "search",
        `0/3 nodes are available: 3 Insufficient ${resource}. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`,
      );
      tell(world, "search", reason, message, { type: "Normal", source: { component } });
    }),
  },
  "nodes of a pool that do not come up": {
    codes: ["k8s-custom-resource-failing"],
    object: ["NodeClaim burst-x1", "NodePool burst", "EC2NodeClass burst"],
    ways: [
      [
        "Launched",
        "LaunchFailed",
        "creating instance, insufficient capacity, with fleet error(s), InsufficientInstanceCapacity: We currently do not have sufficient m7i.4xlarge capacity",
      ],
      [
        "Launched",
        "LaunchFailed",
        "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 64 allows",
      ],
      ["Registered", "NodeNotRegistered", "Node not registered with cluster"],
    ].map(([type = "", reason = "", message = ""]) => (world) => {
      custom(world, "NodeClaim", "burst-x1", {
        metadata: { namespace: undefined },
        status: { conditions: [condition(type, "False", reason, message)] },
      });
      unscheduled(world, "routing", "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.");
      change(world, "routing", (_, spec) => {
        spec.nodeSelector = { "karpenter.sh/nodepool": "burst" };
      });
    }),
  },
  "an agent of a mesh of routers on one node": {
    codes: [
      "k8s-network-agent-down",
      "k8s-node-network-impaired",
      "k8s-readiness-probe-failing",
      "k8s-daemon-set-incomplete",
    ],
    object: ["DaemonSet kube-system/calico-node", "Node #1"],
    ways: [
      "Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.0.0.12,10.0.0.13",
      "Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503",
      "Readiness probe failed: calico/node is not ready: BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused",
    ].map((text) => (world) => {
      agent(world, "calico-node");
      const pod =
        podsOf(world, "calico-node").find(({ spec }) => spec.nodeName === nodes(world)[0].metadata.name) ??
        podsOf(world, "calico-node")[0];
      pod.spec = { ...pod.spec, nodeName: nodes(world)[0].metadata.name };
      for (const one of pod.status.conditions) if (/Ready/.test(one.type)) one.status = "False";
      pod.status.containerStatuses[0].ready = false;
      event(world, "Pod", pod.metadata.name, "Unhealthy", text, { namespace: "kube-system", count: 80 });
      const set = get(world, "DaemonSet", "calico-node");
      set.status = { ...set.status, numberReady: 2, numberUnavailable: 1 };
      felt(world, "routing", timedOutAt("routing"));
    }),
  },
  "limits of watches and shared memory": {
    codes: ["k8s-process-limit-reached", "k8s-volume-full", "k8s-container-crashing"],
    object: "Deployment shop/notify",
    ways: [
      "OSError: [Errno 28] inotify watch limit reached",
      "fatal: failed to create fsnotify watcher: too many open files",
      "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/templates'",
    ].map((line) => (world) => {
      crashing(world, "notify", 1);
      says(world, "notify", ["starting", line], true);
    }),
  },
  "a list of arguments that is too long": {
    codes: ["k8s-container-crashing", "k8s-command-not-found", "k8s-container-not-created", "k8s-setting-invalid"],
    object: "Deployment shop/depot",
    ways: [
      (world) => {
        crashing(world, "depot", 1);
        says(world, "depot", ["standard_init_linux.go:228: exec user process caused: argument list too long"], true);
      },
      (world) =>
        waiting(
          world,
          "depot",
          "RunContainerError",
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app": argument list too long: unknown',
          { last: { exitCode: 128, reason: "StartError" } },
        ),
      (world) => {
        crashing(world, "depot", 126);
        says(world, "depot", ["/entrypoint.sh: line 9: /usr/bin/dotnet: Argument list too long"], true);
      },
    ],
  },
  "a network of the host and its names": {
    codes: ["k8s-pod-dns-wrong"],
    object: "Deployment shop/pickup",
    ways: [
      "getaddrinfo ENOTFOUND customers",
      "socket.gaierror: [Errno -2] Name or service not known: 'jobs-rabbitmq'",
      "dial tcp: lookup routing on 169.254.169.253:53: no such host",
    ].map((line, index) => (world) => {
      change(world, "pickup", (_, spec) => {
        spec.hostNetwork = true;
        spec.dnsPolicy = index === 1 ? "Default" : "ClusterFirst";
      });
      if (index === 2) unready(world, "pickup");
      says(world, "pickup", times(9, `ERROR ${line}`));
    }),
  },
  "a cache of names on the nodes": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-dns-down",
      "k8s-container-crashing",
      "k8s-network-agent-down",
      "k8s-dns-configuration-wrong",
      "k8s-container-out-of-memory",
    ],
    object: ["DaemonSet kube-system/node-local-dns", "ConfigMap kube-system/node-local-dns"],
    ways: [
      '[FATAL] Plugin loop: Loop (169.254.20.10:38291 -> :53) detected for zone "."',
      "Failed to bind 169.254.20.10:53: listen tcp 169.254.20.10:53: bind: cannot assign requested address",
      "panic: runtime error: slice bounds out of range",
    ].map((line, index) => (world) => {
      agent(world, "node-local-dns");
      down(world, "node-local-dns", [line]);
      for (const name of ["web", "parcels", "depot", "pickup"].slice(0, index + 2))
        says(
          world,
          name,
          times(
            8,
            "ERROR dial tcp: lookup tariff.shop.svc.cluster.local on 169.254.20.10:53: read udp 10.1.0.9:41022->169.254.20.10:53: read: connection refused",
          ),
        );
    }),
  },
};
