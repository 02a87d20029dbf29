/** Whoever edits a workload that an operator keeps is overwritten: then the custom resource that it is made from is the one to mend. */
import { type Cause, type ObjectRef, refText, sameRef, uniqueRefs } from "../cause.js";
import { type Model, refOf } from "../model.js";

const KEPT_KINDS = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
  "ConfigMap",
  "PersistentVolumeClaim",
  "HorizontalPodAutoscaler",
] as const;
/** Kinds of Kubernetes itself, and those that only keep a list. */
const OWN_KINDS =
  /^(?:Node|Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob|Service|Namespace|ConfigMap|Secret|ClusterServiceVersion|EndpointSlice|PersistentVolumeClaim|HorizontalPodAutoscaler)$/;
const CLIMB_MAX = 4;

const known = new WeakMap<Model, Map<string, ObjectRef>>();

/** Of each object the one that owns it, where that is of no kind of Kubernetes itself. */
function customOwners(model: Model): Map<string, ObjectRef> {
  const had = known.get(model);
  if (had !== undefined) return had;
  const owners = new Map<string, ObjectRef>();
  const { objects } = model.facts;
  const note = (ref: ObjectRef, { metadata }: { metadata: (typeof objects.Deployment)[number]["metadata"] }): void => {
    const owner = metadata.ownerReferences.find(({ controller }) => controller === true) ?? metadata.ownerReferences[0];
    if (owner === undefined || OWN_KINDS.test(owner.kind)) return;
    owners.set(refText(ref), { kind: owner.kind, name: owner.name, namespace: ref.namespace });
  };
  for (const kind of KEPT_KINDS) for (const item of objects[kind]) note(refOf(kind, item), item);
  for (const item of objects.Custom) note(refOf(item.kind ?? "Custom", item), item);
  for (const pod of objects.Pod) note(refOf("Pod", pod), pod);
  known.set(model, owners);
  return owners;
}

/** A claim is made from the template of a StatefulSet, whose name its own ends with. */
function setOfClaim({ facts }: Model, { name, namespace }: ObjectRef): ObjectRef | undefined {
  const set = facts.objects.StatefulSet.find(
    ({ metadata, spec }) =>
      metadata.namespace === namespace &&
      (spec?.volumeClaimTemplates ?? []).some(({ metadata: template }) =>
        /^-\d+$/.test(name.replace(`${template.name}-${metadata.name}`, "")),
      ),
  );
  return set === undefined ? undefined : refOf("StatefulSet", set);
}

export function keeperOf(model: Model, ref: ObjectRef): ObjectRef | undefined {
  const owners = customOwners(model);
  if (owners.size === 0) return undefined;
  const set = ref.kind === "PersistentVolumeClaim" ? setOfClaim(model, ref) : undefined;
  let keeper = owners.get(refText(set ?? ref));
  for (let step = 0; keeper !== undefined && step < CLIMB_MAX; step++) {
    const above = owners.get(refText(keeper));
    if (above === undefined) return keeper;
    keeper = above;
  }
  return keeper;
}

/** Whose times a Job is of: the next is made from its template again. By owner, or by the minute that its name ends with. */
function scheduleOf({ facts }: Model, { kind, name, namespace }: ObjectRef): ObjectRef | undefined {
  if (kind !== "Job") return undefined;
  const job = facts.objects.Job.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const owner = job?.metadata.ownerReferences.find((one) => one.kind === "CronJob");
  if (owner !== undefined) return { kind: "CronJob", name: owner.name, namespace };
  const made = /^(.+)-\d{8,}$/.exec(name)?.[1];
  const item = facts.objects.CronJob.find(({ metadata }) => metadata.name === made && metadata.namespace === namespace);
  return item === undefined ? undefined : refOf("CronJob", item);
}

/** Names the keeper in place of what it keeps, and says so. */
export function atKeeper(cause: Cause, model: Model): Cause {
  const keeper = keeperOf(model, cause.object) ?? scheduleOf(model, cause.object);
  if (keeper === undefined || sameRef(keeper, cause.object)) return cause;
  return {
    ...cause,
    object: keeper,
    what: `${cause.what}; ${refText(keeper)} keeps ${refText(cause.object)}`,
    affects: uniqueRefs([cause.object, ...cause.affects]),
  };
}

/** By what an operator writes of it: the kind is told, or an object of that name is known. */
export function customRefNamed(
  model: Model,
  { kind, name, namespace }: { kind?: string; name: string; namespace: string },
): ObjectRef | undefined {
  if (kind !== undefined) return { kind, name, namespace };
  const item = model.facts.objects.Custom.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (item !== undefined) return refOf(item.kind ?? "Custom", item);
  return [...customOwners(model).values()].find((one) => one.name === name && one.namespace === namespace);
}
