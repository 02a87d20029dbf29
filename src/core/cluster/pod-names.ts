/** Whose pods they are, by their names alone: where owners and labels are not known. */
import type { Pod } from "../../schema/kubernetes/pod.js";
import { type ObjectRef, refText } from "./cause.js";

interface Named {
  ref: ObjectRef;
  labels: Record<string, string>;
}

export function deploymentByHash({ metadata: { name, namespace, labels } }: Pod): ObjectRef | undefined {
  const hash = labels?.["pod-template-hash"];
  const end = hash === undefined ? -1 : name.lastIndexOf(`-${hash}-`);
  return end <= 0 ? undefined : { kind: "Deployment", name: name.slice(0, end), namespace };
}

export const deploymentOfSet = (set: string, namespace: string | undefined): ObjectRef => ({
  kind: "Deployment",
  name: set.replace(/-[a-z0-9]{5,10}$/, ""),
  namespace,
});

/** A pod without owners whose name is that of a workload and what controllers add to it. */
export function knownByName(
  name: string,
  namespace: string | undefined,
  owners: ReadonlyMap<string, Named>,
  fits: (owner: Named) => boolean,
): ObjectRef | undefined {
  const tries: Array<[string, RegExp]> = [
    ["Deployment", /-[a-z0-9-]{1,16}-[a-z0-9]{3,5}$/],
    ["Deployment", /-[a-z0-9]{5,10}-[a-z0-9]{1,8}$/],
    ["StatefulSet", /-\d+$/],
    ["DaemonSet", /-[a-z0-9]{5}$/],
    ["Job", /-[a-z0-9]{5}$/],
  ];
  for (const [kind, suffix] of tries) {
    const ref = { kind, name: name.replace(suffix, ""), namespace };
    const owner = owners.get(refText(ref));
    if (ref.name !== name && owner !== undefined && fits(owner)) return ref;
  }
  return [...owners.values()]
    .filter(fits)
    .map(({ ref }) => ref)
    .filter((ref) => ref.namespace === namespace && WITH_PODS.has(ref.kind) && name.startsWith(`${ref.name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

const WITH_PODS = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
