/** Tables as `kubectl get` and `kubectl top` print them: events, pods, and what pods use. */
import type { JsonObject } from "../../../../schema/json.js";
import { type DumpedObject, object } from "./objects.js";

/** `5m30s`, `2d`, `3h20m`, `90s`, `5m (x4 over 10m)`. */
export function ageSeconds(text: string): number | undefined {
  const parts = [...(/^(?:\d+[smhdy])+/.exec(text)?.[0] ?? "").matchAll(/(\d+)([smhdy])/g)];
  const unit: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, y: 31_536_000 };
  return parts.length === 0 ? undefined : parts.reduce((sum, [, n, of = "s"]) => sum + Number(n) * (unit[of] ?? 0), 0);
}
export const before = (nowMs: number, seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(nowMs - seconds * 1_000).toISOString();

interface Row {
  [column: string]: string;
}

/** Columns begin where their heads do; a value that is longer than its column ends with two blanks. */
function rowsOf(lines: readonly string[]): Row[] {
  const [head = "", ...rest] = lines;
  const columns = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, from: index }));
  return rest
    .filter((line) => line.trim() !== "")
    .map((line) =>
      Object.fromEntries(
        columns.map(({ name, from }, index) => [
          name,
          line.slice(from, columns[index + 1]?.from ?? line.length).trim(),
        ]),
      ),
    );
}

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

/** `namespace`: where the table has no column for it. Undefined: it is no table of those. */
export function tableIn(text: string, namespace: string, nowMs: number): DumpedObject[] | undefined {
  const lines = text.replaceAll("\r", "").split("\n");
  const at = lines.findIndex((line) => /^(?:NAMESPACE\s+)?(?:LAST SEEN|NAME)\s+\S/.test(line));
  if (at === -1) return undefined;
  const rows = rowsOf(lines.slice(at));
  const head = lines[at] ?? "";
  const place = (row: Row): string => row.NAMESPACE ?? namespace;
  if (/\bREASON\s+OBJECT\b/.test(head)) return rows.map((row, index) => eventOf(row, place(row), index, nowMs));
  if (/\bCPU\(cores\)\s+MEMORY\(bytes\)/.test(head) && !/CPU%|%/.test(head))
    return rows.map((row) => usageOf(row, place(row)));
  if (/\bREADY\s+STATUS\s+RESTARTS\b/.test(head)) return rows.map((row) => podOf(row, place(row), nowMs));
  return undefined;
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
  const { NAME: name = "", STATUS: status = "" } = row;
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
      conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
      containerStatuses:
        phase === "Pending" && !WAITS.test(status)
          ? []
          : [{ name: "*", ready: isReady, restartCount: restarts, state }],
    }),
  });
}
