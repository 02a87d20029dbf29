/** Services that lead nowhere or to the wrong place. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { hasLabels, isLeaving, type Model, type Owner, refOf } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { keptLocal } from "./service-locality.js";
import { lacksPort, ports } from "./service-ports.js";

export const serviceCauses: Analyser = (model) => {
  const callers = callersOf(model);
  return model.facts.objects.Service.filter((service) => !isLeaving(service)).flatMap((service) => {
    const { spec, metadata } = service;
    const affects = [refOf("Service", service), ...(callers.get(`${metadata.namespace}/${metadata.name}`) ?? [])];
    if (spec?.type === "ExternalName") return externalName(model, service, affects);
    if (Object.keys(spec?.selector ?? {}).length === 0) return withoutSelector(model, service, affects);
    const pods = model.podsBehind(service).filter(isWanted);
    if (pods.length === 0) return nothingBehind(model, service, affects);
    return [
      ...strangers(model, service, affects),
      ...ports(model, service, affects),
      ...noEndpoints(model, service, affects),
      ...keptLocal(model, service),
      ...balancer(model, service),
    ];
  });
};

export function callersOf(model: Model): Map<string, ObjectRef[]> {
  const callers = new Map<string, ObjectRef[]>();
  for (const owner of model.owners) {
    for (const { host, namespace } of dependenciesOf(model, owner)) {
      const key = `${namespace}/${host}`;
      callers.set(key, [...(callers.get(key) ?? []), owner.ref]);
    }
  }
  return callers;
}

const selectorText = ({ spec }: Service): string =>
  Object.entries(spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const tellsLabels = ({ owners, facts }: Model, namespace: string | undefined): boolean => {
  const known = owners.filter(({ ref }) => ref.namespace === namespace);
  const pods = facts.objects.Pod.filter(({ metadata }) => metadata.namespace === namespace);
  const labels = [...known.map((owner) => owner.labels), ...pods.map(({ metadata }) => metadata.labels ?? {})];
  return labels.length === 0 || labels.some((own) => Object.keys(own).length > 0);
};

function nothingBehind(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  if (!model.knows("Pod", service.metadata.namespace)) return [];
  const ref = refOf("Service", service);
  const evidence = [evidenceOf(ref, "spec.selector", `${selectorText(service)} selects no pod`)];
  const intended = model.ownersBehind(service).filter(({ labels }) => hasLabels(labels, service.spec?.selector ?? {}));
  // Its workload is there and has no pods: that is the workload's matter. Tables tell no labels.
  if (intended.length > 0 || !tellsLabels(model, service.metadata.namespace)) return [];
  const meant = meantOwner(model, service);
  if (meant !== undefined) {
    const labels = Object.entries(meant.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    evidence.push(evidenceOf(meant.ref, "template labels", labels));
    return [
      causeOf(
        "k8s-service-selector-unmatched",
        ref,
        `${refText(ref)} selects ${selectorText(service)}, and no pod has that; ${refText(meant.ref)} has ${labels}`,
        { evidence, affects, weight: 0.96 },
      ),
    ];
  }
  const isCalled = affects.length > 1;
  return [
    causeOf(
      "k8s-service-without-workload",
      ref,
      `${refText(ref)} selects ${selectorText(service)}, and no workload makes such pods`,
      { evidence, affects, weight: isCalled ? 0.9 : 0.6 },
    ),
  ];
}

/** The workload that the service is for: of its name, or with labels that are nearly those. */
function meantOwner(model: Model, service: Service): Owner | undefined {
  const { name, namespace } = service.metadata;
  const own = model.owners.filter(
    ({ ref, labels }) => ref.namespace === namespace && Object.keys(labels).length > 0 && ref.kind !== "Job",
  );
  const named =
    own.find(({ ref }) => ref.name === name) ??
    own.find(
      ({ ref }) => ref.name.replace(/-(?:deployment|deploy|svc|v\d+)$/, "") === name.replace(/-(?:service|svc)$/, ""),
    );
  if (named !== undefined) return named;
  const wanted = Object.entries(service.spec?.selector ?? {});
  const rated = own.map((owner) => ({
    owner,
    same: wanted.filter(([key, value]) => owner.labels[key] === value).length,
  }));
  const [best] = rated.filter(({ same }) => same > 0 && same >= wanted.length - 1).sort((a, b) => b.same - a.same);
  if (best !== undefined) return best.owner;
  return own.find(({ labels }) => Object.values(labels).includes(name));
}

/** Its own workload is left out, or pods that do not serve its ports are taken in. */
function strangers(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  const ref = refOf("Service", service);
  const behind = model.ownersBehind(service).filter(({ pods }) => pods.some(isWanted));
  const { name, namespace } = service.metadata;
  const own = model.owners.find(
    (owner) => owner.ref.name === name && owner.ref.namespace === namespace && owner.ref.kind !== "Pod",
  );
  const others = behind.filter((owner) => owner !== own);
  const [other] = others;
  if (own === undefined || other === undefined) return [];
  const evidence = [
    evidenceOf(
      ref,
      "spec.selector",
      `${selectorText(service)} selects pods of ${others.map((one) => refText(one.ref)).join(", ")}`,
    ),
  ];
  if (!behind.includes(own) && !other.ref.name.startsWith(name)) {
    return [
      causeOf(
        "k8s-service-selects-strangers",
        ref,
        `${refText(ref)} leads to pods of ${refText(other.ref)} and not to ${refText(own.ref)}`,
        { evidence, affects, weight: 0.94 },
      ),
    ];
  }
  const unserved = others.find(
    ({ spec, ref: one }) =>
      !one.name.startsWith(name) &&
      (service.spec?.ports ?? []).some(({ targetPort, port }) => lacksPort(spec?.containers ?? [], targetPort ?? port)),
  );
  if (!behind.includes(own) || unserved === undefined) return [];
  return [
    causeOf(
      "k8s-service-selects-strangers",
      ref,
      `${refText(ref)} also leads to pods of ${refText(unserved.ref)}, which do not serve its port`,
      { evidence, affects, weight: 0.9 },
    ),
  ];
}

/** Ready pods, and the service knows of none. */
function noEndpoints(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  const { namespace, name } = service.metadata;
  const ready = model.podsBehind(service).filter((pod) => isWanted(pod) && isReady(pod));
  if (!model.knows("EndpointSlice", namespace) || ready.length === 0 || model.slices(service).length === 0) return [];
  if (model.readyEndpoints(service) > 0 || name === "kubernetes") return [];
  const ref = refOf("Service", service);
  const evidence = [
    evidenceOf(
      ref,
      "endpoint slices",
      `${model.slices(service).length} slices, no ready endpoint; ${ready.length} pods are ready`,
    ),
  ];
  return [
    causeOf(
      "k8s-service-endpoints-missing",
      ref,
      `${refText(ref)} has no endpoints although ${ready.length} of its pods are ready`,
      { evidence, affects, weight: 0.6 },
    ),
  ];
}

function withoutSelector(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  const { namespace, name } = service.metadata;
  const isKnown = model.knows("EndpointSlice", namespace);
  if (name === "kubernetes" || model.readyEndpoints(service) > 0) return [];
  const ref = refOf("Service", service);
  const meant = model.owners.find((owner) => owner.ref.name === name && owner.ref.namespace === namespace);
  if (meant !== undefined) {
    const evidence = [evidenceOf(ref, "spec.selector", "none")];
    const has = isKnown ? "no selector and no endpoints" : "no selector";
    return [
      causeOf("k8s-service-selector-unmatched", ref, `${refText(ref)} has ${has}, while ${refText(meant.ref)} runs`, {
        evidence,
        affects,
        weight: isKnown ? 0.93 : 0.75,
      }),
    ];
  }
  if (!isKnown) return [];
  const evidence = [evidenceOf(ref, "endpoint slices", "no selector and no endpoint")];
  return [
    causeOf("k8s-service-endpoints-missing", ref, `${refText(ref)} has no selector, and nobody gave it endpoints`, {
      evidence,
      affects,
      weight: affects.length > 1 ? 0.85 : 0.5,
    }),
  ];
}

function externalName(model: Model, service: Service, affects: ObjectRef[]): Cause[] {
  const ref = refOf("Service", service);
  const name = service.spec?.externalName ?? "";
  const inside = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(name);
  const isGone =
    inside !== null && model.knows("Service", inside[2]) && !model.has("Service", inside[1] ?? "", inside[2]);
  const unresolved = model.facts.logs.find(({ lines }) =>
    lines.some(
      (line) =>
        (line.includes(name) || line.includes(service.metadata.name)) &&
        /no such host|ENOTFOUND|EAI_AGAIN|UnknownHost|not known|(?:could not|failed to) resolve|NXDOMAIN/i.test(line),
    ),
  );
  const isNoName = name === "" || /^[\d.]+$/.test(name) || !/^[a-z0-9.-]+$/i.test(name);
  if (!isGone && unresolved === undefined && !isNoName) return [];
  const evidence = [evidenceOf(ref, "spec.externalName", name || "empty")];
  return [
    causeOf(
      "k8s-external-name-wrong",
      ref,
      `${refText(ref)} stands for ${name || "nothing"}, which ${isNoName ? "is not a name" : "does not resolve"}`,
      { evidence, affects, weight: 0.93 },
    ),
  ];
}

function balancer(model: Model, service: Service): Cause[] {
  const ref = refOf("Service", service);
  if (service.spec?.type !== "LoadBalancer" || (service.status?.loadBalancer?.ingress.length ?? 0) > 0) return [];
  const event = model
    .events(ref)
    .find(({ reason }) =>
      /^(?:SyncLoadBalancerFailed|CreatingLoadBalancerFailed|FailedDeployModel|AllocationFailed)$/.test(reason),
    );
  if (event === undefined) return [];
  return [
    causeOf("k8s-load-balancer-failing", ref, `${refText(ref)} gets no load balancer: ${event.message}`, {
      evidence: [evidenceOf(ref, `event ${event.reason}`, event.message)],
      affects: [ref],
      weight: 0.9,
    }),
  ];
}
