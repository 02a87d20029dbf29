/** Services that lead to pods which cannot answer: such as are not ready, or addresses that somebody wrote by hand. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { observedCalls } from "./observed-calls.js";

export const publishedPodCauses: Analyser = (model) =>
  model.facts.objects.Service.flatMap((service) => [...unready(model, service), ...byHand(model, service)]);

/** Meant for members of a StatefulSet that look for each other; before whoever serves, it makes every start an outage. */
function unready(model: Model, service: Service): Cause[] {
  const { spec } = service;
  if (spec?.publishNotReadyAddresses !== true || spec.clusterIP === "None") return [];
  const pods = model.podsBehind(service).filter(isWanted);
  const not = pods.filter((pod) => !isReady(pod));
  const complaint = observedCalls(model).find((one) => one.isFailing && one.service === service);
  if (not.length === 0 || not.length === pods.length) return [];
  const ref = refOf("Service", service);
  const text = `${not.length} of ${pods.length} pods are not ready, and get requests`;
  return [
    causeOf("k8s-service-publishes-unready", ref, `${refText(ref)} publishes addresses that are not ready: ${text}`, {
      evidence: [
        evidenceOf(ref, "spec.publishNotReadyAddresses", `true; ${text}`),
        ...(complaint === undefined ? [] : [complaint.evidence]),
      ],
      affects: [ref, ...model.ownersBehind(service).map((owner) => owner.ref)],
      weight: complaint === undefined ? 0.55 : 0.92,
    }),
  ];
}

/** A service without selector that has the name of a workload, and leads to none of its pods. */
function byHand(model: Model, service: Service): Cause[] {
  const { name, namespace } = service.metadata;
  if (Object.keys(service.spec?.selector ?? {}).length > 0 || service.spec?.type === "ExternalName") return [];
  const addresses = model.slices(service).flatMap(({ endpoints }) => endpoints.flatMap((one) => one.addresses));
  const owner = model.owners.find(
    ({ ref, pods }) => ref.name === name && ref.namespace === namespace && pods.some(isWanted),
  );
  const own = new Set(model.facts.objects.Pod.flatMap(({ status }) => status?.podIP ?? []));
  if (owner === undefined || addresses.length === 0 || addresses.some((one) => own.has(one))) return [];
  const ref = refOf("Service", service);
  const affects: ObjectRef[] = [ref, owner.ref];
  const what = `${refText(ref)} has no selector and leads to ${addresses.join(", ")}, where no pod is; ${refText(owner.ref)} runs`;
  return [
    causeOf("k8s-service-endpoints-stale", ref, what, {
      evidence: [evidenceOf(ref, "endpoint slices", addresses.join(", "))],
      affects,
      weight: 0.93,
    }),
  ];
}
