/** What containers use just now, against what they may. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf } from "./draft.js";

const CLOSE_SHARE = 0.95;

export const runTimeCauses: Analyser = (model) => {
  const found = new Map<string, Cause>();
  for (const usage of model.facts.objects.PodMetrics) {
    const pod = model.facts.objects.Pod.find(
      ({ metadata }) => metadata.name === usage.metadata.name && metadata.namespace === usage.metadata.namespace,
    );
    if (pod === undefined) continue;
    const owner = model.ownerOf(pod);
    for (const { name, usage: used } of usage.containers) {
      const limits = pod.spec.containers.find((one) => one.name === name)?.resources?.limits;
      for (const [resource, code] of [
        ["memory", "k8s-memory-limit-close"],
        ["cpu", "k8s-cpu-limit-close"],
      ] as const) {
        const [use, limit] = [quantityOf(used?.[resource]), quantityOf(limits?.[resource])];
        if (use === undefined || limit === undefined || limit === 0 || use / limit < CLOSE_SHARE) continue;
        const text = `${used?.[resource]} of ${limits?.[resource]} ${resource}, ${Math.round((100 * use) / limit)} %`;
        const evidence = [evidenceOf(refOf("Pod", pod), `usage of ${name}`, text)];
        found.set(
          `${code} ${refText(owner)}`,
          causeOf(code, owner, `container ${name} of ${refText(owner)} uses ${text}`, {
            evidence,
            affects: [owner],
            weight: 0.6,
          }),
        );
      }
    }
  }
  return [...found.values()];
};
