/** Policies of other makers: of network plug-ins that go beyond NetworkPolicy, and of service meshes. Told where calls fail that they keep off. */
import type { CustomObject } from "../../../schema/kubernetes/surroundings.js";
import { type Cause, type Evidence, evidenceOf, refText, uniqueRefs } from "../cause.js";
import { hasLabels, type Model, type Owner, refOf, selects } from "../model.js";
import { type Analyser, causeOf, isWanted } from "./draft.js";
import { calledIn } from "./programs.js";
import { complaintsOf } from "./unresponsive.js";

const NETWORK =
  /^(?:Cilium(?:Clusterwide)?|Global|Calico|Admin|BaselineAdmin|Antrea(?:Cluster)?|Cluster)?NetworkPolicy$/;
const DENIED =
  /RBAC: access denied|\bpermission denied by policy|authorization policy|\b403\b.{0,40}(?:envoy|istio|linkerd|rbac)/i;
const CUT = /connection reset|reset reason|connection termination|EOF\b|broken pipe/i;

interface Failing {
  caller: Owner;
  callee: Owner;
  evidence: Evidence;
  isDenied: boolean;
}

export const foreignPolicyCauses: Analyser = (model) => {
  const policies = model.facts.objects.Custom.filter(
    ({ kind = "" }) =>
      NETWORK.test(kind) || /^(?:Authorization|Server)Policy$|^(?:Peer|Request)Authentication$/.test(kind),
  );
  if (policies.length === 0) return [];
  const failing = [
    ...complaintsOf(model).map(({ caller, callee, evidence }) => ({ caller, callee, evidence, isDenied: false })),
    ...denials(model),
  ];
  return policies.flatMap((policy) => policyCause(policy, failing));
};

function policyCause(policy: CustomObject, failing: readonly Failing[]): Cause[] {
  const kept = failing.filter((one) => meant(policy, one.callee) && keepsOff(policy, one));
  const [first] = kept;
  if (first === undefined) return [];
  const ref = refOf(policy.kind ?? "Custom", policy);
  const isNetwork = NETWORK.test(policy.kind ?? "");
  const callees = uniqueRefs(kept.map(({ callee }) => callee.ref));
  const what = `${refText(ref)} keeps requests from ${callees.map(refText).join(", ")}: ${first.evidence.text}`;
  return [
    causeOf(isNetwork ? "k8s-network-policy-blocks-ingress" : "k8s-mesh-policy-denies", ref, what, {
      evidence: [evidenceOf(ref, "spec", selectorText(policy)), ...kept.slice(0, 3).map(({ evidence }) => evidence)],
      affects: uniqueRefs([...callees, ...kept.map(({ caller }) => caller.ref)]),
      weight: 0.9,
    }),
  ];
}

const TERM = /([\w./-]+)\s*==\s*['"]([^'"]+)['"]/g;

/** Whom it is for. */
function meant({ kind = "", spec, metadata }: CustomObject, { ref, labels }: Owner): boolean {
  if (metadata.namespace !== undefined && metadata.namespace !== ref.namespace) return false;
  if (spec?.endpointSelector !== undefined) return selects(spec.endpointSelector, labels);
  const text = spec?.selector?.text;
  if (text !== undefined) {
    const terms = [...text.matchAll(TERM)].map(([, key = "", value = ""]) => [key, value] as const);
    const own = terms.filter(([key]) => !key.startsWith("projectcalico.org/"));
    const place = terms.find(([key]) => key === "projectcalico.org/namespace")?.[1];
    return (place === undefined || place === ref.namespace) && hasLabels(labels, Object.fromEntries(own));
  }
  if (kind.includes("Admin")) return spec?.subject !== undefined;
  return hasLabels(labels, spec?.selector?.matchLabels ?? {});
}

function keepsOff({ kind = "", spec }: CustomObject, { caller, evidence, isDenied }: Failing): boolean {
  if (kind === "PeerAuthentication") return spec?.mtls?.mode === "STRICT" && (CUT.test(evidence.text) || isDenied);
  if (!NETWORK.test(kind)) return isDenied;
  if (isDenied || spec?.ingress === undefined) return false;
  if (spec.endpointSelector !== undefined)
    return !spec.ingress.some(
      ({ fromEndpoints }) => fromEndpoints === undefined || fromEndpoints.some((one) => selects(one, caller.labels)),
    );
  return kind.includes("Admin")
    ? spec.ingress.some(({ action }) => action === "Deny")
    : spec.ingress.every(({ action }) => action === "Deny");
}

const selectorText = ({ spec }: CustomObject): string =>
  spec?.mtls !== undefined
    ? `mtls ${spec.mtls.mode ?? ""}`
    : (spec?.selector?.text ?? JSON.stringify(spec?.endpointSelector ?? spec?.selector?.matchLabels ?? "all"));

/** Answers that a sidecar gives in place of the program. */
function denials(model: Model): Failing[] {
  const pods = new Map(model.facts.objects.Pod.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  const services = model.facts.objects.Service;
  return model.facts.logs.flatMap(({ namespace, pod: name, container, lines }) => {
    const pod = pods.get(`${namespace}/${name}`);
    const caller = pod === undefined || !isWanted(pod) ? undefined : model.owner(model.ownerOf(pod));
    const line = lines.findLast((one) => DENIED.test(one));
    if (caller === undefined || line === undefined) return [];
    const called = calledIn(model, caller, line, undefined);
    const service = services.find(
      ({ metadata }) => metadata.name === called?.name && metadata.namespace === called.namespace,
    );
    const evidence = evidenceOf({ kind: "Pod", name, namespace }, `log of ${container}`, line);
    return (service === undefined ? [caller] : model.ownersBehind(service)).map((callee) => ({
      ...{ caller, callee, evidence, isDenied: true },
    }));
  });
}
