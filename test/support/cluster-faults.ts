/** Faults as injectors and mistakes make them, each in any part of a whole system, in the words of several versions. */
import type { CauseCode } from "../../src/core/cluster/codes.js";
import type { Failure, System } from "./cluster-systems.js";
import {
  add,
  ago,
  crashing,
  downed,
  event,
  get,
  type Item,
  log,
  podless,
  podsOf,
  remove,
  unready,
  unscheduled,
  type World,
  waiting,
} from "./cluster-world.js";

export interface Fault {
  /** One of them. */
  codes: CauseCode[];
  /** The one to mend; `@` stands for the part that is hit. */
  object: string | string[];
  /** How callers of the part see it. */
  failure: Failure;
  /** Only those who call it know that it is wrong. */
  needsCallers?: "where addresses are not told" | "always";
  /** New pods have it; those of the revision before may go on. */
  rolls?: true;
  /** Which parts it is tried on. */
  on: "all" | "called" | "store" | "calling" | "program";
  /** In the order of wordings. */
  ways: Array<(world: World, name: string, system: System) => void>;
}

const NODES = "0/3 nodes are available: ";
const PREEMPTION = " preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
const owner = (name: string, world: World): string =>
  (world.items.StatefulSet ?? []).some(({ metadata }) => metadata.name === name) ? "StatefulSet" : "Deployment";
const image = (name: string): string => `registry.example.com/shop/${name}:v1.4.2`;

export const specsOf = (world: World, name: string): Item[] => [
  ...["Deployment", "StatefulSet"].flatMap((kind) =>
    (world.items[kind] ?? []).filter((one) => one.metadata.name === name).map((one) => one.spec.template.spec),
  ),
  ...podsOf(world, name).map((pod) => pod.spec),
];
export const portOf = ({ parts }: System, name: string): number => parts.find((one) => one.name === name)?.port ?? 0;
const each = (world: World, name: string, change: (container: Item, spec: Item) => void): void => {
  for (const spec of new Set(specsOf(world, name))) {
    spec.containers = spec.containers.map((one: Item) => structuredClone(one));
    change(spec.containers[0], spec);
  }
};
const containerOf = (world: World, name: string): string => podsOf(world, name)[0].spec.containers[0].name;
const onPods = (world: World, name: string, act: (pod: Item) => void): void => podsOf(world, name).forEach(act);

const scheduled = (
  codes: CauseCode[],
  object: string | string[],
  texts: string[],
  before: (world: World, name: string) => void = () => undefined,
): Fault => ({
  rolls: true,
  codes,
  object,
  failure: "refused",
  on: "all",
  ways: texts.map((text, index) => (world, name) => {
    before(world, name);
    unscheduled(world, name, `${NODES}${text}`, index % 2 === 0 ? "condition" : "event");
  }),
});
const pulled = (
  codes: CauseCode[],
  texts: Array<(image: string) => string>,
  more: (world: World, name: string) => void = () => undefined,
): Fault => ({
  rolls: true,
  codes,
  object: "@",
  failure: "refused",
  on: "all",
  ways: texts.map((text, index) => (world, name) => {
    more(world, name);
    const said = text(image(name));
    if (index % 2 === 0) waiting(world, name, "ErrImagePull", said);
    else {
      waiting(world, name, "ImagePullBackOff", `Back-off pulling image "${image(name)}"`);
      onPods(world, name, (pod) =>
        event(world, "Pod", pod.metadata.name, "Failed", `Failed to pull image "${image(name)}": ${said}`),
      );
    }
  }),
});
const created = (codes: CauseCode[], reason: string, texts: string[]): Fault => ({
  rolls: true,
  codes,
  object: "@",
  failure: "refused",
  on: "all",
  ways: texts.map((text) => (world, name) => waiting(world, name, reason, text)),
});
const refused = (
  codes: CauseCode[],
  object: string | string[],
  texts: string[],
  before: (world: World, name: string) => void = () => undefined,
): Fault => ({
  rolls: true,
  codes,
  object,
  failure: "refused",
  on: "all",
  ways: texts.map((text, index) => (world, name) => {
    before(world, name);
    podless(world, name, text, index % 2 === 0 ? "event" : "condition");
  }),
});
const crashed = (
  codes: CauseCode[],
  on: Fault["on"],
  ends: Array<{ code: number; lines: string[]; end?: Item }>,
  before: (world: World, name: string) => void = () => undefined,
): Fault => ({
  rolls: true,
  codes,
  object: "@",
  failure: "refused",
  on,
  ways: ends.map(({ code, lines, end = {} }) => (world, name) => {
    before(world, name);
    crashing(world, name, code, end);
    world.logs = world.logs.filter(({ pod }) => !podsOf(world, name).some(({ metadata }) => metadata.name === pod));
    if (lines.length > 0) log(world, name, lines, { previous: true });
    onPods(world, name, (pod) =>
      event(world, "Pod", pod.metadata.name, "BackOff", "Back-off restarting failed container"),
    );
  }),
});
const claimed = (
  codes: CauseCode[],
  objects: string[],
  claim: Item,
  reason: string,
  texts: string[],
  more: (world: World) => void = () => undefined,
): Fault => ({
  codes,
  object: objects,
  failure: "refused",
  on: "store",
  ways: texts.map((text) => (world, name) => {
    more(world);
    for (const spec of specsOf(world, name))
      spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: `${name}-data` } }];
    add(world, "PersistentVolumeClaim", {
      metadata: { name: `${name}-data`, namespace: "shop", creationTimestamp: ago(900) },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...claim },
      status: { phase: "Pending" },
    });
    event(world, "PersistentVolumeClaim", `${name}-data`, reason, text, {
      type: reason === "ProvisioningFailed" ? "Warning" : "Normal",
    });
    unscheduled(world, name, `${NODES}pod has unbound immediate PersistentVolumeClaims.${PREEMPTION}`);
  }),
});
const volume = (name: string, spec: Item, status = "Available"): Item => ({
  metadata: { name },
  spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "manual", ...spec },
  status: { phase: status },
});

type Kind = "liveness" | "readiness";
/** Readiness keeps requests away, liveness kills. */
const probed = (
  kind: Kind,
  codes: CauseCode[],
  change: (probe: Item, port: number) => void,
  texts: Array<(port: number) => string>,
): Fault => ({
  rolls: true,
  codes,
  object: "@",
  failure: "refused",
  on: "program",
  ways: texts.map((text) => (world, name, system) => {
    const port = portOf(system, name);
    each(world, name, (container) => {
      const probe = structuredClone(container.readinessProbe);
      change(probe, port);
      container[`${kind}Probe`] = probe;
    });
    if (kind === "readiness") unready(world, name);
    else {
      unready(world, name, { restarts: 6, last: { exitCode: 137, reason: "Error" } });
      onPods(world, name, (pod) => {
        event(
          world,
          "Pod",
          pod.metadata.name,
          "Killing",
          `Container ${containerOf(world, name)} failed liveness probe, will be restarted`,
          { type: "Normal" },
        );
        pod.status.containerStatuses[0].state = { waiting: { reason: "CrashLoopBackOff", message: "back-off" } };
      });
    }
    const kindText = kind === "readiness" ? "Readiness" : "Liveness";
    onPods(world, name, (pod) =>
      event(world, "Pod", pod.metadata.name, "Unhealthy", `${kindText} probe failed: ${text(port)}`),
    );
  }),
});
const tcp = (probe: Item, port: number): void => {
  for (const key of ["grpc", "httpGet", "tcpSocket", "exec"]) delete probe[key];
  probe.tcpSocket = { port };
};
const http = (probe: Item, get: Item): void => {
  for (const key of ["grpc", "httpGet", "tcpSocket", "exec"]) delete probe[key];
  probe.httpGet = get;
};

/** All parts whose only pod runs on that node. */
const partsOn = ({ parts }: System, world: World, node: string): string[] =>
  parts
    .filter(({ name }) => podsOf(world, name).some(({ spec }: Item) => spec.nodeName === node))
    .map(({ name }) => name);
const nodeOf = (world: World, name: string): string => podsOf(world, name)[0].spec.nodeName;
const nodeDown = (world: World, name: string, system: System, ready: Item): void => {
  const node = nodeOf(world, name);
  const own = get(world, "Node", node);
  own.status.conditions = [
    ...["MemoryPressure", "DiskPressure", "PIDPressure"].map((type) =>
      ready.status === "Unknown"
        ? {
            type,
            status: "Unknown",
            reason: "NodeStatusUnknown",
            message: "Kubelet stopped posting node status.",
            lastTransitionTime: ago(500),
          }
        : { type, status: "False", lastTransitionTime: ago(90_000) },
    ),
    { type: "Ready", lastTransitionTime: ago(500), lastHeartbeatTime: ago(540), ...ready },
  ];
  own.spec.taints = [
    {
      key: ready.status === "Unknown" ? "node.kubernetes.io/unreachable" : "node.kubernetes.io/not-ready",
      effect: "NoExecute",
    },
  ];
  for (const part of partsOn(system, world, node)) {
    onPods(world, part, (pod) => {
      pod.status.conditions = pod.status.conditions.map((one: Item) =>
        one.type === "Ready" ? { ...one, status: "False", lastTransitionTime: ago(490) } : one,
      );
      event(world, "Pod", pod.metadata.name, "NodeNotReady", "Node is not ready");
    });
    downed(world, part);
  }
  event(world, "Node", node, "NodeNotReady", `Node ${node} status is now: NodeNotReady`, { type: "Normal" });
};

export const FAULTS: Record<string, Fault> = {
  "quota of CPU": refused(
    ["k8s-quota-exceeded"],
    "ResourceQuota shop/compute",
    [
      'pods "x" is forbidden: exceeded quota: compute, requested: requests.cpu=100m, used: requests.cpu=2, limited: requests.cpu=2',
      'Error creating: pods "x-7f9dd8b6c4-abcde" is forbidden: exceeded quota: compute, requested: limits.cpu=500m, used: limits.cpu=4, limited: limits.cpu=4',
      'create Pod x-0 in StatefulSet x failed error: pods "x-0" is forbidden: exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=1900m, limited: requests.cpu=2',
    ],
    (world) =>
      add(world, "ResourceQuota", {
        metadata: { name: "compute", namespace: "shop" },
        spec: { hard: { "requests.cpu": "2" } },
        status: { hard: { "requests.cpu": "2" }, used: { "requests.cpu": "2" } },
      }),
  ),
  "quota of pods": refused(["k8s-quota-exceeded"], "ResourceQuota shop/pods", [
    'pods "x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=12, limited: pods=12',
    'Error creating: pods "x" is forbidden: exceeded quota: pods, requested: count/pods=1, used: count/pods=12, limited: count/pods=12',
    'pods "x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=10, limited: pods=1',
  ]),
  "quota that wants requests": refused(
    ["k8s-quota-needs-requests"],
    ["@", "ResourceQuota shop/compute"],
    [
      'pods "x" is forbidden: failed quota: compute: must specify limits.cpu,limits.memory,requests.cpu,requests.memory',
      'Error creating: pods "x" is forbidden: failed quota: compute: must specify limits.memory for: server',
      'pods "x" is forbidden: failed quota: compute: must specify limits.cpu for: server; requests.cpu for: server',
    ],
  ),
  "limit range": refused(
    ["k8s-limit-range-violated"],
    ["@", "LimitRange shop/limits"],
    [
      'pods "x" is forbidden: maximum memory usage per Container is 256Mi, but limit is 512Mi',
      'Error creating: pods "x" is forbidden: [minimum cpu usage per Container is 200m, but request is 100m, maximum cpu usage per Pod is 1, but limit is 2]',
      'pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000',
    ],
  ),
  "service account": refused(
    ["k8s-service-account-missing"],
    "@",
    [
      'pods "x-" is forbidden: error looking up service account shop/reader: serviceaccount "reader" not found',
      'Error creating: pods "x-7f9dd8b6c4-" is forbidden: error looking up service account shop/reader: serviceaccount "reader" not found',
      'pods "x" is forbidden: service account shop/reader was not found, retry after the service account is created',
    ],
    (world, name) =>
      each(world, name, (_, spec) => {
        spec.serviceAccountName = "reader";
      }),
  ),
  "pod security": refused(["k8s-pod-security-violated"], "@", [
    'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "server" must set securityContext.allowPrivilegeEscalation=false)',
    'Error creating: pods "x" is forbidden: violates PodSecurity "baseline:v1.29": privileged (container "server" must not set securityContext.privileged=true)',
    'pods "x" is forbidden: PodSecurityPolicy: unable to admit pod: [spec.containers[0].securityContext.privileged: Invalid value: true: Privileged containers are not allowed]',
  ]),
  "webhook that denies": refused(["k8s-webhook-denied"], "@", [
    'admission webhook "validation.gatekeeper.sh" denied the request: [must-have-owner] you must provide labels: {"owner"}',
    'Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/shop/x was blocked due to the following policies',
    "ValidatingAdmissionPolicy 'limits' with binding 'limits' denied request: failed expression",
  ]),
  "webhook that is down": refused(
    ["k8s-webhook-unreachable"],
    "ValidatingWebhookConfiguration guard",
    [
      'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.guard.svc:443/validate?timeout=10s": dial tcp 10.96.1.1:443: connect: connection refused',
      'Error creating: Internal error occurred: failed calling webhook "guard.example.com": Post "https://guard.guard.svc:443/v?timeout=30s": context deadline exceeded',
      'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.guard.svc:443/v": x509: certificate signed by unknown authority',
    ],
    (world) =>
      add(world, "ValidatingWebhookConfiguration", {
        metadata: { name: "guard" },
        webhooks: [
          {
            name: "guard.example.com",
            failurePolicy: "Fail",
            clientConfig: { service: { name: "guard", namespace: "guard" } },
          },
        ],
      }),
  ),
  "too little CPU": scheduled(
    ["k8s-cpu-insufficient"],
    "@",
    [
      `3 Insufficient cpu.${PREEMPTION}`,
      "1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 Insufficient cpu.",
      "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    ],
    (world, name) =>
      each(world, name, (one) => {
        one.resources = { requests: { cpu: "64" }, limits: { cpu: "64" } };
      }),
  ),
  "too little memory": scheduled(
    ["k8s-memory-insufficient"],
    "@",
    [
      `3 Insufficient memory.${PREEMPTION}`,
      "1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 Insufficient memory.",
      "3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod..",
    ],
    (world, name) =>
      each(world, name, (one) => {
        one.resources = { requests: { memory: "512Gi" } };
      }),
  ),
  "node selector": scheduled(
    ["k8s-node-selector-unmatched", "k8s-node-affinity-unmatched"],
    "@",
    [
      `3 node(s) didn't match Pod's node affinity/selector.${PREEMPTION}`,
      "1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 node(s) didn't match node selector.",
      "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector.",
    ],
    (world, name) =>
      each(world, name, (_, spec) => {
        spec.nodeSelector = { disktype: "nvme" };
      }),
  ),
  "node affinity": scheduled(
    ["k8s-node-affinity-unmatched"],
    "@",
    [
      `3 node(s) didn't match Pod's node affinity/selector.${PREEMPTION}`,
      "3 node(s) didn't match Pod's node affinity.",
      "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector.",
    ],
    (world, name) =>
      each(world, name, (_, spec) => {
        spec.affinity = {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["moon"] }] }],
            },
          },
        };
      }),
  ),
  "pod anti-affinity": scheduled(["k8s-pod-anti-affinity-conflict"], "@", [
    `3 node(s) didn't match pod anti-affinity rules.${PREEMPTION}`,
    "3 node(s) didn't match pod affinity/anti-affinity, 3 node(s) didn't match pod anti-affinity rules.",
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 2 No preemption victims found for incoming pod.",
  ]),
  "pod affinity": scheduled(["k8s-pod-affinity-unmatched"], "@", [
    `3 node(s) didn't match pod affinity rules.${PREEMPTION}`,
    "3 node(s) didn't match pod affinity/anti-affinity rules, 3 node(s) didn't match pod affinity rules.",
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match pod affinity rules.",
  ]),
  taint: scheduled(
    ["k8s-taint-not-tolerated"],
    ["@", "Node node-1", "Node node-2", "Node node-3"],
    [
      `3 node(s) had untolerated taint {dedicated: batch}.${PREEMPTION}`,
      "3 node(s) had taint {dedicated: batch}, that the pod didn't tolerate.",
      "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) had untolerated taint {dedicated: batch}.",
    ],
    (world) => {
      for (const node of world.items.Node ?? [])
        node.spec.taints = [{ key: "dedicated", value: "batch", effect: "NoSchedule" }];
    },
  ),
  cordon: scheduled(
    ["k8s-node-cordoned"],
    ["Node node-1", "Node node-2", "Node node-3"],
    [
      `3 node(s) were unschedulable.${PREEMPTION}`,
      "1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 node(s) were unschedulable.",
      "3 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling..",
    ],
    (world) => {
      for (const node of world.items.Node ?? [])
        Object.assign(node.spec, {
          unschedulable: true,
          taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }],
        });
    },
  ),
  "host port": scheduled(["k8s-host-port-taken"], "@", [
    `3 node(s) didn't have free ports for the requested pod ports.${PREEMPTION}`,
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't have free ports for the requested pod ports.",
    "3 node(s) didn't have free ports for the requested pod ports. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
  ]),
  "topology spread": scheduled(["k8s-topology-spread-unsatisfied"], "@", [
    `3 node(s) didn't match pod topology spread constraints.${PREEMPTION}`,
    "3 node(s) didn't match pod topology spread constraints (missing required label).",
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match pod topology spread constraints.",
  ]),
  "image tag": pulled(
    ["k8s-image-not-found"],
    [
      (name) =>
        `rpc error: code = NotFound desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`,
      (name) =>
        `rpc error: code = Unknown desc = Error response from daemon: manifest for ${name} not found: manifest unknown: manifest unknown`,
      (name) => `reading manifest v1.4.2 in ${name}: manifest unknown: manifest unknown`,
      (name) =>
        `rpc error: code = Unknown desc = reading manifest v9 in ${name}: name unknown: The repository was not found`,
    ],
  ),
  "registry that does not resolve": pulled(
    ["k8s-registry-name-unresolved"],
    [
      (name) =>
        `rpc error: code = Unknown desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": failed to do request: Head "https://registry.example.com/v2/shop/x/manifests/v1": dial tcp: lookup registry.example.com on 192.168.1.1:53: no such host`,
      () =>
        "rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example.com/v2/: dial tcp: lookup registry.example.com: Temporary failure in name resolution",
      () =>
        'pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 10.0.0.2:53: server misbehaving',
    ],
  ),
  "registry that is not there": pulled(
    ["k8s-registry-unreachable"],
    [
      (name) =>
        `rpc error: code = DeadlineExceeded desc = failed to pull and unpack image "${name}": failed to do request: Head "https://registry.example.com/v2/": dial tcp 203.0.113.5:443: i/o timeout`,
      () =>
        "rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example.com/v2/: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
      () =>
        'pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 203.0.113.5:443: connect: connection refused',
    ],
  ),
  "pull secret": pulled(
    ["k8s-pull-secret-missing", "k8s-registry-access-denied"],
    [
      (name) =>
        `failed to pull and unpack image "${name}": failed to resolve reference "${name}": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`,
      (name) =>
        `rpc error: code = Unknown desc = Error response from daemon: pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
      (name) =>
        `unable to retrieve auth token: invalid username/password: unauthorized: authentication required: ${name}`,
    ],
    (world, name) => {
      each(world, name, (_, spec) => {
        spec.imagePullSecrets = [{ name: "regcred" }];
      });
      onPods(world, name, (pod) =>
        event(
          world,
          "Pod",
          pod.metadata.name,
          "FailedToRetrieveImagePullSecret",
          "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
        ),
      );
    },
  ),
  "image name": {
    codes: ["k8s-image-name-invalid"],
    object: "@",
    failure: "refused",
    on: "all",
    ways: [
      (world, name) =>
        waiting(
          world,
          name,
          "InvalidImageName",
          `Failed to apply default image tag "${image(name)}:": couldn't parse image name "${image(name)}:": invalid reference format`,
        ),
      (world, name) =>
        waiting(
          world,
          name,
          "InvalidImageName",
          `Failed to apply default image tag "Registry.example.com/Shop/${name}": couldn't parse image reference: repository name must be lowercase`,
        ),
      (world, name) => waiting(world, name, "InvalidImageName", ""),
    ],
  },
  "config map": created(["k8s-config-map-missing"], "CreateContainerConfigError", [
    'configmap "app-settings" not found',
    'configmaps "app-settings" not found',
    'configmap "app-settings" not found',
  ]),
  secret: created(["k8s-secret-missing"], "CreateContainerConfigError", [
    'secret "app-secret" not found',
    'secrets "app-secret" not found',
    'secret "app-secret" not found',
  ]),
  "key of a secret": created(["k8s-secret-key-missing"], "CreateContainerConfigError", [
    "couldn't find key token in Secret shop/app-secret",
    "couldn't find key TOKEN in Secret shop/app-secret",
    "references non-existent secret key: token",
  ]),
  "key of a config map": created(["k8s-config-map-key-missing"], "CreateContainerConfigError", [
    "couldn't find key mode in ConfigMap shop/app-settings",
    "couldn't find key MODE in ConfigMap shop/app-settings",
    "references non-existent config key: mode",
  ]),
  command: created(["k8s-command-not-found"], "RunContainerError", [
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/serve": stat /app/serve: no such file or directory: unknown',
    'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "serve": executable file not found in $PATH: unknown',
    "container create failed: executable file `serve` not found in $PATH: No such file or directory",
  ]),
  "run as root": created(
    ["k8s-run-as-root-refused"],
    "CreateContainerConfigError",
    [
      'container has runAsNonRoot and image will run as root (pod: "x_shop(uid)", container: server)',
      "container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root",
      "container's runAsUser breaks non-root policy (runAsNonRoot)",
    ].slice(0, 3),
  ),
  "out of memory": crashed(
    ["k8s-container-out-of-memory"],
    "all",
    [
      { code: 137, lines: [], end: { reason: "OOMKilled" } },
      { code: 137, lines: ["INFO loading cache"], end: { reason: "OOMKilled" } },
      { code: 1, lines: [], end: { reason: "OOMKilled" } },
    ],
    (world, name) =>
      each(world, name, (one) => {
        one.resources = { limits: { memory: "16Mi" } };
      }),
  ),
  "crash of the program": crashed(["k8s-container-crashing", "k8s-setting-invalid", "k8s-setting-missing"], "program", [
    { code: 1, lines: ["panic: runtime error: index out of range [3] with length 2", "goroutine 1 [running]:"] },
    { code: 2, lines: ['panic: environment variable "DISABLE_X" not set'] },
    { code: 1, lines: ["Error: Cannot find module '/usr/src/app/server.js'", "code: 'MODULE_NOT_FOUND'"] },
  ]),
  "setting that is missing": crashed(["k8s-setting-missing"], "program", [
    { code: 1, lines: ["KeyError: 'BOOKS_ADDR'"] },
    { code: 2, lines: ['panic: environment variable "PAY_SERVICE_ADDR" not set'] },
    {
      code: 1,
      lines: ["java.lang.IllegalArgumentException: Could not resolve placeholder 'pay.url' in value \"${pay.url}\""],
    },
  ]),
  "readiness: wrong port": probed(
    "readiness",
    ["k8s-readiness-probe-wrong-port"],
    (probe, port) => tcp(probe, port + 1),
    [
      (port) => `dial tcp 10.1.0.9:${port + 1}: connect: connection refused`,
      (port) => `timeout: failed to connect service "10.1.0.9:${port + 1}" within 1s: context deadline exceeded`,
      (port) => `Get "http://10.1.0.9:${port + 1}/": dial tcp 10.1.0.9:${port + 1}: connect: connection refused`,
    ],
  ),
  "readiness: wrong path": probed(
    "readiness",
    ["k8s-readiness-probe-wrong-path"],
    (probe, port) => http(probe, { path: "/helthz", port }),
    [
      () => "HTTP probe failed with statuscode: 404",
      () => "HTTP probe failed with statuscode: 404",
      () => "HTTP probe failed with statuscode: 405",
    ],
  ),
  "readiness: wrong protocol": probed(
    "readiness",
    ["k8s-readiness-probe-wrong-scheme"],
    (probe, port) => http(probe, { path: "/", port, scheme: "HTTPS" }),
    [
      (port) => `Get "https://10.1.0.9:${port}/": http: server gave HTTP response to HTTPS client`,
      (port) => `Get "https://10.1.0.9:${port}/": tls: first record does not look like a TLS handshake`,
      (port) =>
        `Get "http://10.1.0.9:${port}/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"`,
    ],
  ),
  "liveness: wrong port": probed("liveness", ["k8s-liveness-probe-wrong-port"], (probe, port) => tcp(probe, port + 1), [
    (port) => `dial tcp 10.1.0.9:${port + 1}: connect: connection refused`,
    (port) => `timeout: failed to connect service "10.1.0.9:${port + 1}" within 1s: context deadline exceeded`,
    (port) => `Get "http://10.1.0.9:${port + 1}/": dial tcp 10.1.0.9:${port + 1}: connect: connection refused`,
  ]),
  "liveness: wrong protocol": probed(
    "liveness",
    ["k8s-liveness-probe-wrong-scheme"],
    (probe, port) => http(probe, { path: "/", port, scheme: "HTTPS" }),
    [
      (port) => `Get "https://10.1.0.9:${port}/": http: server gave HTTP response to HTTPS client`,
      (port) => `Get "https://10.1.0.9:${port}/": EOF`,
      (port) =>
        `Get "http://10.1.0.9:${port}/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"`,
    ],
  ),
  "liveness: too early": probed(
    "liveness",
    ["k8s-liveness-probe-too-impatient"],
    (probe) =>
      Object.assign(probe, { initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 1 }),
    [
      (port) => `dial tcp 10.1.0.9:${port}: connect: connection refused`,
      () => "timeout: failed to connect service within 1s",
      (port) =>
        `Get "http://10.1.0.9:${port}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ],
  ),
  "service: selector": {
    codes: ["k8s-service-selector-unmatched"],
    object: "Service @",
    failure: "refused",
    on: "called",
    ways: ["x-wrong", "other", "v2"].map((label) => (world, name) => {
      get(world, "Service", name).spec.selector = { app: `${name}-${label}` };
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
    }),
  },
  "service: target port": {
    codes: ["k8s-service-target-port-wrong"],
    object: "Service @",
    failure: "refused",
    on: "called",
    ways: [1, 1000, 7].map((more) => (world, name, system) => {
      get(world, "Service", name).spec.ports[0].targetPort = portOf(system, name) + more;
    }),
  },
  "service: port": {
    needsCallers: "where addresses are not told",
    codes: ["k8s-service-port-missing"],
    object: "Service @",
    failure: "timeout",
    on: "called",
    ways: [1, 1000, 7].map((more) => (world, name, system) => {
      get(world, "Service", name).spec.ports[0].port = portOf(system, name) + more;
    }),
  },
  "service: protocol": {
    codes: ["k8s-service-protocol-wrong"],
    object: "Service @",
    failure: "timeout",
    on: "called",
    ways: ["UDP", "UDP", "SCTP"].map((protocol) => (world, name) => {
      get(world, "Service", name).spec.ports[0].protocol = protocol;
    }),
  },
  "service: deleted": {
    needsCallers: "where addresses are not told",
    codes: ["k8s-service-missing"],
    object: "Service @",
    failure: "unresolved",
    on: "called",
    ways: [0, 1, 2].map(() => (world, name) => {
      remove(world, "Service", name);
      remove(world, "EndpointSlice", `${name}-abcde`);
    }),
  },
  "network policy: ingress": {
    codes: ["k8s-network-policy-blocks-ingress"],
    object: "NetworkPolicy shop/guard",
    failure: "timeout",
    on: "called",
    ways: [undefined, [], [{ from: [{ podSelector: { matchLabels: { app: "nobody" } } }] }]].map(
      (ingress) => (world, name) => {
        add(world, "NetworkPolicy", {
          metadata: { name: "guard", namespace: "shop", creationTimestamp: ago(600) },
          spec: {
            podSelector: { matchLabels: { app: name } },
            policyTypes: ["Ingress"],
            ...(ingress === undefined ? {} : { ingress }),
          },
        });
      },
    ),
  },
  "address of a dependency": {
    codes: ["k8s-dependency-address-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: ["-wrong", "x", "-v2"].map((tail) => (world, name, system) => {
      const callee = system.parts.find((one) => one.name === name)?.calls[0] ?? "";
      each(world, name, (one) => {
        one.env = [
          ...one.env.filter(({ value }: Item) => !String(value).startsWith(`${callee}:`)),
          { name: "BACKEND_ADDR", value: `${callee}${tail}:${portOf(system, callee)}` },
        ];
      });
      log(
        world,
        name,
        Array.from(
          { length: 8 },
          () => `{"severity":"error","message":"dial tcp: lookup ${callee}${tail} on 10.96.0.10:53: no such host"}`,
        ),
      );
    }),
  },
  "port of a dependency": {
    codes: ["k8s-dependency-port-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [1, 10, 1000].map((more) => (world, name, system) => {
      const callee = system.parts.find((one) => one.name === name)?.calls[0] ?? "";
      const port = portOf(system, callee) + more;
      each(world, name, (one) => {
        one.env = [
          ...one.env.filter(({ value }: Item) => !String(value).startsWith(`${callee}:`)),
          { name: "BACKEND_ADDR", value: `${callee}:${port}` },
        ];
      });
      log(
        world,
        name,
        Array.from(
          { length: 8 },
          () =>
            `{"severity":"error","message":"rpc error: code = DeadlineExceeded dial tcp ${callee}:${port}: i/o timeout"}`,
        ),
      );
    }),
  },
  "replicas 0": {
    codes: ["k8s-scaled-to-zero"],
    object: "@",
    failure: "refused",
    on: "called",
    ways: [0, 1, 2].map(() => (world, name) => {
      const kind = owner(name, world) as "Deployment";
      get(world, kind, name).spec.replicas = 0;
      get(world, kind, name).status = { observedGeneration: 1, conditions: [{ type: "Available", status: "True" }] };
      world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels.app !== name);
      for (const set of world.items.ReplicaSet ?? []) if (set.metadata.labels.app === name) set.spec.replicas = 0;
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
    }),
  },
  "claim: class": claimed(
    ["k8s-claim-class-missing"],
    ["@", "PersistentVolumeClaim shop/@-data"],
    { storageClassName: "fast-ssd" },
    "ProvisioningFailed",
    [
      'storageclass.storage.k8s.io "fast-ssd" not found',
      'storageclass.storage.k8s.io "fast-ssd" not found',
      'storageclass.storage.k8s.io "fast-ssd" not found',
    ],
  ),
  "claim: mode": claimed(
    ["k8s-claim-mode-unmatched"],
    ["@", "PersistentVolumeClaim shop/@-data"],
    { storageClassName: "manual", accessModes: ["ReadWriteMany"] },
    "FailedBinding",
    [
      "no persistent volumes available for this claim and no storage class is set",
      'storageclass.storage.k8s.io "manual" not found',
      "no volume plugin matched",
    ],
    (world) => add(world, "PersistentVolume", volume("pv-1", {})),
  ),
  "claim: size": claimed(
    ["k8s-claim-size-unmatched"],
    ["@", "PersistentVolumeClaim shop/@-data"],
    { storageClassName: "manual", resources: { requests: { storage: "100Gi" } } },
    "FailedBinding",
    [
      "no persistent volumes available for this claim and no storage class is set",
      'storageclass.storage.k8s.io "manual" not found',
      "no volume plugin matched",
    ],
    (world) => add(world, "PersistentVolume", volume("pv-1", {})),
  ),
  "claim: selector": claimed(
    ["k8s-claim-selector-unmatched"],
    ["@", "PersistentVolumeClaim shop/@-data"],
    { storageClassName: "manual", selector: { matchLabels: { tier: "gold" } } },
    "FailedBinding",
    [
      "no persistent volumes available for this claim and no storage class is set",
      'storageclass.storage.k8s.io "manual" not found',
      "no volume plugin matched",
    ],
    (world) => add(world, "PersistentVolume", volume("pv-1", {})),
  ),
  "claim: taken": claimed(
    ["k8s-claim-volume-taken"],
    ["@", "PersistentVolumeClaim shop/@-data"],
    { storageClassName: "manual", volumeName: "pv-1" },
    "FailedBinding",
    [
      'volume "pv-1" already bound to a different claim.',
      'volume "pv-1" already bound to a different claim.',
      'volume "pv-1" already bound to a different claim.',
    ],
    (world) =>
      add(world, "PersistentVolume", volume("pv-1", { claimRef: { namespace: "other", name: "old" } }, "Bound")),
  ),
  "claim: absent": {
    codes: ["k8s-claim-missing"],
    object: "@",
    failure: "refused",
    on: "all",
    ways: [0, 1, 2].map((index) => (world, name) => {
      each(world, name, (_, spec) => {
        spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: "gone" } }];
      });
      unscheduled(
        world,
        name,
        index === 1
          ? 'persistentvolumeclaim "gone" not found'
          : `${NODES}persistentvolumeclaim "gone" not found. ${PREEMPTION}`,
        index === 2 ? "event" : "condition",
      );
    }),
  },
  "volume: permission": crashed(
    ["k8s-volume-permission-denied"],
    "store",
    [
      { code: 1, lines: ["mkdir: cannot create directory '/data/db': Permission denied"] },
      { code: 1, lines: ["Can't open or create append-only dir /data/db/appendonlydir: Permission denied"] },
      {
        code: 100,
        lines: [
          '{"s":"E","c":"STORAGE","msg":"Failed to set up listener","attr":{"error":"Permission denied: \\"/data/db/mongod.lock\\""}}',
        ],
      },
    ],
    (world, name) =>
      each(world, name, (one) => {
        one.volumeMounts = [{ name: "data", mountPath: "/data/db" }];
      }),
  ),
  "port of a sidecar": {
    codes: ["k8s-container-port-conflict"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      "listen tcp :%: bind: address already in use",
      "Error: listen EADDRINUSE: address already in use :::%",
      "Web server failed to start. Port % was already in use.",
    ].map((line) => (world, name, system) => {
      const port = portOf(system, name);
      for (const spec of new Set(specsOf(world, name)))
        spec.containers = [...spec.containers, { name: "sidecar", image: "busybox", ports: [{ containerPort: port }] }];
      onPods(world, name, (pod) =>
        pod.status.containerStatuses.push({
          name: "sidecar",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: ago(900) } },
        }),
      );
      waiting(world, name, "CrashLoopBackOff", "back-off", {
        last: { exitCode: 1, reason: "Error" },
        container: containerOf(world, name),
      });
      log(world, name, [line.replace("%", String(port))], { previous: true });
    }),
  },
  "init container": {
    codes: ["k8s-init-container-failing", "k8s-dependency-refused"],
    object: "@",
    failure: "refused",
    on: "all",
    ways: [1, 2, 127].map((exitCode) => (world, name) => {
      for (const spec of new Set(specsOf(world, name)))
        spec.initContainers = [{ name: "prepare", image: "busybox", command: ["sh", "-c", "exit 1"] }];
      onPods(world, name, (pod) => {
        pod.status.phase = "Pending";
        pod.status.conditions = [
          { type: "Initialized", status: "False", reason: "ContainersNotInitialized" },
          { type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(900) },
        ];
        pod.status.initContainerStatuses = [
          {
            name: "prepare",
            ready: false,
            restartCount: 8,
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
            lastState: { terminated: { exitCode, reason: "Error", finishedAt: ago(60) } },
          },
        ];
        for (const status of pod.status.containerStatuses)
          Object.assign(status, { ready: false, state: { waiting: { reason: "PodInitializing" } } });
      });
      downed(world, name);
    }),
  },
  "paused rollout": {
    codes: ["k8s-rollout-paused"],
    object: "Deployment @",
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map(() => (world, name) => {
      const item = get(world, "Deployment", name);
      Object.assign(item.spec, { paused: true });
      Object.assign(item.status, { updatedReplicas: 0 });
      item.status.conditions.push({
        type: "Progressing",
        status: "Unknown",
        reason: "DeploymentPaused",
        message: "Deployment is paused",
      });
    }),
  },
  "credentials of a store": {
    codes: ["k8s-dependency-credentials-wrong", "k8s-dependency-rights-missing"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      "java.sql.SQLException: Access denied for user 'orders'@'10.1.0.7' (using password: YES)",
      "com.mongodb.MongoSecurityException: Exception authenticating MongoCredential{mechanism=SCRAM-SHA-1, userName='app'}: Authentication failed.",
      "redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.",
    ].map((line) => (world, name) => {
      crashing(world, name, 1);
      world.logs = world.logs.filter(({ pod }) => !podsOf(world, name).some(({ metadata }) => metadata.name === pod));
      log(world, name, [line], { previous: true });
    }),
  },
  kubelet: {
    codes: ["k8s-node-not-ready"],
    object: "Node #",
    failure: "timeout",
    on: "called",
    ways: [
      "Kubelet stopped posting node status.",
      "Kubelet stopped posting node status.",
      "Kubelet stopped posting node status.",
    ].map(
      (message) => (world, name, system) =>
        nodeDown(world, name, system, { status: "Unknown", reason: "NodeStatusUnknown", message }),
    ),
  },
  "container runtime": {
    codes: ["k8s-node-runtime-down"],
    object: "Node #",
    failure: "timeout",
    on: "called",
    ways: [
      "[container runtime is down, PLEG is not healthy: pleg was last seen active 5m3s ago; threshold is 3m0s]",
      "container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful",
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
    ].map(
      (message) => (world, name, system) =>
        nodeDown(world, name, system, { status: "False", reason: "KubeletNotReady", message }),
    ),
  },
  "network plug-in": {
    codes: ["k8s-node-network-plugin-down"],
    object: "Node #",
    failure: "timeout",
    on: "called",
    ways: [
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
      "runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized",
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:No CNI configuration file in /etc/kubernetes/cni/net.d/",
    ].map(
      (message) => (world, name, system) =>
        nodeDown(world, name, system, { status: "False", reason: "KubeletNotReady", message }),
    ),
  },
  "disk pressure": {
    codes: ["k8s-node-disk-pressure"],
    object: "Node #",
    failure: "refused",
    on: "called",
    ways: [0, 1, 2].map(() => (world, name) => {
      const own = get(world, "Node", nodeOf(world, name));
      own.status.conditions.find(({ type }: Item) => type === "DiskPressure").status = "True";
      own.spec.taints = [{ key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule" }];
      onPods(world, name, (pod) =>
        Object.assign(pod.status, {
          phase: "Failed",
          reason: "Evicted",
          message: "The node was low on resource: ephemeral-storage. Threshold quantity: 10, available: 2Ki.",
          containerStatuses: [],
        }),
      );
      downed(world, name);
    }),
  },
  "kube-proxy": {
    codes: ["k8s-kube-proxy-down"],
    object: ["Node #", "DaemonSet kube-system/kube-proxy"],
    failure: "timeout",
    on: "called",
    ways: [0, 1, 2].map((index) => (world, name) => {
      const node = nodeOf(world, name);
      const pods = (world.items.Pod ?? []).filter((pod) => pod.metadata.name.startsWith("kube-proxy"));
      const hit = pods.find(({ spec }) => spec.nodeName === node);
      if (index === 0) world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod !== hit);
      else {
        Object.assign(hit.status, { conditions: [{ type: "Ready", status: "False" }] });
        Object.assign(hit.status.containerStatuses[0], {
          ready: false,
          restartCount: 9,
          state: { waiting: { reason: index === 1 ? "CrashLoopBackOff" : "ImagePullBackOff", message: "" } },
          lastState: index === 1 ? { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(30) } } : {},
        });
      }
    }),
  },
  scheduler: {
    codes: ["k8s-scheduler-absent"],
    object: ["Pod kube-system/kube-scheduler-node-1", "ControlPlane kube-scheduler"],
    failure: "refused",
    on: "all",
    ways: [0, 1, 2].map((index) => (world, name) => {
      for (const component of ["kube-apiserver", "kube-controller-manager", "etcd", "kube-scheduler"]) {
        if (component === "kube-scheduler" && index === 0) continue;
        const isDown = component === "kube-scheduler" && index === 1;
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
                state: isDown ? { waiting: { reason: "CrashLoopBackOff" } } : { running: {} },
              },
            ],
          },
        });
      }
      onPods(world, name, (pod) => {
        delete pod.spec.nodeName;
        pod.metadata.creationTimestamp = ago(600);
        pod.status = { phase: "Pending", conditions: [] };
      });
      downed(world, name);
    }),
  },
  DNS: {
    codes: ["k8s-dns-down"],
    object: "Deployment kube-system/coredns",
    failure: "unresolved",
    on: "called",
    ways: [0, 1, 2].map((index) => (world) => {
      if (index === 0) {
        get(world, "Deployment", "coredns").spec.replicas = 0;
        world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels["k8s-app"] !== "kube-dns");
      } else {
        crashing(world, "coredns", index === 1 ? 1 : 137, index === 1 ? {} : { reason: "OOMKilled" });
      }
    }),
  },
  "namespace that goes": {
    codes: ["k8s-namespace-terminating"],
    object: "Namespace shop",
    failure: "none",
    on: "all",
    ways: [0, 1, 2].map(() => (world) => {
      const item = get(world, "Namespace", "shop");
      item.metadata.deletionTimestamp = ago(900);
      item.status = {
        phase: "Terminating",
        conditions: [
          {
            type: "NamespaceContentRemaining",
            status: "True",
            message: "Some resources are remaining: pods. has 3 resource instances",
          },
        ],
      };
    }),
  },
};
