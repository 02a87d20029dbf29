/** Objects out of `kubectl describe`: pods, workloads, services, nodes, claims, quotas, and the events of anything. */
import type { JsonObject } from "../../../../schema/json.js";
import { podSpecOf, podStatusOf } from "./described-pod.js";
import { autoscalerOf, budgetOf, cronJobOf, ingressOf, jobOf, policyOf } from "./described-rules.js";
import { claimOf, configMapOf, endpointsOf, hasKeys, secretOf, volumeOf } from "./described-storage.js";
import { type DumpedObject, object } from "./objects.js";
import { type Entry, entryOf, outlinesOf, pairsOf, textOf, timeOf } from "./outline.js";
import { ageSeconds, before } from "./rows.js";

/** Undefined: it is no such text. */
export function describedIn(text: string, nowMs: number): DumpedObject[] | undefined {
  if (!/^Name:\s+\S/m.test(text)) return undefined;
  const found = outlinesOf(text).flatMap((entries) => describedOne(entries, nowMs));
  return found.length === 0 ? undefined : found;
}

function describedOne(entries: Entry[], nowMs: number): DumpedObject[] {
  const kind = kindOf(entries);
  const name = textOf(entries, "Name") ?? "";
  const namespace = textOf(entries, "Namespace");
  if (kind === undefined || name === "") return [];
  const item: JsonObject = { metadata: metadataOf(entries, name, namespace), ...PARTS[kind]?.(entries) };
  return [{ kind, item, isListed: false }, ...eventsOf(entries, object({ kind, name, namespace }), nowMs)];
}

const MARKS: ReadonlyArray<readonly [kind: string, keys: readonly string[]]> = [
  ["CronJob", ["Schedule", "Concurrency Policy"]],
  ["HorizontalPodAutoscaler", ["Reference", "Max replicas"]],
  ["PodDisruptionBudget", ["Selector", "Status", "Min available"]],
  ["PodDisruptionBudget", ["Selector", "Status", "Max unavailable"]],
  ["Ingress", ["Rules", "Default backend"]],
  ["Ingress", ["Rules", "Address"]],
  ["Endpoints", ["Subsets"]],
  ["Node", ["Allocatable", "Capacity"]],
  ["Deployment", ["Pod Template", "StrategyType"]],
  ["DaemonSet", ["Pod Template", "Desired Number of Nodes Scheduled"]],
  ["StatefulSet", ["Pod Template", "Update Strategy"]],
  ["Job", ["Pod Template", "Completions"]],
  ["ReplicaSet", ["Pod Template", "Replicas"]],
  ["Pod", ["Containers", "Status"]],
  ["Service", ["Selector", "Type", "Session Affinity"]],
  ["PersistentVolume", ["Reclaim Policy"]],
  ["PersistentVolumeClaim", ["StorageClass", "Access Modes"]],
];

function kindOf(entries: readonly Entry[]): string | undefined {
  if (entryOf(entryOf(entries, "Spec")?.children ?? [], "PodSelector") !== undefined) return "NetworkPolicy";
  if (hasKeys(entries)) return entryOf(entries, "Type") === undefined ? "ConfigMap" : "Secret";
  const marked = MARKS.find(([, keys]) => keys.every((key) => entryOf(entries, key) !== undefined))?.[0];
  return marked ?? (entries.some(({ text }) => /^Resource\s+Used\s+Hard$/.test(text)) ? "ResourceQuota" : undefined);
}

function metadataOf(entries: readonly Entry[], name: string, namespace: string | undefined): JsonObject {
  const [kind = "", owner = ""] = (textOf(entries, "Controlled By") ?? "").split("/");
  return object({
    name,
    namespace,
    labels: pairsOf(entryOf(entries, "Labels")),
    annotations: pairsOf(entryOf(entries, "Annotations")),
    creationTimestamp: timeOf(textOf(entries, "CreationTimestamp", "Start Time")),
    ownerReferences: owner === "" ? undefined : [{ kind, name: owner, controller: true }],
  });
}

const quantity = (text: string | undefined): number | undefined => {
  const found = /\d+/.exec(text ?? "")?.[0];
  return found === undefined ? undefined : Number(found);
};

/** `Available  False  MinimumReplicasUnavailable`. */
const conditionsOf = (entries: readonly Entry[]): JsonObject[] =>
  (entryOf(entries, "Conditions")?.children ?? []).flatMap(({ text }) => {
    const [type = "", status = "", reason] = text.split(/\s+/);
    return /^(?:True|False|Unknown)$/.test(status) ? [object({ type, status, reason })] : [];
  });

/** `Update Strategy:  RollingUpdate` with its partition below. */
function updateOf(entry: Entry | undefined): JsonObject | undefined {
  if (entry === undefined) return undefined;
  const partition = quantity(textOf(entry.children, "Partition"));
  return object({ type: entry.value, rollingUpdate: partition === undefined ? undefined : { partition } });
}

function workloadOf(entries: readonly Entry[]): JsonObject {
  const template = entryOf(entries, "Pod Template")?.children ?? [];
  const replicas = textOf(entries, "Replicas", "Desired Number of Nodes Scheduled") ?? "";
  const count = (word: string): number | undefined => quantity(new RegExp(`(\\d+) ${word}`).exec(replicas)?.[1]);
  const ready = quantity(/(\d+) Running/.exec(textOf(entries, "Pods Status") ?? "")?.[1]);
  return {
    spec: object({
      replicas: count("desired") ?? quantity(replicas),
      selector: { matchLabels: pairsOf(entryOf(entries, "Selector")) },
      template: { metadata: { labels: pairsOf(entryOf(template, "Labels")) }, spec: podSpecOf(template) },
      updateStrategy: updateOf(entryOf(entries, "Update Strategy")),
    }),
    status: object({
      replicas: count("total") ?? quantity(replicas),
      updatedReplicas: count("updated"),
      availableReplicas: count("available"),
      readyReplicas: count("available") ?? ready,
      unavailableReplicas: count("unavailable"),
      desiredNumberScheduled: quantity(textOf(entries, "Desired Number of Nodes Scheduled")),
      conditions: conditionsOf(entries),
    }),
  };
}

function serviceOf(entries: readonly Entry[]): JsonObject {
  const ports: JsonObject[] = [];
  for (const { key, value } of entries) {
    const numbers = /(?:([\w-]+)\s+)?([\w-]+)\/(TCP|UDP|SCTP)/.exec(value);
    if (key === "Port" && numbers !== null) {
      const name = numbers[1];
      ports.push(
        object({ port: Number(numbers[2]), protocol: numbers[3], name: name === "<unset>" ? undefined : name }),
      );
    }
    const last = ports.at(-1);
    const target = numbers?.[2];
    if (key === "TargetPort" && last !== undefined && target !== undefined)
      last.targetPort = /^\d+$/.test(target) ? Number(target) : target;
  }
  const address = textOf(entries, "IP");
  return {
    spec: object({
      type: textOf(entries, "Type"),
      clusterIP: address,
      selector: pairsOf(entryOf(entries, "Selector")),
      ports,
    }),
  };
}

/** `Ready  False  Mon, … +0000  Mon, … +0000  KubeletNotReady  message`. */
function nodeOf(entries: readonly Entry[]): JsonObject {
  const conditions = (entryOf(entries, "Conditions")?.children ?? []).flatMap(({ text }) => {
    const [type = "", status = "", heartbeat, changed, reason, ...message] = text.split(/\s{2,}/);
    if (!/^(?:True|False|Unknown)$/.test(status)) return [];
    const times = { lastHeartbeatTime: timeOf(heartbeat), lastTransitionTime: timeOf(changed) };
    return [object({ type, status, reason, message: message.join(" "), ...times })];
  });
  const tainted = entryOf(entries, "Taints");
  const taints = [tainted?.value ?? "", ...(tainted?.children ?? []).map(({ text }) => text)].flatMap((text) => {
    const parts = /^([^\s=:]+)(?:=([^:]*))?:(\w+)$/.exec(text);
    return parts === null ? [] : [object({ key: parts[1], value: parts[2], effect: parts[3] })];
  });
  const allocatable = pairsOf(entryOf(entries, "Allocatable"));
  return {
    spec: { unschedulable: textOf(entries, "Unschedulable") === "true", taints },
    status: object({ conditions, allocatable: Object.keys(allocatable).length === 0 ? undefined : allocatable }),
  };
}

function quotaOf(entries: readonly Entry[]): JsonObject {
  const rows = entries.map(({ text }) => /^([a-z][\w./-]*)\s+(\S+)\s+(\S+)$/.exec(text)).filter((row) => row !== null);
  const of = (at: 2 | 3) => Object.fromEntries(rows.map((row) => [row[1] ?? "", row[at] ?? ""]));
  return { spec: { hard: of(3) }, status: { used: of(2), hard: of(3) } };
}

const PARTS: Record<string, (entries: readonly Entry[]) => JsonObject> = {
  Pod: (entries) => ({ spec: podSpecOf(entries), status: podStatusOf(entries) }),
  Deployment: workloadOf,
  StatefulSet: workloadOf,
  DaemonSet: workloadOf,
  ReplicaSet: workloadOf,
  Job: jobOf,
  CronJob: cronJobOf,
  HorizontalPodAutoscaler: autoscalerOf,
  PodDisruptionBudget: budgetOf,
  Ingress: ingressOf,
  NetworkPolicy: policyOf,
  Endpoints: endpointsOf,
  PersistentVolume: volumeOf,
  Secret: secretOf,
  ConfigMap: configMapOf,
  Service: serviceOf,
  Node: nodeOf,
  PersistentVolumeClaim: claimOf,
  ResourceQuota: quotaOf,
};

/** `Warning  Failed  5m (x4 over 10m)  kubelet  Error: ImagePullBackOff`. */
function eventsOf(entries: readonly Entry[], about: JsonObject, nowMs: number): DumpedObject[] {
  return (entryOf(entries, "Events")?.children ?? []).flatMap(({ text }, index): DumpedObject[] => {
    const row = /^(Normal|Warning)\s+(\S+)\s+(.+?)\s{2,}(\S+)\s{2,}(.*)$/.exec(text);
    if (row === null) return [];
    const [, type = "", reason = "", age = "", component = "", message = ""] = row;
    const last = before(nowMs, ageSeconds(age));
    const item = object({
      metadata: object({ name: `${String(about.name)}.described.${index}`, namespace: about.namespace }),
      involvedObject: about,
      type,
      reason,
      message,
      count: Number(/x(\d+)/.exec(age)?.[1] ?? 1),
      lastTimestamp: last,
      source: { component: component.replace(/,$/, "") },
    });
    return [{ kind: "Event", item, isListed: false }];
  });
}
