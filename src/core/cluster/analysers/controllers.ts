/** What keeps workloads from what they should be: rollouts, replicas, autoscalers, budgets, deletions. */
import type { Workload } from "../../../schema/kubernetes/workloads.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { autoscalers } from "./autoscalers.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, conditionOf, isWanted, presentMs } from "./draft.js";
import { heldUpdates } from "./held-updates.js";
import { budgets, leavings, namespaces } from "./keepers.js";
import { callersOf } from "./services.js";
import { componentRef } from "./unscheduled.js";

const UNSEEN_AFTER_MS = 30_000;
export const controllerCauses: Analyser = (model) => [
  ...model.facts.objects.Deployment.flatMap((item) => rollout(item)),
  ...scaledToZero(model),
  ...heldUpdates(model),
  ...unseen(model),
  ...autoscalers(model),
  ...budgets(model),
  ...headless(model),
  ...leavings(model),
  ...namespaces(model),
];

function rollout(item: Workload): Cause[] {
  const ref = refOf("Deployment", item);
  const { spec, status } = item;
  const wanted = spec?.replicas ?? 1;
  const isBehind = (status?.updatedReplicas ?? 0) < wanted;
  if (spec?.paused === true && wanted > 0) {
    const text = `${status?.updatedReplicas ?? 0} of ${wanted} pods have the newest template`;
    return [
      causeOf("k8s-rollout-paused", ref, `${refText(ref)} is paused: ${text}`, {
        evidence: [evidenceOf(ref, "spec.paused", text)],
        affects: [ref],
        weight: isBehind ? 0.93 : 0.4,
      }),
    ];
  }
  const progressing = conditionOf(status?.conditions, "Progressing");
  if (progressing?.reason !== "ProgressDeadlineExceeded" || progressing.status !== "False") return [];
  const text = progressing.message ?? "ProgressDeadlineExceeded";
  return [
    causeOf("k8s-rollout-stalled", ref, `the rollout of ${refText(ref)} makes no progress: ${text}`, {
      evidence: [evidenceOf(ref, "condition Progressing", text)],
      affects: [ref],
      weight: 0.55,
    }),
  ];
}

/** Nothing is wrong with a workload that is off; something is where others need it. */
function scaledToZero(model: Model): Cause[] {
  const { Deployment, StatefulSet, Service } = model.facts.objects;
  const callers = callersOf(model);
  const off = [
    ...Deployment.map((item) => ({ item, kind: "Deployment" })),
    ...StatefulSet.map((item) => ({ item, kind: "StatefulSet" })),
  ].filter(({ item, kind }) => item.spec?.replicas === 0 && !isScaledByDesign(model, refOf(kind, item), item));
  return off.flatMap(({ item, kind }): Cause[] => {
    const ref = refOf(kind, item);
    const services = Service.filter((service) =>
      model
        .ownersBehind(service)
        .some(
          (owner) => owner.ref.name === ref.name && owner.ref.kind === kind && owner.ref.namespace === ref.namespace,
        ),
    );
    const alone = services.filter((service) => model.podsBehind(service).filter(isWanted).length === 0);
    const [service] = alone;
    if (service === undefined) return [];
    const needing = alone.flatMap(({ metadata }) => callers.get(`${metadata.namespace}/${metadata.name}`) ?? []);
    const by = needing.length > 0 ? `, which ${refText(needing[0] ?? ref)} calls,` : "";
    const affects = [ref, ...alone.map((one) => refOf("Service", one)), ...needing];
    return [
      causeOf(
        "k8s-scaled-to-zero",
        ref,
        `${refText(ref)} has 0 replicas, and the service ${service.metadata.name}${by} leads to nothing else`,
        { evidence: [evidenceOf(ref, "spec.replicas", "0")], affects, weight: needing.length > 0 ? 0.95 : 0.85 },
      ),
    ];
  });
}

/** KEDA, Knative and an autoscaler down to 0 take away what is not used, and bring it back. */
function isScaledByDesign({ facts }: Model, { kind, name, namespace }: ObjectRef, { metadata }: Workload): boolean {
  const marks = [...Object.keys(metadata.labels ?? {}), ...Object.keys(metadata.annotations ?? {})];
  if (marks.some((mark) => /(?:^|\.)(?:knative\.dev|keda\.sh)\//.test(mark))) return true;
  const { HorizontalPodAutoscaler: scalers, Custom: custom } = facts.objects;
  return (
    scalers.some(
      ({ metadata: scaler, spec }) =>
        scaler.namespace === namespace &&
        spec?.scaleTargetRef?.kind === kind &&
        spec.scaleTargetRef.name === name &&
        (spec.minReplicas === 0 ||
          scaler.name.startsWith("keda-hpa-") ||
          scaler.ownerReferences.some((owner) => owner.kind === "ScaledObject")),
    ) ||
    custom.some((item) => item.kind === "ScaledObject" && item.metadata.namespace === namespace && item.target === name)
  );
}

/** Its controller has not looked at the newest spec. */
function unseen(model: Model): Cause[] {
  const now = presentMs(model);
  const items = (["Deployment", "StatefulSet", "DaemonSet"] as const).flatMap((kind) =>
    model.facts.objects[kind].map((item) => ({ kind, item })),
  );
  const behind = items.filter(({ item: { metadata, status } }) => {
    const changed = [
      metadata.creationTimestamp,
      ...metadata.managedFields.filter(({ subresource }) => subresource !== "status").map(({ time }) => time),
    ];
    const newest = Math.max(...changed.map((time) => Date.parse(time ?? "") || 0));
    return (
      metadata.generation !== undefined &&
      // A shortened recording leaves it out; a controller that counts replicas has looked.
      (status?.observedGeneration ?? (status?.replicas === undefined ? 0 : metadata.generation)) <
        metadata.generation &&
      newest > 0 &&
      now - newest > UNSEEN_AFTER_MS &&
      !isLeaving({ metadata })
    );
  });
  const [first] = behind;
  if (first === undefined) return [];
  const refs = behind.map(({ kind, item }) => refOf(kind, item));
  const text = `generation ${first.item.metadata.generation}, observed ${first.item.status?.observedGeneration ?? "never"}`;
  const evidence = [evidenceOf(refOf(first.kind, first.item), "status.observedGeneration", text)];
  return [
    causeOf(
      "k8s-controller-manager-absent",
      componentRef(model, "kube-controller-manager"),
      `no controller has looked at ${refs.length} workloads (${refText(refs[0] ?? refOf(first.kind, first.item))}: ${text})`,
      { evidence, affects: refs, weight: 0.93 },
    ),
  ];
}

function headless(model: Model): Cause[] {
  return model.facts.objects.StatefulSet.flatMap((item): Cause[] => {
    const name = item.spec?.serviceName ?? "";
    const { namespace } = item.metadata;
    if (name === "" || !model.knows("Service", namespace) || model.has("Service", name, namespace)) return [];
    const ref = refOf("StatefulSet", item);
    const needs = model.owners.some((owner) => dependenciesOf(model, owner).some((one) => one.host === name));
    const other = model.facts.objects.Service.some((service) =>
      model.ownersBehind(service).some((owner) => owner.ref.name === ref.name && owner.ref.kind === "StatefulSet"),
    );
    return [
      causeOf(
        "k8s-headless-service-missing",
        ref,
        `${refText(ref)} names the governing service ${name}, which does not exist`,
        { evidence: [evidenceOf(ref, "spec.serviceName", name)], affects: [ref], weight: needs || !other ? 0.8 : 0.45 },
      ),
    ];
  });
}
