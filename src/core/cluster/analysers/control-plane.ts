/** The control plane where its parts run as pods: one that does not run, and one that is gone while the others are there. */
import { type Cause, evidenceOf } from "../cause.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { causeOf, isReady } from "./draft.js";

const COMPONENTS = /^(kube-apiserver|kube-controller-manager|kube-scheduler|etcd|cloud-controller-manager)(?:-|$)/;

export function controlPlane(model: Model): Cause[] {
  return model.facts.objects.Pod.flatMap((pod): Cause[] => {
    const { namespace, name, labels } = pod.metadata;
    const component = COMPONENTS.exec(name)?.[1] ?? (labels?.tier === "control-plane" ? labels.component : undefined);
    if (
      namespace !== "kube-system" ||
      component === undefined ||
      isReady(pod) ||
      isLeaving(pod) ||
      pod.status?.phase === "Succeeded"
    )
      return [];
    const status = pod.status?.containerStatuses[0];
    const waiting = status?.state?.waiting;
    const text = `${pod.status?.phase ?? "?"}${waiting === undefined ? "" : `, ${waiting.reason}: ${waiting.message ?? ""}`}, ${status?.restartCount ?? 0} restarts`;
    const code = component === "kube-scheduler" ? "k8s-scheduler-absent" : "k8s-control-plane-down";
    // A static pod is its own; others are made by a workload.
    const owner = model.ownerOf(pod);
    const ref = ["Deployment", "DaemonSet", "StatefulSet"].includes(owner.kind) ? owner : refOf("Pod", pod);
    return [
      causeOf(code, ref, `${component} does not run: ${text}`, {
        evidence: [evidenceOf(ref, "status", text)],
        weight: 0.9,
      }),
    ];
  });
}

/** Parts that always run beside the others where these are pods; the store may lie elsewhere. */
const TOGETHER = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;

/** A static pod whose manifest was taken away leaves nothing behind. */
export function goneComponents(model: Model): Cause[] {
  if (!model.knows("Pod", "kube-system")) return [];
  const names = model.facts.objects.Pod.filter(({ metadata }) => metadata.namespace === "kube-system").map(
    ({ metadata }) => COMPONENTS.exec(metadata.name)?.[1],
  );
  const gone = TOGETHER.filter((name) => !names.includes(name));
  const [name] = gone;
  if (name === undefined || gone.length > 1 || name === "kube-apiserver") return [];
  const ref = { kind: "ControlPlane", name };
  const code = name === "kube-scheduler" ? "k8s-scheduler-absent" : "k8s-controller-manager-absent";
  const text = `no pod of ${name}, while those of ${TOGETHER.filter((one) => one !== name).join(" and ")} are there`;
  return [
    causeOf(code, ref, `${name} is gone: ${text}`, {
      evidence: [evidenceOf({ kind: "Namespace", name: "kube-system" }, "pods", text)],
      weight: 0.85,
    }),
  ];
}
