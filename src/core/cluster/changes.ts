/** What changed last: revisions with what they changed, and who wrote what people write. Newest first. */
import type { ClusterFacts } from "../../schema/kubernetes/facts.js";
import type { PodSpec } from "../../schema/kubernetes/pod.js";
import type { Workload } from "../../schema/kubernetes/workloads.js";
import { type Cause, type ObjectRef, refText, sameRef } from "./cause.js";
import { refOf } from "./model.js";

export interface ClusterChange {
  atMs: number;
  object: ObjectRef;
  what: string;
  /** The field manager, as the cluster calls it; null where it tells none. */
  by: string | null;
}

const CHANGES_MAX = 100;
const REVISION = "deployment.kubernetes.io/revision";
/** A revision is made within this time of the write that it comes from. */
const SAME_WRITE_MS = 30_000;
/** What people, and tools on their behalf, write. */
const WRITTEN_KINDS = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "CronJob",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
  "Service",
  "Ingress",
  "NetworkPolicy",
  "ConfigMap",
  "Secret",
  "ResourceQuota",
  "LimitRange",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "PersistentVolumeClaim",
] as const;
/** The cluster's own programs: what they write follows from something else. */
const OWN_WRITERS = /^(?:kube-controller-manager|kubelet|kube-scheduler|kube-apiserver|cloud-controller-manager)$/;

export function changesOf(facts: ClusterFacts): ClusterChange[] {
  const { namespace } = facts;
  const isOwn = (one: ClusterChange): boolean => namespace === undefined || one.object.namespace === namespace;
  const revisions = revisionsOf(facts);
  const writes = writesOf(facts).filter(
    (write) =>
      !revisions.some(
        (revision) => sameRef(revision.object, write.object) && Math.abs(revision.atMs - write.atMs) < SAME_WRITE_MS,
      ),
  );
  return [...revisions, ...writes]
    .filter(isOwn)
    .sort((a, b) => b.atMs - a.atMs || refText(a.object).localeCompare(refText(b.object), "en"))
    .slice(0, CHANGES_MAX);
}

/** The newest change of what is to mend, or else of whom it hits. */
export function changeBeside(
  { object, affects }: Pick<Cause, "object" | "affects">,
  changes: readonly ClusterChange[],
): ClusterChange | undefined {
  return (
    changes.find((one) => sameRef(one.object, object)) ??
    changes.find((one) => affects.some((hit) => sameRef(hit, one.object)))
  );
}

/** The kept revision of a Deployment before the one in force. */
export function revisionBefore({ objects }: ClusterFacts, { kind, name, namespace }: ObjectRef): number | undefined {
  if (kind !== "Deployment") return undefined;
  const numbers = (keptRevisions(objects).get(`${namespace ?? ""}/${name}`) ?? []).map(({ number }) => number);
  return numbers.at(-2);
}

interface Kept {
  number: number;
  set: Workload;
}

/** By Deployment, oldest first. */
function keptRevisions(objects: ClusterFacts["objects"]): Map<string, Kept[]> {
  const kept = new Map<string, Kept[]>();
  for (const set of objects.ReplicaSet) {
    const number = Number(set.metadata.annotations?.[REVISION]);
    const owner = set.metadata.ownerReferences.find(({ kind }) => kind === "Deployment");
    if (owner === undefined || !Number.isInteger(number)) continue;
    const key = `${set.metadata.namespace ?? ""}/${owner.name}`;
    kept.set(key, [...(kept.get(key) ?? []), { number, set }]);
  }
  for (const list of kept.values()) list.sort((a, b) => a.number - b.number);
  return kept;
}

function writesOf({ objects }: ClusterFacts): ClusterChange[] {
  const found: ClusterChange[] = [];
  for (const kind of WRITTEN_KINDS) {
    for (const item of objects[kind]) {
      if (item.metadata.ownerReferences.length > 0 || /^kube-root-ca\.crt$/.test(item.metadata.name)) continue;
      const write = lastWrite(item.metadata);
      if (write === undefined) continue;
      const createdMs = Date.parse(item.metadata.creationTimestamp ?? "");
      const isNew = Math.abs(write.atMs - createdMs) < 2_000;
      found.push({ ...write, object: refOf(kind, item), what: isNew ? "created" : "written" });
    }
  }
  return found;
}

function lastWrite({
  managedFields,
  creationTimestamp,
}: Workload["metadata"]): Pick<ClusterChange, "atMs" | "by"> | undefined {
  const [newest] = managedFields
    .filter(({ subresource, manager }) => subresource !== "status" && !OWN_WRITERS.test(manager ?? ""))
    .map(({ time, manager }) => ({ atMs: Date.parse(time ?? ""), by: manager ?? null }))
    .filter(({ atMs }) => !Number.isNaN(atMs))
    .sort((a, b) => b.atMs - a.atMs);
  if (newest !== undefined) return newest;
  const createdMs = Date.parse(creationTimestamp ?? "");
  return Number.isNaN(createdMs) ? undefined : { atMs: createdMs, by: null };
}

function revisionsOf({ objects }: ClusterFacts): ClusterChange[] {
  const kept = keptRevisions(objects);
  return objects.Deployment.flatMap((deployment): ClusterChange[] => {
    const { name, namespace = "" } = deployment.metadata;
    const sets = kept.get(`${namespace}/${name}`) ?? [];
    const write = lastWrite(deployment.metadata);
    return sets.flatMap(({ number, set }, index): ClusterChange[] => {
      const before = sets[index - 1]?.set;
      const madeMs = Date.parse(set.metadata.creationTimestamp ?? "");
      // A template that was there before keeps its ReplicaSet: then the write of the Deployment tells when.
      const isBack = before !== undefined && madeMs < Date.parse(before.metadata.creationTimestamp ?? "");
      const atMs = isBack ? (index === sets.length - 1 ? write?.atMs : undefined) : madeMs;
      if (atMs === undefined || Number.isNaN(atMs)) return [];
      const said = set.metadata.annotations?.["kubernetes.io/change-cause"];
      const difference =
        before === undefined ? "" : differenceOf(before.spec?.template?.spec, set.spec?.template?.spec);
      const what = [`revision ${number}`, difference, said ?? ""].filter((part) => part !== "").join(": ");
      const by = write !== undefined && Math.abs(write.atMs - atMs) < SAME_WRITE_MS ? write.by : null;
      return [{ atMs, object: refOf("Deployment", deployment), what, by }];
    });
  });
}

/** Which parts of a template differ, and images by name; no value of anything else. */
function differenceOf(before: PodSpec | undefined, after: PodSpec | undefined): string {
  const parts: string[] = [];
  for (const container of after?.containers ?? []) {
    const old = before?.containers.find(({ name }) => name === container.name);
    if (old === undefined) {
      parts.push(`container ${container.name} added`);
      continue;
    }
    if (old.image !== container.image) parts.push(`image of ${container.name} ${old.image} → ${container.image}`);
    for (const key of Object.keys(container) as Array<keyof typeof container>) {
      if (key === "image" || JSON.stringify(old[key]) === JSON.stringify(container[key])) continue;
      parts.push(`${key} of ${container.name}${key === "env" ? envNames(old.env, container.env) : ""}`);
    }
  }
  for (const { name } of before?.containers ?? []) {
    if (after?.containers.every((one) => one.name !== name) === true) parts.push(`container ${name} removed`);
  }
  for (const key of Object.keys(after ?? {}) as Array<keyof PodSpec>) {
    if (key !== "containers" && JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key])) parts.push(key);
  }
  return parts.slice(0, 6).join(", ");
}

type Variables = PodSpec["containers"][number]["env"];

function envNames(before: Variables, after: Variables): string {
  const text = (list: Variables, name: string) => JSON.stringify(list.find((one) => one.name === name));
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const changed = names.filter((name) => text(before, name) !== text(after, name));
  return changed.length === 0 ? "" : ` (${changed.slice(0, 4).join(", ")})`;
}
