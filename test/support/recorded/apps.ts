/** Entrances, programs and their settings, and what only looks like the cause. */
import {
  add,
  ago,
  crashing,
  event,
  get,
  type Item,
  podsOf,
  unready,
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
  PARTS,
  type Recorded,
  refusedBy,
  says,
  tell,
  timedOutAt,
  times,
} from "./cluster.js";

const CONTROLLER = "ingress-nginx-controller";
const ingress = (world: World, name: string, annotations: Item = {}, service = "web", port = 3000): void => {
  add(world, "Ingress", {
    metadata: { name, namespace: "shop", annotations, creationTimestamp: ago(3_000) },
    spec: {
      ingressClassName: "nginx",
      rules: [
        {
          host: "parcel.example",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: port } } } }],
          },
        },
      ],
    },
  });
};
const revised = (world: World, name: string, seconds: number, was: Item[], is: Item[]): void => {
  const set = (world.items.ReplicaSet ?? []).find(({ metadata }) => metadata.labels?.app === name);
  const older = structuredClone(set);
  older.metadata = {
    ...older.metadata,
    name: `${name}-5c4d`,
    creationTimestamp: ago(900_000),
    annotations: { "deployment.kubernetes.io/revision": "7" },
  };
  older.spec.replicas = 0;
  older.status = { replicas: 0 };
  older.spec.template.spec.containers[0].env = was;
  set.spec = structuredClone(set.spec);
  set.metadata = {
    ...set.metadata,
    creationTimestamp: ago(seconds),
    annotations: { "deployment.kubernetes.io/revision": "8" },
  };
  set.spec.template.spec.containers[0].env = is;
  add(world, "ReplicaSet", older);
  change(world, name, (container) => {
    container.env = is;
  });
  onPods(world, name, (pod) => {
    pod.metadata.creationTimestamp = ago(seconds - 5);
    pod.status.startTime = ago(seconds - 5);
    pod.status.containerStatuses[0].state = { running: { startedAt: ago(seconds - 9) } };
  });
};
const envOf = (name: string): Item[] =>
  (PARTS[name]?.calls ?? []).map((call) => ({
    name: `${call.replaceAll("-", "_").toUpperCase()}_ADDR`,
    value: `${call}:${PARTS[call]?.port}`,
  }));
const exporters = (world: World): void => {
  for (const name of ["auth", "depot", "invoices", "notify"])
    says(world, name, [
      ...times(8, "request done in 9 ms"),
      ...times(
        7,
        "WARN Failed to export spans. The request could not be executed. Full error message: Failed to connect to otel-collector/10.96.7.7:4317",
      ),
    ]);
};

export const APP_FAMILIES: Record<string, Recorded> = {
  "an annotation that a proxy does not take": {
    codes: ["k8s-ingress-annotation-invalid", "k8s-setting-invalid"],
    object: "Ingress shop/front",
    ways: [
      'Error: exit status 1\n2026/11/22 11:58:01 [emerg] 219#219: unknown directive "proxy_buffer_sze" in /tmp/nginx/nginx-cfg118:612\nnginx: configuration file /tmp/nginx/nginx-cfg118 test failed',
      '[emerg] invalid number of arguments in "add_header" directive in /tmp/nginx/nginx-cfg7:401',
      '[emerg] host not found in upstream "auth.internal.example" in /tmp/nginx/nginx-cfg9:222',
    ].map((text) => (world) => {
      ingress(world, "front", { "nginx.ingress.kubernetes.io/configuration-snippet": "proxy_buffer_sze 8k;" });
      says(world, CONTROLLER, [
        ...text.split("\n"),
        ...times(5, "E1122 11:58:02 controller.go:205] Unexpected failure reloading the backend: exit status 1"),
      ]);
      event(
        world,
        "Pod",
        podsOf(world, CONTROLLER)[0].metadata.name,
        "RELOAD",
        "Error reloading NGINX: exit status 1",
        { namespace: "ingress-nginx", count: 44 },
      );
    }),
  },
  "limits that an entrance sets": {
    codes: ["k8s-ingress-limit-too-small", "k8s-ingress-annotation-invalid", "k8s-ingress-path-wrong"],
    object: "Ingress shop/front",
    ways: [
      (world) => {
        ingress(world, "front", { "nginx.ingress.kubernetes.io/proxy-body-size": "8k" });
        says(
          world,
          CONTROLLER,
          times(
            12,
            '2026/11/22 11:58:01 [error] 31#31: *881 client intended to send too large body: 48211 bytes, client: 10.0.0.9, server: parcel.example, request: "POST /labels HTTP/1.1", host: "parcel.example"',
          ),
        );
      },
      (world) => {
        ingress(world, "front", { "nginx.ingress.kubernetes.io/proxy-read-timeout": "1" });
        says(
          world,
          CONTROLLER,
          times(
            12,
            '[error] 31#31: *91 upstream timed out (110: Operation timed out) while reading response header from upstream, client: 10.0.0.9, server: parcel.example, request: "GET /search HTTP/2.0", upstream: "http://10.1.0.44:3000/search"',
          ),
        );
      },
      (world) => {
        ingress(world, "front", { "nginx.ingress.kubernetes.io/limit-rps": "1" });
        says(
          world,
          CONTROLLER,
          times(
            12,
            '[error] 31#31: *7 limiting requests, excess: 5.400 by zone "shop_front_rps", client: 10.0.0.9, server: parcel.example, request: "GET / HTTP/2.0", host: "parcel.example"',
          ),
        );
      },
    ],
  },
  "addresses for load balancers": {
    codes: ["k8s-load-balancer-failing"],
    object: "Service shop/edge-public",
    ways: [
      ["AllocationFailed", 'Failed to allocate IP for "shop/edge-public": no available IPs'],
      [
        "SyncLoadBalancerFailed",
        "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: QUOTA_EXCEEDED - Quota 'IN_USE_ADDRESSES' exceeded. Limit: 8.0 in region europe-west1.",
      ],
      [
        "FailedDeployModel",
        "Failed deploy model due to AccessDenied: User is not authorized to perform: elasticloadbalancing:CreateLoadBalancer",
      ],
    ].map(([reason = "", message = ""]) => (world) => {
      add(world, "Service", {
        metadata: { name: "edge-public", namespace: "shop", creationTimestamp: ago(2_000) },
        spec: {
          type: "LoadBalancer",
          clusterIP: "10.96.9.1",
          selector: { app: "edge" },
          ports: [{ port: 443, targetPort: 8443, protocol: "TCP" }],
        },
        status: { loadBalancer: {} },
      });
      add(world, "EndpointSlice", {
        metadata: { name: "edge-public-x", namespace: "shop", labels: { "kubernetes.io/service-name": "edge-public" } },
        endpoints: podsOf(world, "edge").map((pod) => ({ addresses: [pod.status.podIP], conditions: { ready: true } })),
        ports: [{ port: 8443 }],
      });
      event(world, "Service", "edge-public", reason, message, { count: 20 });
    }),
  },
  "errors that somebody switched on": {
    codes: [
      "k8s-fault-injected",
      "k8s-program-reports-errors",
      "k8s-workload-unresponsive",
      "k8s-dependency-timing-out",
    ],
    object: "Deployment shop/tariff",
    ways: [
      (world) => {
        revised(world, "tariff", 1_300, envOf("tariff"), [...envOf("tariff"), { name: "EXTRA_LATENCY", value: "8s" }]);
        felt(world, "tariff", timedOutAt("tariff"));
      },
      (world) => {
        revised(world, "tariff", 1_300, envOf("tariff"), [
          ...envOf("tariff"),
          { name: "ERROR_RATE_PERCENT", value: "60" },
        ]);
        felt(world, "tariff", () => "ERROR tariff:9090 answered 500 Internal Server Error");
        says(world, "tariff", times(12, '{"level":"error","msg":"injected failure","status":500}'));
      },
      (world) => {
        revised(world, "tariff", 1_300, envOf("tariff"), [
          ...envOf("tariff"),
          { name: "SIMULATE_FAILURE", value: "true" },
        ]);
        felt(world, "tariff", () => "ERROR call to tariff failed: rpc error: code = Internal desc = simulated");
      },
    ],
  },
  "telemetry that fails beside the cause": {
    codes: ["k8s-container-out-of-memory", "k8s-image-not-found", "k8s-secret-missing"],
    object: "Deployment shop/routing",
    ways: [
      (world: World) => crashing(world, "routing", 137, { reason: "OOMKilled" }),
      (world: World) =>
        waiting(
          world,
          "routing",
          "ErrImagePull",
          'failed to resolve reference "registry.parcel.example/team/routing:2.8.9": not found',
        ),
      (world: World) => {
        change(world, "routing", (container) => {
          container.envFrom = [{ secretRef: { name: "routing-tls" } }];
        });
        waiting(world, "routing", "CreateContainerConfigError", 'secret "routing-tls" not found');
      },
    ].map((breaks) => (world) => {
      breaks(world);
      exporters(world);
      felt(world, "routing", refusedBy("routing"));
    }),
  },
  "somebody outside who does not answer": {
    codes: [
      "k8s-dependency-timing-out",
      "k8s-dependency-refused",
      "k8s-dependency-name-unresolved",
      "k8s-external-dependency-failing",
      "k8s-program-reports-errors",
      "k8s-dependency-certificate-refused",
    ],
    object: "Deployment shop/payments",
    ways: [
      "ERROR POST https://api.acquirer.example/v2/charges failed: java.net.SocketTimeoutException: Read timed out",
      "ERROR POST https://api.acquirer.example/v2/charges answered 503 Service Unavailable",
      "ERROR java.net.UnknownHostException: api.acquirer.example",
    ].map((line) => (world) => {
      change(world, "payments", (container) => {
        container.env = [...container.env, { name: "ACQUIRER_URL", value: "https://api.acquirer.example/v2" }];
      });
      says(world, "payments", times(14, line));
      felt(world, "payments", () => "fail: Parcel.Invoices[0] payments:8086 answered 502 Bad Gateway");
    }),
  },
  "a licence that has run out": {
    codes: ["k8s-container-crashing", "k8s-licence-expired", "k8s-setting-invalid"],
    object: "Deployment shop/search",
    ways: [
      "FATAL License has expired on 2026-11-21. Exiting.",
      "Error: your trial license is no longer valid, please contact sales",
      "licence check failed: key LIC-7 expired 1 day ago",
    ].map((line) => (world) => {
      crashing(world, "search", 3);
      says(world, "search", ["starting", line], true);
      felt(world, "search", refusedBy("search"));
    }),
  },
  "a heap that is larger than the container": {
    codes: ["k8s-container-out-of-memory"],
    object: "Deployment shop/payments",
    ways: [
      ["JAVA_TOOL_OPTIONS", "-Xmx4g -Xms2g"],
      ["JAVA_OPTS", "-XX:MaxRAMPercentage=95 -XX:MaxDirectMemorySize=2g"],
      ["CATALINA_OPTS", "-Xmx2048m"],
    ].map(([name, value]) => (world) => {
      change(world, "payments", (container) => {
        container.env = [...container.env, { name, value }];
        container.resources = { requests: { memory: "256Mi" }, limits: { memory: "512Mi" } };
      });
      crashing(world, "payments", 137, { reason: "OOMKilled" });
      tell(world, "payments", "BackOff", "Back-off restarting failed container app in pod", { count: 50 });
      felt(world, "payments", refusedBy("payments"));
    }),
  },
  "a service of configuration that all want at the start": {
    codes: [
      "k8s-container-crashing",
      "k8s-volume-permission-denied",
      "k8s-dependency-credentials-wrong",
      "k8s-image-not-found",
      "k8s-container-out-of-memory",
    ],
    object: "Deployment shop/config-server",
    ways: [0, 1, 2].map((index) => (world) => {
      workload(world, "config-server", 8888, { replicas: 1 });
      if (index === 0) {
        crashing(world, "config-server", 1);
        says(
          world,
          "config-server",
          ["org.springframework.cloud.config.server.environment.NoSuchLabelException: No such label: mian"],
          true,
        );
      } else if (index === 1)
        waiting(
          world,
          "config-server",
          "ImagePullBackOff",
          'Back-off pulling image "x/config-server:77": ErrImagePull: not found',
        );
      else crashing(world, "config-server", 137, { reason: "OOMKilled" });
      for (const name of ["auth", "payments", "customers", "search", "parcels"]) {
        crashing(world, name, 1);
        says(
          world,
          name,
          [
            'java.lang.IllegalStateException: Could not locate PropertySource and the fail fast property is set, failing: I/O error on GET request for "http://config-server:8888/payments/prod": Connection refused',
          ],
          true,
        );
      }
    }),
  },
  "a provider of identities": {
    codes: [
      "k8s-container-crashing",
      "k8s-dependency-database-missing",
      "k8s-startup-probe-too-impatient",
      "k8s-liveness-probe-too-impatient",
      "k8s-liveness-probe-failing",
      "k8s-container-out-of-memory",
      "k8s-dependency-credentials-wrong",
      "k8s-pod-not-ready",
      "k8s-workload-unresponsive",
    ],
    object: "Deployment shop/keycloak",
    ways: [0, 1, 2].map((index) => (world) => {
      workload(world, "keycloak", 8080, {
        replicas: 1,
        container: { env: [{ name: "KC_DB_URL", value: "jdbc:postgresql://customers-pg:5432/keycloak" }] },
      });
      if (index === 0) {
        crashing(world, "keycloak", 1);
        says(
          world,
          "keycloak",
          [
            'ERROR [org.keycloak.quarkus.runtime.cli.ExecutionExceptionHandler] ERROR: FATAL: password authentication failed for user "keycloak"',
          ],
          true,
        );
      } else if (index === 1) crashing(world, "keycloak", 137, { reason: "OOMKilled" });
      else {
        crashing(world, "keycloak", 1);
        says(
          world,
          "keycloak",
          ["ERROR: Strict hostname resolution configured but no hostname setting provided"],
          true,
        );
      }
      for (const name of ["parcels", "customers", "payments", "depot"])
        says(
          world,
          name,
          times(
            9,
            'ERROR Couldn\'t retrieve remote JWK set: I/O error on GET request for "http://keycloak:8080/realms/parcel/protocol/openid-connect/certs": Connection refused',
          ),
        );
    }),
  },
  "a broken image on one of the nodes": {
    codes: ["k8s-image-platform-unmatched", "k8s-container-crashing"],
    object: "Deployment shop/edge",
    ways: [
      "exec /edge: exec format error",
      "/edge: 1: ELF: not found",
      "rosetta error: failed to open elf at /lib64/ld-linux-x86-64.so.2",
    ].map((line) => (world) => {
      const [pod] = podsOf(world, "edge");
      Object.assign(pod.status.containerStatuses[0], {
        ready: false,
        restartCount: 12,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container=app" } },
        lastState: { terminated: { exitCode: 255, reason: "Error", startedAt: ago(70), finishedAt: ago(69) } },
      });
      for (const one of pod.status.conditions) if (/Ready/.test(one.type)) one.status = "False";
      world.logs = world.logs.filter(({ pod: name }) => name !== pod.metadata.name);
      world.logs.push({ namespace: "shop", pod: pod.metadata.name, container: "app", previous: true, lines: [line] });
      const item = get(world, "Deployment", "edge");
      item.status = { ...item.status, readyReplicas: 2, availableReplicas: 2, unavailableReplicas: 1 };
    }),
  },
  "a job that must go before a release": {
    codes: [
      "k8s-container-crashing",
      "k8s-job-back-off-limit",
      "k8s-dependency-database-missing",
      "k8s-dependency-rights-missing",
      "k8s-dependency-credentials-wrong",
    ],
    object: ["Job shop/parcels-migrate-41", "StatefulSet shop/parcels-pg"],
    ways: [
      "ERROR: permission denied for schema public",
      "liquibase.exception.LockException: Could not acquire change log lock. Currently locked by parcels-migrate-40",
      'ERROR:  column "weight_g" of relation "parcel" contains null values',
    ].map((line) => (world) => {
      add(world, "Job", {
        metadata: {
          name: "parcels-migrate-41",
          namespace: "shop",
          creationTimestamp: ago(1_400),
          annotations: { "helm.sh/hook": "pre-upgrade" },
        },
        spec: {
          backoffLimit: 2,
          template: {
            spec: {
              containers: [
                {
                  name: "migrate",
                  image: "registry.parcel.example/team/parcels:2.9",
                  env: [{ name: "PARCELS_PG_ADDR", value: "parcels-pg:5432" }],
                },
              ],
            },
          },
        },
        status: {
          failed: 3,
          conditions: [
            condition("Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
          ],
        },
      });
      add(world, "Pod", {
        metadata: {
          name: "parcels-migrate-41-zz9xk",
          namespace: "shop",
          labels: { "job-name": "parcels-migrate-41" },
          creationTimestamp: ago(1_100),
          ownerReferences: [{ kind: "Job", name: "parcels-migrate-41", controller: true }],
        },
        spec: {
          nodeName: world.items.Node?.[0].metadata.name,
          restartPolicy: "Never",
          containers: [{ name: "migrate", image: "registry.parcel.example/team/parcels:2.9" }],
        },
        status: {
          phase: "Failed",
          conditions: [],
          containerStatuses: [
            {
              name: "migrate",
              ready: false,
              restartCount: 0,
              state: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(1_050) } },
            },
          ],
        },
      });
      world.logs.push({
        namespace: "shop",
        pod: "parcels-migrate-41-zz9xk",
        container: "migrate",
        previous: false,
        lines: ["running migrations", line],
      });
      event(world, "Job", "parcels-migrate-41", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
      custom(world, "HelmRelease", "parcels", {
        status: {
          conditions: [
            condition(
              "Ready",
              "False",
              "UpgradeFailed",
              "Helm upgrade failed: pre-upgrade hooks failed: 1 error occurred: * job parcels-migrate-41 failed: BackoffLimitExceeded",
            ),
          ],
        },
      });
    }),
  },
  "a proxy inside that points at nobody": {
    codes: [
      "k8s-setting-invalid",
      "k8s-container-crashing",
      "k8s-dependency-address-wrong",
      "k8s-dependency-name-unresolved",
      "k8s-service-missing",
    ],
    object: ["Deployment shop/edge", "ConfigMap shop/edge-conf", "Service shop/tracking-v2"],
    ways: [
      'nginx: [emerg] host not found in upstream "tracking-v2" in /etc/nginx/conf.d/default.conf:12',
      "[cannot resolve address] 'tracking-v2:8082': could not resolve address 'tracking-v2'",
      "error adapting config: Caddyfile:7: unrecognized directive: reverse_porxy",
    ].map((line) => (world) => {
      add(world, "ConfigMap", {
        metadata: {
          name: "edge-conf",
          namespace: "shop",
          creationTimestamp: ago(90_000),
          managedFields: [{ manager: "kubectl-edit", operation: "Update", time: ago(1_000) }],
        },
        data: { "default.conf": "" },
      });
      change(world, "edge", (_, spec) => {
        spec.volumes = [{ name: "conf", configMap: { name: "edge-conf" } }];
      });
      crashing(world, "edge", 1);
      says(world, "edge", [line], true);
    }),
  },
  "a probe that asks for more than the program itself": {
    codes: ["k8s-container-crashing", "k8s-volume-full", "k8s-container-out-of-memory", "k8s-image-not-found"],
    object: ["StatefulSet shop/customers-pg", "PersistentVolumeClaim shop/data-customers-pg-0"],
    ways: [0, 1, 2].map((index) => (world) => {
      if (index === 0) {
        crashing(world, "customers-pg", 1);
        says(
          world,
          "customers-pg",
          ['PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device'],
          true,
        );
      } else if (index === 1) crashing(world, "customers-pg", 137, { reason: "OOMKilled" });
      else
        waiting(
          world,
          "customers-pg",
          "ImagePullBackOff",
          'Back-off pulling image "postgres:15.77": ErrImagePull: docker.io/library/postgres:15.77: not found',
        );
      for (const name of ["auth", "customers"]) {
        unready(world, name, { restarts: 8, last: { exitCode: 143, reason: "Error" } });
        tell(world, name, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503", { count: 90 });
        says(
          world,
          name,
          times(
            8,
            "ERROR HikariPool-1 - Exception during pool initialization. org.postgresql.util.PSQLException: Connection to customers-pg:5432 refused.",
          ),
        );
      }
      for (const name of ["payments", "pickup", "edge"])
        says(world, name, times(7, "ERROR call to http://customers:8087/v1/me answered 503 Service Unavailable"));
    }),
  },
  "a port of the service mesh's sidecar": {
    codes: ["k8s-container-port-conflict"],
    object: "Deployment shop/depot",
    ways: [15_001, 15_021, 15_090].map((port) => (world) => {
      change(world, "depot", (_, spec) => {
        spec.containers = [
          ...spec.containers,
          { name: "istio-proxy", image: "istio/proxyv2:1.23", ports: [{ containerPort: 15_090 }] },
        ];
      });
      crashing(world, "depot", 139);
      says(
        world,
        "depot",
        [`System.IO.IOException: Failed to bind to address http://0.0.0.0:${port}: address already in use.`],
        true,
      );
    }),
  },
};
