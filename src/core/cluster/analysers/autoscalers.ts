/** Autoscalers that find no target, get no metrics, are at their limit, or work against each other. */
import type { ClusterFacts } from "../../../schema/kubernetes/facts.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { causeOf, conditionOf } from "./draft.js";

type Autoscaler = ClusterFacts["objects"]["HorizontalPodAutoscaler"][number];

/** So far above its target that it would make more pods if it might. */
const OVER_TARGET = 1.2;

export const autoscalers = (model: Model): Cause[] =>
  model.facts.objects.HorizontalPodAutoscaler.flatMap((item) => rival(model, item) ?? ofOne(model, item));

const targetOf = ({ spec, metadata }: Autoscaler): ObjectRef => ({
  kind: spec?.scaleTargetRef?.kind ?? "",
  name: spec?.scaleTargetRef?.name ?? "",
  namespace: metadata.namespace,
});

/** Two for one workload overrule each other, and Kubernetes lets neither act. The first by name is told. */
function rival(model: Model, item: Autoscaler): Cause[] | undefined {
  const ref = refOf("HorizontalPodAutoscaler", item);
  const target = targetOf(item);
  const others = model.facts.objects.HorizontalPodAutoscaler.filter(
    (other) => other !== item && refText(targetOf(other)) === refText(target),
  );
  const said =
    conditionOf(item.status?.conditions, "ScalingActive")?.reason === "AmbiguousSelector" ||
    model.events(ref).some(({ reason }) => reason === "AmbiguousSelector");
  if (target.name === "" || (others.length === 0 && !said)) return undefined;
  if (others.some(({ metadata }) => metadata.name < ref.name)) return [];
  const names = others.map(({ metadata }) => metadata.name).join(", ") || "another";
  return [
    causeOf("k8s-autoscaler-ambiguous", ref, `${refText(ref)} and ${names} both scale ${refText(target)}`, {
      evidence: [evidenceOf(ref, "spec.scaleTargetRef", `${refText(target)}, as of ${names}`)],
      affects: [target],
      weight: 0.8,
    }),
  ];
}

function ofOne(model: Model, item: Autoscaler): Cause[] {
  const ref = refOf("HorizontalPodAutoscaler", item);
  const target = targetOf(item);
  const able = conditionOf(item.status?.conditions, "AbleToScale");
  const active = conditionOf(item.status?.conditions, "ScalingActive");
  const isKnown =
    (target.kind === "Deployment" || target.kind === "StatefulSet") &&
    model.knows(target.kind, ref.namespace) &&
    !model.has(target.kind, target.name, ref.namespace);
  const say = (code: Cause["code"], object: ObjectRef, what: string, from: string, weight: number) => [
    causeOf(code, object, `${refText(ref)} ${what}`, {
      evidence: [evidenceOf(ref, from, what)],
      affects: [target],
      weight,
    }),
  ];
  if (isKnown || (able?.status === "False" && /FailedGetScale/.test(able.reason ?? "")))
    return say(
      "k8s-autoscaler-target-missing",
      ref,
      `cannot find ${refText(target)}: ${able?.message ?? "it does not exist"}`,
      "condition AbleToScale",
      0.8,
    );
  if (active?.status === "False" && active.reason !== "ScalingDisabled") {
    const isWorkload = /missing request for/.test(active.message ?? "");
    return say(
      "k8s-autoscaler-metrics-missing",
      isWorkload ? target : ref,
      `gets no metrics: ${active.message ?? active.reason ?? ""}`,
      "condition ScalingActive",
      0.6,
    );
  }
  const limited = conditionOf(item.status?.conditions, "ScalingLimited");
  const isFull =
    limited?.status === "True" &&
    limited.reason === "TooManyReplicas" &&
    (item.status?.currentReplicas ?? 0) >= (item.spec?.maxReplicas ?? Number.POSITIVE_INFINITY);
  if (!isFull) return [];
  const over = overTarget(item);
  const shown = over === undefined ? "" : `; ${over}`;
  const what = `wants more than its ${item.spec?.maxReplicas} replicas: ${limited?.message ?? ""}${shown}`;
  return say("k8s-autoscaler-at-limit", ref, what, "condition ScalingLimited", over === undefined ? 0.45 : 0.65);
}

/** `cpu is at 190 % of a target of 80 %`. */
function overTarget({ spec, status }: Autoscaler): string | undefined {
  for (const { resource } of status?.currentMetrics ?? []) {
    const wanted = spec?.metrics.find((one) => one.resource?.name === resource?.name)?.resource?.target;
    const [now, target] = [resource?.current?.averageUtilization, wanted?.averageUtilization];
    if (now !== undefined && target !== undefined && now > OVER_TARGET * target)
      return `${resource?.name ?? "its metric"} is at ${now} % of a target of ${target} %`;
  }
  return undefined;
}
