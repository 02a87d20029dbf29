/** Network policies that shut off what is called: what they let through is computed as a network plug-in would. */
import type { NetworkPolicy, PolicyPeer, PolicyPort } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf, selects } from "../model.js";
import { type Dependency, dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf } from "./draft.js";
import { saysUnreached } from "./log-signs.js";
import { observedCalls } from "./observed-calls.js";

const DNS_PORT = 53;

interface Party {
  ref: ObjectRef;
  labels: Record<string, string>;
}
interface Port {
  number: number | undefined;
  name: string | undefined;
}

export const policyCauses: Analyser = (model) => {
  if (model.facts.objects.NetworkPolicy.length === 0) return [];
  return merged([...model.owners.flatMap((owner) => blockedCalls(model, owner)), ...shutOff(model)]);
};

const policiesOf = ({ facts }: Model, { ref, labels }: Party, type: "Ingress" | "Egress"): NetworkPolicy[] =>
  facts.objects.NetworkPolicy.filter(({ metadata, spec }) => {
    const types = spec?.policyTypes ?? (spec?.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
    return (
      metadata.namespace === ref.namespace &&
      types.includes(type) &&
      selects(spec?.podSelector ?? { matchLabels: undefined, matchExpressions: [] }, labels)
    );
  });

function blockedCalls(model: Model, caller: Owner): Cause[] {
  const calls: Array<Pick<Dependency, "service" | "host" | "port">> = dependenciesOf(model, caller).filter(
    ({ service }) => service !== undefined,
  );
  // Programs that carry addresses in themselves tell them when a call fails.
  for (const one of observedCalls(model))
    if (one.caller === caller && one.isFailing && !calls.some(({ service }) => service === one.service))
      calls.push({ service: one.service, host: one.service.metadata.name, port: one.port });
  const egress = policiesOf(model, caller, "Egress");
  const found: Cause[] = shutIn(model, caller, egress, calls[0]?.host);
  for (const { service, host, port } of calls) {
    if (service === undefined) continue;
    const lead = service.spec?.ports.find((one) => one.port === port) ?? service.spec?.ports[0];
    for (const target of model.ownersBehind(service)) {
      if (target === caller) continue;
      const at = portOf(target, lead?.targetPort ?? lead?.port);
      const ingress = policiesOf(model, target, "Ingress");
      if (ingress.length > 0 && !ingress.some((policy) => letsIn(model, policy, caller, at))) {
        const what = `lets nothing from ${refText(caller.ref)} through to ${refText(target.ref)} (${host})`;
        const others = [caller.ref, refOf("Service", service)];
        found.push(blocked(model, "k8s-network-policy-blocks-ingress", ingress, target.ref, what, 0.95, others));
      }
      if (egress.length > 0 && !egress.some((policy) => letsOut(model, policy, target, at))) {
        const what = `keeps ${refText(caller.ref)} from calling ${refText(target.ref)} (${host})`;
        found.push(blocked(model, "k8s-network-policy-blocks-egress", egress, caller.ref, what, 0.93));
      }
    }
  }
  return found;
}

/** A caller that may not ask DNS, or that nothing is let out of. */
function shutIn(model: Model, caller: Owner, egress: readonly NetworkPolicy[], host: string | undefined): Cause[] {
  if (egress.length === 0) return [];
  if (host !== undefined) {
    if (egress.some((policy) => letsDnsOut(model, policy))) return [];
    const what = `keeps ${refText(caller.ref)} from asking DNS, which it needs for ${host}`;
    return [blocked(model, "k8s-network-policy-blocks-dns", egress, caller.ref, what, 0.94)];
  }
  if (!egress.every(({ spec }) => (spec?.egress ?? []).length === 0) || !saysUnreached(model, caller)) return [];
  const what = `lets nothing out of ${refText(caller.ref)}, which does not reach what it calls`;
  return [blocked(model, "k8s-network-policy-blocks-egress", egress, caller.ref, what, 0.9)];
}

const letsIn = (model: Model, policy: NetworkPolicy, caller: Owner, at: ReturnType<typeof portOf>): boolean =>
  (policy.spec?.ingress ?? []).some(
    ({ from, ports }) => fitsPeers(model, policy, from, caller) && fitsPorts(ports, at),
  );

const letsOut = (model: Model, policy: NetworkPolicy, target: Owner, at: ReturnType<typeof portOf>): boolean =>
  (policy.spec?.egress ?? []).some(({ to, ports }) => fitsPeers(model, policy, to, target) && fitsPorts(ports, at));

function blocked(
  model: Model,
  code: CauseCode,
  policies: readonly NetworkPolicy[],
  hit: ObjectRef,
  what: string,
  weight: number,
  more: ObjectRef[] = [],
): Cause {
  const [policy] = [...policies].sort(
    (a, b) =>
      breadth(a) - breadth(b) || ((b.metadata.creationTimestamp ?? "") < (a.metadata.creationTimestamp ?? "") ? -1 : 1),
  );
  const ref = policy === undefined ? hit : refOf("NetworkPolicy", policy);
  const evidence = [evidenceOf(ref, "spec", policyText(policy))];
  const others = policies.length > 1 ? ` (with ${policies.length - 1} other policies)` : "";
  return causeOf(code, ref, `${refText(ref)} ${what}${others}`, {
    evidence,
    affects: [hit, ...more],
    weight: model.facts.objects.NetworkPolicy.length > 0 ? weight : 0,
  });
}

/** One that lets nothing through goes before one whose rules are for others. */
const breadth = ({ spec }: NetworkPolicy): number => (spec?.ingress ?? []).length + (spec?.egress ?? []).length;

function policyText(policy: NetworkPolicy | undefined): string {
  const { podSelector, policyTypes, ingress, egress } = policy?.spec ?? {};
  const labels = Object.entries(podSelector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  return `for ${labels || "all pods"}; ${(policyTypes ?? ["Ingress"]).join(" and ")}; ${ingress?.length ?? 0} rules in, ${egress?.length ?? 0} rules out`;
}

function portOf({ spec }: Owner, target: string | number | undefined): Port {
  const ports = (spec?.containers ?? []).flatMap((one) => one.ports);
  if (typeof target === "number" || /^\d+$/.test(target ?? "")) {
    return { number: Number(target), name: ports.find(({ containerPort }) => containerPort === Number(target))?.name };
  }
  return { number: ports.find(({ name }) => name === target)?.containerPort, name: target };
}

function fitsPorts(ports: readonly PolicyPort[] | undefined, { number, name }: Port): boolean {
  if (ports === undefined || ports.length === 0 || number === undefined) return true;
  return ports.some(
    ({ port, endPort }) =>
      port === undefined ||
      port === name ||
      Number(port) === number ||
      (endPort !== undefined && number >= Number(port) && number <= endPort),
  );
}

function fitsPeers(
  model: Model,
  policy: NetworkPolicy,
  peers: readonly PolicyPeer[] | undefined,
  { ref, labels }: Party,
): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) return /^(?:0\.0\.0\.0\/0|10\.|172\.|192\.168\.|::\/0|f[cd])/.test(ipBlock.cidr ?? "");
    const isPod = podSelector === undefined || selects(podSelector, labels);
    if (namespaceSelector === undefined) return isPod && ref.namespace === policy.metadata.namespace;
    const namespace = model.facts.objects.Namespace.find(({ metadata }) => metadata.name === ref.namespace);
    const own = { "kubernetes.io/metadata.name": ref.namespace ?? "", ...namespace?.metadata.labels };
    return (
      isPod &&
      (selects(namespaceSelector, own) ||
        (namespace === undefined &&
          Object.keys(namespaceSelector.matchLabels ?? {}).some((key) => key !== "kubernetes.io/metadata.name")))
    );
  });
}

function letsDnsOut(model: Model, policy: NetworkPolicy): boolean {
  const dns: Party = {
    ref: { kind: "Deployment", name: "coredns", namespace: "kube-system" },
    labels: { "k8s-app": "kube-dns" },
  };
  return (policy.spec?.egress ?? []).some(
    ({ to, ports }) => fitsPorts(ports, { number: DNS_PORT, name: "dns" }) && fitsPeers(model, policy, to, dns),
  );
}

/** Pods behind a service to which nothing at all may come. */
function shutOff(model: Model): Cause[] {
  return model.facts.objects.Service.flatMap((service) =>
    model.ownersBehind(service).flatMap((owner): Cause[] => {
      const ingress = policiesOf(model, owner, "Ingress");
      if (
        ingress.length === 0 ||
        ingress.some(({ spec }) => (spec?.ingress ?? []).some((rule) => someoneFits(model, ingress, rule.from)))
      )
        return [];
      return [
        blocked(
          model,
          "k8s-network-policy-blocks-ingress",
          ingress,
          owner.ref,
          `lets nothing through to ${refText(owner.ref)}, which the service ${service.metadata.name} leads to`,
          0.8,
          [refOf("Service", service)],
        ),
      ];
    }),
  );
}

/** A rule for pods that do not exist lets nobody in; what lies in other namespaces may not be known. */
function someoneFits(
  model: Model,
  policies: readonly NetworkPolicy[],
  from: readonly PolicyPeer[] | undefined,
): boolean {
  if (from === undefined || from.length === 0) return true;
  return from.some(
    (peer) =>
      peer.ipBlock !== undefined ||
      peer.namespaceSelector !== undefined ||
      model.owners.some((owner) => policies.some((policy) => fitsPeers(model, policy, [peer], owner))),
  );
}

function merged(causes: readonly Cause[]): Cause[] {
  const found = new Map<string, Cause>();
  for (const cause of causes) {
    const key = `${cause.code} ${refText(cause.object)}`;
    const had = found.get(key);
    if (had === undefined) found.set(key, cause);
    else
      found.set(key, {
        ...had,
        weight: Math.max(had.weight, cause.weight),
        affects: [...had.affects, ...cause.affects],
      });
  }
  return [...found.values()];
}
