/** What all services stand on: the cluster's DNS and kube-proxy. */
import type { Service } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import { hasLabels, type Model, type Owner, refOf } from "../model.js";
import { dependenciesOf, placeOf } from "./dependencies.js";
import { type Analyser, causeOf, isReady, isWanted, podEvidence } from "./draft.js";
import { signIn } from "./log-signs.js";
import { podDns } from "./pod-dns.js";
import { isStore } from "./stores.js";

const SYSTEM = "kube-system";
/** So many others that call by name and do not complain: then the trouble is the one's own. */
const OTHERS_MIN = 2;
const MANY_MIN = 5;
const isDns = ({ ref, labels }: Owner): boolean =>
  ref.namespace === SYSTEM &&
  (/^(?:rke2-|k3s-)?(?:core|kube-)-?dns(?:-rke2-coredns)?$/.test(ref.name) || labels["k8s-app"] === "kube-dns");

export const dnsCauses: Analyser = (model) => [...server(model), ...podDns(model), ...proxies(model)];

function server(model: Model): Cause[] {
  const dns = model.owners.find((owner) => isDns(owner) && owner.ref.kind !== "Pod") ?? model.owners.find(isDns);
  const service = model.facts.objects.Service.find(
    ({ metadata }) =>
      metadata.namespace === SYSTEM && /^(?:kube-dns|coredns|rke2-coredns-rke2-coredns)$/.test(metadata.name),
  );
  const affects = model.owners
    .filter((owner) => owner.ref.namespace !== SYSTEM && dependenciesOf(model, owner).length > 0)
    .map(({ ref }) => ref);
  const found: Cause[] = [];
  if (dns === undefined) return withoutDns(model, service, affects);
  const wanted = dns.pods.filter(isWanted);
  if (!wanted.some(isReady) && model.knows("Pod", SYSTEM)) found.push(down(model, dns, affects));
  else if (service === undefined && model.knows("Service", SYSTEM)) {
    const object = { kind: "Service", name: "kube-dns", namespace: SYSTEM };
    found.push(
      causeOf("k8s-dns-service-broken", object, "the service of the cluster's DNS does not exist", {
        evidence: [evidenceOf(dns.ref, "pods", `${wanted.length} run, and no service leads to them`)],
        affects,
        weight: 0.96,
      }),
    );
  } else if (
    service !== undefined &&
    dns.pods.length > 0 &&
    !dns.pods.some(({ metadata }) => hasLabels(metadata.labels, service.spec?.selector ?? {}))
  ) {
    const ref = refOf("Service", service);
    found.push(
      causeOf("k8s-dns-service-broken", ref, `${refText(ref)} does not select the pods of the cluster's DNS`, {
        evidence: [evidenceOf(ref, "spec.selector", JSON.stringify(service.spec?.selector ?? {}))],
        affects,
        weight: 0.96,
      }),
    );
  } else if (
    service !== undefined &&
    !(service.spec?.ports ?? []).some(({ port, protocol }) => port === 53 && (protocol ?? "TCP") === "UDP") &&
    (service.spec?.ports.length ?? 0) > 0
  ) {
    const ref = refOf("Service", service);
    found.push(
      causeOf("k8s-dns-service-broken", ref, `${refText(ref)} has no port 53 of UDP`, {
        evidence: [
          evidenceOf(
            ref,
            "spec.ports",
            (service.spec?.ports ?? []).map(({ port, protocol }) => `${port}/${protocol ?? "TCP"}`).join(", "),
          ),
        ],
        affects,
        weight: 0.95,
      }),
    );
  }
  const isDown = found.some(({ code }) => code === "k8s-dns-down");
  return [...found, ...configuration(model, dns, affects, isDown)];
}

function withoutDns(model: Model, service: Service | undefined, affects: ObjectRef[]): Cause[] {
  // Nothing of kube-system is known: what the workloads say of their names is.
  if (service === undefined && model.facts.objects.Pod.every(({ metadata }) => metadata.namespace !== SYSTEM))
    return unresolvedByAll(model, { kind: "ConfigMap", name: "coredns", namespace: SYSTEM }).filter(
      ({ affects: hit }) => hit.length > 1,
    );
  if (service === undefined || !model.knows("Pod", SYSTEM) || model.podsBehind(service).length > 0) return [];
  const ref = refOf("Service", service);
  const object = { kind: "Deployment", name: "coredns", namespace: SYSTEM };
  return [
    causeOf("k8s-dns-down", object, "no workload of the cluster's DNS exists", {
      evidence: [evidenceOf(ref, "spec.selector", "selects no pod")],
      affects,
      weight: 0.95,
    }),
  ];
}

const CONFIG_SAYINGS =
  /Corefile|plugin\/\S+: (?:Loop|unknown|error)|Unknown directive|parse error|Error during parsing|Wrong argument count|not a valid|not an IP address or file|^plugin\/(?!errors|ready|health|kubernetes: (?:Still|waiting))[a-z]+: /i;

function logOf({ facts }: Model, { pods }: Owner): Array<{ pod: string; line: string }> {
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  return facts.logs
    .filter(({ namespace, pod }) => namespace === SYSTEM && names.has(pod))
    .flatMap(({ pod, lines }) => lines.map((line) => ({ pod, line })));
}

function down(model: Model, dns: Owner, affects: ObjectRef[]): Cause {
  const zero = dns.replicas === 0 ? "it is scaled to 0" : `${dns.pods.length} pods, none ready`;
  const evidence = [evidenceOf(dns.ref, "status", zero)];
  const [pod] = dns.pods;
  const waiting = pod?.status?.containerStatuses.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  if (pod !== undefined && waiting !== undefined)
    evidence.push(podEvidence(pod, "waiting", `${waiting.reason}: ${waiting.message ?? ""}`));
  return causeOf("k8s-dns-down", dns.ref, `the cluster's DNS (${refText(dns.ref)}) does not run: ${zero}`, {
    evidence,
    affects,
    weight: logOf(model, dns).some(({ line }) => CONFIG_SAYINGS.test(line)) ? 0.9 : 0.97,
  });
}

/** Where it does not run, names do not resolve for that reason. */
function configuration(model: Model, dns: Owner, affects: ObjectRef[], isDown: boolean): Cause[] {
  const said = logOf(model, dns).find(({ line }) => CONFIG_SAYINGS.test(line) && !/\[INFO\]/.test(line));
  const object = { kind: "ConfigMap", name: "coredns", namespace: SYSTEM };
  const mounted = dns.spec?.volumes.find(({ configMap }) => configMap?.name !== undefined)?.configMap?.name;
  const named = mounted === undefined ? object : { ...object, name: mounted };
  if (said !== undefined) {
    const evidence = [evidenceOf({ kind: "Pod", name: said.pod, namespace: SYSTEM }, "log", said.line)];
    return [
      causeOf(
        "k8s-dns-configuration-wrong",
        named,
        `the cluster's DNS does not accept its configuration: ${said.line}`,
        { evidence, affects, weight: 0.96 },
      ),
    ];
  }
  return isDown ? [] : unresolvedByAll(model, named);
}

/** Names of services that exist do not resolve while DNS runs: for several workloads, or for one that does ask this DNS. */
function unresolvedByAll(model: Model, object: ObjectRef): Cause[] {
  const hit = new Map<string, { owner: Owner; line: string }>();
  for (const { pod: name, namespace, lines } of model.facts.logs) {
    if (namespace === SYSTEM) continue;
    const pod = model.facts.objects.Pod.find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    const owner = pod === undefined ? undefined : model.owner(model.ownerOf(pod));
    const line = lines.findLast((one) => isUnresolvedService(model, namespace, one));
    if (owner !== undefined && line !== undefined) hit.set(refText(owner.ref), { owner, line });
  }
  const own = [...hit.values()].filter(({ owner }) => asksClusterDns(owner));
  const [first] = own;
  if (first === undefined) return [];
  const isAlone = own.length === 1 && othersWithLogs(model, first.owner) >= OTHERS_MIN;
  const who = own.length > 1 ? `${own.length} workloads cannot` : `${refText(first.owner.ref)} cannot`;
  return [
    causeOf(
      "k8s-dns-configuration-wrong",
      object,
      `${who} resolve names of services that exist, while the cluster's DNS runs`,
      {
        evidence: own.slice(0, 3).map(({ owner, line }) => evidenceOf(owner.ref, "log", line)),
        affects: own.map(({ owner }) => owner.ref),
        weight: own.length > 1 ? 0.85 : isAlone ? 0.4 : 0.62,
      },
    ),
  ];
}

/** Programs whose logs say nothing of names: those that are told to call others, or that are many. */
function othersWithLogs(model: Model, owner: Owner): number {
  const pods = new Set(model.facts.logs.map(({ namespace, pod }) => `${namespace}/${pod}`));
  const others = model.owners.filter(
    (one) =>
      one !== owner &&
      one.ref.namespace === owner.ref.namespace &&
      one.pods.some(({ metadata }) => pods.has(`${metadata.namespace}/${metadata.name}`)) &&
      asksClusterDns(one) &&
      !isStore(one),
  );
  const calling = others.filter((one) => dependenciesOf(model, one).length > 0);
  return others.length >= MANY_MIN ? others.length : calling.length;
}

/** A headless service has no name while none of its pods is ready. */
function isUnresolvedService(model: Model, namespace: string, line: string): boolean {
  const seen = signIn(line);
  if (seen?.sign.code !== "k8s-dependency-name-unresolved") return false;
  const place = seen.about === undefined ? undefined : placeOf(model, namespace, seen.about.toLowerCase());
  return model.facts.objects.Service.some(
    ({ metadata, spec }) =>
      spec?.clusterIP !== "None" &&
      spec?.type !== "ExternalName" &&
      (place === undefined
        ? seen.about === undefined && metadata.namespace === namespace && line.includes(metadata.name)
        : metadata.name === place.host && metadata.namespace === place.namespace),
  );
}

const asksClusterDns = ({ spec }: Owner): boolean =>
  spec?.dnsPolicy !== "None" && (spec?.dnsPolicy !== "Default" || spec.hostNetwork === true);

function proxies(model: Model): Cause[] {
  const proxy = model.owners.find(({ ref }) => ref.namespace === SYSTEM && ref.name === "kube-proxy");
  if (proxy === undefined || !model.knows("Pod", SYSTEM)) return [];
  const running = proxy.pods.filter((pod) => isWanted(pod) && isReady(pod));
  const nodes = model.facts.objects.Node;
  const without = nodes.filter(
    ({ metadata, status }) =>
      !running.some(({ spec }) => spec.nodeName === metadata.name) &&
      status?.conditions.find(({ type }) => type === "Ready")?.status === "True",
  );
  const bad = proxy.pods.filter((pod) => isWanted(pod) && !isReady(pod));
  if (bad.length === 0 && (without.length === 0 || nodes.length === 0)) return [];
  const names = [
    ...new Set([...bad.map(({ spec }) => spec.nodeName ?? ""), ...without.map(({ metadata }) => metadata.name)]),
  ].filter((name) => name !== "" && !notReady(model, name));
  if (names.length === 0) return [];
  const affects = model.owners
    .filter(({ pods, ref }) => ref.namespace !== SYSTEM && pods.some(({ spec }) => names.includes(spec.nodeName ?? "")))
    .map(({ ref }) => ref);
  const one = names.length === 1 && nodes.length > 1;
  const object = one ? { kind: "Node", name: names[0] ?? "" } : proxy.ref;
  const evidence = [
    evidenceOf(
      proxy.ref,
      "pods",
      `${running.length} of ${Math.max(nodes.length, proxy.pods.length)} run; not on ${names.join(", ")}`,
    ),
  ];
  return [
    causeOf("k8s-kube-proxy-down", object, `kube-proxy does not run on ${names.join(", ")}`, {
      evidence,
      affects,
      weight: 0.95,
    }),
  ];
}

const notReady = ({ facts }: Model, name: string): boolean =>
  facts.objects.Node.some(
    ({ metadata, status }) =>
      metadata.name === name &&
      status?.conditions.some(({ type, status: is }) => type === "Ready" && is !== "True") === true,
  );
