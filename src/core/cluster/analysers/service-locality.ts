/** Services that only lead to pods of the caller's own node, where the callers' nodes have none. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, refText, sameRef } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { callersByService } from "./callers.js";
import { causeOf, isReady, isWanted } from "./draft.js";

export function keptLocal(model: Model, service: Service): Cause[] {
  const { spec, metadata } = service;
  if (spec?.internalTrafficPolicy !== "Local") return [];
  const nodes = new Set(
    model
      .podsBehind(service)
      .filter((pod) => isWanted(pod) && isReady(pod))
      .map((pod) => pod.spec.nodeName),
  );
  const callers = callersByService(model).get(`${metadata.namespace}/${metadata.name}`) ?? [];
  const isCutOff = ({ pods }: Owner): boolean =>
    pods.some((pod) => isWanted(pod) && pod.spec.nodeName !== undefined && !nodes.has(pod.spec.nodeName));
  const cut = callers.filter((owner) => !model.ownersBehind(service).includes(owner) && isCutOff(owner));
  const [first] = cut;
  if (nodes.size === 0 || first === undefined) return [];
  const ref = refOf("Service", service);
  const text = `Local; its pods run on ${[...nodes].join(", ")}, pods of ${refText(first.ref)} elsewhere`;
  const affects = [ref, ...cut.map((owner) => owner.ref), ...model.ownersBehind(service).map((owner) => owner.ref)];
  return [
    causeOf(
      "k8s-service-traffic-stays-local",
      ref,
      `${refText(ref)} leads only to pods on the caller's own node, and callers run where there is none`,
      {
        evidence: [evidenceOf(ref, "spec.internalTrafficPolicy", text)],
        affects: affects.filter((one, index) => affects.findIndex((other) => sameRef(one, other)) === index),
        weight: 0.93,
      },
    ),
  ];
}
