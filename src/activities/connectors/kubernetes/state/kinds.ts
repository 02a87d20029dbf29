/** Where each kind is listed, and what is read of a namespace, of the whole cluster, and of what all namespaces stand on. */
import type { FactKind } from "../../../../schema/kubernetes/facts.js";

/** API group and version with the plural. */
const LISTS: Record<Exclude<FactKind, "Custom">, readonly [group: string, plural: string]> = {
  Pod: ["/api/v1", "pods"],
  Deployment: ["/apis/apps/v1", "deployments"],
  ReplicaSet: ["/apis/apps/v1", "replicasets"],
  StatefulSet: ["/apis/apps/v1", "statefulsets"],
  DaemonSet: ["/apis/apps/v1", "daemonsets"],
  Job: ["/apis/batch/v1", "jobs"],
  CronJob: ["/apis/batch/v1", "cronjobs"],
  HorizontalPodAutoscaler: ["/apis/autoscaling/v2", "horizontalpodautoscalers"],
  PodDisruptionBudget: ["/apis/policy/v1", "poddisruptionbudgets"],
  Service: ["/api/v1", "services"],
  EndpointSlice: ["/apis/discovery.k8s.io/v1", "endpointslices"],
  Ingress: ["/apis/networking.k8s.io/v1", "ingresses"],
  IngressClass: ["/apis/networking.k8s.io/v1", "ingressclasses"],
  NetworkPolicy: ["/apis/networking.k8s.io/v1", "networkpolicies"],
  PersistentVolumeClaim: ["/api/v1", "persistentvolumeclaims"],
  PersistentVolume: ["/api/v1", "persistentvolumes"],
  StorageClass: ["/apis/storage.k8s.io/v1", "storageclasses"],
  ConfigMap: ["/api/v1", "configmaps"],
  Secret: ["/api/v1", "secrets"],
  ResourceQuota: ["/api/v1", "resourcequotas"],
  LimitRange: ["/api/v1", "limitranges"],
  ServiceAccount: ["/api/v1", "serviceaccounts"],
  Role: ["/apis/rbac.authorization.k8s.io/v1", "roles"],
  RoleBinding: ["/apis/rbac.authorization.k8s.io/v1", "rolebindings"],
  Node: ["/api/v1", "nodes"],
  Namespace: ["/api/v1", "namespaces"],
  Event: ["/api/v1", "events"],
  Lease: ["/apis/coordination.k8s.io/v1", "leases"],
  PriorityClass: ["/apis/scheduling.k8s.io/v1", "priorityclasses"],
  ValidatingWebhookConfiguration: ["/apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations"],
  MutatingWebhookConfiguration: ["/apis/admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations"],
  PodMetrics: ["/apis/metrics.k8s.io/v1beta1", "pods"],
};

const OF_CLUSTER: readonly FactKind[] = [
  "Node",
  "Namespace",
  "PersistentVolume",
  "StorageClass",
  "IngressClass",
  "PriorityClass",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
];
/** The most telling first: where a bound is reached, the rest is missing. */
const OF_NAMESPACE: readonly FactKind[] = [
  "Event",
  "Pod",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Service",
  "ReplicaSet",
  "PersistentVolumeClaim",
  "ResourceQuota",
  "NetworkPolicy",
  "EndpointSlice",
  "Ingress",
  "ConfigMap",
  "Secret",
  "Job",
  "CronJob",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
  "LimitRange",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "PodMetrics",
];
/** Of kube-system: DNS, kube-proxy, the control plane. */
const OF_SYSTEM: readonly FactKind[] = ["Pod", "Deployment", "DaemonSet", "Service", "Event"];

export const SYSTEM_NAMESPACE = "kube-system";
const LEASES_NAMESPACE = "kube-node-lease";

export interface StateList {
  kind: FactKind;
  path: string;
  /** Absent: of the cluster, or of all namespaces. */
  namespace?: string;
  fieldSelector?: string;
  /** A part of the kind only: its objects count, and say nothing of what is missing. */
  isPart?: true;
  /** Not having it is ordinary: the metrics API, a CRD. */
  mayBeAbsent?: true;
}

/** A kind that config.yaml declares for a cluster. */
export interface DeclaredKind {
  group: string;
  version: string;
  plural: string;
  isOfCluster?: boolean;
}

export function listsOf(namespace: string | undefined, declared: readonly DeclaredKind[]): StateList[] {
  const own = (kind: FactKind, of: string | undefined): StateList => ({
    kind,
    path: pathOf(kind, of),
    namespace: of,
    mayBeAbsent: kind === "PodMetrics" ? true : undefined,
  });
  const system =
    namespace === undefined || namespace === SYSTEM_NAMESPACE
      ? []
      : OF_SYSTEM.map((kind) => own(kind, SYSTEM_NAMESPACE));
  const nodeEvents: StateList = {
    kind: "Event",
    path: pathOf("Event", "default"),
    namespace: "default",
    fieldSelector: "involvedObject.kind=Node",
    isPart: true,
  };
  const custom = declared.map(
    ({ group, version, plural, isOfCluster }): StateList => ({
      kind: "Custom",
      path: `/apis/${group}/${version}${namespace === undefined || isOfCluster === true ? "" : `/namespaces/${namespace}`}/${plural}`,
      isPart: true,
      mayBeAbsent: true,
    }),
  );
  return [
    ...OF_NAMESPACE.map((kind) => own(kind, namespace)),
    ...OF_CLUSTER.map((kind) => own(kind, undefined)),
    ...system,
    own("Lease", LEASES_NAMESPACE),
    ...(namespace === undefined ? [] : [nodeEvents]),
    ...custom,
  ];
}

function pathOf(kind: FactKind, namespace: string | undefined): string {
  if (kind === "Custom") return "";
  const [group, plural] = LISTS[kind];
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}`;
}
