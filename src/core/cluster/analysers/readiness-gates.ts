/** Pods whose containers are all ready, and that a gate of somebody else keeps from being so. */
import { type Cause, refText } from "../cause.js";
import { type Analyser, ageMs, causeOf, conditionOf, isReady, isWanted, podEvidence, presentMs } from "./draft.js";

/** A load balancer takes a while to find a new pod well. */
const GATE_LONG_MS = 180_000;

export const readinessGateCauses: Analyser = (model) => {
  const now = presentMs(model);
  return model.owners.flatMap(({ ref, pods }): Cause[] => {
    const pod = pods.find((one) => {
      const ready = conditionOf(one.status?.conditions, "Ready");
      return (
        isWanted(one) &&
        !isReady(one) &&
        ready?.reason === "ReadinessGatesNotReady" &&
        (ageMs(ready.lastTransitionTime ?? one.metadata.creationTimestamp, now) ?? GATE_LONG_MS) >= GATE_LONG_MS
      );
    });
    if (pod === undefined) return [];
    const text = conditionOf(pod.status?.conditions, "Ready")?.message ?? "ReadinessGatesNotReady";
    const names = pod.spec.readinessGates.map(({ conditionType }) => conditionType).join(", ") || "its readiness gate";
    return [
      causeOf("k8s-readiness-gate-unmet", ref, `pods of ${refText(ref)} wait for ${names}: ${text}`, {
        evidence: [podEvidence(pod, "condition Ready", `ReadinessGatesNotReady: ${text}`)],
        affects: [ref],
        weight: 0.93,
      }),
    ];
  });
};
