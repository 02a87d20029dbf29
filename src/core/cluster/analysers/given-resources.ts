/** Requests and limits that no workload names: a vertical autoscaler or a LimitRange gave them to its pods. */
import type { Container, Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { type Analyser, causeOf, containersOf, isWanted, lastEnd, podEvidence } from "./draft.js";

const UNSCHEDULABLE = /Insufficient (cpu|memory)/;
const LIMIT_RANGER = "kubernetes.io/limit-ranger";

export const givenResourceCauses: Analyser = (model) =>
  model.owners.flatMap((owner) => {
    const [pod] = owner.pods.filter(isWanted);
    return pod === undefined ? [] : [...vertical(model, owner, pod), ...byDefault(model, owner, pod)];
  });

/** The template does not say so, and the pod has it. */
const isGiven = (owner: Owner, own: Container, part: "requests" | "limits", name: string): boolean => {
  const template = owner.spec?.containers.find((one) => one.name === own.name);
  const has = own.resources?.[part]?.[name];
  return has !== undefined && template !== undefined && template.resources?.[part]?.[name] !== has;
};

/** The autoscaler by the annotation that its admission plug-in writes, or by what it is for. */
function autoscalerOf(model: Model, owner: Owner, pod: Pod): string | undefined {
  const noted = /updated by ([\w.-]+)/.exec(pod.metadata.annotations?.vpaUpdates ?? "")?.[1];
  const item = model.facts.objects.Custom.find(
    ({ kind, spec, metadata }) =>
      kind === "VerticalPodAutoscaler" &&
      metadata.namespace === owner.ref.namespace &&
      spec?.targetRef?.name === owner.ref.name &&
      spec.targetRef.kind === owner.ref.kind,
  );
  return item?.metadata.name ?? noted;
}

function vertical(model: Model, owner: Owner, pod: Pod): Cause[] {
  const name = autoscalerOf(model, owner, pod);
  if (name === undefined) return [];
  const ref = { kind: "VerticalPodAutoscaler", name, namespace: owner.ref.namespace };
  const say = (code: Cause["code"], container: Container, text: string, what: string): Cause =>
    causeOf(code, ref, `${refText(ref)} gives ${container.name} of ${refText(owner.ref)} ${text}, ${what}`, {
      evidence: [podEvidence(pod, `resources of ${container.name}`, text)],
      affects: [owner.ref],
      weight: 0.97,
    });
  const lacking = shortOf(model, pod);
  const wide = pod.spec.containers.find((one) => lacking !== undefined && isGiven(owner, one, "requests", lacking));
  if (wide !== undefined && lacking !== undefined)
    return [
      say(
        "k8s-vertical-autoscaler-oversizes",
        wide,
        `a request of ${lacking} ${wide.resources?.requests?.[lacking]}`,
        "and no node has that much",
      ),
    ];
  const killed = killedForMemory(pod)?.spec;
  if (killed === undefined || !isGiven(owner, killed, "limits", "memory")) return [];
  return [
    say(
      "k8s-vertical-autoscaler-undersizes",
      killed,
      `a memory limit of ${killed.resources?.limits?.memory}`,
      "and it is killed at that",
    ),
  ];
}

/** What no node has enough of for this pod. */
function shortOf(model: Model, pod: Pod): string | undefined {
  const condition = pod.status?.conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  const event = model.events(refOf("Pod", pod)).find(({ reason }) => reason === "FailedScheduling");
  if ((pod.spec.nodeName ?? "") !== "") return undefined;
  return UNSCHEDULABLE.exec(condition?.message ?? event?.message ?? "")?.[1];
}

const killedForMemory = (pod: Pod) => containersOf(pod).find(({ status }) => lastEnd(status)?.reason === "OOMKilled");

/** It is killed at a limit that only the LimitRange of its namespace gave it. */
function byDefault(model: Model, owner: Owner, pod: Pod): Cause[] {
  const killed = killedForMemory(pod)?.spec;
  const limit = killed?.resources?.limits?.memory;
  if (killed === undefined || limit === undefined) return [];
  const noted = pod.metadata.annotations?.[LIMIT_RANGER] ?? "";
  const isDefault = isGiven(owner, killed, "limits", "memory") || /memory limit for container/.test(noted);
  if (!isDefault || autoscalerOf(model, owner, pod) !== undefined) return [];
  const range = model.facts.objects.LimitRange.find(
    ({ metadata, spec }) =>
      metadata.namespace === owner.ref.namespace &&
      (spec?.limits ?? []).some(
        ({ type, default: given }) =>
          (type ?? "Container") === "Container" && quantityOf(given?.memory) === quantityOf(limit),
      ),
  );
  if (range === undefined) return [];
  const ref = refOf("LimitRange", range);
  const what = `${refText(ref)} gives containers that name no limit ${limit} of memory, and ${killed.name} of ${refText(owner.ref)} is killed at that`;
  return [
    causeOf("k8s-limit-range-default-too-small", ref, what, {
      evidence: [
        evidenceOf(ref, "spec.limits.default", `memory ${limit}`),
        podEvidence(pod, "annotation", noted || "-"),
      ],
      affects: [owner.ref],
      weight: 0.97,
    }),
  ];
}
