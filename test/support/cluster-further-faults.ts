/**
 * Faults of settings, stores, ports, rules and limits in further forms, as Kubernetes' and the stores' own documentation words
 * them; what is right with each was written down before any was tried.
 */
import { type Fault, portOf, specsOf } from "./cluster-faults.js";
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
  unscheduled,
  type World,
  waiting,
  workload,
} from "./cluster-world.js";

const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line);
const each = (world: World, name: string, change: (container: Item, spec: Item) => void): void => {
  for (const spec of new Set(specsOf(world, name))) {
    spec.containers = spec.containers.map((one: Item) => structuredClone(one));
    change(spec.containers[0], spec);
  }
};
const quietLog = (world: World, name: string): void => {
  world.logs = world.logs.filter(({ pod }) => !podsOf(world, name).some(({ metadata }) => metadata.name === pod));
};
const nodeOf = (world: World, name: string): string => podsOf(world, name)[0].spec.nodeName;
const firstCall = (system: System, name: string): string =>
  system.parts.find((one) => one.name === name)?.calls[0] ?? "";
const callersOf = ({ parts }: System, name: string): string[] =>
  parts.filter(({ calls, stack }) => calls.includes(name) && stack !== "store").map((one) => one.name);
const usage = (world: World, name: string, cpu: string, memory: string): void => {
  for (const pod of podsOf(world, name))
    add(world, "PodMetrics", {
      metadata: { name: pod.metadata.name, namespace: "shop" },
      containers: [{ name: pod.spec.containers[0].name, usage: { cpu, memory } }],
    });
};
/** It ends with an error, and its last words are these. */
const dies = (world: World, name: string, lines: string[], exitCode = 1): void => {
  crashing(world, name, exitCode);
  quietLog(world, name);
  log(world, name, lines, { previous: true });
};
/** It stays ready and writes this again and again. */
const goesOn = (world: World, name: string, line: string): void => log(world, name, times(9, line));
const said = (codes: Fault["codes"], on: Fault["on"], lines: string[], more: Partial<Fault> = {}): Fault => ({
  codes,
  object: "@",
  failure: "none",
  on,
  ways: lines.map(
    (line, index) => (world, name) => (index % 3 === 2 ? goesOn(world, name, line) : dies(world, name, [line])),
  ),
  ...more,
});
const setting =
  (variable: (callee: string, port: number) => Item[], line: (callee: string, port: number) => string) =>
  (world: World, name: string, system: System): void => {
    const callee = firstCall(system, name);
    const port = portOf(system, callee);
    each(world, name, (one) => {
      one.env = [
        ...one.env.filter(({ value }: Item) => !String(value).startsWith(`${callee}:`)),
        ...variable(callee, port),
      ];
    });
    goesOn(world, name, line(callee, port));
  };
const mounted = (world: World, name: string, path: string): void => {
  each(world, name, (container, spec) => {
    container.volumeMounts = [{ name: "data", mountPath: path }];
    container.securityContext = { runAsUser: 1001, runAsNonRoot: true };
    spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: `${name}-data` } }];
  });
  add(world, "PersistentVolumeClaim", {
    metadata: { name: `${name}-data`, namespace: "shop" },
    spec: { volumeName: "pv-1", storageClassName: "standard", accessModes: ["ReadWriteOnce"] },
    status: { phase: "Bound" },
  });
};
const initWaits = (world: World, name: string, command: string[], lines: string[]): void => {
  for (const spec of new Set(specsOf(world, name)))
    spec.initContainers = [{ name: "wait", image: "busybox:1.36", command }];
  for (const pod of podsOf(world, name)) {
    pod.metadata.creationTimestamp = ago(1_500);
    pod.status.phase = "Pending";
    pod.status.conditions = [
      {
        type: "Initialized",
        status: "False",
        reason: "ContainersNotInitialized",
        message: "containers with incomplete status: [wait]",
        lastTransitionTime: ago(1_500),
      },
      { type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(1_500) },
    ];
    pod.status.initContainerStatuses = [
      {
        name: "wait",
        image: "busybox:1.36",
        ready: false,
        restartCount: 0,
        state: { running: { startedAt: ago(1_490) } },
      },
    ];
    for (const status of pod.status.containerStatuses)
      Object.assign(status, { ready: false, started: false, state: { waiting: { reason: "PodInitializing" } } });
  }
  downed(world, name);
  quietLog(world, name);
  log(world, name, lines, { container: "wait" });
};
const ingress = (world: World, name: string, port: number, annotations: Item, paths: Item[]): void => {
  add(world, "Ingress", {
    metadata: { name, namespace: "shop", creationTimestamp: ago(90_000), annotations },
    spec: {
      ingressClassName: "nginx",
      rules: [
        {
          host: "shop.example.com",
          http: { paths: paths.map((path) => ({ ...path, backend: { service: { name, port: { number: port } } } })) },
        },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } },
  });
};
const controllerLog = (world: World, lines: string[]): void => {
  world.namespace = undefined as never;
  workload(world, "ingress-nginx-controller", 80, { namespace: "ingress-nginx", replicas: 1 });
  log(world, "ingress-nginx-controller", lines);
};
const denied = (
  ways: Array<{ types: string[]; spec?: Item }>,
  codes: Fault["codes"],
  how: "refused" | "timeout" | "unresolved",
): Fault => ({
  codes,
  object: "NetworkPolicy shop/deny-all",
  failure: "none",
  on: "called",
  ways: ways.map(({ types, spec = {} }) => (world, name, system) => {
    add(world, "NetworkPolicy", {
      metadata: { name: "deny-all", namespace: "shop", creationTimestamp: ago(700) },
      spec: { podSelector: {}, policyTypes: types, ...spec },
    });
    for (const { name: caller, calls, stack } of system.parts)
      if (stack !== "store")
        for (const callee of calls)
          goesOn(
            world,
            caller,
            how === "timeout"
              ? `ERROR dial tcp ${callee}:${portOf(system, callee)}: i/o timeout`
              : `ERROR lookup ${callee} on 10.96.0.10:53: read udp 10.1.0.4:40000->10.96.0.10:53: i/o timeout`,
          );
    void name;
  }),
});

export const FURTHER_FAULTS: Record<string, Fault> = {
  "limit range: defaults in which nothing can run": {
    codes: ["k8s-limit-range-default-too-small"],
    object: "LimitRange shop/defaults",
    failure: "refused",
    on: "program",
    ways: ["16Mi", "8Mi", "20M"].map((memory) => (world, name) => {
      add(world, "LimitRange", {
        metadata: { name: "defaults", namespace: "shop", creationTimestamp: ago(1_500) },
        spec: { limits: [{ type: "Container", default: { memory, cpu: "100m" }, defaultRequest: { memory } }] },
      });
      for (const item of [...(world.items.Deployment ?? []), ...(world.items.StatefulSet ?? [])])
        if (item.metadata.name === name) {
          item.spec = structuredClone(item.spec);
          delete item.spec.template.spec.containers[0].resources;
        }
      crashing(world, name, 137, { reason: "OOMKilled" });
      for (const pod of podsOf(world, name)) {
        pod.spec = structuredClone(pod.spec);
        pod.spec.containers[0].resources = { limits: { memory, cpu: "100m" }, requests: { memory } };
        pod.metadata.annotations = {
          "kubernetes.io/limit-ranger":
            "LimitRanger plugin set: memory request for container server; cpu, memory limit for container server",
        };
      }
    }),
  },
  "service: leads to pods that are not ready": {
    codes: ["k8s-service-publishes-unready"],
    object: "Service shop/@",
    failure: "none",
    on: "called",
    ways: [20, 40, 55].map((seconds) => (world, name, system) => {
      get(world, "Service", name).spec.publishNotReadyAddresses = true;
      const [old] = podsOf(world, name);
      const next = structuredClone(old);
      next.metadata.name = old.metadata.name.replace(/.{2}$/, "nw");
      next.metadata.creationTimestamp = ago(seconds);
      next.status.podIP = "10.1.9.9";
      next.status.conditions = next.status.conditions.map((one: Item) =>
        /Ready/.test(one.type)
          ? { ...one, status: "False", reason: "ContainersNotReady", lastTransitionTime: ago(seconds) }
          : one,
      );
      for (const one of next.status.containerStatuses)
        Object.assign(one, { ready: false, started: true, state: { running: { startedAt: ago(seconds - 5) } } });
      world.items.Pod?.push(next);
      get(world, "EndpointSlice", `${name}-abcde`).endpoints.push({
        addresses: ["10.1.9.9"],
        conditions: { ready: true, serving: false },
        targetRef: { kind: "Pod", name: next.metadata.name },
      });
      for (const caller of callersOf(system, name))
        goesOn(world, caller, `ERROR dial tcp ${name}:${portOf(system, name)}: connect: connection refused`);
    }),
  },
  "ingress: rewrites to a group that no path has": {
    codes: ["k8s-ingress-rewrite-wrong"],
    object: "Ingress shop/@",
    failure: "none",
    on: "program",
    ways: [
      (world, name, system) =>
        ingress(world, name, portOf(system, name), { "nginx.ingress.kubernetes.io/rewrite-target": "/$2" }, [
          { path: "/api", pathType: "Prefix" },
        ]),
      (world, name, system) =>
        ingress(world, name, portOf(system, name), { "nginx.ingress.kubernetes.io/rewrite-target": "/$1/x" }, [
          { path: "/shop", pathType: "ImplementationSpecific" },
        ]),
      (world, name, system) =>
        ingress(
          world,
          name,
          portOf(system, name),
          { "nginx.ingress.kubernetes.io/rewrite-target": "/$3", "nginx.ingress.kubernetes.io/use-regex": "true" },
          [{ path: "/api(/|$)(.*)", pathType: "ImplementationSpecific" }],
        ),
    ],
  },
  "ingress: no path of it takes the requests": {
    codes: ["k8s-ingress-path-wrong"],
    object: "Ingress shop/@",
    failure: "none",
    on: "program",
    ways: [
      [{ path: "/shopp", pathType: "Prefix" }],
      [{ path: "/", pathType: "Exact" }],
      [{ path: "/api/v3", pathType: "Prefix" }],
    ].map((paths) => (world, name, system) => {
      ingress(world, name, portOf(system, name), {}, paths);
      controllerLog(
        world,
        times(
          12,
          '10.1.0.9 - - [22/Nov/2026:11:59:00 +0000] "GET /api/cart HTTP/1.1" 404 146 "-" "Mozilla/5.0" 81 0.000 [upstream-default-backend] [] - - - - ab',
        ),
      );
    }),
  },
  "a volume that the user may not write": {
    codes: ["k8s-volume-permission-denied"],
    object: "@",
    failure: "refused",
    on: "store",
    ways: [
      [
        "/var/lib/postgresql/data",
        'initdb: error: could not change permissions of directory "/var/lib/postgresql/data": Operation not permitted',
      ],
      [
        "/data/db",
        '{"t":{"$date":"2026-11-22T11:50:00Z"},"s":"E","c":"STORAGE","msg":"WiredTiger error","attr":{"message":"__posix_open_file:/data/db/WiredTiger.wt: handle-open: open: Permission denied"}}',
      ],
      ["/data", "1:M 22 Nov 2026 11:50:00.010 # Can't open or create append-only dir appendonlydir: Permission denied"],
      [
        "/var/lib/mysql",
        "mysqld: Can't create/write to file '/var/lib/mysql/is_writable' (OS errno 13 - Permission denied)",
      ],
      ["/var/lib/rabbitmq", "chown: /var/lib/rabbitmq: Operation not permitted"],
      ["/usr/share/elasticsearch/data", "java.nio.file.AccessDeniedException: /usr/share/elasticsearch/data/node.lock"],
      ["/bitnami/kafka", "mkdir: cannot create directory '/bitnami/kafka/data': Permission denied"],
    ].map(([path = "", line = ""]) => (world, name) => {
      mounted(world, name, path);
      dies(world, name, [line]);
    }),
  },
  "an init container that waits for what is not there": {
    codes: [
      "k8s-service-missing",
      "k8s-dependency-address-wrong",
      "k8s-dependency-name-unresolved",
      "k8s-init-container-hanging",
    ],
    object: ["@", "Service shop/inventory*"],
    failure: "refused",
    on: "program",
    ways: [
      (world, name) =>
        initWaits(
          world,
          name,
          ["sh", "-c", "until nslookup inventory; do echo waiting for inventory; sleep 2; done"],
          times(9, "nslookup: can't resolve 'inventory'\nwaiting for inventory"),
        ),
      (world, name) =>
        initWaits(
          world,
          name,
          ["sh", "-c", "until nc -z inventory-db 5432; do sleep 1; done"],
          times(9, "nc: bad address 'inventory-db'"),
        ),
      (world, name) =>
        initWaits(
          world,
          name,
          ["wait-for-it.sh", "inventory:8080", "-t", "0"],
          ["wait-for-it.sh: waiting for inventory:8080 without a timeout"],
        ),
      (world, name) =>
        initWaits(
          world,
          name,
          ["sh", "-c", "until wget -qO- http://inventory.shop.svc.cluster.local/ready; do sleep 5; done"],
          times(9, "** server can't find inventory.shop.svc.cluster.local: NXDOMAIN"),
        ),
    ],
  },
  "a flag in a ConfigMap": {
    codes: ["k8s-setting-invalid", "k8s-program-reports-errors", "k8s-setting-missing", "k8s-config-map-key-missing"],
    object: ["@", "ConfigMap shop/flags"],
    failure: "none",
    on: "program",
    ways: [
      'ERROR invalid value "maybe" for feature flag NEW_CHECKOUT: want true or false',
      "panic: failed to parse flags.json: invalid character '}' looking for beginning of object key string",
      '{"level":"error","msg":"checkout failed","flag":"paymentFailure","variant":"on","error":"Payment request failed. Invalid token"}',
      "ERROR feature flag newPricing is enabled but no pricing engine is configured",
    ].map((line, index) => (world, name) => {
      add(world, "ConfigMap", {
        metadata: {
          name: "flags",
          namespace: "shop",
          creationTimestamp: ago(900_000),
          managedFields: [{ manager: "kubectl-edit", operation: "Update", time: ago(1_000) }],
        },
        data: { "flags.json": "{}" },
      });
      each(world, name, (container) => {
        container.envFrom = [{ configMapRef: { name: "flags" } }];
      });
      if (index < 2) dies(world, name, [line]);
      else {
        quietLog(world, name);
        log(world, name, times(12, line));
      }
    }),
  },
  "an image of another program": {
    codes: ["k8s-image-of-another-workload"],
    object: "@",
    failure: "refused",
    rolls: true,
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name, system) => {
      const other = system.parts.filter((one) => one.stack !== "store" && one.name !== name)[way + 1]?.name ?? "";
      each(world, name, (container) => {
        container.image = `registry.example.com/shop/${other}:v1.4.2`;
      });
      quietLog(world, name);
      if (way === 1) {
        crashing(world, name, 1);
        return;
      }
      unready(world, name);
      for (const pod of podsOf(world, name)) {
        pod.status.containerStatuses[0].image = `registry.example.com/shop/${other}:v1.4.2`;
        event(
          world,
          "Pod",
          pod.metadata.name,
          "Unhealthy",
          `Readiness probe failed: dial tcp 10.1.0.4:${portOf(system, name)}: connect: connection refused`,
          { count: 40 },
        );
      }
      log(world, name, [`listening on port ${portOf(system, other)}`]);
    }),
  },
  "a token that is not mounted": said(["k8s-account-token-missing"], "program", [
    "kubernetes.config.config_exception.ConfigException: Service token file does not exist.",
    "panic: open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory",
    "WARN io.fabric8.kubernetes.client.Config - Error reading service account token from: [/var/run/secrets/kubernetes.io/serviceaccount/token]. Ignoring.",
    "Error: ENOENT: no such file or directory, open '/var/run/secrets/kubernetes.io/serviceaccount/token'",
    "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
  ]),
  "a command of another program": {
    codes: ["k8s-command-not-found", "k8s-container-crashing", "k8s-container-ends-at-once", "k8s-setting-invalid"],
    object: "@",
    failure: "refused",
    rolls: true,
    on: "program",
    ways: (
      [
        [2, "python: can't open file '/app/servr.py': [Errno 2] No such file or directory"],
        [1, "Error: Cannot find module '/usr/src/app/servr.js'"],
        [1, "Error: Unable to access jarfile /app/servr.jar"],
        [0, ""],
        [127, "/bin/sh: 1: servr: not found"],
        [2, "flag provided but not defined: -liste"],
        [1, "Error: Could not find or load main class com.example.Servr"],
      ] as Array<[number, string]>
    ).map(([code, line]) => (world, name) => {
      each(world, name, (container) => {
        container.command = ["run", "servr"];
      });
      dies(world, name, line === "" ? [] : [line], code);
    }),
  },
  "taints that were added later": {
    codes: ["k8s-taint-not-tolerated"],
    object: ["@", "Node *"],
    failure: "refused",
    on: "program",
    ways: ["NoSchedule", "NoExecute", "NoExecute"].map((effect, way) => (world, name) => {
      const nodes = world.items.Node ?? [];
      for (const node of nodes)
        node.spec.taints = [
          { key: way === 2 ? "maintenance" : "dedicated", value: "batch", effect, timeAdded: ago(900) },
        ];
      const own = podsOf(world, name)[0];
      event(
        world,
        "Pod",
        own.metadata.name.replace(/.{3}$/, "gon"),
        "TaintManagerEviction",
        `Marking for deletion Pod shop/${own.metadata.name}`,
        { type: "Normal", seconds: 880 },
      );
      unscheduled(
        world,
        name,
        `0/3 nodes are available: 3 node(s) had untolerated taint {${way === 2 ? "maintenance" : "dedicated"}: batch}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`,
        way === 1 ? "event" : "condition",
      );
    }),
  },
  "policy for all of the namespace: ingress": denied(
    [
      { types: ["Ingress"] },
      { types: ["Ingress"], spec: { ingress: [] } },
      {
        types: ["Ingress"],
        spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "other" } } }] }] },
      },
    ],
    ["k8s-network-policy-blocks-ingress"],
    "timeout",
  ),
  "policy for all of the namespace: egress": denied(
    [{ types: ["Egress"] }, { types: ["Egress"], spec: { egress: [] } }, { types: ["Ingress", "Egress"] }],
    ["k8s-network-policy-blocks-dns", "k8s-network-policy-blocks-egress", "k8s-network-policy-blocks-ingress"],
    "unresolved",
  ),
  "credentials: in the words of many stores": said(
    ["k8s-dependency-credentials-wrong", "k8s-dependency-rights-missing", "k8s-dependency-user-missing"],
    "calling",
    [
      "org.apache.kafka.common.errors.SaslAuthenticationException: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512",
      'FATAL: password authentication failed for user "orders"',
      "redis.clients.jedis.exceptions.JedisDataException: NOAUTH Authentication required.",
      "com.rabbitmq.client.AuthenticationFailureException: ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.",
      "MongoServerError: Authentication failed. code: 18, codeName: 'AuthenticationFailed'",
      "pymongo.errors.OperationFailure: Authentication failed., full error: {'ok': 0.0, 'code': 18}",
      "elasticsearch.AuthenticationException: AuthenticationException(401, 'security_exception', 'unable to authenticate user [app] for REST request [/]')",
      "ERROR 1045 (28000): Access denied for user 'shop'@'10.1.0.9' (using password: NO)",
      "com.datastax.driver.core.exceptions.AuthenticationException: Authentication error on host /10.1.0.3:9042: Provided username cassandra and/or password are incorrect",
      "nats: Authorization Violation",
      "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      "botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId) when calling the PutObject operation: The Access Key Id you provided does not exist in our records.",
      "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted')",
      "rpc error: code = Unauthenticated desc = invalid authorization token",
      "etcdserver: authentication failed, invalid user ID or password",
      "Code: 516. DB::Exception: default: Authentication failed: password is incorrect, or there is no user with such name.",
      "mssql: login error: Login failed for user 'sa'.",
      "ERR Client sent AUTH, but no password is set",
      "io.lettuce.core.RedisCommandExecutionException: WRONGPASS invalid username-password pair or user is disabled.",
      "error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string",
    ],
  ),
  "a schema that was not migrated": said(["k8s-dependency-database-missing"], "calling", [
    'org.postgresql.util.PSQLException: ERROR: relation "orders" does not exist',
    "Error: Table 'shop.orders' doesn't exist",
    "You have 3 unapplied migration(s). Your project may not work properly until you apply the migrations for app(s): orders.",
    "django.db.utils.ProgrammingError: column orders_order.discount does not exist",
    "Invalid `prisma.order.findMany()` invocation: The table `public.Order` does not exist in the current database.",
    "ActiveRecord::PendingMigrationError: Migrations are pending. To resolve this issue, run: bin/rails db:migrate RAILS_ENV=production",
    "org.flywaydb.core.api.exception.FlywayValidateException: Validate failed: Migrations have failed validation. Detected resolved migration not applied to database: 4.",
    "pymysql.err.OperationalError: (1054, \"Unknown column 'discount' in 'field list'\")",
    "alembic.util.exc.CommandError: Can't locate revision identified by '3f2a'",
    "org.hibernate.tool.schema.spi.SchemaManagementException: Schema-validation: missing table [orders]",
    "sqlite3.OperationalError: no such table: orders",
    "error: Dirty database version 7. Fix and force version.",
  ]),
  "a program that listens elsewhere than its service leads": {
    codes: ["k8s-program-port-unexpected"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [
      (port: number) => `{"message":"starting to listen on tcp: \\":${port}\\"","severity":"info"}`,
      (port: number) =>
        `2026-11-22 11:20:01.120  INFO 1 --- [main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): ${port} (http)`,
      (port: number) => `Server running at http://0.0.0.0:${port}/`,
    ].map((line) => (world, name, system) => {
      const port = portOf(system, name) + 7;
      each(world, name, (container) => {
        delete container.readinessProbe;
        delete container.livenessProbe;
        container.env = [
          ...container.env.filter((one: Item) => one.name !== "PORT"),
          { name: "PORT", value: `${port}` },
        ];
      });
      quietLog(world, name);
      log(world, name, [line(port)]);
    }),
  },
  "an address in a form of its own": {
    codes: ["k8s-dependency-address-wrong", "k8s-dependency-port-wrong", "k8s-dependency-name-unresolved"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      setting(
        (c) => [{ name: "BACKEND_URL", value: `http://${c}-svc:8080/api` }],
        (c) => `Error: getaddrinfo ENOTFOUND ${c}-svc`,
      ),
      setting(
        (c, p) => [
          { name: "BACKEND_HOST", value: c },
          { name: "BACKEND_PORT", value: `${p + 1}` },
        ],
        (c, p) => `dial tcp ${c}:${p + 1}: connect: connection refused`,
      ),
      setting(
        (c, p) => [{ name: "SPRING_DATASOURCE_URL", value: `jdbc:mysql://${c}x:${p}/shop?useSSL=false` }],
        (c) => `java.net.UnknownHostException: ${c}x`,
      ),
      setting(
        (c, p) => [{ name: "BACKEND_ADDR", value: `${c}.prod.svc.cluster.local:${p}` }],
        (c) => `lookup ${c}.prod.svc.cluster.local on 10.96.0.10:53: no such host`,
      ),
      setting(
        (c, p) => [{ name: "MONGO_URI", value: `mongodb://app:x@${c}-0.${c}-hl:${p}/db` }],
        (c) => `MongoServerSelectionError: getaddrinfo ENOTFOUND ${c}-0.${c}-hl`,
      ),
      setting(
        (c) => [{ name: "BACKEND", value: `redis://${c}:1` }],
        (c) => `Error: connect ECONNREFUSED ${c}:1`,
      ),
      setting(
        (c) =>
          [
            { name: "BACKEND_ADDR", valueFrom: { configMapKeyRef: { name: "settings", key: "backend" } } } as Item,
          ].concat([{ name: "X", value: c }]),
        (c) => `dial tcp: lookup ${c}-old on 10.96.0.10:53: no such host`,
      ),
    ],
  },
  "an address of an earlier service": {
    codes: ["k8s-dependency-address-wrong", "k8s-dependency-timing-out"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: ["10.96.77.7", "10.100.3.9", "172.20.44.5"].map((ip) =>
      setting(
        (_, p) => [{ name: "BACKEND_ADDR", value: `${ip}:${p}` }],
        (_, p) => `ERROR dial tcp ${ip}:${p}: i/o timeout`,
      ),
    ),
  },
  "TLS where none is spoken": {
    codes: ["k8s-dependency-scheme-wrong"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      setting(
        (c, p) => [{ name: "BACKEND_URL", value: `https://${c}:${p}` }],
        () => "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
      ),
      setting(
        (c, p) => [{ name: "BACKEND_URL", value: `https://${c}:${p}` }],
        (c, p) => `Get "https://${c}:${p}/api": http: server gave HTTP response to HTTPS client`,
      ),
      setting(
        (c, p) => [{ name: "BACKEND_URL", value: `https://${c}:${p}` }],
        () => "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
      ),
      setting(
        (c, p) => [{ name: "BACKEND_URL", value: `https://${c}:${p}` }],
        (c, p) =>
          `rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: first record does not look like a TLS handshake" ${c}:${p}`,
      ),
    ],
  },
  "one caller cannot reach one callee": {
    codes: ["k8s-workload-unresponsive", "k8s-dependency-timing-out"],
    object: ["@", "Deployment shop/*", "StatefulSet shop/*"],
    failure: "none",
    on: "calling",
    ways: [0, 1, 2].map(() => (world, name, system) => {
      const callee = firstCall(system, name);
      goesOn(world, name, `ERROR dial tcp ${callee}:${portOf(system, callee)}: i/o timeout`);
    }),
  },
  "memory of a pod nearly used up": {
    codes: ["k8s-memory-limit-close"],
    object: "@",
    failure: "timeout",
    on: "called",
    ways: ["505Mi", "529530880", "0.51Gi"].map((memory) => (world, name, { parts }) => {
      for (const part of parts) usage(world, part.name, "12m", part.name === name ? memory : "100Mi");
    }),
  },
  "names that one pod does not resolve": {
    codes: ["k8s-dependency-name-unresolved"],
    object: "@",
    failure: "none",
    on: "calling",
    ways: [
      (callee: string) => `Error: getaddrinfo EAI_AGAIN ${callee}`,
      (callee: string) => `java.net.UnknownHostException: ${callee}`,
      (callee: string) => `dial tcp: lookup ${callee} on 10.96.0.10:53: server misbehaving`,
    ].map((line) => (world, name, system) => {
      for (const callee of system.parts.find((one) => one.name === name)?.calls ?? [])
        goesOn(world, name, line(callee));
    }),
  },
  "files, threads or processes used up": {
    codes: ["k8s-process-limit-reached"],
    object: "@",
    failure: "timeout",
    on: "program",
    ways: [
      "accept tcp [::]:8080: accept4: too many open files",
      "Error: EMFILE: too many open files, open '/app/a.json'",
      "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached",
      "runtime: failed to create new OS thread (have 1024 already; errno=11)",
      "OSError: [Errno 24] Too many open files",
      "RuntimeError: can't start new thread",
    ].map((line, index) => (world, name) => (index % 3 === 2 ? dies(world, name, [line]) : goesOn(world, name, line))),
  },
  "a store that is not set up or not whole": {
    codes: ["k8s-dependency-not-initialised"],
    object: "@",
    failure: "none",
    on: "store",
    ways: [0, 1, 2].map((index) => (world, name, system) => {
      const words: Array<[RegExp, string[]]> = [
        [
          /mongo/,
          [
            "MongoServerSelectionError: Server selection timed out: ReplicaSetNoPrimary",
            "com.mongodb.MongoNotPrimaryException: no replset config has been received",
          ],
        ],
        [/redis/, ["CLUSTERDOWN Hash slot not served", "LOADING Redis is loading the dataset in memory"]],
        [/mysql/, ["WSREP has not yet prepared node for application use"]],
        [/./, ["org.apache.kafka.common.errors.CoordinatorNotAvailableException: The coordinator is not available."]],
      ];
      const lines = words.find(([pattern]) => pattern.test(name))?.[1] ?? [];
      for (const caller of callersOf(system, name))
        goesOn(world, caller, `ERROR ${lines[index % lines.length]} (${name})`);
    }),
  },
  "endpoints by hand that lead to nobody": {
    codes: ["k8s-service-endpoints-stale", "k8s-service-selector-unmatched"],
    object: "Service shop/@",
    failure: "timeout",
    on: "called",
    ways: ["10.1.250.9", "192.168.77.4", "10.9.9.9"].map((ip) => (world, name) => {
      delete get(world, "Service", name).spec.selector;
      get(world, "EndpointSlice", `${name}-abcde`).endpoints = [{ addresses: [ip], conditions: { ready: true } }];
    }),
  },
  "a certificate for another name": said(["k8s-dependency-certificate-refused"], "calling", [
    "x509: certificate is valid for old.example.com, not pay.example.com",
    "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames",
    "requests.exceptions.SSLError: hostname 'pay' doesn't match 'old'",
    "javax.net.ssl.SSLHandshakeException: PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed",
    "rpc error: code = Unavailable desc = transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "SSL routines:tls_process_server_certificate:certificate verify failed",
  ]),
  "sidecar or init container short of memory or image": {
    codes: ["k8s-container-out-of-memory", "k8s-image-not-found", "k8s-init-container-failing"],
    object: "@",
    failure: "refused",
    on: "program",
    ways: [0, 1, 2].map((way) => (world, name) => {
      for (const spec of new Set(specsOf(world, name)))
        spec.containers = [
          ...spec.containers,
          {
            name: "log-agent",
            image: "registry.example.com/agent:v9",
            env: [],
            resources: { limits: { memory: "20Mi" } },
          },
        ];
      for (const pod of podsOf(world, name))
        pod.status.containerStatuses = [
          ...pod.status.containerStatuses,
          {
            name: "log-agent",
            image: "registry.example.com/agent:v9",
            ready: false,
            started: false,
            restartCount: 0,
            state: { waiting: { reason: "ContainerCreating" } },
          },
        ];
      if (way === 1)
        waiting(
          world,
          name,
          "ErrImagePull",
          'rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/agent:v9": not found',
          { container: "log-agent" },
        );
      else
        waiting(world, name, "CrashLoopBackOff", "back-off 5m0s restarting failed container=log-agent", {
          last: { exitCode: 137, reason: "OOMKilled" },
          container: "log-agent",
        });
    }),
  },
  "a node whose pods are put out again and again": {
    codes: ["k8s-node-disk-pressure", "k8s-node-memory-pressure", "k8s-ephemeral-storage-insufficient"],
    object: ["Node #", "@"],
    failure: "refused",
    on: "program",
    ways: [
      "The node was low on resource: ephemeral-storage. Threshold quantity: 5Gi, available: 4Gi. Container server was using 9Gi, request is 0, has larger consumption of ephemeral-storage.",
      "The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi. Container server was using 3Gi, request is 128Mi, has larger consumption of memory.",
      "The node had condition: [DiskPressure]. ",
    ].map((text) => (world, name) => {
      const node = nodeOf(world, name);
      const type = /memory/.test(text) ? "MemoryPressure" : "DiskPressure";
      const condition = get(world, "Node", node).status.conditions.find((one: Item) => one.type === type);
      Object.assign(condition, { status: "True", reason: `KubeletHas${type}`, lastTransitionTime: ago(700) });
      for (const pod of podsOf(world, name)) {
        pod.status = {
          phase: "Failed",
          reason: "Evicted",
          message: text,
          startTime: ago(3_000),
          conditions: [],
          containerStatuses: [],
        };
        event(world, "Pod", pod.metadata.name, "Evicted", text, { count: 1 });
      }
      downed(world, name);
    }),
  },
};
