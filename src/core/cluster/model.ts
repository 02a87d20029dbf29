/** Facts with an index over them: who owns whom, which service leads where, what the events say of an object. */
import type { ClusterFacts, FactKind } from "../../schema/kubernetes/facts.js";
import type { EndpointSlice, Service } from "../../schema/kubernetes/network.js";
import type { LabelSelector } from "../../schema/kubernetes/parts.js";
import type { Pod, PodSpec } from "../../schema/kubernetes/pod.js";
import { type ObjectRef, refText } from "./cause.js";
import { eventsByObject, type SeenEvent } from "./events.js";
import { deploymentByHash, deploymentOfSet, knownByName } from "./pod-names.js";

/** What a pod, or a workload without pods, is looked at as. */
export interface Owner {
  ref: ObjectRef;
  /** The template of its newest pods. */
  spec: PodSpec | undefined;
  labels: Record<string, string>;
  /** Pods wanted; undefined where that is not a number of its own. */
  replicas: number | undefined;
  pods: Pod[];
  generation: number | undefined;
}

export interface Model {
  facts: ClusterFacts;
  owners: Owner[];
  ownerOf(pod: Pod): ObjectRef;
  owner(ref: ObjectRef): Owner | undefined;
  /** Newest first, most telling first; those of an object and of what it owns. */
  events(ref: ObjectRef): SeenEvent[];
  allEvents: SeenEvent[];
  /** Pods that a service selects. */
  podsBehind(service: Service): Pod[];
  ownersBehind(service: Service): Owner[];
  readyEndpoints(service: Service): number;
  slices(service: Service): EndpointSlice[];
  /** Whether all objects of the kind in the namespace are known: only then is one that is not there missing. */
  knows(kind: FactKind, namespace?: string): boolean;
  has(kind: FactKind, name: string, namespace?: string): boolean;
}

export const refOf = (
  kind: string,
  { metadata }: { metadata: { name: string; namespace?: string | undefined } },
): ObjectRef => ({
  kind,
  name: metadata.name,
  namespace: metadata.namespace,
});

export const isLeaving = ({ metadata }: { metadata: { deletionTimestamp?: string | undefined } }): boolean =>
  metadata.deletionTimestamp !== undefined;

export function modelOf(facts: ClusterFacts): Model {
  const index = ownersOf(facts);
  const events = eventsByObject(facts);
  const names = new Map<string, Set<string>>();
  for (const [kind, items] of Object.entries(facts.objects)) {
    for (const { metadata } of items) {
      const key = `${kind}/${metadata.namespace ?? ""}`;
      names.set(key, (names.get(key) ?? new Set()).add(metadata.name));
    }
  }
  const read = new Set(facts.read);
  const behind = kept((service: Service): Pod[] => {
    const wanted = service.spec?.selector;
    if (wanted === undefined || Object.keys(wanted).length === 0) return [];
    return facts.objects.Pod.filter(
      (pod) => pod.metadata.namespace === service.metadata.namespace && hasLabels(pod.metadata.labels, wanted),
    );
  });
  const slices = (service: Service): EndpointSlice[] =>
    facts.objects.EndpointSlice.filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name,
    );
  return {
    facts,
    owners: [...index.owners.values()],
    ownerOf: (pod) => index.ownerOf(pod),
    owner: (ref) => index.owners.get(refText(ref)),
    events: (ref) => events.get(refText(ref)) ?? [],
    allEvents: [...events.values()].flat(),
    podsBehind: behind,
    ownersBehind: kept((service) => {
      const refs = new Set(behind(service).map((pod) => refText(index.ownerOf(pod))));
      const wanted = service.spec?.selector ?? {};
      return [...index.owners.values()].filter(
        ({ ref, labels }) =>
          refs.has(refText(ref)) ||
          (ref.namespace === service.metadata.namespace && Object.keys(wanted).length > 0 && hasLabels(labels, wanted)),
      );
    }),
    slices,
    readyEndpoints: (service) =>
      slices(service).reduce(
        (sum, { endpoints }) => sum + endpoints.filter(({ conditions }) => conditions?.ready !== false).length,
        0,
      ),
    knows: (kind, namespace) => read.has(kind) || (namespace !== undefined && read.has(`${kind}/${namespace}`)),
    has: (kind, name, namespace) => names.get(`${kind}/${namespace ?? ""}`)?.has(name) === true,
  };
}

/** Asked for again and again, by several analysers. */
function kept<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const had = known.get(key);
    if (had !== undefined) return had;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

export const hasLabels = (labels: Record<string, string> | undefined, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels?.[key] === value);

/** As Kubernetes reads it: an empty selector takes all, an absent one none. */
export function selects(selector: LabelSelector | undefined, labels: Record<string, string> | undefined): boolean {
  if (selector === undefined) return false;
  if (!hasLabels(labels, selector.matchLabels ?? {})) return false;
  return selector.matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels?.[key];
    if (operator === "Exists") return value !== undefined;
    if (operator === "DoesNotExist") return value === undefined;
    if (operator === "In") return value !== undefined && values.includes(value);
    if (operator === "NotIn") return value === undefined || !values.includes(value);
    return false;
  });
}

interface OwnerIndex {
  owners: Map<string, Owner>;
  ownerOf(pod: Pod): ObjectRef;
}

function ownersOf({ objects }: ClusterFacts): OwnerIndex {
  const owners = new Map<string, Owner>();
  const add = (
    ref: ObjectRef,
    spec: PodSpec | undefined,
    labels = {},
    replicas?: number,
    generation?: number,
  ): void => {
    owners.set(refText(ref), { ref, spec, labels, replicas, pods: [], generation });
  };
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet"] as const) {
    for (const item of objects[kind]) {
      const replicas = kind === "DaemonSet" ? item.status?.desiredNumberScheduled : (item.spec?.replicas ?? 1);
      const { template } = item.spec ?? {};
      add(refOf(kind, item), template?.spec, template?.metadata?.labels, replicas, item.metadata.generation);
    }
  }
  const parents = parentsOf(objects);
  for (const item of objects.ReplicaSet) {
    const ref = refOf("ReplicaSet", item);
    if (parents.get(refText(ref)) === undefined && (item.spec?.replicas ?? 1) > 0) {
      add(ref, item.spec?.template?.spec, item.spec?.template?.metadata?.labels, item.spec?.replicas ?? 1);
    }
  }
  for (const item of objects.Job) {
    const { template } = item.spec ?? {};
    add(refOf("Job", item), template?.spec, template?.metadata?.labels);
  }
  for (const item of objects.CronJob) add(refOf("CronJob", item), item.spec?.jobTemplate?.spec?.template?.spec);
  const isCut = objects.Pod.every(({ metadata }) => metadata.ownerReferences.length === 0);
  const ownerOf = ownerFinder(owners, parents, isCut);
  for (const pod of objects.Pod) {
    const ref = ownerOf(pod);
    if (!owners.has(refText(ref))) add(ref, pod.spec, pod.metadata.labels);
    owners.get(refText(ref))?.pods.push(pod);
  }
  return { owners, ownerOf };
}

const controllerOf = <T extends { controller?: boolean | undefined }>(references: readonly T[]): T | undefined =>
  references.find(({ controller }) => controller === true) ?? references[0];

/** Of ReplicaSets their Deployment, by name. */
function parentsOf(objects: ClusterFacts["objects"]): Map<string, ObjectRef> {
  const parents = new Map<string, ObjectRef>();
  for (const item of objects.ReplicaSet) {
    const parent = controllerOf(item.metadata.ownerReferences);
    if (parent === undefined) continue;
    const ref = { kind: parent.kind, name: parent.name, namespace: item.metadata.namespace };
    parents.set(refText(refOf("ReplicaSet", item)), ref);
  }
  return parents;
}

/** ReplicaSets are often not readable, and reports leave owners out: then the name of the pod tells its Deployment. */
function ownerFinder(
  owners: Map<string, Owner>,
  parents: Map<string, ObjectRef>,
  isCut: boolean,
): (pod: Pod) => ObjectRef {
  return (pod) => {
    const { name, namespace } = pod.metadata;
    const owner = controllerOf(pod.metadata.ownerReferences);
    if (owner !== undefined) {
      const ref = { kind: owner.kind, name: owner.name, namespace };
      if (owner.kind !== "ReplicaSet") return ref;
      return parents.get(refText(ref)) ?? (owners.has(refText(ref)) ? ref : deploymentOfSet(owner.name, namespace));
    }
    const { labels } = pod.metadata;
    const fits = ({ labels: wanted }: Pick<Owner, "labels">): boolean =>
      labels === undefined || hasLabels(labels, wanted);
    // A pod that the API gives with labels has its owners, too, or none; a recording may have dropped those of all.
    const known = isCut || pod.metadata.labels === undefined ? knownByName(name, namespace, owners, fits) : undefined;
    return known ?? (isCut ? deploymentByHash(pod) : undefined) ?? { kind: "Pod", name, namespace };
  };
}
