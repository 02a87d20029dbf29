/** Services, ingresses, network policies, DNS and kube-proxy that do not lead where they should. */
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
  workload,
} from "../../support/cluster-world.js";

const service = (world: World, name: string) => get(world, "Service", name);
const noEndpoints = (world: World, name: string): void => {
  get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
};
const selects =
  (name: string, selector: object) =>
  (world: World): void => {
    service(world, name).spec.selector = selector;
    world.items.EndpointSlice = (world.items.EndpointSlice ?? []).map((one) =>
      one.metadata.labels["kubernetes.io/service-name"] === name ? { ...one, endpoints: [] } : one,
    );
  };
const port =
  (name: string, change: object) =>
  (world: World): void => {
    Object.assign(service(world, name).spec.ports[0], change);
  };
const env = (world: World, name: string, variable: string, value: string): void => {
  for (const item of [get(world, "Deployment", name).spec.template, ...podsOf(world, name)]) {
    item.spec.containers[0].env = [
      ...item.spec.containers[0].env.filter((one: { name: string }) => one.name !== variable),
      { name: variable, value },
    ];
  }
};
const policy =
  (name: string, spec: object) =>
  (world: World): void => {
    add(world, "NetworkPolicy", { metadata: { name, namespace: "shop", creationTimestamp: ago(600) }, spec });
  };
const dnsRule = { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] };

const services: Case[] = [
  {
    code: "k8s-service-selector-unmatched",
    object: "Service shop/cart",
    siblings: [
      selects("cart", { app: "cart-v2" }),
      selects("cart", { name: "cart" }),
      selects("cart", { app: "cart", tier: "backend" }),
    ],
  },
  {
    code: "k8s-service-selects-strangers",
    object: "Service shop/cart",
    siblings: [
      selects("cart", { app: "redis" }),
      selects("cart", { app: "catalog" }),
      (world) => {
        for (const name of ["cart", "redis"]) {
          for (const pod of podsOf(world, name)) pod.metadata.labels.part = "data";
          get(world, "Deployment", name).spec.template.metadata.labels.part = "data";
        }
        service(world, "cart").spec.selector = { part: "data" };
      },
    ],
  },
  {
    code: "k8s-service-target-port-wrong",
    object: "Service shop/cart",
    siblings: [
      port("cart", { targetPort: 7071 }),
      port("cart", { targetPort: 80 }),
      (world) => {
        port("cart", { targetPort: 9090 })(world);
        log(
          world,
          "frontend",
          Array(5).fill(
            "rpc error: code = Unavailable desc = dial tcp 10.96.0.13:7070: connect: connection refused: cart",
          ),
        );
      },
    ],
  },
  {
    code: "k8s-service-port-name-unknown",
    object: "Service shop/cart",
    siblings: [
      port("cart", { targetPort: "web" }),
      port("cart", { targetPort: "grpc" }),
      port("cart", { targetPort: "https" }),
    ],
  },
  {
    code: "k8s-service-protocol-wrong",
    object: "Service shop/cart",
    siblings: [
      port("cart", { protocol: "UDP" }),
      port("redis", { protocol: "TCP" }),
      port("cart", { protocol: "SCTP" }),
    ].map((one, index) =>
      index === 1
        ? (world: World) => {
            get(world, "Deployment", "cart").spec.template.spec.containers[0].ports[0].protocol = "UDP";
            for (const pod of podsOf(world, "cart")) pod.spec.containers[0].ports[0].protocol = "UDP";
          }
        : one,
    ),
  },
  {
    code: "k8s-service-without-workload",
    object: "Service shop/cart",
    siblings: [0, 1, 2].map((how) => (world: World) => {
      remove(world, "Deployment", "cart");
      world.items.ReplicaSet = (world.items.ReplicaSet ?? []).filter((item) => !item.metadata.name.startsWith("cart"));
      world.items.Pod = (world.items.Pod ?? []).filter((item) => item.metadata.labels?.app !== "cart");
      noEndpoints(world, "cart");
      if (how === 1) log(world, "frontend", Array(6).fill("dial tcp 10.96.0.12:7070: connect: connection refused"));
      if (how === 2) unready(world, "frontend");
    }),
  },
  {
    code: "k8s-service-endpoints-missing",
    object: "Service shop/external-db",
    siblings: [0, 1, 2].map((how) => (world: World) => {
      add(world, "Service", {
        metadata: { name: "external-db", namespace: "shop" },
        spec: { ports: [{ port: 5432 }], ...(how === 1 ? { clusterIP: "None" } : {}) },
      });
      env(world, "cart", "DB_HOST", "external-db");
      if (how === 2) env(world, "catalog", "DATABASE_URL", "postgres://external-db:5432/x");
    }),
  },
  {
    code: "k8s-service-missing",
    object: "Service shop/cart",
    siblings: [0, 1, 2].map((how) => (world: World) => {
      remove(world, "Service", "cart");
      if (how === 1) log(world, "frontend", Array(5).fill("dial tcp: lookup cart on 10.96.0.10:53: no such host"));
      if (how === 2) crashing(world, "frontend", 1);
    }),
  },
  {
    code: "k8s-service-port-missing",
    object: "Service shop/catalog",
    siblings: [3551, 80, 13550].map((number) => port("catalog", { port: number })),
  },
  {
    code: "k8s-external-name-wrong",
    object: "Service shop/payments",
    siblings: ["pay.shop.svc.cluster.local", "10.0.0.7", "payments.wrong.example.com"].map(
      (externalName) => (world: World) => {
        add(world, "Service", {
          metadata: { name: "payments", namespace: "shop" },
          spec: { type: "ExternalName", externalName },
        });
        env(world, "cart", "PAY_URL", "http://payments:80/x");
        if (externalName.includes("example")) log(world, "cart", ["getaddrinfo ENOTFOUND payments.wrong.example.com"]);
      },
    ),
  },
  {
    code: "k8s-headless-service-missing",
    object: "StatefulSet shop/queue",
    siblings: ["queue", "queue-headless", "q"].map((serviceName) => (world: World) => {
      workload(world, "queue", 5672, { kind: "StatefulSet", service: false });
      get(world, "StatefulSet", "queue").spec.serviceName = serviceName;
    }),
  },
  {
    code: "k8s-load-balancer-failing",
    object: "Service shop/frontend",
    siblings: [
      "Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for creating the ELB",
      "Error syncing load balancer: googleapi: Error 403: QUOTA_EXCEEDED",
      "Error syncing load balancer: not authorized to perform: elasticloadbalancing:CreateLoadBalancer",
    ].map((message) => (world: World) => {
      service(world, "frontend").spec.type = "LoadBalancer";
      event(world, "Service", "frontend", "SyncLoadBalancerFailed", message);
    }),
  },
];
tryCases("services", services);

const ingress =
  (more: object, tls: object[] = []) =>
  (world: World): void => {
    add(world, "Ingress", {
      metadata: { name: "web", namespace: "shop" },
      spec: {
        ingressClassName: "nginx",
        tls,
        rules: [
          {
            host: "shop.example.com",
            http: { paths: [{ path: "/", backend: { service: { name: "frontend", port: { number: 80 } } } }] },
          },
        ],
        ...more,
      },
    });
  };
const path = (name: string, at: object) => ({
  rules: [{ http: { paths: [{ path: "/", backend: { service: { name, port: at } } }] } }],
});
const ingresses: Case[] = [
  {
    code: "k8s-ingress-class-missing",
    object: "Ingress shop/web",
    siblings: ["ngnix", "traefik", "alb"].map((ingressClassName) => ingress({ ingressClassName })),
  },
  {
    code: "k8s-ingress-backend-missing",
    object: "Ingress shop/web",
    siblings: [
      ingress(path("frontends", { number: 80 })),
      ingress(path("gone", { name: "http" })),
      ingress({ defaultBackend: { service: { name: "nothing", port: { number: 1 } } } }),
    ],
  },
  {
    code: "k8s-ingress-backend-port-wrong",
    object: "Ingress shop/web",
    siblings: [
      ingress(path("frontend", { number: 8081 })),
      ingress(path("frontend", { name: "https" })),
      ingress(path("cart", { number: 80 })),
    ],
  },
  {
    code: "k8s-ingress-certificate-missing",
    object: "Ingress shop/web",
    siblings: [
      ingress({}, [{ secretName: "shop-tls", hosts: ["shop.example.com"] }]),
      ingress({}, [{ secretName: "cart-db" }]),
      ingress({}, [{ secretName: "x" }]),
    ],
  },
];
tryCases("ingresses", ingresses);

const policies: Case[] = [
  {
    code: "k8s-network-policy-blocks-ingress",
    object: "NetworkPolicy shop/cart-deny",
    siblings: [
      policy("cart-deny", { podSelector: { matchLabels: { app: "cart" } }, policyTypes: ["Ingress"] }),
      policy("cart-deny", {
        podSelector: { matchLabels: { app: "cart" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "nobody" } } }] }],
      }),
      policy("cart-deny", {
        podSelector: { matchLabels: { app: "cart" } },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [{ podSelector: { matchLabels: { app: "frontend" } } }], ports: [{ port: 1, protocol: "TCP" }] },
        ],
      }),
      policy("cart-deny", { podSelector: {}, policyTypes: ["Ingress"], ingress: [] }),
      (world) => {
        policy("cart-deny", {
          podSelector: { matchLabels: { app: "redis" } },
          policyTypes: ["Ingress"],
          ingress: [{ from: [{ podSelector: { matchLabels: { app: "frontend" } } }] }],
        })(world);
        unready(world, "cart");
        log(world, "cart", ["redis: connection timed out", "dial tcp 10.96.0.10:6379: i/o timeout"]);
      },
    ],
  },
  {
    code: "k8s-network-policy-blocks-egress",
    object: "NetworkPolicy shop/out",
    siblings: [
      policy("out", { podSelector: { matchLabels: { app: "frontend" } }, policyTypes: ["Egress"], egress: [dnsRule] }),
      policy("out", {
        podSelector: { matchLabels: { app: "frontend" } },
        policyTypes: ["Egress"],
        egress: [dnsRule, { to: [{ podSelector: { matchLabels: { app: "catalog" } } }] }],
      }),
      policy("out", { podSelector: {}, policyTypes: ["Egress"], egress: [dnsRule] }),
    ],
  },
  {
    code: "k8s-network-policy-blocks-dns",
    object: "NetworkPolicy shop/out",
    siblings: [
      policy("out", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ podSelector: {} }] }] }),
      policy("out", {
        podSelector: { matchLabels: { app: "frontend" } },
        egress: [{ to: [{ podSelector: {} }] }],
        policyTypes: ["Egress"],
      }),
      policy("out", {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{}],
        egress: [{ to: [{ podSelector: {} }] }],
      }),
    ],
  },
];
tryCases("network policies", policies);

const dns: Case[] = [
  {
    code: "k8s-dns-down",
    object: "Deployment kube-system/coredns",
    siblings: [
      (world) => {
        get(world, "Deployment", "coredns").spec.replicas = 0;
        world.items.Pod = (world.items.Pod ?? []).filter((pod) => !pod.metadata.name.startsWith("coredns"));
      },
      (world) => waiting(world, "coredns", "ImagePullBackOff", "Back-off pulling image: manifest unknown"),
      (world) => {
        crashing(world, "coredns", 1);
        log(world, "frontend", Array(5).fill("dial tcp: lookup cart on 10.96.0.10:53: read udp: i/o timeout"));
      },
    ],
  },
  {
    code: "k8s-dns-service-broken",
    object: "Service kube-system/kube-dns",
    siblings: [
      (world) => remove(world, "Service", "kube-dns"),
      (world) => {
        service(world, "kube-dns").spec.selector = { "k8s-app": "dns" };
      },
      (world) => {
        service(world, "kube-dns").spec.ports = [{ name: "dns", port: 5353, protocol: "UDP", targetPort: 53 }];
      },
    ],
  },
  {
    code: "k8s-dns-configuration-wrong",
    object: "ConfigMap kube-system/coredns",
    siblings: [
      (world) => {
        crashing(world, "coredns", 1);
        log(world, "coredns", ["/etc/coredns/Corefile:4 - Error during parsing: Unknown directive 'forwad'"]);
      },
      (world) => {
        crashing(world, "coredns", 1);
        log(world, "coredns", ['[FATAL] plugin/loop: Loop (127.0.0.1:1 -> :53) detected for zone "."'], {
          previous: true,
        });
      },
      (world) => {
        for (const name of ["frontend", "cart"])
          log(
            world,
            name,
            Array(5).fill(`dial tcp: lookup ${name === "cart" ? "redis" : "cart"} on 10.96.0.10:53: no such host`),
          );
      },
    ],
  },
  {
    code: "k8s-pod-dns-wrong",
    object: "Deployment shop/frontend",
    siblings: [
      { dnsPolicy: "None", dnsConfig: { nameservers: ["8.8.8.8"] } },
      { dnsPolicy: "Default" },
      { dnsPolicy: "None", dnsConfig: { nameservers: ["1.1.1.1", "9.9.9.9"] } },
    ].map((more) => (world: World) => {
      for (const item of [get(world, "Deployment", "frontend").spec.template, ...podsOf(world, "frontend")])
        Object.assign(item.spec, more);
    }),
  },
  {
    code: "k8s-kube-proxy-down",
    object: "Node node-2",
    siblings: [
      (world) => {
        world.items.Pod = (world.items.Pod ?? []).filter(
          (pod) => !(pod.metadata.labels?.app === "kube-proxy" && pod.spec.nodeName === "node-2"),
        );
      },
      ...["CrashLoopBackOff", "ImagePullBackOff"].map((reason) => (world: World) => {
        for (const pod of podsOf(world, "kube-proxy").filter((one) => one.spec.nodeName === "node-2")) {
          pod.status.conditions = [{ type: "Ready", status: "False" }];
          pod.status.containerStatuses[0] = {
            name: "kube-proxy",
            ready: false,
            restartCount: 4,
            state: { waiting: { reason, message: "x" } },
            lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(30) } },
          };
        }
      }),
    ],
  },
  {
    code: "k8s-kube-proxy-down",
    object: "DaemonSet kube-system/kube-proxy",
    siblings: [
      (world) => {
        world.items.Pod = (world.items.Pod ?? []).filter((pod) => pod.metadata.labels?.app !== "kube-proxy");
      },
      (world) => crashing(world, "kube-proxy", 1),
      (world) => waiting(world, "kube-proxy", "ImagePullBackOff", "manifest unknown"),
    ],
  },
];
tryCases("DNS and kube-proxy", dns);

const configuration: Case[] = [
  {
    code: "k8s-dependency-address-wrong",
    object: "Deployment shop/frontend",
    siblings: [
      (world) => env(world, "frontend", "CART_SERVICE_ADDR", "cart-wrong:7070"),
      (world) => env(world, "frontend", "CART_SERVICE_ADDR", "carts:7070"),
      (world) => {
        env(world, "frontend", "CART_SERVICE_ADDR", "basket:7070");
        log(world, "frontend", Array(4).fill("dial tcp: lookup basket on 10.96.0.10:53: no such host"));
      },
      (world) => {
        env(world, "frontend", "CART_SERVICE_ADDR", "cart-service.shop.svc.cluster.local:7070");
        crashing(world, "frontend", 1);
      },
    ],
  },
  {
    code: "k8s-dependency-port-wrong",
    object: "Deployment shop/frontend",
    siblings: ["cart:7071", "http://cart:80/api", "cart.shop.svc.cluster.local:1"].map(
      (value) => (world: World) => env(world, "frontend", "CART_SERVICE_ADDR", value),
    ),
  },
];
tryCases("addresses", configuration);

const said = (lines: string[]) => (world: World) => {
  crashing(world, "cart", 1);
  log(world, "cart", lines);
};
const saidWhileRunning = (lines: string[]) => (world: World) => log(world, "cart", [...lines, ...lines, ...lines]);
const CART = "Deployment shop/cart";
const programs: Case[] = [
  {
    code: "k8s-dependency-credentials-wrong",
    object: CART,
    siblings: [
      said(["ERROR 1045 (28000): Access denied for user 'cart'@'10.1.0.5' (using password: YES)"]),
      said(['FATAL: password authentication failed for user "cart"']),
      said(["WRONGPASS invalid username-password pair or user is disabled."]),
      saidWhileRunning(["MongoServerError: Authentication failed."]),
    ],
  },
  {
    code: "k8s-dependency-database-missing",
    object: CART,
    siblings: [
      said(["Error 1049 (42000): Unknown database 'carts'"]),
      said(['pq: database "carts" does not exist']),
      said(['org.postgresql.util.PSQLException: ERROR: relation "items" does not exist']),
    ],
  },
  {
    code: "k8s-dependency-certificate-refused",
    object: CART,
    siblings: [
      said(["x509: certificate signed by unknown authority"]),
      said(["ssl.SSLCertVerificationError: certificate verify failed: self signed certificate"]),
      said(["javax.net.ssl.SSLHandshakeException: PKIX path building failed"]),
    ],
  },
  {
    code: "k8s-dependency-name-unresolved",
    object: CART,
    siblings: [
      said(["getaddrinfo ENOTFOUND db.example.com"]),
      said(["java.net.UnknownHostException: db.example.com"]),
      said(['could not translate host name "db.example.com" to address: Name or service not known']),
    ],
  },
  {
    code: "k8s-dependency-refused",
    object: CART,
    siblings: [
      said(["dial tcp 10.9.9.9:5432: connect: connection refused"]),
      said(["Error: connect ECONNREFUSED 10.9.9.9:6379"]),
      said(["psycopg2.OperationalError: could not connect to server: Connection refused"]),
    ],
  },
  {
    code: "k8s-dependency-timing-out",
    object: CART,
    siblings: [
      said(["dial tcp 10.9.9.9:5432: i/o timeout"]),
      said(["Error: connect ETIMEDOUT 10.9.9.9:443"]),
      said(["java.net.SocketTimeoutException: Read timed out"]),
    ],
  },
  {
    code: "k8s-setting-missing",
    object: CART,
    siblings: [
      said(["FATAL configuration error: required env var DB_DSN is not set in pod spec"]),
      said(["KeyError: 'REDIS_URL'"]),
      said(['panic: environment variable "CART_STORE" not set']),
      said(["error: database is uninitialized and password option is not specified"]),
    ],
  },
  {
    code: "k8s-setting-invalid",
    object: CART,
    siblings: [
      said(['strconv.Atoi: parsing "70x": invalid syntax']),
      said(["yaml: line 4: mapping values are not allowed in this context"]),
      said(['nginx: [emerg] unknown directive "sever" in /etc/nginx/nginx.conf:1']),
    ],
  },
  {
    code: "k8s-volume-full",
    object: CART,
    siblings: [
      said(["write /data/x: no space left on device"]),
      said(["Error: ENOSPC: no space left on device, write"]),
      (world) => {
        for (const pod of podsOf(world, "cart"))
          pod.status = {
            phase: "Failed",
            reason: "Evicted",
            message: "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
            startTime: ago(600),
          };
      },
    ],
  },
  {
    code: "k8s-volume-permission-denied",
    object: CART,
    siblings: [
      "mkdir /data/db: permission denied",
      "PermissionError: [Errno 13] Permission denied: '/data/cart.db'",
      "mysqld: Can't create/write to file '/data/is_writable' (Errcode: 13 - Permission denied)",
    ].map((line) => (world: World) => {
      get(world, "Deployment", "cart").spec.template.spec.containers[0].volumeMounts = [
        { name: "data", mountPath: "/data" },
      ];
      said([line])(world);
    }),
  },
  {
    code: "k8s-volume-read-only",
    object: CART,
    siblings: [
      "open /data/x: read-only file system",
      "OSError: [Errno 30] Read-only file system: '/data/cache'",
      "Error: EROFS: read-only file system, open '/data/a'",
    ].map((line) => (world: World) => {
      get(world, "Deployment", "cart").spec.template.spec.containers[0].volumeMounts = [
        { name: "data", mountPath: "/data", readOnly: true },
      ];
      said([line])(world);
    }),
  },
];
tryCases("programs", programs);
