/** Faults that a control plane without kubelets can have: how each is made, and how it is mended. `$NS` is the namespace. */
import type { CauseCode } from "../../src/core/cluster/codes.js";

export interface Request {
  method?: "POST" | "PATCH" | "DELETE" | "PUT";
  path: string;
  body?: object;
  type?: string;
}
export interface Fault {
  code: CauseCode;
  /** The one to mend. */
  object: string;
  /** Of the namespace. */
  labels?: Record<string, string>;
  make: Request[];
  mend: Request[];
}

const CORE = "/api/v1/namespaces/$NS";
const APPS = "/apis/apps/v1/namespaces/$NS";
const STRATEGIC = "application/strategic-merge-patch+json";
const MERGE = "application/merge-patch+json";
const WEB = "Deployment $NS/web";

type Parts = { image?: string; container?: object; pod?: object; spec?: object; name?: string };

function template({ image = "shop/web:1", container = {}, pod = {}, name = "web" }: Parts) {
  return { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image, ...container }], ...pod } };
}
function workload(parts: Parts = {}, kind = "deployments"): Request {
  const { name = "web", spec = {} } = parts;
  const counted = kind === "daemonsets" ? {} : { replicas: 1 };
  const full = { selector: { matchLabels: { app: name } }, template: template(parts), ...counted, ...spec };
  return { path: `${APPS}/${kind}`, body: { metadata: { name }, spec: full } };
}
const again = (parts: Parts = {}, kind = "deployments"): Request[] => {
  const { name = "web" } = parts;
  return [{ method: "DELETE", path: `${APPS}/${kind}/${name}` }, workload(parts, kind)];
};
const service = (name: string, spec: object = {}): Request => ({
  path: `${CORE}/services`,
  body: { metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } },
});
const remove = (path: string): Request => ({ method: "DELETE", path });
const change = (path: string, body: object): Request => ({ method: "PATCH", path, body, type: STRATEGIC });
const merge = (path: string, body: object): Request => ({ method: "PATCH", path, body, type: MERGE });
const label = (labels: Record<string, string | null>): Request => merge(CORE, { metadata: { labels } });
const quota = (hard: Record<string, string>): Request => ({
  path: `${CORE}/resourcequotas`,
  body: { metadata: { name: "limits" }, spec: { hard } },
});
const env = (name: string, value: string) => ({ env: [{ name, value }] });
const node = (name: string, labels: Record<string, string>, spec: object): Request => {
  const capacity = { cpu: "4", memory: "8Gi", pods: "110" };
  return {
    path: "/api/v1/nodes",
    body: {
      metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
      spec,
      status: { allocatable: capacity, capacity },
    },
  };
};
const nodeTerm = (key: string) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values: ["none"] }] }],
      },
    },
  },
});
const apart = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app: "web" } }, topologyKey: "kubernetes.io/hostname" },
      ],
    },
  },
};
const scoped = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "$NS" } } };
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const onPods = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const claim = (name: string, spec: object): Request => ({
  path: `${CORE}/persistentvolumeclaims`,
  body: {
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } }, ...spec },
  },
});
const mounts = (claimName: string): Parts => ({
  pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] },
});
const ingress = (spec: object): Request => ({
  path: "/apis/networking.k8s.io/v1/namespaces/$NS/ingresses",
  body: { metadata: { name: "web" }, spec },
});
const rule = (name: string, port: object) => ({
  host: "web.example.com",
  http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port } } }] },
});
const INGRESS = "/apis/networking.k8s.io/v1/namespaces/$NS/ingresses/web";
const ingressClass: Request = {
  path: "/apis/networking.k8s.io/v1/ingressclasses",
  body: { metadata: { name: "of-$NS" }, spec: { controller: "example.com/ingress" } },
};
const request = (resources: Record<string, string>) => ({
  container: { resources: { requests: resources, limits: resources } },
});

const ADMISSIONS: Fault[] = [
  {
    code: "k8s-quota-exceeded",
    object: "ResourceQuota $NS/limits",
    make: [quota({ pods: "1" }), workload({ spec: { replicas: 3 } })],
    mend: [
      merge(`${CORE}/resourcequotas/limits`, { spec: { hard: { pods: "9" } } }),
      change(`${APPS}/deployments/web`, { spec: { replicas: 2 } }),
    ],
  },
  {
    code: "k8s-quota-needs-requests",
    object: WEB,
    make: [quota({ "requests.cpu": "4" }), workload()],
    mend: again(request({ cpu: "1" })),
  },
  {
    code: "k8s-limit-range-violated",
    object: WEB,
    make: [
      {
        path: `${CORE}/limitranges`,
        body: { metadata: { name: "small" }, spec: { limits: [{ type: "Container", max: { memory: "64Mi" } }] } },
      },
      workload(request({ memory: "1Gi" })),
    ],
    mend: again(request({ memory: "32Mi" })),
  },
  {
    code: "k8s-pod-security-violated",
    object: WEB,
    labels: { "pod-security.kubernetes.io/enforce": "restricted" },
    make: [workload()],
    mend: [label({ "pod-security.kubernetes.io/enforce": "privileged" }), ...again()],
  },
  {
    code: "k8s-priority-class-missing",
    object: WEB,
    make: [workload({ pod: { priorityClassName: "of-$NS" } })],
    mend: again(),
  },
  {
    code: "k8s-runtime-class-missing",
    object: WEB,
    make: [workload({ pod: { runtimeClassName: "of-$NS" } })],
    mend: again(),
  },
  {
    code: "k8s-webhook-unreachable",
    object: "ValidatingWebhookConfiguration of-$NS",
    make: [
      {
        path: `${ADMISSION}/validatingwebhookconfigurations`,
        body: {
          metadata: { name: "of-$NS" },
          webhooks: [
            {
              ...{ name: "pods.of-$NS.example.com", rules: onPods, failurePolicy: "Fail", sideEffects: "None" },
              ...{ admissionReviewVersions: ["v1"], timeoutSeconds: 2, ...scoped },
              clientConfig: { service: { name: "gone", namespace: "$NS", path: "/" } },
            },
          ],
        },
      },
      workload(),
    ],
    mend: [remove(`${ADMISSION}/validatingwebhookconfigurations/of-$NS`), ...again()],
  },
  {
    code: "k8s-webhook-denied",
    object: "Deployment $NS/first",
    make: [
      {
        path: `${ADMISSION}/validatingadmissionpolicies`,
        body: {
          metadata: { name: "of-$NS" },
          spec: {
            failurePolicy: "Fail",
            matchConstraints: { resourceRules: onPods },
            validations: [{ expression: "object.metadata.name.startsWith('ok')", message: "only ok pods" }],
          },
        },
      },
      {
        path: `${ADMISSION}/validatingadmissionpolicybindings`,
        body: {
          metadata: { name: "of-$NS" },
          spec: { policyName: "of-$NS", validationActions: ["Deny"], matchResources: scoped },
        },
      },
      { ...workload({ spec: { replicas: 0 } }) },
      // A binding takes a moment until it is in force.
      { ...workload({ name: "first" }) },
      change(`${APPS}/deployments/web`, { spec: { replicas: 2 } }),
    ],
    mend: [remove(`${ADMISSION}/validatingadmissionpolicybindings/of-$NS`), ...again()],
  },
  {
    code: "k8s-role-missing",
    object: "RoleBinding $NS/readers",
    make: [
      {
        path: "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/rolebindings",
        body: {
          metadata: { name: "readers" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
          subjects: [{ kind: "ServiceAccount", name: "web", namespace: "$NS" }],
        },
      },
      workload({ pod: { serviceAccountName: "web" } }),
    ],
    mend: [
      {
        path: "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles",
        body: { metadata: { name: "reader" }, rules: [] },
      },
    ],
  },
];

const SCHEDULING: Fault[] = [
  { code: "k8s-cpu-insufficient", object: WEB, make: [workload(request({ cpu: "64" }))], mend: again() },
  { code: "k8s-memory-insufficient", object: WEB, make: [workload(request({ memory: "900Gi" }))], mend: again() },
  {
    code: "k8s-extended-resource-insufficient",
    object: WEB,
    make: [workload(request({ "example.com/gpu": "1" }))],
    mend: again(),
  },
  {
    code: "k8s-node-selector-unmatched",
    object: WEB,
    make: [workload({ pod: { nodeSelector: { disk: "ssd" } } })],
    mend: again(),
  },
  { code: "k8s-node-affinity-unmatched", object: WEB, make: [workload({ pod: nodeTerm("zone") })], mend: again() },
  {
    code: "k8s-pod-anti-affinity-conflict",
    object: WEB,
    make: [workload({ pod: apart, spec: { replicas: 9 } })],
    mend: again(),
  },
  {
    code: "k8s-host-port-taken",
    object: WEB,
    make: [workload({ container: { ports: [{ containerPort: 9100, hostPort: 9100 }] }, spec: { replicas: 9 } })],
    mend: again(),
  },
  {
    code: "k8s-taint-not-tolerated",
    object: WEB,
    make: [
      node("tainted", { pool: "tainted" }, { taints: [{ key: "team", value: "data", effect: "NoSchedule" }] }),
      workload({ pod: { nodeSelector: { pool: "tainted" } } }),
    ],
    mend: again({ pod: { nodeSelector: { pool: "tainted" }, tolerations: [{ key: "team", operator: "Exists" }] } }),
  },
  {
    code: "k8s-node-cordoned",
    object: "Node cordoned",
    make: [
      node("cordoned", { pool: "cordoned" }, { unschedulable: true }),
      workload({ pod: { nodeSelector: { pool: "cordoned" } } }),
    ],
    mend: [merge("/api/v1/nodes/cordoned", { spec: { unschedulable: null, taints: null } })],
  },
  {
    code: "k8s-scheduling-gated",
    object: WEB,
    make: [workload({ pod: { schedulingGates: [{ name: "example.com/wait" }] } })],
    mend: again(),
  },
  { code: "k8s-assigned-node-missing", object: WEB, make: [workload({ pod: { nodeName: "ghost" } })], mend: again() },
  {
    code: "k8s-daemon-set-without-nodes",
    object: "DaemonSet $NS/web",
    make: [workload({ pod: { nodeSelector: { pool: "nowhere" } } }, "daemonsets")],
    mend: [merge(`${APPS}/daemonsets/web`, { spec: { template: { spec: { nodeSelector: null } } } })],
  },
];

const NETWORK: Fault[] = [
  {
    code: "k8s-service-selector-unmatched",
    object: "Service $NS/web",
    make: [workload(), service("web", { selector: { app: "wep" } })],
    mend: [merge(`${CORE}/services/web`, { spec: { selector: { app: "web" } } })],
  },
  {
    code: "k8s-service-target-port-wrong",
    object: "Service $NS/web",
    make: [
      workload({ container: { ports: [{ containerPort: 8080 }] } }),
      service("web", { ports: [{ port: 80, targetPort: 8081 }] }),
    ],
    mend: [change(`${CORE}/services/web`, { spec: { ports: [{ port: 80, targetPort: 8080 }] } })],
  },
  {
    code: "k8s-service-port-name-unknown",
    object: "Service $NS/web",
    make: [
      workload({ container: { ports: [{ name: "http", containerPort: 8080 }] } }),
      service("web", { ports: [{ port: 80, targetPort: "web" }] }),
    ],
    mend: [change(`${CORE}/services/web`, { spec: { ports: [{ port: 80, targetPort: "http" }] } })],
  },
  {
    code: "k8s-service-missing",
    object: "Service $NS/cart",
    make: [workload({ name: "cart" }), workload({ container: env("CART_ADDR", "cart:80") })],
    mend: [service("cart")],
  },
  {
    code: "k8s-dependency-address-wrong",
    object: WEB,
    make: [workload({ name: "cart" }), service("cart"), workload({ container: env("CART_ADDR", "carts:80") })],
    mend: again({ container: env("CART_ADDR", "cart:80") }),
  },
  {
    code: "k8s-dependency-port-wrong",
    object: WEB,
    make: [workload({ name: "cart" }), service("cart"), workload({ container: env("CART_ADDR", "cart:8099") })],
    mend: again({ container: env("CART_ADDR", "cart:80") }),
  },
  {
    code: "k8s-network-policy-blocks-ingress",
    object: "NetworkPolicy $NS/deny",
    make: [
      ...[workload({ name: "cart" }), service("cart"), workload({ container: env("CART_ADDR", "cart:80") })],
      {
        path: "/apis/networking.k8s.io/v1/namespaces/$NS/networkpolicies",
        body: {
          metadata: { name: "deny" },
          spec: { podSelector: { matchLabels: { app: "cart" } }, policyTypes: ["Ingress"] },
        },
      },
    ],
    mend: [remove("/apis/networking.k8s.io/v1/namespaces/$NS/networkpolicies/deny")],
  },
  {
    code: "k8s-external-name-wrong",
    object: "Service $NS/cart",
    make: [
      workload({ container: env("CART_ADDR", "cart:80") }),
      {
        path: `${CORE}/services`,
        body: {
          metadata: { name: "cart" },
          spec: { type: "ExternalName", externalName: "cart.$NS.svc.cluster.local" },
        },
      },
      service("db"),
      workload({ name: "db" }),
      merge(`${CORE}/services/cart`, { spec: { externalName: "dbs.$NS.svc.cluster.local" } }),
    ],
    mend: [merge(`${CORE}/services/cart`, { spec: { externalName: "db.$NS.svc.cluster.local" } })],
  },
  {
    code: "k8s-ingress-class-missing",
    object: "Ingress $NS/web",
    make: [
      workload(),
      service("web"),
      ingress({ ingressClassName: "none-of-$NS", rules: [rule("web", { number: 80 })] }),
    ],
    mend: [ingressClass, merge(INGRESS, { spec: { ingressClassName: "of-$NS" } })],
  },
  {
    code: "k8s-ingress-backend-missing",
    object: "Ingress $NS/web",
    make: [
      ingressClass,
      workload(),
      service("web"),
      ingress({ ingressClassName: "of-$NS", rules: [rule("shop", { number: 80 })] }),
    ],
    mend: [merge(INGRESS, { spec: { rules: [rule("web", { number: 80 })] } })],
  },
  {
    code: "k8s-ingress-backend-port-wrong",
    object: "Ingress $NS/web",
    make: [
      ingressClass,
      workload(),
      service("web"),
      ingress({ ingressClassName: "of-$NS", rules: [rule("web", { number: 81 })] }),
    ],
    mend: [merge(INGRESS, { spec: { rules: [rule("web", { number: 80 })] } })],
  },
  {
    code: "k8s-ingress-certificate-missing",
    object: "Ingress $NS/web",
    make: [
      ingressClass,
      workload(),
      service("web"),
      ingress({
        ingressClassName: "of-$NS",
        tls: [{ hosts: ["web.example.com"], secretName: "cert" }],
        rules: [rule("web", { number: 80 })],
      }),
    ],
    mend: [
      {
        path: `${CORE}/secrets`,
        body: { metadata: { name: "cert" }, type: "kubernetes.io/tls", stringData: { "tls.crt": "x", "tls.key": "x" } },
      },
    ],
  },
];

const REST: Fault[] = [
  {
    code: "k8s-claim-missing",
    object: WEB,
    make: [workload(mounts("gone"))],
    mend: again(),
  },
  {
    code: "k8s-claim-class-missing",
    object: "PersistentVolumeClaim $NS/data",
    make: [claim("data", { storageClassName: "of-$NS" }), workload(mounts("data"))],
    mend: [remove(`${APPS}/deployments/web`), remove(`${CORE}/persistentvolumeclaims/data`)],
  },
  {
    code: "k8s-scaled-to-zero",
    object: "Deployment $NS/cart",
    make: [
      workload({ name: "cart", spec: { replicas: 0 } }),
      service("cart"),
      workload({ container: env("CART_ADDR", "cart:80") }),
    ],
    mend: [change(`${APPS}/deployments/cart`, { spec: { replicas: 1 } })],
  },
  {
    code: "k8s-rollout-paused",
    object: WEB,
    make: [
      workload(),
      change(`${APPS}/deployments/web`, { spec: { paused: true, template: template({ image: "shop/web:2" }) } }),
    ],
    mend: [change(`${APPS}/deployments/web`, { spec: { paused: false } })],
  },
  {
    code: "k8s-autoscaler-target-missing",
    object: "HorizontalPodAutoscaler $NS/web",
    make: [
      workload(),
      {
        path: "/apis/autoscaling/v2/namespaces/$NS/horizontalpodautoscalers",
        body: {
          metadata: { name: "web" },
          spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "wep" } },
        },
      },
    ],
    mend: [remove("/apis/autoscaling/v2/namespaces/$NS/horizontalpodautoscalers/web")],
  },
  {
    code: "k8s-headless-service-missing",
    object: "StatefulSet $NS/web",
    make: [workload({ spec: { serviceName: "web-peers" } }, "statefulsets")],
    mend: [service("web-peers", { clusterIP: "None", selector: { app: "web" } })],
  },
  {
    code: "k8s-job-deadline-exceeded",
    object: "Job $NS/once",
    make: [
      {
        path: "/apis/batch/v1/namespaces/$NS/jobs",
        body: {
          metadata: { name: "once" },
          spec: {
            activeDeadlineSeconds: 1,
            template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "shop/once:slow" }] } },
          },
        },
      },
    ],
    mend: [remove("/apis/batch/v1/namespaces/$NS/jobs/once?propagationPolicy=Background")],
  },
  {
    code: "k8s-config-map-missing",
    object: WEB,
    make: [workload({ image: "shop/web:slow", container: { envFrom: [{ configMapRef: { name: "settings" } }] } })],
    mend: [{ path: `${CORE}/configmaps`, body: { metadata: { name: "settings" }, data: { A: "1" } } }],
  },
  {
    code: "k8s-secret-key-missing",
    object: WEB,
    make: [
      { path: `${CORE}/secrets`, body: { metadata: { name: "db" }, stringData: { user: "x" } } },
      workload({
        image: "shop/web:slow",
        container: { env: [{ name: "P", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] },
      }),
    ],
    mend: [merge(`${CORE}/secrets/db`, { stringData: { password: "x" } })],
  },
  { code: "k8s-image-not-found", object: WEB, make: [workload({ image: "shop/web:pull1" })], mend: again() },
];

export const FAULTS: readonly Fault[] = [...ADMISSIONS, ...SCHEDULING, ...NETWORK, ...REST];
