/** Images that do not come, containers that are not made or do not stay: the words of docker, containerd, CRI-O and the kubelet. */
import { type Case, tryCases } from "../../support/cluster-cases.js";
import {
  add,
  ago,
  crashing,
  event,
  get,
  log,
  podsOf,
  remove,
  unready,
  type World,
  waiting,
} from "../../support/cluster-world.js";

const CART = "Deployment shop/cart";
const IMAGE = "registry.example.com/shop/cart:v1.4.2";
const pull =
  (message: string, reason = "ErrImagePull", more: (world: World) => void = () => undefined) =>
  (world: World): void => {
    waiting(world, "cart", reason, message);
    more(world);
  };
/** The back-off says nothing; the event does. */
const pullEvent = (message: string) =>
  pull(`Back-off pulling image "${IMAGE}"`, "ImagePullBackOff", (world) => {
    for (const pod of podsOf(world, "cart"))
      event(world, "Pod", pod.metadata.name, "Failed", `Failed to pull image "${IMAGE}": ${message}`);
  });
const rpc = (text: string): string =>
  `rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${text}`;

const images: Case[] = [
  {
    code: "k8s-image-not-found",
    object: CART,
    siblings: [
      pull(rpc(`${IMAGE}: not found`)),
      pullEvent(
        "Error response from daemon: manifest for shop/cart:v1.4.2 not found: manifest unknown: manifest unknown",
      ),
      pullEvent("reading manifest v1.4.2 in registry.example.com/shop/cart: manifest unknown"),
      pullEvent(`rpc error: code = NotFound desc = ${IMAGE}: not found`),
      pullEvent(
        "Error response from daemon: pull access denied for shop/cart, repository does not exist or may require 'docker login'",
      ),
    ],
  },
  {
    code: "k8s-image-name-invalid",
    object: CART,
    siblings: [
      pull(
        'Failed to apply default image tag "shop/Cart:v1:2": couldn\'t parse image name "shop/Cart:v1:2": invalid reference format',
        "InvalidImageName",
      ),
      pull("couldn't parse image reference", "InvalidImageName"),
      pull("invalid reference format: repository name must be lowercase"),
    ],
  },
  {
    code: "k8s-image-platform-unmatched",
    object: CART,
    siblings: [
      pull(rpc("no match for platform in manifest: not found")),
      pullEvent("no matching manifest for linux/arm64/v8 in the manifest list entries"),
      pullEvent(
        'choosing an image from manifest list: no image found in image index for architecture "arm64": no match for platform',
      ),
    ],
  },
  {
    code: "k8s-image-never-pulled",
    object: CART,
    siblings: [
      pull(`Container image "${IMAGE}" is not present with pull policy of Never`, "ErrImageNeverPull"),
      pull("", "ErrImageNeverPull"),
      pull("image is not present with pull policy of Never", "ImagePullBackOff"),
    ],
  },
  {
    code: "k8s-registry-name-unresolved",
    object: CART,
    siblings: [
      pull(
        rpc(
          'failed to do request: Head "https://registry.example.com/v2/shop/cart/manifests/v1.4.2": dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host',
        ),
      ),
      pullEvent(
        "Get https://registry.example.com/v2/: dial tcp: lookup registry.example.com: Temporary failure in name resolution",
      ),
      pullEvent("dial tcp: lookup registry.example.com on 127.0.0.53:53: server misbehaving"),
    ],
  },
  {
    code: "k8s-registry-unreachable",
    object: CART,
    siblings: [
      pull(
        rpc(
          'failed to do request: Head "https://registry.example.com/v2/": dial tcp 10.0.0.9:443: connect: connection refused',
        ),
      ),
      pullEvent(
        "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
      ),
      pullEvent("dial tcp 10.0.0.9:443: i/o timeout"),
      pullEvent("received unexpected HTTP status: 503 Service Unavailable"),
    ],
  },
  {
    code: "k8s-registry-rate-limited",
    object: CART,
    siblings: [
      pull(
        "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
      ),
      pullEvent("429 Too Many Requests - Server message: toomanyrequests"),
      pullEvent("unexpected status code: 429 Too Many Requests"),
    ],
  },
  {
    code: "k8s-registry-untrusted",
    object: CART,
    siblings: [
      pull(rpc("x509: certificate signed by unknown authority")),
      pullEvent("http: server gave HTTP response to HTTPS client"),
      pullEvent("x509: certificate has expired or is not yet valid"),
    ],
  },
  {
    code: "k8s-registry-access-denied",
    object: CART,
    siblings: [
      "unauthorized: authentication required",
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
      "unexpected status code: 403 Forbidden",
    ].map((message) =>
      pull(rpc(message), "ErrImagePull", (world) => {
        for (const pod of podsOf(world, "cart")) pod.spec.imagePullSecrets = [{ name: "cart-db" }];
      }),
    ),
  },
  {
    code: "k8s-pull-secret-missing",
    object: CART,
    siblings: [
      pull(
        rpc("pull access denied, repository does not exist or may require authorization"),
        "ErrImagePull",
        (world) => {
          for (const pod of podsOf(world, "cart")) pod.spec.imagePullSecrets = [{ name: "registry-login" }];
        },
      ),
      pull("unauthorized: authentication required", "ImagePullBackOff", (world) => {
        for (const pod of podsOf(world, "cart"))
          event(
            world,
            "Pod",
            pod.metadata.name,
            "FailedToRetrieveImagePullSecret",
            "Unable to retrieve some image pull secrets (registry-login); attempting to pull the image may not succeed.",
          );
      }),
      pull(
        rpc("pull access denied, repository does not exist or may require authorization"),
        "ErrImagePull",
        (world) => {
          get(world, "Deployment", "redis").spec.template.spec.imagePullSecrets = [{ name: "cart-db" }];
        },
      ),
    ],
  },
  {
    code: "k8s-image-pull-failed",
    object: CART,
    siblings: [
      pull("something odd happened"),
      pull("failed to extract layer sha256:ab", "ErrImagePull"),
      pull(`Back-off pulling image "${IMAGE}"`, "ImagePullBackOff"),
    ],
  },
];
tryCases("images", images);

const made = (message: string, reason = "CreateContainerConfigError") => pull(message, reason);
const unset =
  (name: "env" | "volume", kind: "configMap" | "secret", ref: object) =>
  (world: World): void => {
    waiting(world, "cart", name === "env" ? "CreateContainerConfigError" : "ContainerCreating", "");
    for (const item of [get(world, "Deployment", "cart").spec.template, ...podsOf(world, "cart")]) {
      if (name === "env") item.spec.containers[0].env = [{ name: "X", valueFrom: { [`${kind}KeyRef`]: ref } }];
      else item.spec.volumes = [{ name: "x", [kind]: ref }];
    }
  };
const mountFails = (message: string) => (world: World) => {
  waiting(world, "cart", "ContainerCreating", "");
  for (const pod of podsOf(world, "cart")) event(world, "Pod", pod.metadata.name, "FailedMount", message);
};
const runs =
  (message: string, exitCode = 128, reason = "StartError") =>
  (world: World) =>
    crashing(world, "cart", exitCode, { reason, message });
const oci = (text: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${text}: unknown`;

const start: Case[] = [
  {
    code: "k8s-config-map-missing",
    object: CART,
    siblings: [
      made('configmap "cart-settings" not found'),
      mountFails('MountVolume.SetUp failed for volume "config" : configmap "cart-settings" not found'),
      unset("volume", "configMap", { name: "cart-settings" }),
    ],
  },
  {
    code: "k8s-config-map-missing",
    object: "ConfigMap shop/settings",
    siblings: [
      ["cart", "redis"],
      ["cart", "catalog"],
      ["redis", "catalog", "frontend"],
    ].map((names) => (world: World) => {
      remove(world, "ConfigMap", "settings");
      for (const name of names) waiting(world, name, "CreateContainerConfigError", 'configmap "settings" not found');
    }),
  },
  {
    code: "k8s-config-map-key-missing",
    object: CART,
    siblings: [
      made("couldn't find key LOG_LEVLE in ConfigMap shop/settings"),
      mountFails('MountVolume.SetUp failed for volume "c" : references non-existent config key: app.yml'),
      unset("volume", "configMap", { name: "settings", items: [{ key: "nope", path: "n" }] }),
    ],
  },
  {
    code: "k8s-secret-missing",
    object: CART,
    siblings: [
      made('secret "cart-database" not found'),
      mountFails('MountVolume.SetUp failed for volume "tls" : secret "cart-tls" not found'),
      unset("volume", "secret", { secretName: "cart-tls" }),
    ],
  },
  {
    code: "k8s-secret-key-missing",
    object: CART,
    siblings: [
      made("couldn't find key pass in Secret shop/cart-db"),
      mountFails('MountVolume.SetUp failed for volume "s" : references non-existent secret key: pw'),
      unset("volume", "secret", { secretName: "cart-db", items: [{ key: "pw", path: "p" }] }),
    ],
  },
  {
    code: "k8s-run-as-root-refused",
    object: CART,
    siblings: [
      made('container has runAsNonRoot and image will run as root (pod: "cart_shop(1)", container: cart)'),
      made("container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root"),
      made("container's runAsUser breaks non-root policy: runAsNonRoot"),
    ],
  },
  {
    code: "k8s-command-not-found",
    object: CART,
    siblings: [
      runs(oci('exec: "/bin/srv": stat /bin/srv: no such file or directory')),
      runs(oci('exec: "serve": executable file not found in $PATH')),
      made('exec: "./run.sh": permission denied', "RunContainerError"),
      (world) => crashing(world, "cart", 127),
      (world) => crashing(world, "cart", 126),
    ],
  },
  {
    code: "k8s-image-platform-unmatched",
    object: CART,
    siblings: [
      runs(oci("exec /app: exec format error")),
      runs("standard_init_linux.go:228: exec user process caused: exec format error"),
      made("exec format error", "RunContainerError"),
    ],
  },
  {
    code: "k8s-working-directory-missing",
    object: CART,
    siblings: [
      runs(oci('chdir to cwd ("/srv/app") set in config.json failed: no such file or directory')),
      made('chdir to cwd ("/x") set in config.json failed: permission denied', "RunContainerError"),
      runs('OCI runtime create failed: mkdir /proc/x: working directory "/proc/x" is invalid'),
    ],
  },
  {
    code: "k8s-user-unknown",
    object: CART,
    siblings: [
      runs("unable to find user appuser: no matching entries in passwd file"),
      made("unable to find group app: no matching entries in group file", "CreateContainerError"),
      runs("failed to generate spec: no users found"),
    ],
  },
  {
    code: "k8s-runtime-class-missing",
    object: CART,
    siblings: [
      'failed to get sandbox runtime: no runtime for "gvisor" is configured',
      'RuntimeClass "kata" not found',
      "failed to find runtime handler runsc from runtime list",
    ].map((message) => (world: World) => {
      waiting(world, "cart", "ContainerCreating", "");
      for (const pod of podsOf(world, "cart"))
        event(world, "Pod", pod.metadata.name, "FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`);
    }),
  },
  {
    code: "k8s-privilege-missing",
    object: CART,
    siblings: [
      runs(oci("write /proc/sys/net: operation not permitted")),
      made("mount /x: operation not permitted", "CreateContainerError"),
      runs("setup cgroup: permission denied"),
    ],
  },
  {
    code: "k8s-container-not-created",
    object: CART,
    siblings: [
      made("context deadline exceeded", "CreateContainerError"),
      made("the container name is already in use", "CreateContainerError"),
      made("strange", "RunContainerError"),
    ],
  },
  {
    code: "k8s-container-out-of-memory",
    object: CART,
    siblings: [
      (world) => crashing(world, "cart", 137, { reason: "OOMKilled" }),
      (world) => {
        for (const pod of podsOf(world, "cart"))
          Object.assign(pod.status.containerStatuses[0], {
            restartCount: 3,
            lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: ago(400) } },
          });
      },
      (world) => unready(world, "cart", { restarts: 2, last: { reason: "OOMKilled", exitCode: 137 } }),
    ],
  },
  {
    code: "k8s-container-crashing",
    object: CART,
    siblings: [1, 2, 255].map((code) => (world: World) => crashing(world, "cart", code)),
  },
  {
    code: "k8s-container-killed-by-signal",
    object: CART,
    siblings: [139, 134, 137].map((code) => (world: World) => crashing(world, "cart", code)),
  },
  {
    code: "k8s-container-ends-at-once",
    object: CART,
    siblings: [
      (world) => crashing(world, "cart", 0, { reason: "Completed" }),
      (world) => crashing(world, "cart", 0),
      (world) =>
        unready(world, "cart", { restarts: 9, last: { exitCode: 0, reason: "Completed", finishedAt: ago(100) } }),
    ],
  },
  {
    code: "k8s-init-container-failing",
    object: CART,
    siblings: [1, 2, 255].map((exitCode) => (world: World) => {
      waiting(world, "cart", "PodInitializing", "");
      for (const pod of podsOf(world, "cart")) {
        pod.spec.initContainers = [{ name: "migrate", image: "m:1" }];
        pod.status.initContainerStatuses = [
          {
            name: "migrate",
            restartCount: 5,
            ready: false,
            state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
            lastState: { terminated: { exitCode, reason: "Error", finishedAt: ago(30) } },
          },
        ];
      }
    }),
  },
  {
    code: "k8s-lifecycle-hook-failing",
    object: CART,
    siblings: [
      'Exec lifecycle hook ([/warm.sh]) for Container "cart" failed',
      "PostStartHook failed",
      "HTTP lifecycle hook (/warm) failed",
    ].map((message) => (world: World) => {
      crashing(world, "cart", 137, { reason: "Error" });
      for (const pod of podsOf(world, "cart")) event(world, "Pod", pod.metadata.name, "FailedPostStartHook", message);
    }),
  },
  {
    code: "k8s-container-port-conflict",
    object: CART,
    siblings: [
      "listen tcp :7070: bind: address already in use",
      "Error: listen EADDRINUSE: address already in use :::7070",
      "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", ["starting", line]);
    }),
  },
  {
    code: "k8s-read-only-root",
    object: CART,
    siblings: [
      "open /tmp/x: read-only file system",
      "OSError: [Errno 30] Read-only file system: '/app/cache'",
      "Error: EROFS: read-only file system, open '/var/run/a.pid'",
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", [line], { previous: true });
    }),
  },
  {
    code: "k8s-device-unavailable",
    object: CART,
    siblings: [
      "Allocate failed due to requested number of devices unavailable for nvidia.com/gpu",
      "Allocate failed due to no healthy devices present",
      "Pod was rejected: Allocate failed",
    ].map((message) => (world: World) => {
      for (const pod of podsOf(world, "cart"))
        pod.status = { phase: "Failed", reason: "UnexpectedAdmissionError", message };
    }),
  },
  {
    code: "k8s-pod-not-ready",
    object: CART,
    siblings: [0, 1, 2].map((restarts) => (world: World) => unready(world, "cart", { restarts })),
  },
];
tryCases("start", start);

const probeFails =
  (
    kind: "Liveness" | "Readiness" | "Startup",
    text: string,
    probe: object,
    kills = kind !== "Readiness",
    name = "cart",
  ) =>
  (world: World): void => {
    const field = `${kind.toLowerCase()}Probe`;
    if (kills) unready(world, name, { restarts: 6, last: { exitCode: 137, reason: "Error", finishedAt: ago(40) } });
    else unready(world, name);
    for (const item of [get(world, "Deployment", name).spec.template, ...podsOf(world, name)])
      item.spec.containers[0][field] = probe;
    for (const pod of podsOf(world, name)) {
      event(world, "Pod", pod.metadata.name, "Unhealthy", `${kind} probe ${text}`, {
        fieldPath: `spec.containers{${name}}`,
      });
      if (kills)
        event(
          world,
          "Pod",
          pod.metadata.name,
          "Killing",
          `Container ${name} failed ${kind.toLowerCase()} probe, will be restarted`,
          { type: "Normal" },
        );
    }
  };
const http = (port: number | string, more: object = {}) => ({
  httpGet: { path: "/healthz", port, ...more },
  initialDelaySeconds: 20,
});
const get_ = (port: number, tail: string): string => `failed: Get "http://10.1.0.5:${port}/healthz": ${tail}`;
const probes: Case[] = (["Liveness", "Readiness", "Startup"] as const).flatMap((kind): Case[] => {
  const code = (fault: string) => `k8s-${kind.toLowerCase()}-probe-${fault}` as Case["code"];
  const fails = (text: string, probe: object) => probeFails(kind, text, probe);
  return [
    {
      code: code("wrong-port"),
      object: CART,
      siblings: [
        fails(get_(9999, "dial tcp 10.1.0.5:9999: connect: connection refused"), http(9999)),
        fails("failed: dial tcp 10.1.0.5:7071: connect: connection refused", {
          tcpSocket: { port: 7071 },
          initialDelaySeconds: 20,
        }),
        fails('errored: strconv.Atoi: parsing "web": invalid syntax', http("web")),
      ],
    },
    {
      code: code("wrong-path"),
      object: CART,
      siblings: [
        fails("failed: HTTP probe failed with statuscode: 404", http(7070)),
        fails("failed: HTTP probe failed with statuscode: 405", http(7070)),
        fails("failed: HTTP probe failed with statuscode: 301", http(7070)),
      ],
    },
    {
      code: code("wrong-scheme"),
      object: CART,
      siblings: [
        fails(
          'failed: Get "https://10.1.0.5:7070/healthz": http: server gave HTTP response to HTTPS client',
          http(7070, { scheme: "HTTPS" }),
        ),
        fails(
          get_(7070, 'net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"'),
          http(7070),
        ),
        fails("failed: timeout: error reading server preface: http2: frame too large", {
          grpc: { port: 7070 },
          initialDelaySeconds: 20,
        }),
      ],
    },
    {
      code: code("too-impatient"),
      object: CART,
      siblings: [
        fails(get_(7070, "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"), http(7070)),
        fails("failed: command timed out after 1s", { exec: { command: ["/check"] } }),
        fails(get_(7070, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"), http(7070)),
      ],
    },
    {
      code: code("failing"),
      object: CART,
      siblings: [
        fails("failed: HTTP probe failed with statuscode: 500", http(7070)),
        fails("failed: HTTP probe failed with statuscode: 503", http(7070)),
        fails("failed: cat: can't open '/tmp/healthy': No such file or directory", {
          exec: { command: ["cat", "/tmp/healthy"] },
        }),
      ],
    },
  ];
});
tryCases("probes", probes);

const refused = (message: string) => (world: World) => void podlessCart(world, message);
function podlessCart(world: World, message: string): void {
  world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app !== "cart");
  event(world, "ReplicaSet", "cart-7f9dd8b6c4", "FailedCreate", `Error creating: ${message}`, {
    source: { component: "replicaset-controller" },
  });
}
const admission: Case[] = [
  {
    code: "k8s-quota-exceeded",
    object: "ResourceQuota shop/compute",
    siblings: [
      'pods "cart-x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
      'pods "cart-x" is forbidden: exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=4, limited: requests.cpu=4',
      'pods "cart-x" is forbidden: exceeded quota: compute, requested: limits.memory=1Gi,requests.memory=1Gi, used: limits.memory=8Gi,requests.memory=8Gi, limited: limits.memory=8Gi,requests.memory=8Gi',
    ].map((message) => (world: World) => {
      add(world, "ResourceQuota", {
        metadata: { name: "compute", namespace: "shop" },
        spec: { hard: { pods: "10" } },
        status: { hard: { pods: "10" }, used: { pods: "10" } },
      });
      podlessCart(world, message);
    }),
  },
  {
    code: "k8s-quota-needs-requests",
    object: CART,
    siblings: [
      refused(
        'pods "c" is forbidden: failed quota: compute: must specify limits.cpu for: cart; limits.memory for: cart',
      ),
      refused('pods "c" is forbidden: failed quota: compute: must specify limits.cpu,limits.memory'),
      refused('pods "c" is forbidden: failed quota: q: must specify requests.memory'),
    ],
  },
  {
    code: "k8s-limit-range-violated",
    object: CART,
    siblings: [
      refused('pods "c" is forbidden: maximum cpu usage per Container is 1, but limit is 2'),
      refused(
        'pods "c" is forbidden: [minimum memory usage per Container is 128Mi, but request is 64Mi, maximum cpu usage per Pod is 2, but limit is 3]',
      ),
      refused('pods "c" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.0'),
    ],
  },
  {
    code: "k8s-webhook-denied",
    object: CART,
    siblings: [
      refused('admission webhook "policy.example.com" denied the request: images must come from our registry'),
      refused(
        "pods \"c\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: no latest",
      ),
      refused(
        'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/cart was blocked',
      ),
    ],
  },
  {
    code: "k8s-webhook-unreachable",
    object: "MutatingWebhookConfiguration injector",
    siblings: [
      'failed calling webhook "sidecar.example.com": failed to call webhook: Post "https://injector.mesh.svc:443/inject?timeout=10s": dial tcp 10.96.1.1:443: connect: connection refused',
      'failed calling webhook "sidecar.example.com": failed to call webhook: Post "https://x": no endpoints available for service "injector"',
      'Internal error occurred: failed calling webhook "sidecar.example.com": Post "https://x": x509: certificate has expired',
    ].map((message) => (world: World) => {
      add(world, "MutatingWebhookConfiguration", {
        metadata: { name: "injector" },
        webhooks: [{ name: "sidecar.example.com", failurePolicy: "Fail" }],
      });
      podlessCart(world, message);
    }),
  },
  {
    code: "k8s-pod-security-violated",
    object: CART,
    siblings: [
      refused('pods "c" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
      refused('violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)'),
      refused(
        'pods "c" is forbidden: unable to validate against any pod security policy: [spec.securityContext.hostNetwork: Invalid value: true]',
      ),
    ],
  },
  {
    code: "k8s-service-account-missing",
    object: CART,
    siblings: [
      refused('pods "c" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found'),
      refused('pods "c" is forbidden: error looking up service account shop/x: ServiceAccount "x" not found'),
      refused(
        'pods "c" is forbidden: service account shop/cart was not found, retry after the service account is created',
      ),
    ],
  },
  {
    code: "k8s-priority-class-missing",
    object: CART,
    siblings: ["high", "system-x", "gold"].map((name) =>
      refused(`pods "c" is forbidden: no PriorityClass with name ${name} was found`),
    ),
  },
  {
    code: "k8s-pod-template-invalid",
    object: CART,
    siblings: [
      refused(
        'Pod "c" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit',
      ),
      refused('Pod "c" is invalid: spec.hostname: Invalid value: "A_b"'),
      refused('Pod "c" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "x"'),
    ],
  },
  {
    code: "k8s-account-rights-missing",
    object: CART,
    siblings: [
      'configmaps is forbidden: User "system:serviceaccount:shop:default" cannot list resource "configmaps" in API group "" in the namespace "shop"',
      'leases.coordination.k8s.io "x" is forbidden: User "system:serviceaccount:shop:cart" cannot get resource "leases"',
      'failed to list *v1.Pod: pods is forbidden: User "system:serviceaccount:shop:default" cannot watch resource "pods"',
    ].map((line) => (world: World) => {
      crashing(world, "cart", 1);
      log(world, "cart", ["E1122 reflector.go", line]);
    }),
  },
  {
    code: "k8s-role-missing",
    object: "RoleBinding shop/reader",
    siblings: ["reader", "pod-reader", "x"].map((name) => (world: World) => {
      add(world, "RoleBinding", {
        metadata: { name: "reader", namespace: "shop" },
        roleRef: { kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name: "default", namespace: "shop" }],
      });
    }),
  },
];
tryCases("admission", admission);
