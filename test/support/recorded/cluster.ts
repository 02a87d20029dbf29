/**
 * A cluster as it is recorded when something is wrong in it: a parcel service of twenty-three workloads in namespace `shop`, several dozen
 * healthy neighbours in ten namespaces, controllers, agents and an operator, nodes as one of five distributions names them, and what
 * every cluster has lying about: old evictions, finished Jobs, restarts of last week, warnings that are over.
 */
import { add, ago, bareCluster, event, get, type Item, podsOf, type World, workload } from "../cluster-world.js";

export interface Recorded {
  /** One of them. */
  codes: string[];
  /** One of them: the one to mend. */
  object: string | string[];
  ways: Array<(world: World) => void>;
}

const go = (text: string): string => `{"level":"info","ts":"2026-11-22T11:58:41.120Z","msg":"${text}"}`;
const java = (text: string): string =>
  `2026-11-22 11:58:41.120  INFO 1 --- [nio-8080-exec-3] c.p.web.Handler : ${text}`;
const python = (text: string): string => `[2026-11-22 11:58:41 +0000] [17] [INFO] ${text}`;
const dotnet = (text: string): string => `info: Parcel.Web[0] ${text}`;

interface Part {
  port: number;
  calls: string[];
  line: (text: string) => string;
  replicas?: number;
  kind?: "StatefulSet";
  image?: string;
}
export const PARTS: Record<string, Part> = {
  edge: { port: 8443, calls: ["web", "tracking", "auth"], line: go, replicas: 3 },
  web: { port: 3000, calls: ["tariff", "parcels", "search", "session-redis"], line: go, replicas: 3 },
  auth: { port: 8081, calls: ["customers-pg"], line: java },
  tariff: { port: 9090, calls: ["routing"], line: go },
  tracking: { port: 8082, calls: ["tracking-mongo", "events-kafka"], line: java, replicas: 3 },
  parcels: { port: 8083, calls: ["parcels-pg", "events-kafka", "labels", "tariff"], line: java },
  labels: { port: 5001, calls: ["labels-minio"], line: python },
  depot: { port: 8084, calls: ["parcels-pg", "jobs-rabbitmq"], line: dotnet },
  routing: { port: 9091, calls: ["session-redis"], line: go },
  pickup: { port: 5002, calls: ["jobs-rabbitmq", "routing", "customers"], line: python },
  invoices: { port: 8085, calls: ["invoices-mysql", "payments"], line: dotnet },
  payments: { port: 8086, calls: ["customers"], line: java },
  notify: { port: 5003, calls: ["events-kafka"], line: python },
  customers: { port: 8087, calls: ["customers-pg"], line: java },
  search: { port: 8088, calls: ["search-es"], line: java },
  "parcels-pg": { port: 5432, calls: [], line: go, replicas: 1, kind: "StatefulSet", image: "postgres:16.3" },
  "customers-pg": { port: 5432, calls: [], line: go, replicas: 1, kind: "StatefulSet", image: "postgres:15.7" },
  "invoices-mysql": { port: 3306, calls: [], line: go, replicas: 1, kind: "StatefulSet", image: "mysql:8.4" },
  "tracking-mongo": { port: 27017, calls: [], line: go, replicas: 3, kind: "StatefulSet", image: "mongo:7.0" },
  "session-redis": { port: 6379, calls: [], line: go, replicas: 1, kind: "StatefulSet", image: "redis:7.2" },
  "events-kafka": { port: 9092, calls: [], line: go, replicas: 3, kind: "StatefulSet", image: "apache/kafka:3.8.0" },
  "jobs-rabbitmq": { port: 5672, calls: [], line: go, replicas: 3, kind: "StatefulSet", image: "rabbitmq:3.13" },
  "search-es": { port: 9200, calls: [], line: go, replicas: 3, kind: "StatefulSet", image: "elasticsearch:8.14.1" },
  "labels-minio": {
    port: 9000,
    calls: [],
    line: go,
    replicas: 1,
    kind: "StatefulSet",
    image: "minio/minio:RELEASE.2026",
  },
};
export const callersOf = (name: string): string[] =>
  Object.entries(PARTS).flatMap(([caller, { calls }]) => (calls.includes(name) ? [caller] : []));

const NEIGHBOURS: Record<string, string[]> = {
  billing: ["ledger", "dunning", "ledger-pg", "exporter", "gateway"],
  media: ["resizer", "uploader", "transcoder", "cdn-purger"],
  intranet: ["wiki", "wiki-db", "chat", "calendar", "helpdesk"],
  monitoring: ["prometheus-server", "grafana", "alertmanager", "kube-state-metrics"],
  "ingress-nginx": ["ingress-nginx-controller"],
  "cert-manager": ["cert-manager", "cert-manager-webhook", "cert-manager-cainjector"],
  "flux-system": ["source-controller", "kustomize-controller", "helm-controller"],
};
const NODES: Record<string, (index: number) => string> = {
  eks: (index) => `ip-10-0-${index}-${17 * index}.eu-west-1.compute.internal`,
  gke: (index) => `gke-prod-pool-2-5c1f0e2a-x${index}kd`,
  aks: (index) => `aks-nodepool1-31415926-vmss00000${index}`,
  openshift: (index) => `worker-${index}.ocp.example.net`,
  k3s: (index) => `k3s-agent-${index}`,
};
const PROVISIONERS: Record<string, string> = {
  eks: "ebs.csi.aws.com",
  gke: "pd.csi.storage.gke.io",
  aks: "disk.csi.azure.com",
  openshift: "openshift-storage.rbd.csi.ceph.com",
  k3s: "rancher.io/local-path",
};
export const DISTRIBUTIONS = Object.keys(NODES);

const variable = (name: string): string => `${name.replaceAll("-", "_").toUpperCase()}_ADDR`;

export function recorded(distribution: string): World {
  const world = bareCluster();
  for (const name of [...Object.keys(NEIGHBOURS), "storage"])
    add(world, "Namespace", { metadata: { name, labels: {} }, status: { phase: "Active" } });
  for (const [name, part] of Object.entries(PARTS)) addPart(world, name, part);
  neighbours(world);
  system(world, distribution);
  litter(world);
  rename(world, NODES[distribution] ?? ((index) => `node-${index}`));
  for (const one of world.items.StorageClass ?? []) one.provisioner = PROVISIONERS[distribution];
  return world;
}

function addPart(world: World, name: string, { port, calls, line, replicas = 2, kind, image }: Part): void {
  workload(world, name, port, {
    replicas,
    ...(kind === undefined ? {} : { kind }),
    env: calls.map((call) => ({ name: variable(call), value: `${call}:${PARTS[call]?.port}` })),
    container: {
      name: image === undefined ? "app" : name.replace(/^.*-/, ""),
      image: image ?? `registry.parcel.example/team/${name}:2.${port % 9}.1`,
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
      readinessProbe:
        image === undefined ? { httpGet: { path: "/ready", port }, periodSeconds: 10 } : { tcpSocket: { port } },
    },
  });
  if (kind !== undefined) stored(world, name, replicas);
  says(world, name, [
    line("started"),
    ...Array.from({ length: 14 }, (_, index) => line(`request ${index} done in 12 ms`)),
  ]);
}

/** Its claims, bound. */
function stored(world: World, name: string, replicas: number): void {
  const set = get(world, "StatefulSet", name);
  const template = {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "standard" },
  };
  set.spec.volumeClaimTemplates = [template];
  for (let index = 0; index < replicas; index++) {
    const claim = `data-${name}-${index}`;
    add(world, "PersistentVolumeClaim", {
      metadata: { name: claim, namespace: "shop", creationTimestamp: ago(800_000) },
      spec: { ...template.spec, volumeName: `pvc-${claim}`, resources: { requests: { storage: "20Gi" } } },
      status: { phase: "Bound", capacity: { storage: "20Gi" } },
    });
    add(world, "PersistentVolume", {
      metadata: { name: `pvc-${claim}` },
      spec: {
        ...template.spec,
        capacity: { storage: "20Gi" },
        claimRef: { namespace: "shop", name: claim },
        persistentVolumeReclaimPolicy: "Delete",
      },
      status: { phase: "Bound" },
    });
  }
  for (const [index, pod] of podsOf(world, name).entries()) {
    pod.spec = structuredClone(pod.spec);
    pod.spec.volumes = [{ name: "data", persistentVolumeClaim: { claimName: `data-${name}-${index}` } }];
    pod.spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/data" }];
  }
}

function neighbours(world: World): void {
  let port = 8100;
  for (const [namespace, names] of Object.entries(NEIGHBOURS))
    for (const name of names) {
      const image = `registry.parcel.example/${namespace}/${name}:1.0.${port % 7}`;
      workload(world, name, port++, { namespace, container: { image } });
    }
}

/** Agents and controllers of kube-system, beside DNS and kube-proxy. */
function system(world: World, distribution: string): void {
  const agent = (name: string): void =>
    workload(world, name, 9099, { namespace: "kube-system", kind: "DaemonSet", replicas: 3, service: false });
  agent(
    { eks: "aws-node", gke: "netd", aks: "azure-cns", openshift: "ovnkube-node", k3s: "svclb-traefik" }[distribution] ??
      "",
  );
  agent("node-exporter");
  agent("csi-node-driver");
  workload(world, "metrics-server", 10_250, { namespace: "kube-system", replicas: 1 });
  workload(world, "csi-controller", 9_808, { namespace: "kube-system", service: false });
  add(world, "ServiceAccount", { metadata: { name: "default", namespace: "billing" } });
}

/** What lies about for days and hurts nobody. */
function litter(world: World): void {
  const [sample] = podsOf(world, "labels");
  for (const [index, reason] of ["Evicted", "Evicted", "NodeShutdown"].entries())
    add(world, "Pod", {
      ...structuredClone(sample),
      metadata: { ...sample.metadata, name: `labels-7f9dd8b6c4-old0${index}`, creationTimestamp: ago(400_000) },
      status: { phase: "Failed", reason, message: "The node was low on resource: memory.", conditions: [] },
    });
  for (const name of ["tracking", "notify"])
    for (const status of podsOf(world, name)[0]?.status.containerStatuses ?? [])
      Object.assign(status, {
        restartCount: 2,
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: ago(500_000) } },
      });
  const old = { seconds: 3_200, count: 1 };
  event(
    world,
    "Pod",
    podsOf(world, "web")[0].metadata.name,
    "Unhealthy",
    "Readiness probe failed: context deadline exceeded",
    old,
  );
  event(world, "Pod", podsOf(world, "resizer")[0].metadata.name, "BackOff", "Back-off restarting failed container", {
    ...old,
    namespace: "media",
  });
  event(world, "HorizontalPodAutoscaler", "web", "SuccessfulRescale", "New size: 3; reason: All metrics below target", {
    ...old,
    type: "Normal",
  });
  for (const hour of [1, 2, 3])
    add(world, "Job", {
      metadata: {
        name: `tidy-2936${hour}120`,
        namespace: "shop",
        creationTimestamp: ago(3_600 * hour),
        ownerReferences: [{ kind: "CronJob", name: "tidy", controller: true }],
      },
      spec: { backoffLimit: 6 },
      status: {
        succeeded: 1,
        conditions: [{ type: "Complete", status: "True", lastTransitionTime: ago(3_500 * hour) }],
      },
    });
  add(world, "CronJob", {
    metadata: { name: "tidy", namespace: "shop", creationTimestamp: ago(900_000) },
    spec: { schedule: "0 * * * *", suspend: false, concurrencyPolicy: "Forbid" },
    status: { lastScheduleTime: ago(3_600), lastSuccessfulTime: ago(3_500) },
  });
}

function rename(world: World, nameOf: (index: number) => string): void {
  const names = new Map([1, 2, 3].map((index) => [`node-${index}`, nameOf(index)]));
  for (const kind of ["Node", "Lease"])
    for (const one of world.items[kind] ?? []) one.metadata.name = names.get(one.metadata.name) ?? one.metadata.name;
  for (const one of world.items.Node ?? []) one.metadata.labels["kubernetes.io/hostname"] = one.metadata.name;
  for (const one of world.items.Pod ?? [])
    one.spec = { ...one.spec, nodeName: names.get(one.spec.nodeName) ?? one.spec.nodeName };
}

/** The log of each of its pods, in place of what they wrote before. */
export function says(world: World, name: string, lines: string[], previous = false): void {
  const pods = podsOf(world, name);
  const own = new Set(pods.map(({ metadata }) => metadata.name));
  world.logs = world.logs.filter((one) => !own.has(one.pod) || one.previous !== previous);
  for (const pod of pods)
    world.logs.push({
      namespace: pod.metadata.namespace,
      pod: pod.metadata.name,
      container: pod.spec.containers[0].name,
      previous,
      lines,
    });
}
export const times = (count: number, line: string): string[] => Array.from({ length: count }, () => line);

/** Those who call it write so, nine times, among ordinary lines. */
export function felt(world: World, name: string, line: (caller: string) => string): void {
  for (const caller of callersOf(name)) {
    const ordinary = PARTS[caller]?.line ?? go;
    says(
      world,
      caller,
      Array.from({ length: 12 }, (_, index) => (index % 4 === 1 ? ordinary("request done") : line(caller))),
    );
  }
}
export const refusedBy = (name: string) => (): string =>
  `{"level":"error","msg":"call failed","error":"dial tcp: connect to ${name}:${PARTS[name]?.port}: connect: connection refused"}`;
export const timedOutAt = (name: string) => (): string =>
  `ERROR request to http://${name}:${PARTS[name]?.port}/v1 failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;

export const custom = (world: World, kind: string, name: string, rest: Item): Item =>
  add(world, "Custom", {
    kind,
    ...rest,
    metadata: { name, namespace: "shop", creationTimestamp: ago(86_400), ...rest.metadata },
  });
export const condition = (type: string, status: string, reason: string, message: string, seconds = 900): Item => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: ago(seconds),
});
/** Of the template and of the pods. */
export function change(world: World, name: string, act: (container: Item, spec: Item) => void): void {
  const specs = ["Deployment", "StatefulSet", "DaemonSet"].flatMap((kind) =>
    (world.items[kind] ?? [])
      .filter(({ metadata }) => metadata.name === name)
      .map((one) => {
        one.spec.template.spec = structuredClone(one.spec.template.spec);
        return one.spec.template.spec;
      }),
  );
  for (const pod of podsOf(world, name)) {
    pod.spec = structuredClone(pod.spec);
    specs.push(pod.spec);
  }
  for (const spec of specs) act(spec.containers[0], spec);
}
export const onPods = (world: World, name: string, act: (pod: Item, index: number) => void): void =>
  podsOf(world, name).forEach(act);
export const tell = (world: World, name: string, reason: string, message: string, more: Item = {}): void =>
  onPods(world, name, ({ metadata }) =>
    event(world, "Pod", metadata.name, reason, message, { namespace: metadata.namespace, ...more }),
  );
