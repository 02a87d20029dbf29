/** New pods that do not come, or do not count, because the workload's own spec keeps them back. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { ageMs, causeOf, conditionOf, isReady, isWanted, presentMs } from "./draft.js";

/** Waiting for less is an ordinary care. */
const LONG_READY_SECONDS = 300;
const READY_LONG_MS = 120_000;

export const heldUpdates = (model: Model): Cause[] => [
  ...onDelete(model),
  ...partitioned(model),
  ...neverAvailable(model),
];

function onDelete(model: Model): Cause[] {
  return (["StatefulSet", "DaemonSet"] as const).flatMap((kind) =>
    model.facts.objects[kind].flatMap((item): Cause[] => {
      const updated = kind === "DaemonSet" ? item.status?.updatedNumberScheduled : item.status?.updatedReplicas;
      const wanted = kind === "DaemonSet" ? item.status?.desiredNumberScheduled : item.spec?.replicas;
      if (item.spec?.updateStrategy?.type !== "OnDelete" || (updated ?? 0) >= (wanted ?? 0)) return [];
      const ref = refOf(kind, item);
      const text = `OnDelete, ${updated ?? 0} of ${wanted} pods are new`;
      return [
        causeOf(
          "k8s-update-waits-for-deletion",
          ref,
          `${refText(ref)} only gets new pods where old ones are deleted: ${text}`,
          { evidence: [evidenceOf(ref, "spec.updateStrategy", text)], affects: [ref], weight: 0.6 },
        ),
      ];
    }),
  );
}

/** A partition above all ordinals stages an update and lets no pod have it. */
function partitioned({ facts }: Model): Cause[] {
  return facts.objects.StatefulSet.flatMap((item): Cause[] => {
    const { spec, status } = item;
    const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
    const wanted = spec?.replicas ?? 1;
    const isNew = status?.updateRevision !== undefined && status.updateRevision !== status.currentRevision;
    if (!isNew || wanted === 0 || partition < wanted || (status?.updatedReplicas ?? 0) > 0) return [];
    const ref = refOf("StatefulSet", item);
    const text = `partition ${partition}, ${wanted} replicas, none has ${status?.updateRevision}`;
    return [
      causeOf("k8s-update-waits-for-partition", ref, `no pod of ${refText(ref)} gets the newest template: ${text}`, {
        evidence: [evidenceOf(ref, "spec.updateStrategy.rollingUpdate.partition", text)],
        affects: [ref],
        weight: 0.6,
      }),
    ];
  });
}

/** Its pods are ready and do not count as available for very long. */
function neverAvailable(model: Model): Cause[] {
  const now = presentMs(model);
  return model.facts.objects.Deployment.flatMap((item): Cause[] => {
    const { spec, status } = item;
    const wanted = spec?.replicas ?? 1;
    const seconds = spec?.minReadySeconds ?? 0;
    const ref = refOf("Deployment", item);
    const isReadyLong = (model.owner(ref)?.pods ?? []).some(
      (pod) =>
        isWanted(pod) &&
        isReady(pod) &&
        (ageMs(conditionOf(pod.status?.conditions, "Ready")?.lastTransitionTime, now) ?? 0) > READY_LONG_MS,
    );
    const isShort = (status?.availableReplicas ?? 0) < wanted && (status?.readyReplicas ?? 0) >= wanted;
    if (seconds < LONG_READY_SECONDS || !isShort || !isReadyLong) return [];
    const text = `${status?.readyReplicas} ready, ${status?.availableReplicas ?? 0} available, minReadySeconds ${seconds}`;
    return [
      causeOf("k8s-rollout-stalled", ref, `pods of ${refText(ref)} are ready and do not count yet: ${text}`, {
        evidence: [evidenceOf(ref, "spec.minReadySeconds", text)],
        affects: [ref],
        weight: 0.62,
      }),
    ];
  });
}
