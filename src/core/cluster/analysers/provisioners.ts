/** Who makes volumes for a class: the workload whose name the provisioner's has in it, where it does not run. */
import type { Claim } from "../../../schema/kubernetes/surroundings.js";
import type { ObjectRef } from "../cause.js";
import type { Model } from "../model.js";
import { isReady, isWanted } from "./draft.js";

const ROLE = /provision|csi|controller|driver|openebs|storage|operator/;
const ORDINARY = new Set(["csi", "com", "io", "org", "k8s", "kubernetes", "storage", "provisioner", "driver", "the"]);

export function provisionerDown(
  model: Model,
  claim: Claim,
  said: string,
): { ref: ObjectRef; text: string } | undefined {
  const found = model.facts.objects.StorageClass.find(({ metadata }) => metadata.name === claim.spec?.storageClassName);
  const name = found?.provisioner ?? /provisioner ['"]([^'"]+)['"]/.exec(said)?.[1] ?? "";
  const words = name.split(/[./-]/).filter((word) => word.length > 2 && !ORDINARY.has(word));
  const fitting = model.owners
    .filter(({ ref }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(ref.kind) && ROLE.test(ref.name))
    .map((owner) => ({ owner, same: words.filter((word) => owner.ref.name.includes(word)).length }))
    .filter(({ same }) => same > 0)
    .sort((a, b) => b.same - a.same);
  const down = fitting.find(({ owner }) => !owner.pods.some((pod) => isWanted(pod) && isReady(pod)));
  if (down === undefined) return undefined;
  const { ref, replicas, pods } = down.owner;
  return { ref, text: replicas === 0 ? "it is scaled to 0" : `${pods.length} pods, none ready` };
}
