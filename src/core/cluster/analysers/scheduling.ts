/** Why pods find no node: read from what the scheduler says, checked against nodes where they are known. */
import { sum } from "../../../core/statistics/order.js";
import type { Pod } from "../../../schema/kubernetes/pod.js";
import type { Node } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { isLeaving, type Model, type Owner, refOf, selects } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf, conditionOf, isBound, podEvidence, podsText } from "./draft.js";
import { gated, lostNodes, preempted, unseen } from "./unscheduled.js";

/** What a part of the scheduler's sentence means, over the wordings of several versions. */
const REASONS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/insufficient cpu/i, "k8s-cpu-insufficient"],
  [/insufficient memory/i, "k8s-memory-insufficient"],
  [/insufficient ephemeral-storage/i, "k8s-ephemeral-storage-insufficient"],
  [/too many pods|insufficient pods/i, "k8s-node-pods-full"],
  [
    /insufficient [a-z0-9.-]+\/|insufficient hugepages|cannot allocate all claims|insufficient [a-z]/i,
    "k8s-extended-resource-insufficient",
  ],
  [/didn't match PersistentVolume's node affinity/i, "k8s-volume-node-conflict"],
  [/were unschedulable|\{node\.kubernetes\.io\/unschedulable/i, "k8s-node-cordoned"],
  [/had (?:untolerated )?taints?\b/i, "k8s-taint-not-tolerated"],
  [/didn't match (?:pod's )?node selector|didn't match node selector/i, "k8s-node-selector-unmatched"],
  [
    /didn't match pod's node affinity|node affinity\/selector|didn't match .*node affinity/i,
    "k8s-node-affinity-unmatched",
  ],
  [/anti-affinity/i, "k8s-pod-anti-affinity-conflict"],
  [/didn't match pod affinity|pod affinity rules/i, "k8s-pod-affinity-unmatched"],
  [/topology spread/i, "k8s-topology-spread-unsatisfied"],
  [/free ports|host ports?/i, "k8s-host-port-taken"],
  [/volume node affinity conflict|no available volume zone|had volume zone/i, "k8s-volume-node-conflict"],
  [/ReadWriteOncePod access mode|using PersistentVolumeClaim with the same name/i, "k8s-volume-held-elsewhere"],
  [/persistentvolumeclaim "[^"]+" not found/i, "k8s-claim-missing"],
  [/persistentvolumeclaim "[^"]+" (?:is )?being deleted/i, "k8s-finalizer-blocks-deletion"],
  [/exceed max volume count|max volume count/i, "k8s-volume-count-exceeded"],
  [/didn't match the requested (?:node|host) ?name|requested hostname/i, "k8s-assigned-node-missing"],
];

/** The taints that mean something else than their own. */
const NODE_TAINTS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/node\.kubernetes\.io\/unschedulable/, "k8s-node-cordoned"],
  [/node\.kubernetes\.io\/(?:not-ready|unreachable)/, "k8s-node-not-ready"],
  [/node\.kubernetes\.io\/disk-pressure/, "k8s-node-disk-pressure"],
  [/node\.kubernetes\.io\/memory-pressure/, "k8s-node-memory-pressure"],
  [/node\.kubernetes\.io\/pid-pressure/, "k8s-node-pid-pressure"],
  [/node\.kubernetes\.io\/network-unavailable/, "k8s-node-network-plugin-down"],
];
const CONTROL_PLANE_TAINT = /node-role\.kubernetes\.io\/(?:control-plane|master|etcd)/;

export const schedulingCauses: Analyser = (model) => {
  const waiting = model.owners
    .map((owner) => ({
      owner,
      pods: owner.pods.filter(
        (pod) => (pod.status?.phase ?? "Pending") === "Pending" && !isBound(pod) && !isLeaving(pod),
      ),
    }))
    .filter(({ pods }) => pods.length > 0);
  const said = waiting.flatMap(({ owner, pods }) => saidCauses(model, owner, pods));
  return [
    ...sharedTaints(said, model),
    ...unseen(model, waiting),
    ...gated(waiting),
    ...lostNodes(model),
    ...preempted(model),
  ];
};

function messageOf(model: Model, pods: readonly Pod[]): { pod: Pod; from: string; text: string } | undefined {
  for (const pod of pods) {
    const condition = conditionOf(pod.status?.conditions, "PodScheduled");
    if (condition?.status === "False" && condition.reason !== "SchedulingGated" && condition.message) {
      return { pod, from: "condition PodScheduled", text: condition.message };
    }
    const event = model.events(refOf("Pod", pod)).find(({ reason }) => reason === "FailedScheduling");
    if (event !== undefined) return { pod, from: "event FailedScheduling", text: event.message };
  }
  return undefined;
}

interface Part {
  count: number;
  text: string;
  code: CauseCode;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}. preemption: …` */
function partsOf(text: string): Part[] {
  const own = text.replace(/\.?\s{0,20}preemption:.*$/is, "").replace(/^.*?nodes? (?:are|is) available:?/i, "");
  const parts = own.split(/,\s+(?=\d+ )|;\s*/);
  return parts.flatMap((part): Part[] => {
    const match = /^\s*(\d+)\s+(.*)$/s.exec(part);
    const says = match?.[2] ?? part;
    const code = REASONS.find(([pattern]) => pattern.test(says))?.[1];
    return code === undefined ? [] : [{ count: Number(match?.[1] ?? 1), text: says.trim(), code }];
  });
}

function saidCauses(model: Model, owner: Owner, pods: readonly Pod[]): Cause[] {
  const said = messageOf(model, pods);
  if (said === undefined) return [];
  const parts = mainParts(partsOf(said.text), said.pod, model);
  const most = Math.max(...parts.map(({ count }) => count));
  return parts.map((part) => {
    const code = refined(part, said.pod);
    const object = objectOf(code, part, owner, model);
    const what = `${podsText(pods)} of ${refText(owner.ref)} cannot be scheduled: ${part.text}${detail(code, said.pod, model)}`;
    const evidence = [podEvidence(said.pod, said.from, said.text)];
    const weight = part.count === most ? 0.95 : 0.6;
    return causeOf(code, object, what, { evidence, affects: [owner.ref], weight });
  });
}

/** A taint of the control plane is ordinary; a selector is only to blame where no node has what it wants. */
function mainParts(parts: readonly Part[], pod: Pod, { facts }: Model): Part[] {
  const ordinary = parts.filter(({ text }) => !CONTROL_PLANE_TAINT.test(text));
  let left = ordinary.length > 0 ? ordinary : [...parts];
  const nodes = facts.objects.Node;
  const isSelector = ({ code }: Part): boolean =>
    code === "k8s-node-affinity-unmatched" || code === "k8s-node-selector-unmatched";
  if (nodes.length > 0 && left.some((part) => !isSelector(part)) && left.some(isSelector)) {
    const fits = nodes.some((node) => fitsNode(pod, node));
    left = left.filter((part) => isSelector(part) !== fits);
  }
  const isState = ({ code, text }: Part): boolean =>
    NODE_TAINTS.some(([taint, own]) => own === code || taint.test(text));
  // Where the volume lies anyway, another pod has it for itself.
  if (left.some(({ code }) => code === "k8s-volume-held-elsewhere"))
    left = left.filter(({ code }) => code !== "k8s-volume-node-conflict");
  const asksTooMuch = left.some(({ code }) => SIZES.has(code)) && nodes.length > 0;
  if (asksTooMuch && !nodes.some((node) => isLargeEnough(pod, node))) return left.filter((part) => !isState(part));
  return left;
}

const SIZES: ReadonlySet<CauseCode> = new Set([
  "k8s-cpu-insufficient",
  "k8s-memory-insufficient",
  "k8s-ephemeral-storage-insufficient",
  "k8s-extended-resource-insufficient",
]);

/** Whether an empty node of its size could take it, whatever keeps the node closed now. A node that tells no sizes may. */
function isLargeEnough({ spec }: Pod, { status }: Node): boolean {
  const has = status?.allocatable;
  if (has === undefined) return true;
  const names = new Set(spec.containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {})));
  return [...names].every((name) => {
    const asked = spec.containers.map(({ resources }) => quantityOf(resources?.requests?.[name]) ?? 0);
    return sum(asked) <= (quantityOf(has[name]) ?? 0);
  });
}

function fitsNode({ spec }: Pod, { metadata }: Node): boolean {
  const labels = metadata.labels ?? {};
  const wanted = spec.nodeSelector ?? {};
  if (!Object.entries(wanted).every(([key, value]) => labels[key] === value)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.length === 0) return true;
  return terms.some(({ matchExpressions }) => selects({ matchLabels: undefined, matchExpressions }, labels));
}

function refined({ code, text }: Part, { spec }: Pod): CauseCode {
  if (code === "k8s-taint-not-tolerated") return NODE_TAINTS.find(([taint]) => taint.test(text))?.[1] ?? code;
  const hasAffinity = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const hasSelector = Object.keys(spec.nodeSelector ?? {}).length > 0;
  if (code === "k8s-node-affinity-unmatched" && hasSelector && !hasAffinity) return "k8s-node-selector-unmatched";
  if (code === "k8s-node-selector-unmatched" && hasAffinity && !hasSelector) return "k8s-node-affinity-unmatched";
  return code;
}

function objectOf(code: CauseCode, part: Part, owner: Owner, { facts }: Model): ObjectRef {
  const found = (is: (node: Node) => boolean): ObjectRef => {
    const node = facts.objects.Node.find(is);
    return node === undefined ? owner.ref : refOf("Node", node);
  };
  if (code === "k8s-node-cordoned") return found(({ spec }) => spec?.unschedulable === true);
  const taint = NODE_TAINTS.find(([, own]) => own === code)?.[0];
  if (taint !== undefined && /taint/.test(part.text)) {
    return found(({ spec }) => spec?.taints.some(({ key }) => taint.test(key)) === true);
  }
  return owner.ref;
}

const RESOURCE_OF: Partial<Record<CauseCode, string>> = {
  "k8s-cpu-insufficient": "cpu",
  "k8s-memory-insufficient": "memory",
  "k8s-ephemeral-storage-insufficient": "ephemeral-storage",
};

function detail(code: CauseCode, { spec }: Pod, { facts }: Model): string {
  const resource = RESOURCE_OF[code];
  if (resource !== undefined) {
    const asked = spec.containers.map(
      ({ resources }) => resources?.requests?.[resource] ?? resources?.limits?.[resource],
    );
    const total = asked.reduce((sum, one) => sum + (quantityOf(one) ?? 0), 0);
    const largest = Math.max(
      0,
      ...facts.objects.Node.map(({ status }) => quantityOf(status?.allocatable?.[resource]) ?? 0),
    );
    const more = largest > 0 && total > largest ? ", more than any node has" : "";
    return `; it requests ${asked.filter((one) => one !== undefined).join(" + ") || "none"} of ${resource}${more}`;
  }
  if (code === "k8s-node-selector-unmatched") return `; it wants ${JSON.stringify(spec.nodeSelector ?? {})}`;
  return "";
}

/** A taint that holds up several workloads is the node's matter. */
function sharedTaints(causes: readonly Cause[], { facts }: Model): Cause[] {
  const tainted = causes.filter(({ code }) => code === "k8s-taint-not-tolerated");
  if (new Set(tainted.map(({ object }) => refText(object))).size < 2) return [...causes];
  const keys = tainted.map(({ what }) => /\{([^}:]+)/.exec(what)?.[1]?.trim());
  const node = facts.objects.Node.find(({ spec }) => spec?.taints.some(({ key }) => keys.includes(key)));
  if (node === undefined) return [...causes];
  return causes.map((cause) => (tainted.includes(cause) ? { ...cause, object: refOf("Node", node) } : cause));
}
