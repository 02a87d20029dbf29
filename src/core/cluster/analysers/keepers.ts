/** What keeps objects from changing: budgets, finalizers, namespaces that go away. */
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { isLeaving, type Model, refOf, selects } from "../model.js";
import { ageMs, causeOf, presentMs } from "./draft.js";

const LEAVING_TOO_LONG_MS = 300_000;

export function leavings(model: Model): Cause[] {
  const now = presentMs(model);
  const kinds = [
    "Pod",
    "Deployment",
    "StatefulSet",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Service",
    "Ingress",
    "Job",
    "Custom",
  ] as const;
  return kinds.flatMap((kind) =>
    model.facts.objects[kind].flatMap(({ metadata }): Cause[] => {
      const since = ageMs(metadata.deletionTimestamp, now);
      const finalizers = (metadata.finalizers ?? []).filter((name) => name !== "foregroundDeletion");
      if (since === undefined || since < LEAVING_TOO_LONG_MS || finalizers.length === 0) return [];
      const ref = refOf(kind, { metadata });
      const inUse =
        kind === "PersistentVolumeClaim" &&
        finalizers.every((name) => name.endsWith("pvc-protection")) &&
        model.facts.objects.Pod.some(
          ({ spec, metadata: pod }) =>
            pod.namespace === metadata.namespace &&
            spec.volumes.some(({ persistentVolumeClaim: one }) => one?.claimName === metadata.name),
        );
      const text = `deleted ${Math.round(since / 60_000)} minutes ago, held by ${finalizers.join(", ")}`;
      return [
        causeOf(
          "k8s-finalizer-blocks-deletion",
          ref,
          `${refText(ref)} does not go away: ${text}${inUse ? "; a pod still uses it" : ""}`,
          {
            evidence: [evidenceOf(ref, "metadata.finalizers", text)],
            affects: kind === "Pod" ? [ref, ...leanOn(model, metadata)] : [ref],
            weight: inUse ? 0.5 : 0.7,
          },
        ),
      ];
    }),
  );
}

/** Whose pod it is, and the services that lead to it. */
export function leanOn(
  model: Model,
  { name, namespace }: { name: string; namespace?: string | undefined },
): ObjectRef[] {
  const pod = model.facts.objects.Pod.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (pod === undefined) return [];
  const services = model.facts.objects.Service.filter((service) => model.podsBehind(service).includes(pod));
  return [model.ownerOf(pod), ...services.map((service) => refOf("Service", service))];
}

export function namespaces(model: Model): Cause[] {
  const now = presentMs(model);
  return model.facts.objects.Namespace.flatMap((item): Cause[] => {
    if (item.status?.phase !== "Terminating" && !isLeaving(item)) return [];
    const held = (item.status?.conditions ?? []).filter(
      ({ status, type }) => status === "True" && type.startsWith("Namespace"),
    );
    if ((ageMs(item.metadata.deletionTimestamp, now) ?? LEAVING_TOO_LONG_MS) < 60_000 && held.length === 0) return [];
    const ref = refOf("Namespace", item);
    const text = held.map(({ type, message }) => `${type}: ${message ?? ""}`).join("; ") || "it is being deleted";
    const affects = model.owners.filter((owner) => owner.ref.namespace === ref.name).map((owner) => owner.ref);
    return [
      causeOf("k8s-namespace-terminating", ref, `the namespace ${ref.name} is being deleted: ${text}`, {
        evidence: [evidenceOf(ref, "status.conditions", text)],
        affects,
        weight: 0.95,
      }),
    ];
  });
}

/** Of interest only where somebody wants to drain. */
export function budgets(model: Model): Cause[] {
  const draining = model.facts.objects.Node.some(({ spec }) => spec?.unschedulable === true);
  return model.facts.objects.PodDisruptionBudget.flatMap((item): Cause[] => {
    const { status } = item;
    const ref = refOf("PodDisruptionBudget", item);
    const refused = model.allEvents.find(
      ({ message, ref: about }) =>
        /violate the pod's disruption budget/.test(message) && about.namespace === ref.namespace,
    );
    const doubled = doubledBudget(model, item);
    if (doubled !== undefined) return doubled;
    if (
      status === undefined ||
      (status.expectedPods ?? 0) === 0 ||
      (status.disruptionsAllowed ?? 1) > 0 ||
      (status.currentHealthy ?? 0) < (status.expectedPods ?? 0)
    )
      return [];
    const text = `all ${status.currentHealthy} pods are healthy, ${status.desiredHealthy} must be, none may be evicted`;
    return [
      causeOf("k8s-budget-blocks-eviction", ref, `${refText(ref)} lets no pod be evicted: ${text}`, {
        evidence: [evidenceOf(ref, "status.disruptionsAllowed", text)],
        weight: draining || refused !== undefined ? 0.6 : 0.4,
      }),
    ];
  });
}

/** A pod with two budgets can be evicted by neither; the first by name is told. */
function doubledBudget(
  model: Model,
  item: Model["facts"]["objects"]["PodDisruptionBudget"][number],
): Cause[] | undefined {
  const refused = model.allEvents.find(({ message }) =>
    /more than one PodDisruptionBudget|multiple PodDisruptionBudgets/i.test(message),
  );
  const pod = model.facts.objects.Pod.find(
    ({ metadata }) =>
      metadata.name === refused?.ref.name &&
      metadata.namespace === refused.ref.namespace &&
      metadata.namespace === item.metadata.namespace,
  );
  if (refused === undefined || pod === undefined || !selects(item.spec?.selector, pod.metadata.labels))
    return undefined;
  const others = model.facts.objects.PodDisruptionBudget.filter(
    (other) =>
      other.metadata.namespace === item.metadata.namespace && selects(other.spec?.selector, pod.metadata.labels),
  );
  if (others.some(({ metadata }) => metadata.name < item.metadata.name)) return [];
  const ref = refOf("PodDisruptionBudget", item);
  const names = others.map(({ metadata }) => metadata.name).join(", ");
  return [
    causeOf("k8s-budget-blocks-eviction", ref, `pods are selected by several budgets (${names}), so none is evicted`, {
      evidence: [evidenceOf(refused.ref, `event ${refused.reason}`, refused.message)],
      affects: [model.ownerOf(pod)],
      weight: 0.7,
    }),
  ];
}
