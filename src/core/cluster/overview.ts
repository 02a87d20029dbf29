/** The state of a namespace in few words: each workload, service and node with what is of interest. */
import type { ClusterFacts } from "../../schema/kubernetes/facts.js";
import { ageMs, isReady, isWanted } from "./analysers/draft.js";
import { refText } from "./cause.js";
import { modelOf } from "./model.js";

export interface WorkloadState {
  workload: string;
  desired: number | null;
  ready: number;
  restarts: number;
  images: string[];
  /** How many pods are how: `{ Running: 2, CrashLoopBackOff: 1 }`. */
  pods: Record<string, number>;
  /** Who wrote it last, and when. */
  changed: string | null;
}

export interface ServiceState {
  service: string;
  ports: string[];
  selects: string;
  pods: number;
  ready_endpoints: number | null;
}

export interface NodeState {
  node: string;
  ready: boolean;
  schedulable: boolean;
  conditions: string[];
}

export interface Overview {
  workloads: WorkloadState[];
  services: ServiceState[];
  nodes: NodeState[];
  /** Warnings of the last hour, the most frequent first. */
  warnings: Array<{ object: string; reason: string; message: string; count: number; last: string | null }>;
}

const HOUR_MS = 3_600_000;

export function overviewOf(facts: ClusterFacts): Overview {
  const model = modelOf(facts);
  const isOwn = (namespace: string | undefined): boolean =>
    facts.namespace === undefined || namespace === facts.namespace;
  const workloads = model.owners
    .filter(({ ref }) => isOwn(ref.namespace))
    .map(({ ref, replicas, pods, spec }): WorkloadState => {
      const statuses = pods.flatMap(({ status }) => status?.containerStatuses ?? []);
      const counts: Record<string, number> = {};
      for (const pod of pods) counts[stateOf(pod)] = (counts[stateOf(pod)] ?? 0) + 1;
      return {
        workload: refText(ref),
        desired: replicas ?? null,
        ready: pods.filter((pod) => isWanted(pod) && isReady(pod)).length,
        restarts: statuses.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
        images: [...new Set((spec?.containers ?? []).flatMap(({ image }) => image ?? []))],
        pods: counts,
        changed: changedOf(facts, ref.kind, ref.name, ref.namespace),
      };
    });
  const services = facts.objects.Service.filter(({ metadata }) => isOwn(metadata.namespace)).map(
    (service): ServiceState => ({
      service: `${service.metadata.namespace}/${service.metadata.name}`,
      ports: (service.spec?.ports ?? []).map(
        ({ port, targetPort, protocol = "TCP" }) => `${port}→${targetPort ?? port}/${protocol}`,
      ),
      selects: Object.entries(service.spec?.selector ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
      pods: model.podsBehind(service).length,
      ready_endpoints: model.knows("EndpointSlice", service.metadata.namespace) ? model.readyEndpoints(service) : null,
    }),
  );
  const nodes = facts.objects.Node.map(
    ({ metadata, spec, status }): NodeState => ({
      node: metadata.name,
      ready: status?.conditions.some(({ type, status: is }) => type === "Ready" && is === "True") === true,
      schedulable: spec?.unschedulable !== true,
      conditions: (status?.conditions ?? [])
        .filter(({ type, status: is }) => (type === "Ready" ? is !== "True" : is === "True"))
        .map(({ type, status: is, reason }) => `${type}=${is} (${reason ?? ""})`),
    }),
  );
  const warnings = model.allEvents
    .filter(
      ({ isWarning, ref, atMs }) => isWarning && isOwn(ref.namespace) && (atMs === 0 || facts.atMs - atMs < HOUR_MS),
    )
    .sort((a, b) => b.count - a.count || b.atMs - a.atMs)
    .map(({ ref, reason, message, count, atMs }) => ({
      object: refText(ref),
      reason,
      message,
      count,
      last: atMs === 0 ? null : new Date(atMs).toISOString(),
    }));
  return { workloads, services, nodes, warnings };
}

/** The word that `kubectl get pods` would show. */
function stateOf(pod: ClusterFacts["objects"]["Pod"][number]): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = all.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
  const phase = pod.status?.phase ?? "Unknown";
  return pod.status?.reason ?? waiting ?? (phase === "Running" && !isReady(pod) ? "NotReady" : phase);
}

const CHANGED_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

function changedOf(
  { objects, atMs }: ClusterFacts,
  kind: string,
  name: string,
  namespace: string | undefined,
): string | null {
  const own = CHANGED_KINDS.find((one) => one === kind);
  const item =
    own === undefined
      ? undefined
      : objects[own].find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const written = (item?.metadata.managedFields ?? [])
    .filter(({ subresource }) => subresource !== "status")
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
  const [last] = written;
  const age = ageMs(last?.time, atMs);
  return last?.time === undefined || age === undefined ? null : `${last.time} by ${last.manager ?? "?"}`;
}
