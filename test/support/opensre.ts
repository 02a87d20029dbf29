/** The published incidents of a cluster under ../shared/data/opensre, as facts that causes are found in. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ClusterFacts, FACT_KINDS, FACT_SCHEMAS } from "../../src/schema/kubernetes/facts.js";
import type { Item } from "./cluster-world.js";
import { publicData } from "./public-data.js";

const FOLDER = publicData("opensre/eks");
export const OPENSRE_PRESENT = existsSync(FOLDER);
export const opensreNames = (): string[] => (OPENSRE_PRESENT ? readdirSync(FOLDER) : []);
export const opensreFacts = (name: string): ClusterFacts => factsOf(join(FOLDER, name));

/** What must be named first; healthy ones name nothing. */
export const OPENSRE_NAMED: Record<string, string> = {
  "002-image-pull-backoff": "k8s-image-not-found Deployment payments-api",
  "004-liveness-probe-killing": "k8s-liveness-probe-failing Deployment payments-api",
  "006-dns-resolution-failure": "k8s-dependency-name-unresolved Deployment payments-api",
  "008-deployment-rollout-stuck": "k8s-setting-missing Deployment payments-api",
};

/** Their lists are shortened: conditions and states lie flat, logs come from the log store. */
function factsOf(path: string): ClusterFacts {
  const read = (file: string): Item =>
    existsSync(join(path, file)) ? JSON.parse(readFileSync(join(path, file), "utf8")) : {};
  const objects = Object.fromEntries(FACT_KINDS.map((kind) => [kind, [] as unknown[]]));
  const pods = (read("eks_pods.json").pods ?? []).map(podOf);
  for (const pod of pods) objects.Pod?.push(FACT_SCHEMAS.Pod.parse(pod));
  for (const item of read("eks_deployments.json").deployments ?? [
    { name: "payments-api", namespace: "payments", desired: 3 },
  ]) {
    objects.Deployment?.push(
      FACT_SCHEMAS.Deployment.parse({
        metadata: { name: item.name, namespace: item.namespace },
        spec: { replicas: item.desired },
        status: { readyReplicas: item.ready },
      }),
    );
  }
  for (const item of read("eks_events.json").warning_events ?? [])
    objects.Event?.push(FACT_SCHEMAS.Event.parse(eventOf(item)));
  for (const item of read("eks_node_health.json").nodes ?? []) {
    const conditions = [
      ["Ready", item.ready],
      ["MemoryPressure", item.memory_pressure],
      ["DiskPressure", item.disk_pressure],
    ].map(([type, status]) => ({ type, status }));
    objects.Node?.push(FACT_SCHEMAS.Node.parse({ metadata: { name: item.name }, status: { conditions } }));
  }
  const own = read("eks_pod_logs.json");
  const logs = own.pod_name === undefined ? [] : [{ pod: own.pod_name, lines: own.logs.split("\n") }];
  const stored = (read("datadog_logs.json").logs ?? []).filter((one: Item) =>
    String(one.host).startsWith("payments-api-"),
  );
  for (const host of new Set<string>(stored.map((one: Item) => one.host))) {
    logs.push({ pod: host, lines: stored.filter((one: Item) => one.host === host).map((one: Item) => one.message) });
    // Of 006 no pods are listed: they run and are ready, as its alert says.
    if (pods.length === 0)
      objects.Pod?.push(
        FACT_SCHEMAS.Pod.parse(
          podOf({
            name: host,
            namespace: "payments",
            phase: "Running",
            containers: [{ name: "payments-api", ready: true, restart_count: 0, state: { running: true } }],
            conditions: [{ type: "Ready", status: "True" }],
          }),
        ),
      );
  }
  const atMs = Date.parse("2026-04-18T10:45:00Z");
  return {
    cluster: "payments-prod-eks",
    namespace: "payments",
    atMs,
    objects: objects as unknown as ClusterFacts["objects"],
    read: ["Pod", "Deployment", "Event"],
    unread: [],
    logs: logs.map((one) => ({ ...one, namespace: "payments", container: "payments-api", previous: false })),
  };
}

function podOf({
  name,
  namespace,
  phase,
  node_name,
  start_time,
  deletion_timestamp,
  containers,
  conditions,
}: Item): Item {
  const containerStatuses = containers.map(({ name: own, ready, restart_count, state }: Item) => ({
    name: own,
    ready,
    restartCount: restart_count,
    state: state.waiting
      ? { waiting: { reason: state.reason, message: state.message } }
      : { running: { startedAt: state.started_at } },
  }));
  return {
    metadata: { name, namespace, creationTimestamp: start_time, deletionTimestamp: deletion_timestamp },
    spec: { nodeName: node_name, containers: [] },
    status: { phase, conditions, containerStatuses },
  };
}

function eventOf({ namespace, reason, message, type, count, involved_object, first_time, last_time }: Item): Item {
  const [kind, name] = involved_object.split("/");
  return {
    metadata: { name: `${name}.${reason}`, namespace },
    involvedObject: { kind, name, namespace },
    reason,
    message,
    type,
    count,
    firstTimestamp: first_time,
    lastTimestamp: last_time,
  };
}
