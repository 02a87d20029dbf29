/** A workload that takes its node's CPU from those beside it. */
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf } from "./draft.js";

/** Of what the node has: nothing is left for bursts of others. */
const NODE_FULL_SHARE = 0.9;
const HOG_SHARE = 0.5;

export const neighbourCauses: Analyser = (model) => {
  const usages = model.facts.objects.PodMetrics.flatMap((usage) => {
    const { name, namespace } = usage.metadata;
    const pod = model.facts.objects.Pod.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const cpu = usage.containers.reduce((sum, one) => sum + (quantityOf(one.usage?.cpu) ?? 0), 0);
    return pod?.spec.nodeName === undefined ? [] : [{ pod, node: pod.spec.nodeName, cpu }];
  });
  return model.facts.objects.Node.flatMap((node): Cause[] => {
    const has = quantityOf(node.status?.allocatable?.cpu) ?? 0;
    const own = usages.filter((one) => one.node === node.metadata.name);
    const used = own.reduce((sum, { cpu }) => sum + cpu, 0);
    const [most] = [...own].sort((a, b) => b.cpu - a.cpu);
    if (most === undefined || has === 0 || used / has < NODE_FULL_SHARE || most.cpu / has < HOG_SHARE) return [];
    return [hogCause(model, model.ownerOf(most.pod), refOf("Node", node), most.cpu / has)];
  });
};

function hogCause(model: Model, hog: ObjectRef, node: ObjectRef, share: number): Cause {
  const affects = model.owners
    .filter(({ ref, pods }) => refText(ref) !== refText(hog) && pods.some(({ spec }) => spec.nodeName === node.name))
    .map(({ ref }) => ref);
  const text = `${Math.round(100 * share)} % of the CPU of ${refText(node)}`;
  return causeOf("k8s-node-cpu-hogged", hog, `${refText(hog)} uses ${text}`, {
    evidence: [evidenceOf(hog, "usage", text)],
    affects: [hog, ...affects],
    weight: 0.75,
  });
}
