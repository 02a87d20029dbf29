/** Tables as `kubectl get` and `kubectl top` print them: events, pods, what pods use, and any other kind that is known. */
import type { JsonObject } from "../../../../schema/json.js";
import { objectRows } from "./object-tables.js";
import { type DumpedObject, object } from "./objects.js";
import { ageSeconds, before, type Row, tablesIn } from "./rows.js";

const KINDS: Record<string, string> = {
  pod: "Pod",
  deployment: "Deployment",
  replicaset: "ReplicaSet",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  job: "Job",
  cronjob: "CronJob",
  node: "Node",
  service: "Service",
  persistentvolumeclaim: "PersistentVolumeClaim",
  horizontalpodautoscaler: "HorizontalPodAutoscaler",
  ingress: "Ingress",
};

export interface ReadTables {
  objects: DumpedObject[];
  /** Some of its tables are of no kind that is known. */
  isCut: boolean;
}

/** `namespace`: where the table has no column for it. Undefined: there is no table in it. */
export function tablesRead(text: string, namespace: string, nowMs: number): ReadTables | undefined {
  const tables = tablesIn(text);
  if (tables.length === 0) return undefined;
  const read = tables.map(({ head, rows }) => oneTable(head, rows, namespace, nowMs));
  return { objects: read.flatMap((rows) => rows ?? []), isCut: read.includes(undefined) };
}

function oneTable(head: string, rows: readonly Row[], namespace: string, nowMs: number): DumpedObject[] | undefined {
  const place = (row: Row): string => row.NAMESPACE ?? namespace;
  if (/\bREASON\s+OBJECT\b/.test(head)) return rows.map((row, index) => eventOf(row, place(row), index, nowMs));
  if (/\bCPU\(cores\)\s+MEMORY\(bytes\)/.test(head) && !/CPU%|%/.test(head))
    return rows.map((row) => usageOf(row, place(row)));
  if (/\bREADY\s+STATUS\s+RESTARTS\b/.test(head)) return rows.map((row) => podOf(row, place(row), nowMs));
  return objectRows(head, rows, namespace, nowMs);
}

const listed = (kind: string, item: JsonObject): DumpedObject => ({ kind, item, isListed: true });

function eventOf(row: Row, namespace: string, index: number, nowMs: number): DumpedObject {
  const [kind = "", name = ""] = (row.OBJECT ?? "").split("/");
  const last = before(nowMs, ageSeconds(row["LAST SEEN"] ?? ""));
  const own = kind === "node" ? undefined : namespace;
  const about = object({ kind: KINDS[kind.toLowerCase()] ?? kind, name, namespace: own });
  return listed(
    "Event",
    object({
      metadata: { name: `${name}.${index}`, namespace },
      involvedObject: about,
      type: row.TYPE ?? "Normal",
      reason: row.REASON ?? "",
      message: row.MESSAGE ?? "",
      count: Number(row.COUNT ?? 1) || 1,
      lastTimestamp: last,
    }),
  );
}

const usageOf = (row: Row, namespace: string): DumpedObject =>
  listed("PodMetrics", {
    metadata: { name: row.NAME ?? row.POD ?? "", namespace },
    containers: [{ name: "*", usage: { cpu: row["CPU(cores)"] ?? "0", memory: row["MEMORY(bytes)"] ?? "0" } }],
  });

const WAITS =
  /^(?:Init:)?(?:CrashLoopBackOff|ImagePullBackOff|ErrImage\w+|InvalidImageName|Create\w+Error|RunContainerError|ContainerCreating|PodInitializing)$/;

/** As a Deployment's ReplicaSet names its pods, in the letters that Kubernetes draws from. */
const OF_SET = /^(.+-[bcdfghjklmnpqrstvwxz2456789]{6,10})-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

function ownersOf(name: string): JsonObject[] | undefined {
  const set = OF_SET.exec(name)?.[1];
  return set === undefined ? undefined : [{ kind: "ReplicaSet", name: set, controller: true }];
}

/** What a line of the table tells; the rest of the pod is not known. */
function podOf(row: Row, namespace: string, nowMs: number): DumpedObject {
  const { STATUS: status = "" } = row;
  const name = (row.NAME ?? "").replace(/^pod\//, "");
  const [ready = 0, all = 1] = (row.READY ?? "0/1").split("/").map(Number);
  const restarts = Number(/^\d+/.exec(row.RESTARTS ?? "")?.[0] ?? 0);
  const isReady = ready === all && status === "Running";
  const state: JsonObject = WAITS.test(status)
    ? { waiting: { reason: status.replace(/^Init:/, "") } }
    : status === "OOMKilled" || status === "Error"
      ? { terminated: { reason: status, exitCode: status === "Error" ? 1 : 137 } }
      : { running: {} };
  const nodeName = row.NODE === "<none>" ? undefined : row.NODE;
  const phase = ["Pending", "Running", "Succeeded", "Failed", "Unknown"].includes(status)
    ? status
    : status === "Completed"
      ? "Succeeded"
      : status === "Evicted"
        ? "Failed"
        : WAITS.test(status) && status !== "CrashLoopBackOff"
          ? "Pending"
          : "Running";
  const made = before(nowMs, ageSeconds(row.AGE ?? ""));
  return listed("Pod", {
    metadata: object({ name, namespace, creationTimestamp: made, ownerReferences: ownersOf(name) }),
    spec: object({ nodeName, containers: [{ name: "*" }] }),
    status: object({
      phase,
      reason: status === "Evicted" ? status : undefined,
      conditions: [
        { type: "Ready", status: isReady ? "True" : "False" },
        // Whether a scheduler has looked at it the table does not tell.
        ...(status === "Pending" ? [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] : []),
      ],
      containerStatuses:
        phase === "Pending" && !WAITS.test(status)
          ? []
          : [{ name: "*", ready: isReady, restartCount: restarts, state }],
    }),
  });
}
