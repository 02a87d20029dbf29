/** Claims without volume, volumes that are not mounted. */
import { type Case, tryCases } from "../../support/cluster-cases.js";
import { add, ago, event, get, podsOf, unscheduled, type World, waiting } from "../../support/cluster-world.js";

const CLAIM = "PersistentVolumeClaim shop/data";
const CART = "Deployment shop/cart";

/** The cart mounts a claim that is pending. */
function pending(world: World, spec: object, status = "Pending"): void {
  add(world, "PersistentVolumeClaim", {
    metadata: { name: "data", namespace: "shop", creationTimestamp: ago(900) },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } }, ...spec },
    status: { phase: status },
  });
  unscheduled(
    world,
    "cart",
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
  );
  for (const item of [get(world, "Deployment", "cart").spec.template, ...podsOf(world, "cart")])
    item.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
}
const volume = (
  world: World,
  spec: object = {},
  parts: { labels?: object; phase?: string; name?: string } = {},
): void => {
  add(world, "PersistentVolume", {
    metadata: { name: parts.name ?? "pv-1", labels: parts.labels ?? {} },
    spec: { storageClassName: "manual", capacity: { storage: "20Gi" }, accessModes: ["ReadWriteOnce"], ...spec },
    status: { phase: parts.phase ?? "Available" },
  });
};
const claimed =
  (spec: object, offered: object = {}, parts: Parameters<typeof volume>[2] = {}) =>
  (world: World): void => {
    volume(world, offered, parts);
    pending(world, { storageClassName: "manual", ...spec });
  };
const provision =
  (reason: string, message: string, spec: object = { storageClassName: "standard" }) =>
  (world: World): void => {
    pending(world, spec);
    event(world, "PersistentVolumeClaim", "data", reason, message);
  };

const claims: Case[] = [
  {
    code: "k8s-claim-missing",
    object: CART,
    siblings: ["data", "cart-data", "x"].map((claimName) => (world: World) => {
      unscheduled(
        world,
        "cart",
        `0/3 nodes are available: persistentvolumeclaim "${claimName}" not found. preemption: 0/3 nodes are available`,
      );
      for (const item of [get(world, "Deployment", "cart").spec.template, ...podsOf(world, "cart")])
        item.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName } }];
    }),
  },
  {
    code: "k8s-claim-class-missing",
    object: CLAIM,
    siblings: [
      (world) => pending(world, { storageClassName: "fast-ssd" }),
      provision("ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found', { storageClassName: "fast" }),
      (world) => {
        volume(world);
        pending(world, { storageClassName: "manula", resources: { requests: { storage: "50Gi" } } });
      },
    ],
  },
  {
    code: "k8s-claim-without-class",
    object: CLAIM,
    siblings: [0, 1, 2].map((how) => (world: World) => {
      get(world, "StorageClass", "standard").metadata.annotations = {};
      pending(world, {});
      if (how > 0)
        event(
          world,
          "PersistentVolumeClaim",
          "data",
          "FailedBinding",
          "no persistent volumes available for this claim and no storage class is set",
          { type: "Normal" },
        );
      if (how > 1) world.items.StorageClass = [];
    }),
  },
  {
    code: "k8s-claim-provisioner-failing",
    object: CLAIM,
    siblings: [
      provision(
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": rpc error: code = ResourceExhausted desc = quota exceeded',
      ),
      provision("ProvisioningFailed", "failed to create volume: UnauthorizedOperation: You are not authorized"),
      provision("ProvisioningFailed", "failed to provision volume: rpc error: code = DeadlineExceeded"),
    ],
  },
  {
    code: "k8s-claim-provisioner-absent",
    object: CLAIM,
    siblings: [
      provision(
        "ExternalProvisioning",
        'waiting for a volume to be created, either by external provisioner "ebs.csi.aws.com" or manually created by system administrator',
      ),
      provision(
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator.",
      ),
      provision("ProvisioningFailed", "no volume plugin matched name: example.com/nfs"),
    ],
  },
  {
    code: "k8s-claim-mode-unmatched",
    object: CLAIM,
    siblings: [
      claimed({ accessModes: ["ReadWriteMany"] }),
      claimed({ volumeMode: "Block" }),
      provision(
        "ProvisioningFailed",
        "failed to provision volume: NodePath only supports ReadWriteOnce and ReadWriteOncePod access modes",
      ),
      claimed({ accessModes: ["ReadWriteOnce"] }, { accessModes: ["ReadOnlyMany"] }),
    ],
  },
  {
    code: "k8s-claim-size-unmatched",
    object: CLAIM,
    siblings: [
      claimed({ resources: { requests: { storage: "100Gi" } } }),
      claimed({}, { capacity: { storage: "1Gi" } }),
      claimed({ resources: { requests: { storage: "1Ti" } } }, { capacity: { storage: "500G" } }),
    ],
  },
  {
    code: "k8s-claim-selector-unmatched",
    object: CLAIM,
    siblings: [
      claimed({ selector: { matchLabels: { disk: "ssd" } } }),
      claimed({ selector: { matchLabels: { disk: "ssd" } } }, {}, { labels: { disk: "hdd" } }),
      claimed({ selector: { matchExpressions: [{ key: "zone", operator: "Exists" }] } }),
    ],
  },
  {
    code: "k8s-claim-class-unmatched",
    object: CLAIM,
    siblings: [
      claimed({ storageClassName: "slow" }),
      claimed({ storageClassName: "" }),
      claimed({ storageClassName: "manual", volumeName: "pv-1" }, { storageClassName: "other" }),
    ],
  },
  {
    code: "k8s-claim-volume-taken",
    object: CLAIM,
    siblings: [
      claimed({ volumeName: "pv-1" }, { claimRef: { namespace: "other", name: "x" } }, { phase: "Bound" }),
      claimed({}, { claimRef: { namespace: "shop", name: "old" } }, { phase: "Released" }),
      claimed({}, { claimRef: { namespace: "shop", name: "x" } }, { phase: "Bound" }),
    ],
  },
  {
    code: "k8s-claim-volume-missing",
    object: CLAIM,
    siblings: ["pv-9", "nfs", "gone"].map((volumeName) => claimed({ volumeName })),
  },
  {
    code: "k8s-claim-lost",
    object: CLAIM,
    siblings: ["pv-1", "pv-2", "x"].map((volumeName) => (world: World) => pending(world, { volumeName }, "Lost")),
  },
  {
    code: "k8s-claim-resize-stuck",
    object: CLAIM,
    siblings: [
      "resize volume failed: rpc error: code = Internal desc = Could not resize volume",
      "error expanding volume: not supported",
      "MountVolume.resizeFileSystem failed: exit status 1",
    ].map((message) => (world: World) => {
      add(world, "PersistentVolumeClaim", {
        metadata: { name: "data", namespace: "shop" },
        spec: { storageClassName: "standard", volumeName: "pv", resources: { requests: { storage: "20Gi" } } },
        status: { phase: "Bound", capacity: { storage: "10Gi" } },
      });
      event(
        world,
        "PersistentVolumeClaim",
        "data",
        message.startsWith("Mount") ? "FileSystemResizeFailed" : "VolumeResizeFailed",
        message,
      );
    }),
  },
  {
    code: "k8s-volume-failed",
    object: "PersistentVolume pv-1",
    siblings: [
      "error deleting EBS volume: VolumeInUse",
      "failed to create deleter for volume: no deletable volume plugin matched",
      "rpc error: code = Internal",
    ].map((message) => (world: World) => {
      volume(world, {}, { phase: "Failed" });
      get(world, "PersistentVolume", "pv-1").status.message = message;
    }),
  },
];
tryCases("storage", claims);

const stuck =
  (reason: string, message: string) =>
  (world: World): void => {
    waiting(world, "cart", "ContainerCreating", "");
    for (const pod of podsOf(world, "cart")) event(world, "Pod", pod.metadata.name, reason, message);
  };
const mounts: Case[] = [
  {
    code: "k8s-volume-held-elsewhere",
    object: CART,
    siblings: [
      stuck(
        "FailedAttachVolume",
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
      ),
      stuck("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) cart-old'),
      stuck("FailedAttachVolume", "AttachVolume.Attach failed: disk is already attached to node-2"),
    ],
  },
  {
    code: "k8s-volume-driver-missing",
    object: CART,
    siblings: [
      stuck(
        "FailedMount",
        "MountVolume.MountDevice failed: kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers",
      ),
      stuck("FailedAttachVolume", "driver name nfs.csi.k8s.io not found"),
      stuck("FailedMount", "no volume plugin matched"),
    ],
  },
  {
    code: "k8s-volume-path-missing",
    object: CART,
    siblings: [
      stuck(
        "FailedMount",
        'MountVolume.SetUp failed for volume "host" : hostPath type check failed: /data/x is not a directory',
      ),
      stuck(
        "FailedMount",
        "mount failed: exit status 32: mount.nfs: mounting 10.0.0.9:/export/x failed, reason given by server: No such file or directory",
      ),
      (world) =>
        waiting(
          world,
          "cart",
          "CreateContainerConfigError",
          'failed to prepare subPath for volumeMount "x" of container "cart"',
        ),
    ],
  },
  {
    code: "k8s-volume-permission-denied",
    object: CART,
    siblings: [
      stuck("FailedMount", "mount.nfs: access denied by server while mounting 10.0.0.9:/export"),
      stuck("FailedMount", "MountVolume.SetUp failed: mkdir /var/lib/x: permission denied"),
      stuck("FailedMount", "mount: /x: permission denied."),
    ],
  },
  {
    code: "k8s-volume-attach-failed",
    object: CART,
    siblings: [
      stuck("FailedAttachVolume", 'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = DeadlineExceeded'),
      stuck("FailedAttachVolume", "AttachVolume.Attach failed: attachdetachment timeout for volume vol-1"),
      stuck("FailedAttachVolume", "volume attachment is being deleted"),
    ],
  },
  {
    code: "k8s-volume-mount-failed",
    object: CART,
    siblings: [
      stuck(
        "FailedMount",
        "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition",
      ),
      stuck(
        "FailedMount",
        "MountVolume.MountDevice failed: mount failed: exit status 32, wrong fs type, bad option, bad superblock",
      ),
      stuck("FailedMount", "mount.nfs: Connection timed out"),
    ],
  },
];
tryCases("mounts", mounts);
