/** Kinds of other makers of which something is concluded: read where the cluster has their group, without being declared. */
import type { Json } from "../../../../schema/json.js";
import type { DeclaredKind } from "./kinds.js";

const KINDS: Readonly<Record<string, readonly string[]>> = {
  "chaos-mesh.org": [
    "PodChaos",
    "NetworkChaos",
    "StressChaos",
    "HTTPChaos",
    "IOChaos",
    "TimeChaos",
    "JVMChaos",
    "DNSChaos",
    "KernelChaos",
  ],
  "litmuschaos.io": ["ChaosEngine"],
  "networking.istio.io": ["VirtualService", "DestinationRule", "ServiceEntry"],
  "autoscaling.k8s.io": ["VerticalPodAutoscaler"],
  "cert-manager.io": ["Certificate", "Issuer", "ClusterIssuer"],
  "helm.toolkit.fluxcd.io": ["HelmRelease"],
  "kustomize.toolkit.fluxcd.io": ["Kustomization"],
  "source.toolkit.fluxcd.io": ["GitRepository", "HelmRepository", "OCIRepository"],
  "argoproj.io": ["Application", "Rollout"],
  "external-secrets.io": ["ExternalSecret", "SecretStore", "ClusterSecretStore"],
  "bitnami.com": ["SealedSecret"],
  "keda.sh": ["ScaledObject"],
  "gateway.networking.k8s.io": ["Gateway", "HTTPRoute", "GRPCRoute"],
  "security.istio.io": ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
  "cilium.io": ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"],
  "crd.projectcalico.org": ["GlobalNetworkPolicy"],
  "policy.networking.k8s.io": ["AdminNetworkPolicy"],
  "karpenter.sh": ["NodeClaim", "NodePool"],
  "route.openshift.io": ["Route"],
  "kafka.strimzi.io": ["Kafka"],
  "elasticsearch.k8s.elastic.co": ["Elasticsearch"],
  "postgresql.cnpg.io": ["Cluster"],
};

/** A folder of dumps holds whatever somebody wrote into it. */
export const OTHER_MAKERS: ReadonlySet<string> = new Set(Object.values(KINDS).flat());

/** Those that lie in no namespace. */
const OF_CLUSTER = new Set([
  "ClusterIssuer",
  "ClusterSecretStore",
  "CiliumClusterwideNetworkPolicy",
  "GlobalNetworkPolicy",
  "AdminNetworkPolicy",
  "NodeClaim",
  "NodePool",
]);

/** As the makers of these kinds name them. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("chaos")) return lower;
  if (/(?:s|ch)$/.test(lower)) return `${lower}es`;
  return /[^aeiou]y$/.test(lower) ? lower.replace(/y$/, "ies") : `${lower}s`;
}

/** Of what `/apis` answers: the kinds whose group is served, in the version that the server prefers. */
export function otherMakersIn(answer: Json, declared: readonly DeclaredKind[]): DeclaredKind[] {
  const groups = typeof answer === "object" && answer !== null && !Array.isArray(answer) ? answer.groups : undefined;
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) => {
    if (typeof group !== "object" || group === null || Array.isArray(group)) return [];
    const { name, preferredVersion: preferred } = group;
    const version =
      typeof preferred === "object" && preferred !== null && !Array.isArray(preferred) ? preferred.version : undefined;
    if (typeof name !== "string" || typeof version !== "string") return [];
    return (KINDS[name] ?? [])
      .map((kind) => ({ group: name, version, plural: pluralOf(kind), isOfCluster: OF_CLUSTER.has(kind) }))
      .filter((one) => !declared.some(({ group: own, plural }) => own === name && plural === one.plural));
  });
}
