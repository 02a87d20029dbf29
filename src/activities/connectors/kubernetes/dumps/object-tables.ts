/** Rows of `kubectl get` of anything but pods and events, as far as the columns tell of the object. */
import type { JsonObject } from "../../../../schema/json.js";
import { modesOf } from "./described-storage.js";
import { type DumpedObject, object } from "./objects.js";
import { ageSeconds, before, type Row } from "./rows.js";

interface Place {
  namespace: string;
  nowMs: number;
}
type Reader = (row: Row, place: Place) => Pick<JsonObject, string> | undefined;

const some = (text: string | undefined): string | undefined =>
  text === undefined || /^(?:|<none>|<unset>|<unknown>|<pending>)$/.test(text) ? undefined : text;
const numberOf = (text: string | undefined): number | undefined =>
  /^\d+/.test(text ?? "") ? Number.parseInt(text ?? "", 10) : undefined;
const labelsOf = (text: string | undefined): JsonObject =>
  Object.fromEntries(
    (some(text) ?? "").split(",").flatMap((part) => {
      const [key = "", value] = part.split("=");
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** Without the column of the selector it is not known what it leads to, and less than that says nothing. */
const serviceOf: Reader = (row) => {
  if (row.SELECTOR === undefined) return undefined;
  const ports = (some(row["PORT(S)"]) ?? "").split(",").flatMap((part): JsonObject[] => {
    const [, port, protocol] = /^(\d+)(?::\d+)?\/(TCP|UDP|SCTP)$/.exec(part) ?? [];
    return port === undefined ? [] : [object({ port: Number(port), protocol })];
  });
  const external = some(row["EXTERNAL-IP"]);
  const isName = row.TYPE === "ExternalName";
  return {
    spec: object({
      type: row.TYPE,
      clusterIP: some(row["CLUSTER-IP"]),
      externalName: isName ? external : undefined,
      selector: labelsOf(row.SELECTOR),
      ports,
    }),
    status: { loadBalancer: { ingress: external === undefined || isName ? [] : [{ ip: external }] } },
  };
};

/** The template is not told; of its containers only names and images are. */
function templateOf(row: Row): JsonObject | undefined {
  if (row.SELECTOR === undefined) return undefined;
  const images = (row.IMAGES ?? "").split(",");
  const containers = (some(row.CONTAINERS) ?? "")
    .split(",")
    .filter((name) => name !== "")
    .map((name, index) => object({ name, image: images[index] }));
  return { metadata: { labels: labelsOf(row.SELECTOR) }, spec: { containers } };
}
const selectorOf = (row: Row): JsonObject | undefined =>
  row.SELECTOR === undefined ? undefined : { matchLabels: labelsOf(row.SELECTOR) };

const workloadOf: Reader = (row) => {
  const [ready, all] = (row.READY ?? "").split("/").map((text) => numberOf(text));
  const wanted = all ?? 0;
  return {
    spec: object({ replicas: wanted, selector: selectorOf(row), template: templateOf(row) }),
    status: object({
      replicas: wanted,
      readyReplicas: ready,
      updatedReplicas: numberOf(row["UP-TO-DATE"]),
      availableReplicas: numberOf(row.AVAILABLE) ?? ready,
    }),
  };
};

/** DaemonSets and ReplicaSets: what is wanted stands in a column of its own. */
const countedOf: Reader = (row) => ({
  spec: object({ replicas: numberOf(row.DESIRED), selector: selectorOf(row), template: templateOf(row) }),
  status: object({
    replicas: numberOf(row.CURRENT),
    readyReplicas: numberOf(row.READY),
    desiredNumberScheduled: numberOf(row.DESIRED),
    currentNumberScheduled: numberOf(row.CURRENT),
    numberReady: numberOf(row.READY),
    updatedNumberScheduled: numberOf(row["UP-TO-DATE"]),
  }),
});

const nodeOf: Reader = (row) => {
  const words = (row.STATUS ?? "").split(",");
  const isReady = words.includes("Ready");
  return {
    spec: { unschedulable: words.includes("SchedulingDisabled") },
    status: object({
      conditions: [
        { type: "Ready", status: isReady ? "True" : "False", reason: isReady ? "KubeletReady" : "NotReady" },
      ],
      nodeInfo: row.VERSION === undefined ? undefined : { kubeletVersion: row.VERSION },
    }),
  };
};

const claimOf: Reader = (row) => ({
  spec: object({
    storageClassName: some(row.STORAGECLASS),
    volumeName: some(row.VOLUME),
    accessModes: modesOf(some(row["ACCESS MODES"])),
  }),
  status: { phase: row.STATUS ?? "Unknown" },
});

const volumeOf: Reader = (row) => {
  const [namespace = "", name = ""] = (row.CLAIM ?? "").split("/");
  return {
    spec: object({
      storageClassName: some(row.STORAGECLASS),
      accessModes: modesOf(some(row["ACCESS MODES"])),
      capacity: row.CAPACITY === undefined ? undefined : { storage: row.CAPACITY },
      claimRef: name === "" ? undefined : { namespace, name },
    }),
    status: object({ phase: row.STATUS, reason: some(row.REASON) }),
  };
};

/** `cpu: 190%/80%`, `<unknown>/80%`. */
const autoscalerOf: Reader = (row, { nowMs }) => {
  const [kind = "", name = ""] = (row.REFERENCE ?? "").split("/");
  const [, metric = "cpu", now, target] = /(?:(\w+): )?(\d+)%\/(\d+)%/.exec(row.TARGETS ?? "") ?? [];
  const [replicas, most] = [numberOf(row.REPLICAS), numberOf(row.MAXPODS)];
  const isOver = now !== undefined && Number(now) > Number(target);
  const isBlind = /<unknown>\//.test(row.TARGETS ?? "");
  const conditions = [
    ...(isBlind
      ? [{ type: "ScalingActive", status: "False", reason: "FailedGetMetric", message: `TARGETS ${row.TARGETS}` }]
      : []),
    ...(isOver && replicas !== undefined && replicas === most
      ? [{ type: "ScalingLimited", status: "True", reason: "TooManyReplicas", message: `TARGETS ${row.TARGETS}` }]
      : []),
  ];
  const madeMs = before(nowMs, ageSeconds(row.AGE ?? ""));
  return {
    spec: object({
      scaleTargetRef: { kind, name },
      minReplicas: numberOf(row.MINPODS),
      maxReplicas: most,
      metrics:
        target === undefined ? [] : [{ resource: { name: metric, target: { averageUtilization: Number(target) } } }],
    }),
    status: object({
      currentReplicas: replicas,
      currentMetrics:
        now === undefined ? [] : [{ resource: { name: metric, current: { averageUtilization: Number(now) } } }],
      conditions: madeMs === undefined ? [] : conditions,
    }),
  };
};

const jobOf: Reader = (row) => {
  const [done, all] = (row.COMPLETIONS ?? "").split("/").map((text) => numberOf(text));
  const isFailed = row.STATUS === "Failed";
  return {
    spec: object({ completions: all, suspend: row.STATUS === "Suspended" ? true : undefined }),
    status: object({
      succeeded: done,
      conditions: isFailed
        ? [{ type: "Failed", status: "True", reason: "Failed", message: "its status is Failed" }]
        : [],
    }),
  };
};

const cronJobOf: Reader = (row, { nowMs }) => ({
  spec: object({ schedule: row.SCHEDULE, timeZone: some(row.TIMEZONE), suspend: row.SUSPEND === "True" }),
  status: object({
    active: Array.from({ length: Math.min(100, numberOf(row.ACTIVE) ?? 0) }, () => ({ kind: "Job" })),
    lastScheduleTime: before(nowMs, ageSeconds(row["LAST SCHEDULE"] ?? "")),
  }),
});

const budgetOf: Reader = (row) => ({
  spec: object({ minAvailable: some(row["MIN AVAILABLE"]), maxUnavailable: some(row["MAX UNAVAILABLE"]) }),
  status: object({ disruptionsAllowed: numberOf(row["ALLOWED DISRUPTIONS"]) }),
});
const classOf: Reader = (row) => ({
  provisioner: row.PROVISIONER ?? "",
  volumeBindingMode: row.VOLUMEBINDINGMODE ?? "",
});
const namespaceOf: Reader = (row) => ({ status: { phase: row.STATUS ?? "" } });

/** By their heads; the first that fits. */
const HEADS: ReadonlyArray<readonly [head: RegExp, kind: string, read: Reader]> = [
  [/\bTYPE\s+CLUSTER-IP\b/, "Service", serviceOf],
  [/\bREADY\s+UP-TO-DATE\s+AVAILABLE\b(?!.*NODE SELECTOR)/, "Deployment", workloadOf],
  [/\bDESIRED\s+CURRENT\s+READY\s+UP-TO-DATE\b/, "DaemonSet", countedOf],
  [/\bDESIRED\s+CURRENT\s+READY\s+AGE\b/, "ReplicaSet", countedOf],
  [/\bREADY\s+AGE(?:\s+CONTAINERS|$)/, "StatefulSet", workloadOf],
  [/\bSTATUS\s+ROLES\s+AGE\s+VERSION\b/, "Node", nodeOf],
  [/\bSTATUS\s+VOLUME\s+CAPACITY\b/, "PersistentVolumeClaim", claimOf],
  [/\bRECLAIM POLICY\s+STATUS\s+CLAIM\b/, "PersistentVolume", volumeOf],
  [/\bREFERENCE\s+TARGETS\b/, "HorizontalPodAutoscaler", autoscalerOf],
  [/\bCOMPLETIONS\s+DURATION\b/, "Job", jobOf],
  [/\bSCHEDULE\s+(?:TIMEZONE\s+)?SUSPEND\b/, "CronJob", cronJobOf],
  [/\bMIN AVAILABLE\s+MAX UNAVAILABLE\b/, "PodDisruptionBudget", budgetOf],
  [/\bPROVISIONER\s+RECLAIMPOLICY\b/, "StorageClass", classOf],
  [/^NAME\s+STATUS\s+AGE$/, "Namespace", namespaceOf],
];
/** As a Deployment names its ReplicaSets. */
const OF_DEPLOYMENT = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/;
const OF_CLUSTER = new Set(["Node", "PersistentVolume", "StorageClass", "Namespace"]);

/** Undefined: it is the table of no kind that is known. */
export function objectRows(
  head: string,
  rows: readonly Row[],
  usual: string,
  nowMs: number,
): DumpedObject[] | undefined {
  const known = HEADS.find(([pattern]) => pattern.test(head.trimEnd()));
  if (known === undefined) return undefined;
  const [, kind, read] = known;
  return rows.flatMap((row): DumpedObject[] => {
    // `kubectl get all` writes the kind before each name; the default class is marked.
    const name = (row.NAME ?? "").replace(/^[a-z.0-9]+\//, "").replace(/ \(default\)$/, "");
    const namespace = OF_CLUSTER.has(kind) ? undefined : (row.NAMESPACE ?? usual);
    const parts = read(row, { namespace: namespace ?? "", nowMs });
    if (name === "" || parts === undefined) return [];
    const creationTimestamp = before(nowMs, ageSeconds(row.AGE ?? ""));
    const deployment = kind === "ReplicaSet" ? OF_DEPLOYMENT.exec(name)?.[1] : undefined;
    const owners = deployment === undefined ? undefined : [{ kind: "Deployment", name: deployment, controller: true }];
    const metadata = object({ name, namespace, creationTimestamp, ownerReferences: owners });
    return [{ kind, item: { metadata, ...parts }, isListed: true }];
  });
}
