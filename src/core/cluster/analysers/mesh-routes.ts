/** Routes of a service mesh that lead to a host or a subset that nobody defines, or to a subset without pods. */
import type { CustomObject } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, evidenceOf, type ObjectRef, refText, uniqueRefs } from "../cause.js";
import { hasLabels, type Model, refOf } from "../model.js";
import { type Analyser, causeOf, isWanted } from "./draft.js";

export const meshRouteCauses: Analyser = (model) =>
  model.facts.objects.Custom.filter(({ kind }) => kind === "VirtualService").flatMap((item) =>
    routeCauses(model, item),
  );

function routeCauses(model: Model, item: CustomObject): Cause[] {
  const ref = refOf("VirtualService", item);
  const { namespace } = item.metadata;
  for (const { destination } of (item.spec?.http ?? []).flatMap(({ route }) => route)) {
    const { host = "", subset } = destination ?? {};
    const why = wrongWith(model, namespace, host, subset);
    if (why === undefined) continue;
    const text = `${host}${subset === undefined ? "" : `, subset ${subset}`}`;
    return [
      causeOf("k8s-mesh-route-wrong", ref, `${refText(ref)} leads to ${text}: ${why}`, {
        evidence: [evidenceOf(ref, "spec.http.route.destination", text)],
        affects: [ref, ...servedBy(model, item)],
        weight: 0.93,
      }),
    ];
  }
  return [];
}

const shortName = (host: string, namespace: string | undefined): string | undefined => {
  const [name, place, third] = host.split(".");
  return place === undefined || (place === namespace && (third === undefined || third === "svc")) ? name : undefined;
};

/** Undefined: it leads somewhere, or that cannot be told. */
function wrongWith(model: Model, namespace: string | undefined, host: string, subset: string | undefined) {
  const name = shortName(host, namespace);
  if (name === undefined || name === "" || name === "*" || !model.knows("Service", namespace)) return undefined;
  const service = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (service === undefined) {
    const isOutside = model.facts.objects.Custom.some(
      ({ kind, spec }) => kind === "ServiceEntry" && spec?.hosts?.includes(host) === true,
    );
    return isOutside ? undefined : "there is no such service";
  }
  if (subset === undefined) return undefined;
  const rules = model.facts.objects.Custom.filter(
    ({ kind, spec, metadata }) =>
      kind === "DestinationRule" && metadata.namespace === namespace && shortName(spec?.host ?? "", namespace) === name,
  );
  const found = rules.flatMap(({ spec }) => spec?.subsets ?? []).find((one) => one.name === subset);
  if (found === undefined)
    return rules.length === 0 ? "no DestinationRule defines subsets of it" : "no DestinationRule defines that subset";
  const pods = model.podsBehind(service).filter(isWanted);
  const isEmpty = pods.length > 0 && !pods.some((pod) => hasLabels(pod.metadata.labels, found.labels ?? {}));
  return isEmpty ? `no pod of it has the labels ${JSON.stringify(found.labels ?? {})}` : undefined;
}

/** The services that it stands for, and the workloads behind these. */
function servedBy(model: Model, { spec, metadata }: CustomObject): ObjectRef[] {
  const names = new Set((spec?.hosts ?? []).map((host) => shortName(host, metadata.namespace)));
  const services = model.facts.objects.Service.filter(
    (one) => names.has(one.metadata.name) && one.metadata.namespace === metadata.namespace,
  );
  return uniqueRefs(
    services.flatMap((service) => [refOf("Service", service), ...model.ownersBehind(service).map(({ ref }) => ref)]),
  );
}
