/** DaemonSets that do not run where they shall: no node has what they want, or pods of them are missing. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { isLeaving, type Model, refOf } from "../model.js";
import { ageMs, causeOf, isWanted, presentMs } from "./draft.js";

/** Network plug-ins: what they do not do shows at the pods of the node. */
export const NETWORK_AGENT =
  /^(?:calico|canal|cilium|kube-flannel|flannel|weave|kindnet|aws-node|antrea|kube-router|ovnkube|ovs|azure-cni|azure-npm|multus|tigera)/;
/** A rollout replaces pod by pod. */
const SETTLED_MS = 300_000;

export const daemonCauses = (model: Model): Cause[] => [...daemonsNowhere(model), ...incomplete(model)];

/** Nodes that only some clusters have are ordinary: then nothing leads to it. */
function daemonsNowhere(model: Model): Cause[] {
  if (model.facts.objects.Node.length === 0) return [];
  return model.facts.objects.DaemonSet.flatMap((item): Cause[] => {
    const selector = Object.entries(item.spec?.template?.spec?.nodeSelector ?? {});
    const wanted = item.status?.desiredNumberScheduled;
    if (wanted !== 0 || selector.length === 0 || isLeaving(item)) return [];
    const text = selector.map(([key, value]) => `${key}=${value}`).join(",");
    if (/kubernetes\.io\/(?:os|arch)|gpu|nvidia|accelerator|tpu/.test(text)) return [];
    const ref = refOf("DaemonSet", item);
    return [
      causeOf("k8s-daemon-set-without-nodes", ref, `${refText(ref)} runs on no node: none has the labels ${text}`, {
        evidence: [evidenceOf(ref, "nodeSelector", text), evidenceOf(ref, "status.desiredNumberScheduled", "0")],
        affects: [ref],
        weight: 0.7,
      }),
    ];
  });
}

/** Fewer pods than wanted, though the DaemonSet is as it was for long; kube-proxy and network plug-ins have codes of their own. */
function incomplete(model: Model): Cause[] {
  const now = presentMs(model);
  return model.facts.objects.DaemonSet.flatMap((item): Cause[] => {
    const ref = refOf("DaemonSet", item);
    const wanted = item.status?.desiredNumberScheduled ?? 0;
    const pods = model.owner(ref)?.pods.filter(isWanted) ?? [];
    const isNew = (ageMs(item.metadata.creationTimestamp, now) ?? SETTLED_MS) < SETTLED_MS;
    if (pods.length >= wanted || isNew || isLeaving(item) || !model.knows("Pod", ref.namespace)) return [];
    if (ref.name === "kube-proxy" || NETWORK_AGENT.test(ref.name)) return [];
    const text = `${pods.length} of ${wanted} pods`;
    return [
      causeOf("k8s-daemon-set-incomplete", ref, `${refText(ref)} has ${text}`, {
        evidence: [evidenceOf(ref, "status.desiredNumberScheduled", text)],
        affects: [ref],
        weight: 0.6,
      }),
    ];
  });
}
