/** Pods that no scheduler has placed, by other ways than its sentence. */
import type { Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { isLeaving, type Model, type Owner, refOf } from "../model.js";
import { ageMs, causeOf, conditionOf, isBound, podEvidence, podsText, presentMs } from "./draft.js";

/** A scheduler that runs looks at a new pod within moments. */
const UNSEEN_AFTER_MS = 20_000;

export type Waiting = Array<{ owner: Owner; pods: Pod[] }>;

/** Nobody has looked at these pods. */
export function unseen(model: Model, waiting: Waiting): Cause[] {
  const now = presentMs(model);
  const pods = waiting
    .flatMap(({ pods }) => pods)
    .filter((pod) => {
      const seen =
        conditionOf(pod.status?.conditions, "PodScheduled") ??
        model.events(refOf("Pod", pod)).find(({ reason }) => reason === "FailedScheduling");
      return seen === undefined && (ageMs(pod.metadata.creationTimestamp, now) ?? UNSEEN_AFTER_MS) >= UNSEEN_AFTER_MS;
    });
  const causes: Cause[] = [];
  const isDefault = ({ spec }: Pod): boolean => [undefined, "", "default-scheduler"].includes(spec.schedulerName);
  const first = pods.find(isDefault);
  if (first !== undefined) {
    const affects = pods.filter(isDefault).map((pod) => model.ownerOf(pod));
    const text = "Pending with no node, no PodScheduled condition and no event of a scheduler";
    const object = componentRef(model, "kube-scheduler");
    causes.push(
      causeOf("k8s-scheduler-absent", object, `no scheduler has looked at ${podsText(pods.filter(isDefault))}`, {
        evidence: [podEvidence(first, "status", text)],
        affects,
        weight: 0.93,
      }),
    );
  }
  for (const pod of pods.filter((one) => !isDefault(one))) {
    const owner = model.ownerOf(pod);
    const name = pod.spec.schedulerName;
    causes.push(
      causeOf(
        "k8s-scheduler-name-unknown",
        owner,
        `${refText(owner)} asks for the scheduler ${name}, which has not looked at its pods`,
        { evidence: [podEvidence(pod, "spec.schedulerName", `${name}`)], affects: [owner], weight: 0.94 },
      ),
    );
  }
  return causes;
}

/** The pod of a part of the control plane, where it is known. */
export function componentRef({ facts }: Model, name: string): ObjectRef {
  const pod = facts.objects.Pod.find(
    ({ metadata }) => metadata.namespace === "kube-system" && metadata.name.startsWith(name),
  );
  return pod === undefined ? { kind: "ControlPlane", name } : refOf("Pod", pod);
}

export const gated = (waiting: Waiting): Cause[] =>
  waiting.flatMap(({ owner, pods }) => {
    const pod = pods.find(({ spec }) => spec.schedulingGates.length > 0);
    if (pod === undefined) return [];
    const names = pod.spec.schedulingGates.map(({ name }) => name).join(", ");
    const evidence = [podEvidence(pod, "spec.schedulingGates", names)];
    return [
      causeOf(
        "k8s-scheduling-gated",
        owner.ref,
        `${podsText(pods)} of ${refText(owner.ref)} wait for the scheduling gates ${names}`,
        { evidence, affects: [owner.ref] },
      ),
    ];
  });

export function lostNodes(model: Model): Cause[] {
  if (!model.knows("Node") || model.facts.objects.Node.length === 0) return [];
  return model.facts.objects.Pod.filter(
    (pod) =>
      isBound(pod) && !model.has("Node", pod.spec.nodeName ?? "") && pod.status?.phase === "Pending" && !isLeaving(pod),
  ).map((pod) => {
    const owner = model.ownerOf(pod);
    const evidence = [podEvidence(pod, "spec.nodeName", `${pod.spec.nodeName}`)];
    return causeOf(
      "k8s-assigned-node-missing",
      owner,
      `${refText(owner)} is bound to the node ${pod.spec.nodeName}, which does not exist`,
      { evidence, affects: [owner] },
    );
  });
}

export function preempted(model: Model): Cause[] {
  const now = presentMs(model);
  return model.owners.flatMap(({ ref, pods, replicas }) => {
    const short = pods.filter((pod) => isBound(pod)).length < (replicas ?? 1);
    if (!short) return [];
    const event = model.allEvents.find(
      (one) =>
        one.reason === "Preempted" &&
        one.ref.kind === "Pod" &&
        one.ref.namespace === ref.namespace &&
        one.ref.name.startsWith(`${ref.name}-`) &&
        now - one.atMs < 1_800_000,
    );
    if (event === undefined) return [];
    const evidence = [evidenceOf(event.ref, "event Preempted", event.message)];
    return [
      causeOf("k8s-priority-preempted", ref, `pods of ${refText(ref)} were displaced by pods of higher priority`, {
        evidence,
        affects: [ref],
        weight: 0.96,
      }),
    ];
  });
}
