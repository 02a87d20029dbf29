/** Faults that no list named before: written down from Kubernetes' documentation of fields, conditions and events, before any was tried. */
import { type Fault, portOf, specsOf } from "./cluster-faults.js";
import type { System } from "./cluster-systems.js";
import {
  add,
  addService,
  ago,
  crashing,
  downed,
  event,
  get,
  type Item,
  log,
  podless,
  podsOf,
  unready,
  unscheduled,
  type World,
  waiting,
  workload,
} from "./cluster-world.js";

const NODES = "0/3 nodes are available: ";
const nodeOf = (world: World, name: string): string => podsOf(world, name)[0].spec.nodeName;
const each = (world: World, name: string, change: (container: Item, spec: Item) => void): void => {
  for (const spec of new Set(specsOf(world, name))) {
    spec.containers = spec.containers.map((one: Item) => structuredClone(one));
    change(spec.containers[0], spec);
  }
};
const said = (world: World, name: string, lines: string[]): void => {
  world.logs = world.logs.filter(({ pod }) => !podsOf(world, name).some(({ metadata }) => metadata.name === pod));
  log(world, name, lines, { previous: true });
};
const crashed = (codes: Fault["codes"], on: Fault["on"], ends: Array<[number, string]>): Fault => ({
  codes,
  object: "@",
  failure: "refused",
  rolls: true,
  on,
  ways: ends.map(([code, line]) => (world, name) => {
    crashing(world, name, code);
    said(world, name, [line]);
    event(world, "Pod", podsOf(world, name)[0].metadata.name, "BackOff", "Back-off restarting failed container");
  }),
});
const mounting = (codes: Fault["codes"], object: Fault["object"], texts: string[], reason = "FailedMount"): Fault => ({
  codes,
  object,
  failure: "refused",
  rolls: true,
  on: "all",
  ways: texts.map((text) => (world, name) => {
    waiting(world, name, "ContainerCreating", "");
    for (const one of podsOf(world, name)) event(world, "Pod", one.metadata.name, reason, text);
  }),
});
const gates =
  (type: string, message: string) =>
  (world: World, name: string): void => {
    for (const one of podsOf(world, name)) {
      one.spec = { ...one.spec, readinessGates: [{ conditionType: type }] };
      one.metadata.creationTimestamp = ago(1_200);
      one.status.conditions = one.status.conditions.map((own: Item) =>
        own.type === "Ready"
          ? {
              type: "Ready",
              status: "False",
              reason: "ReadinessGatesNotReady",
              message,
              lastTransitionTime: ago(1_100),
            }
          : own,
      );
    }
    downed(world, name);
  };
const startup =
  (change: (port: number) => Item, text: (port: number) => string) =>
  (world: World, name: string, system: System): void => {
    const port = portOf(system, name);
    each(world, name, (container) => {
      container.startupProbe = { ...change(port), periodSeconds: 10, failureThreshold: 30 };
    });
    crashing(world, name, 137, { reason: "Error" });
    const own = podsOf(world, name)[0];
    event(world, "Pod", own.metadata.name, "Unhealthy", `Startup probe failed: ${text(port)}`, { count: 30 });
    event(
      world,
      "Pod",
      own.metadata.name,
      "Killing",
      `Container ${own.spec.containers[0].name} failed startup probe, will be restarted`,
      { type: "Normal" },
    );
  };
/** What its callers on nodes without one of its pods see. */
const localPolicy =
  (field: string) =>
  (world: World, name: string): void => {
    get(world, "Service", name).spec[field] = "Local";
  };

export const OTHER_FAULTS: Record<string, Fault> = {
  "readiness gate": {
    codes: ["k8s-readiness-gate-unmet"],
    object: "@",
    failure: "refused",
    on: "called",
    ways: [
      gates(
        "target-health.elbv2.k8s.aws/k8s-shop-web",
        'corresponding condition of pod readiness gate "target-health.elbv2.k8s.aws/k8s-shop-web" does not exist.',
      ),
      gates(
        "cloud.google.com/load-balancer-neg-ready",
        'the status of pod readiness gate "cloud.google.com/load-balancer-neg-ready" is not "True", but False',
      ),
      gates("example.com/warm", 'corresponding condition of pod readiness gate "example.com/warm" does not exist.'),
    ],
  },
  "startup: wrong port": {
    codes: ["k8s-startup-probe-wrong-port"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [1, 7, 1_000].map((off) =>
      startup(
        (port) => ({ tcpSocket: { port: port + off } }),
        (port) => `dial tcp 10.1.0.9:${port + off}: connect: connection refused`,
      ),
    ),
  },
  "startup: wrong path": {
    codes: ["k8s-startup-probe-wrong-path"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [404, 405, 301].map((code) =>
      startup(
        (port) => ({ httpGet: { port, path: "/nowhere" } }),
        () => `HTTP probe failed with statuscode: ${code}`,
      ),
    ),
  },
  "startup: too short": {
    codes: ["k8s-startup-probe-too-impatient"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [1, 2, 3].map((threshold) => (world, name, system) => {
      startup(
        (port) => ({ tcpSocket: { port } }),
        (port) => `dial tcp 10.1.0.9:${port}: connect: connection refused`,
      )(world, name, system);
      each(world, name, (container) =>
        Object.assign(container.startupProbe, { periodSeconds: 1, failureThreshold: threshold }),
      );
    }),
  },
  "readiness: a command that is not in the image": {
    codes: [
      "k8s-readiness-probe-failing",
      "k8s-readiness-probe-wrong-path",
      "k8s-readiness-probe-command-missing" as never,
    ],
    object: "@",
    failure: "refused",
    rolls: true,
    on: "program",
    ways: [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "grpc_health_probe": executable file not found in $PATH: unknown',
      'rpc error: code = Unknown desc = failed to exec in container: failed to start exec "1": OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/health": stat /bin/health: no such file or directory: unknown',
      "sh: 1: curl: not found",
    ].map((text) => (world, name) => {
      each(world, name, (container) => {
        container.readinessProbe = { exec: { command: ["grpc_health_probe"] } };
      });
      unready(world, name);
      for (const one of podsOf(world, name))
        event(
          world,
          "Pod",
          one.metadata.name,
          "Unhealthy",
          `Readiness probe ${text.includes("OCI") ? "errored" : "failed"}: ${text}`,
          { count: 30 },
        );
    }),
  },
  "liveness: time too short": {
    codes: ["k8s-liveness-probe-too-impatient", "k8s-liveness-probe-failing"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      'Get "http://10.1.0.9:8080/health": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'command timed out: "/bin/health" timed out after 1s',
      'timeout: failed to connect service "10.1.0.9:8080" within 1s: context deadline exceeded',
    ].map((text) => (world, name, system) => {
      each(world, name, (container) => {
        container.livenessProbe = {
          httpGet: { path: "/health", port: portOf(system, name) },
          timeoutSeconds: 1,
          periodSeconds: 5,
          failureThreshold: 1,
        };
      });
      crashing(world, name, 137, { reason: "Error" });
      const own = podsOf(world, name)[0];
      event(world, "Pod", own.metadata.name, "Unhealthy", `Liveness probe failed: ${text}`, { count: 12 });
      event(
        world,
        "Pod",
        own.metadata.name,
        "Killing",
        `Container ${own.spec.containers[0].name} failed liveness probe, will be restarted`,
        { type: "Normal", count: 8 },
      );
    }),
  },
  "arguments that the program does not take": crashed(["k8s-setting-invalid", "k8s-container-crashing"], "program", [
    [2, "flag provided but not defined: -prot"],
    [1, "Error: unknown flag: --prot\nUsage: server [flags]"],
    [64, "Error: Could not find or load main class server.jra"],
  ]),
  "a variable that Kubernetes makes of a service": crashed(
    ["k8s-setting-invalid", "k8s-container-crashing"],
    "program",
    [
      [1, 'panic: strconv.Atoi: parsing "tcp://10.96.0.12:6379": invalid syntax'],
      [1, "ValueError: invalid literal for int() with base 10: 'tcp://10.96.0.12:6379'"],
      [1, 'java.lang.NumberFormatException: For input string: "tcp://10.96.0.12:6379"'],
    ],
  ),
  "a root that may not be written": crashed(["k8s-read-only-root"], "program", [
    [1, "OSError: [Errno 30] Read-only file system: '/app/cache'"],
    [1, "panic: open /tmp/server.sock: read-only file system"],
    [1, "java.nio.file.FileSystemException: /tmp/tomcat.8080: Read-only file system"],
  ]),
  "a port below 1024 without the right": crashed(["k8s-privilege-missing", "k8s-volume-permission-denied"], "program", [
    [1, "listen tcp :80: bind: permission denied"],
    [1, "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)"],
    [1, "PermissionError: [Errno 13] Permission denied: ('0.0.0.0', 80)"],
  ]),
  "a port that two containers of the pod want": {
    codes: ["k8s-container-port-conflict"],
    object: "@",
    failure: "refused",
    rolls: true,
    on: "program",
    ways: [
      "listen tcp :8080: bind: address already in use",
      "Error: listen EADDRINUSE: address already in use :::8080",
      "OSError: [Errno 98] Address already in use",
    ].map((line) => (world, name) => {
      for (const spec of new Set(specsOf(world, name)))
        spec.containers = [...spec.containers, { name: "proxy", image: "proxy:1", ports: spec.containers[0].ports }];
      for (const one of podsOf(world, name))
        one.status.containerStatuses.push({
          name: "proxy",
          image: "proxy:1",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: ago(900) } },
        });
      crashing(world, name, 1);
      for (const one of podsOf(world, name))
        one.status.containerStatuses[1] = {
          name: "proxy",
          image: "proxy:1",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: ago(900) } },
        };
      said(world, name, [line]);
    }),
  },
  "sysctl that the node does not allow": {
    codes: ["k8s-node-refused-pod"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      'forbidden sysctl: "net.core.somaxconn" not allowlisted',
      'forbidden sysctl: "kernel.msgmax" not whitelisted',
      'forbidden sysctl: "net.ipv4.tcp_rmem" not allowlisted',
    ].map((message) => (world, name) => {
      for (const one of podsOf(world, name))
        one.status = {
          phase: "Failed",
          reason: "SysctlForbidden",
          message: `Pod was rejected: ${message}`,
          conditions: [],
        };
      downed(world, name);
    }),
  },
  "ephemeral storage used up by the pod": {
    codes: ["k8s-volume-full"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      "Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. ",
      'Container server exceeded its local ephemeral storage limit "100Mi". ',
      'Usage of EmptyDir volume "cache" exceeds the limit "50Mi". ',
    ].map((message) => (world, name) => {
      for (const one of podsOf(world, name)) {
        const next = structuredClone(one);
        next.metadata.name = one.metadata.name.replace(/.{3}$/, "old");
        next.status = { phase: "Failed", reason: "Evicted", message, startTime: ago(900), conditions: [] };
        world.items.Pod?.push(next);
        event(world, "Pod", next.metadata.name, "Evicted", message);
      }
      unready(world, name);
    }),
  },
  "CPU limit that is too small": {
    codes: ["k8s-cpu-limit-too-small"],
    object: "@",
    failure: "timeout",
    on: "program",
    ways: ["1m", "10m", "0.005"].map((cpu) => (world, name) => {
      each(world, name, (container) => {
        container.resources = { requests: { cpu }, limits: { cpu, memory: "512Mi" } };
      });
      unready(world, name, { restarts: 4, last: { exitCode: 137, reason: "Error" } });
      const own = podsOf(world, name)[0];
      event(world, "Pod", own.metadata.name, "Unhealthy", "Readiness probe failed: context deadline exceeded", {
        count: 30,
      });
    }),
  },
  "projected token of an account": mounting(["k8s-service-account-missing", "k8s-account-token-missing"], "@", [
    'MountVolume.SetUp failed for volume "kube-api-access-8xk2p" : failed to fetch token: serviceaccounts "robot" not found',
    'MountVolume.SetUp failed for volume "kube-api-access-8xk2p" : failed to fetch token: serviceaccounts "default" is forbidden: User "system:node:node-1" cannot create resource "serviceaccounts/token" in API group "" in the namespace "shop": no relationship found between node and this object',
    'MountVolume.SetUp failed for volume "aws-iam-token" : failed to fetch token: serviceaccounts "robot" not found',
  ]),
  "volume driver": mounting(["k8s-volume-driver-missing"], "@", [
    'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers',
    'MountVolume.SetUp failed for volume "secrets" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers',
    'MountVolume.NewMounter initialization failed for volume "v" : no volume plugin matched',
  ]),
  "volume that another node holds": mounting(
    ["k8s-volume-held-elsewhere"],
    "@",
    [
      'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
      'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) db-0',
      'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = FailedPrecondition desc = volume vol-1 is already attached to node node-2',
    ],
    "FailedAttachVolume",
  ),
  "a share that nobody serves": mounting(["k8s-volume-mount-failed", "k8s-volume-path-missing"], "@", [
    'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 mount.nfs: Connection refused for 10.0.0.5:/export',
    'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 mount.nfs: mounting 10.0.0.5:/export failed, reason given by server: No such file or directory',
    'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 mount.nfs: Failed to resolve server nfs.internal: Name or service not known',
  ]),
  "a key that a mounted ConfigMap does not have": mounting(
    ["k8s-config-map-key-missing", "k8s-secret-key-missing"],
    "@",
    [
      'MountVolume.SetUp failed for volume "settings" : references non-existent config key: app.yml',
      'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt',
      'MountVolume.SetUp failed for volume "settings" : configmap references non-existent config key: app.yml',
    ],
  ),
  "service without selector and without endpoints": {
    codes: ["k8s-service-endpoints-missing", "k8s-service-selector-unmatched"],
    object: "Service shop/@",
    failure: "refused",
    needsCallers: "where addresses are not told",
    on: "called",
    ways: [undefined, {}, undefined].map((selector) => (world, name) => {
      const item = get(world, "Service", name);
      if (selector === undefined) delete item.spec.selector;
      else item.spec.selector = selector;
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
    }),
  },
  "service: traffic policy keeps to the node": {
    codes: ["k8s-service-traffic-stays-local"],
    object: "Service shop/@",
    failure: "refused",
    needsCallers: "where addresses are not told",
    on: "called",
    ways: [
      localPolicy("internalTrafficPolicy"),
      localPolicy("internalTrafficPolicy"),
      localPolicy("internalTrafficPolicy"),
    ].map((way) => (world, name, system) => {
      way(world, name);
      // Its callers run elsewhere.
      const own = nodeOf(world, name);
      for (const { name: caller, calls } of system.parts)
        if (calls.includes(name))
          for (const one of podsOf(world, caller))
            if (one.spec.nodeName === own) one.spec.nodeName = own === "node-1" ? "node-2" : "node-1";
    }),
  },
  "service: an external name": {
    codes: ["k8s-external-name-wrong"],
    object: "Service shop/@",
    failure: "unresolved",
    needsCallers: "always",
    on: "called",
    ways: ["db.exmaple.invalid", "payments.old.svc.cluster.local", "nowhere"].map((externalName) => (world, name) => {
      const item = get(world, "Service", name);
      item.spec = { type: "ExternalName", externalName };
      world.items.EndpointSlice = (world.items.EndpointSlice ?? []).filter(
        (one) => one.metadata.name !== `${name}-abcde`,
      );
    }),
  },
  "service: a name of its port": {
    codes: ["k8s-service-port-name-unknown"],
    object: "Service shop/@",
    failure: "refused",
    on: "called",
    ways: ["web", "grcp", "http-main"].map((targetPort) => (world, name) => {
      get(world, "Service", name).spec.ports[0].targetPort = targetPort;
      get(world, "EndpointSlice", `${name}-abcde`).ports = [];
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
    }),
  },
  "ingress without a class, and none by default": {
    codes: ["k8s-ingress-class-missing"],
    object: "Ingress shop/@",
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      if (way === 1) world.items.IngressClass = [];
      add(world, "Ingress", {
        metadata: {
          name,
          namespace: "shop",
          creationTimestamp: ago(4_000),
          ...(way === 2 ? { annotations: { "kubernetes.io/ingress.class": "traefik" } } : {}),
        },
        spec: {
          rules: [
            {
              host: "shop.example.com",
              http: { paths: [{ path: "/", backend: { service: { name, port: { number: portOf(system, name) } } } }] },
            },
          ],
        },
        status: { loadBalancer: {} },
      });
    }),
  },
  "ingress: backend, port or certificate": {
    codes: ["k8s-ingress-backend-missing", "k8s-ingress-backend-port-wrong", "k8s-ingress-certificate-missing"],
    object: "Ingress shop/@",
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      const service = {
        name: way === 0 ? `${name}-v2` : name,
        port: { number: way === 1 ? 8_999 : portOf(system, name) },
      };
      add(world, "Ingress", {
        metadata: { name, namespace: "shop" },
        spec: {
          ingressClassName: "nginx",
          ...(way === 2 ? { tls: [{ hosts: ["shop.example.com"], secretName: "shop-tls" }] } : {}),
          rules: [{ host: "shop.example.com", http: { paths: [{ path: "/", backend: { service } }] } }],
        },
      });
    }),
  },
  "ingress controller that is down": {
    codes: [
      "k8s-container-crashing",
      "k8s-image-not-found",
      "k8s-scaled-to-zero",
      "k8s-ingress-controller-down" as never,
    ],
    object: "Deployment ingress-nginx/ingress-nginx-controller",
    failure: "none",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      world.namespace = undefined as never;
      workload(world, "ingress-nginx-controller", 80, { namespace: "ingress-nginx", replicas: 1 });
      if (way === 0) crashing(world, "ingress-nginx-controller", 1);
      if (way === 1) waiting(world, "ingress-nginx-controller", "ErrImagePull", "manifest unknown: not found");
      if (way === 2) {
        get(world, "Deployment", "ingress-nginx-controller").spec.replicas = 0;
        world.items.Pod = (world.items.Pod ?? []).filter(({ metadata }) => metadata.namespace !== "ingress-nginx");
        get(world, "EndpointSlice", "ingress-nginx-controller-abcde").endpoints = [];
      }
      add(world, "Ingress", {
        metadata: { name, namespace: "shop" },
        spec: {
          ingressClassName: "nginx",
          rules: [
            {
              http: { paths: [{ path: "/", backend: { service: { name, port: { number: portOf(system, name) } } } }] },
            },
          ],
        },
      });
    }),
  },
  "webhook with a certificate that nobody trusts": {
    codes: ["k8s-webhook-unreachable"],
    object: ["ValidatingWebhookConfiguration guard", "Webhook *"],
    failure: "refused",
    rolls: true,
    on: "program",
    ways: [
      'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.policy.svc:443/validate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.policy.svc:443/validate?timeout=10s": no endpoints available for service "guard"',
      'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.policy.svc:443/validate?timeout=10s": context deadline exceeded',
    ].map((text) => (world, name) => {
      add(world, "ValidatingWebhookConfiguration", {
        metadata: { name: "guard" },
        webhooks: [
          {
            name: "guard.example.com",
            failurePolicy: "Fail",
            clientConfig: { service: { name: "guard", namespace: "policy" } },
          },
        ],
      });
      podless(world, name, text);
    }),
  },
  "places for pods on the nodes": {
    codes: ["k8s-node-pods-full"],
    object: ["@", "Node *"],
    failure: "refused",
    on: "program",
    ways: ["3 Too many pods.", "3 Too many pods, 3 node(s) didn't match pod topology.", "3 Insufficient pods."].map(
      (text) => (world, name) =>
        unscheduled(
          world,
          name,
          `${NODES}${text} preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`,
        ),
    ),
  },
  "room on the disks of the nodes": {
    codes: ["k8s-ephemeral-storage-insufficient"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      "3 Insufficient ephemeral-storage.",
      "1 Insufficient ephemeral-storage, 2 node(s) were unschedulable.",
      "3 Insufficient ephemeral-storage.",
    ].map((text) => (world, name) => {
      each(world, name, (container) => Object.assign(container.resources.requests, { "ephemeral-storage": "900Gi" }));
      unscheduled(world, name, `${NODES}${text}`);
    }),
  },
  "a device that no node has": {
    codes: ["k8s-extended-resource-insufficient"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: ["3 Insufficient nvidia.com/gpu.", "3 Insufficient hugepages-2Mi.", "3 cannot allocate all claims."].map(
      (text) => (world, name) => unscheduled(world, name, `${NODES}${text}`),
    ),
  },
  "a volume in another zone": {
    codes: ["k8s-volume-node-conflict"],
    object: ["@", "PersistentVolume pv-1", "PersistentVolumeClaim shop/@*"],
    failure: "refused",
    on: "store",
    ways: [
      "3 node(s) had volume node affinity conflict.",
      "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) had volume node affinity conflict.",
      "3 node(s) didn't match PersistentVolume's node affinity.",
    ].map((text) => (world, name) => {
      for (const spec of specsOf(world, name))
        spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: `${name}-data` } }];
      add(world, "PersistentVolumeClaim", {
        metadata: { name: `${name}-data`, namespace: "shop" },
        spec: { volumeName: "pv-1", accessModes: ["ReadWriteOnce"] },
        status: { phase: "Bound" },
      });
      add(world, "PersistentVolume", {
        metadata: { name: "pv-1" },
        spec: {
          claimRef: { namespace: "shop", name: `${name}-data` },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-9z"] }] },
              ],
            },
          },
        },
        status: { phase: "Bound" },
      });
      unscheduled(world, name, `${NODES}${text}`);
    }),
  },
  "priority that displaces": {
    codes: ["k8s-priority-preempted"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      "Preempted by pod 5d1c8a7e on node node-1",
      "Preempted by shop/batch-1 on node node-1",
      "Preempted by a pod on node node-2",
    ].map((text) => (world, name) => {
      const own = podsOf(world, name)[0];
      event(world, "Pod", `${own.metadata.name.slice(0, -5)}gone1`, "Preempted", text);
      unscheduled(
        world,
        name,
        `${NODES}3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`,
      );
    }),
  },
  "a priority class that is missing": {
    codes: ["k8s-priority-class-missing"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [1, 2, 3].map(
      (way) => (world, name) =>
        podless(
          world,
          name,
          `pods "${name}-1" is forbidden: no PriorityClass with name high was found`,
          way === 2 ? "condition" : "event",
        ),
    ),
  },
  "clock of a node": {
    codes: ["k8s-node-clock-wrong"],
    object: "Node #",
    failure: "none",
    on: "program",
    ways: [900, 3_600, 86_400].map((ahead) => (world, name) => {
      const node = nodeOf(world, name);
      get(world, "Lease", node).spec.renewTime = ago(-ahead);
      for (const one of get(world, "Node", node).status.conditions) one.lastHeartbeatTime = ago(-ahead);
    }),
  },
  "kubelet of another age": {
    codes: ["k8s-node-version-skewed"],
    object: "Node #",
    failure: "none",
    on: "program",
    ways: ["v1.24.17", "v1.35.0", "v1.19.16-eks"].map((version) => (world, name) => {
      const node = nodeOf(world, name);
      for (const one of world.items.Node ?? [])
        one.status.nodeInfo = { kubeletVersion: one.metadata.name === node ? version : "v1.31.4" };
      get(world, "Node", node).status.conditions.find((one: Item) => one.type === "Ready").status = "True";
      event(world, "Node", node, "NodeNotReady", "Node is not compatible", { seconds: 90_000 });
    }),
  },
  "a node that is gone while its pods hold a volume": {
    codes: ["k8s-node-not-ready"],
    object: "Node #",
    failure: "refused",
    on: "store",
    ways: ["NodeStatusUnknown", "NodeStatusNeverUpdated", "NodeStatusUnknown"].map((reason) => (world, name) => {
      const node = nodeOf(world, name);
      const own = get(world, "Node", node);
      own.status.conditions = [
        {
          type: "Ready",
          status: "Unknown",
          reason,
          message: "Kubelet stopped posting node status.",
          lastTransitionTime: ago(900),
          lastHeartbeatTime: ago(940),
        },
      ];
      own.spec.taints = [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }];
      const [old] = podsOf(world, name);
      const next = structuredClone(old);
      old.metadata.deletionTimestamp = ago(600);
      next.metadata.name = old.metadata.name.replace(/.{2}$/, "n2");
      next.spec.nodeName = node === "node-1" ? "node-2" : "node-1";
      next.status = {
        phase: "Pending",
        conditions: [],
        containerStatuses: [
          {
            name: next.spec.containers[0].name,
            ready: false,
            restartCount: 0,
            state: { waiting: { reason: "ContainerCreating" } },
          },
        ],
      };
      world.items.Pod?.push(next);
      event(
        world,
        "Pod",
        next.metadata.name,
        "FailedAttachVolume",
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another',
      );
      downed(world, name);
    }),
  },
  "pods that end and do not go": {
    codes: ["k8s-pod-stuck-terminating"],
    object: ["@", "Pod shop/@*"],
    failure: "none",
    on: "program",
    ways: [1_200, 4_000, 90_000].map((seconds) => (world, name) => {
      const [old] = podsOf(world, name);
      const gone = structuredClone(old);
      gone.metadata.name = old.metadata.name.replace(/.{3}$/, "old");
      Object.assign(gone.metadata, { deletionTimestamp: ago(seconds), deletionGracePeriodSeconds: 30 });
      world.items.Pod?.push(gone);
      event(
        world,
        "Pod",
        gone.metadata.name,
        "FailedKillPod",
        'error killing pod: failed to "KillContainer" for "server" with KillContainerError: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      );
    }),
  },
  "two services that answer for one another": {
    codes: ["k8s-service-selects-strangers"],
    object: "Service shop/@",
    failure: "refused",
    on: "called",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      const other = system.parts.filter((one) => one.name !== name)[way + 1]?.name ?? "";
      const item = get(world, "Service", name);
      item.spec.selector = { app: other };
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = podsOf(world, other).map((one) => ({
        addresses: [one.status.podIP],
        conditions: { ready: true },
        targetRef: { kind: "Pod", name: one.metadata.name },
      }));
    }),
  },
  "a load balancer that the cloud does not give": {
    codes: ["k8s-load-balancer-failing"],
    object: "Service shop/@-public",
    failure: "none",
    on: "program",
    ways: [
      "Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for creating the ELB",
      "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: Quota 'IN_USE_ADDRESSES' exceeded",
      "Error syncing load balancer: failed to ensure load balancer: ensure(shop/x): lb - failed to ensure host in pool",
    ].map((text) => (world, name, system) => {
      addService(
        world,
        `${name}-public`,
        "shop",
        { app: name },
        [{ name: "http", port: 80, targetPort: portOf(system, name), protocol: "TCP" }],
        { type: "LoadBalancer" },
      );
      event(world, "Service", `${name}-public`, "SyncLoadBalancerFailed", text, {
        source: { component: "service-controller" },
      });
    }),
  },
};
