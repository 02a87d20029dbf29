/** Ingresses, network policies, autoscalers, budgets and schedules that `kubectl describe` tells of, as the API would give them. */
import type { Json, JsonObject } from "../../../../schema/json.js";
import { podSpecOf } from "./described-pod.js";
import { object } from "./objects.js";
import { type Entry, entryOf, pairsOf, textOf, timeOf } from "./outline.js";

const numberOf = (text: string | undefined): number | undefined => {
  const found = /^\d+/.exec(text ?? "")?.[0];
  return found === undefined ? undefined : Number(found);
};
const childrenOf = (entries: readonly Entry[], key: string): readonly Entry[] => entryOf(entries, key)?.children ?? [];

/** `frontend:80 (10.1.0.3:8080)`, `frontend:http (<error: services "frontend" not found>)`. */
function backendOf(text: string): JsonObject | undefined {
  const parts = /^([a-z0-9][\w.-]*):([\w-]+)(?:\s|$)/.exec(text);
  if (parts === null) return undefined;
  const port: JsonObject = /^\d+$/.test(parts[2] ?? "") ? { number: Number(parts[2]) } : { name: parts[2] ?? "" };
  return { service: { name: parts[1] ?? "", port } };
}

/** Below each host its paths: `/cart   cart:7070 (…)`. */
export function ingressOf(entries: readonly Entry[]): JsonObject {
  const rules = linesBelow(entryOf(entries, "Rules")).flatMap((text): JsonObject[] => {
    const row = /^(?:(\S+)\s+)?(\/\S*)?\s*([a-z0-9][\w.-]*:[\w-]+ \(.*\))$/.exec(text);
    const backend = backendOf(row?.[3] ?? "");
    if (backend === undefined) return [];
    return [{ http: { paths: [object({ path: row?.[2], backend })] } }];
  });
  const tls = childrenOf(entries, "TLS").flatMap(({ text }): JsonObject[] => {
    const [, name = ""] = /^(\S+) terminates/.exec(text) ?? [];
    return name === "" || name === "SNI" ? [] : [{ secretName: name }];
  });
  const address = textOf(entries, "Address");
  return {
    spec: object({
      ingressClassName: textOf(entries, "Ingress Class"),
      defaultBackend: backendOf(textOf(entries, "Default backend", "Default Backend") ?? ""),
      rules,
      tls,
    }),
    status: { loadBalancer: { ingress: address === undefined ? [] : [{ ip: address }] } },
  };
}

const linesBelow = (entry: Entry | undefined): string[] =>
  (entry?.children ?? []).flatMap((one) => [one.text, ...linesBelow(one)]);

function selectorOf(text: string | undefined): JsonObject {
  const own = (text ?? "").replace(/<none>.*$/, "").replace(/\(.*\)\s*$/, "");
  const labels = own
    .split(",")
    .map((part) => /^\s*([^\s=]+)=(\S*)\s*$/.exec(part))
    .flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""]]));
  return { matchLabels: Object.fromEntries(labels) };
}

const IS_ANY = /<any>/;
type Side = "from" | "to";

/** Rules are parted by a line of dashes. */
function rulesOf(entry: Entry, side: Side): JsonObject[] {
  const groups: Entry[][] = [[]];
  for (const one of entry.children) {
    if (/^-{4,}$/.test(one.text)) groups.push([]);
    else groups.at(-1)?.push(one);
  }
  return groups
    .filter((group) => group.some(({ key }) => /^(?:To|From)/.test(key)))
    .map((group) => ruleOf(group, side));
}

function ruleOf(group: readonly Entry[], side: Side): JsonObject {
  const ports = group
    .filter(({ key, value }) => key === "To Port" && !IS_ANY.test(value))
    .flatMap(({ value }) => {
      const parts = /^([\w-]+)\/(TCP|UDP|SCTP)/.exec(value);
      const port = /^\d+$/.test(parts?.[1] ?? "") ? Number(parts?.[1]) : (parts?.[1] ?? "");
      return parts === null ? [] : [object({ port, protocol: parts[2] })];
    });
  const peers = group
    .filter(({ key, value }) => key === (side === "from" ? "From" : "To") && !IS_ANY.test(value))
    .map(({ children }) => peerOf(children));
  return object({ ports: ports.length === 0 ? undefined : ports, [side]: peers.length === 0 ? undefined : peers });
}

function peerOf(entries: readonly Entry[]): JsonObject {
  const [pods, spaces, block] = ["PodSelector", "NamespaceSelector", "IPBlock"].map((key) => entryOf(entries, key));
  const cidr = textOf(block?.children ?? [], "CIDR");
  return object({
    podSelector: pods === undefined ? undefined : selectorOf(pods.value),
    namespaceSelector: spaces === undefined ? undefined : selectorOf(spaces.value),
    ipBlock: cidr === undefined ? undefined : { cidr },
  });
}

export function policyOf(entries: readonly Entry[]): JsonObject {
  const spec = childrenOf(entries, "Spec");
  const sideOf = (word: string, side: Side): Json | undefined => {
    const entry = spec.find(({ key }) => key === `Allowing ${word} traffic`);
    return entry === undefined ? undefined : rulesOf(entry, side);
  };
  return {
    spec: object({
      podSelector: selectorOf(entryOf(spec, "PodSelector")?.value),
      policyTypes: textOf(spec, "Policy Types")?.split(/,\s*/),
      ingress: sideOf("ingress", "from"),
      egress: sideOf("egress", "to"),
    }),
  };
}

/** `ScalingActive  False  FailedGetResourceMetric  the HPA was unable …`. */
function conditionsOf(entries: readonly Entry[]): JsonObject[] {
  return childrenOf(entries, "Conditions").flatMap(({ text }) => {
    const [, type, status, reason, message] = /^(\S+)\s+(True|False|Unknown)\s+(\S+)\s*(.*)$/.exec(text) ?? [];
    return type === undefined ? [] : [object({ type, status, reason, message })];
  });
}

/** `resource cpu on pods  (as a percentage of request):  190% (95m) / 80%`. */
export function autoscalerOf(entries: readonly Entry[]): JsonObject {
  const [kind = "", name = ""] = (textOf(entries, "Reference") ?? "").split("/");
  const metrics = childrenOf(entries, "Metrics").flatMap(({ text }) => {
    const [, metric, now, target] = /^resource (\w+) .*?:\s+(\d+)%.*\/\s*(\d+)%/.exec(text) ?? [];
    return metric === undefined ? [] : [{ metric, now: Number(now), target: Number(target) }];
  });
  const pods = entries.find(({ key }) => / pods$/.test(key))?.value ?? "";
  return {
    spec: object({
      scaleTargetRef: { kind, name },
      minReplicas: numberOf(textOf(entries, "Min replicas")),
      maxReplicas: numberOf(textOf(entries, "Max replicas")),
      metrics: metrics.map(({ metric, target }) => ({
        resource: { name: metric, target: { averageUtilization: target } },
      })),
    }),
    status: object({
      currentReplicas: numberOf(/(\d+) current/.exec(pods)?.[1]),
      desiredReplicas: numberOf(/(\d+) desired/.exec(pods)?.[1]),
      currentMetrics: metrics.map(({ metric, now }) => ({
        resource: { name: metric, current: { averageUtilization: now } },
      })),
      conditions: conditionsOf(entries),
    }),
  };
}

export function budgetOf(entries: readonly Entry[]): JsonObject {
  const status = childrenOf(entries, "Status");
  return {
    spec: object({
      minAvailable: textOf(entries, "Min available"),
      maxUnavailable: textOf(entries, "Max unavailable"),
      selector: { matchLabels: pairsOf(entryOf(entries, "Selector")) },
    }),
    status: object({
      disruptionsAllowed: numberOf(textOf(status, "Allowed disruptions")),
      currentHealthy: numberOf(textOf(status, "Current")),
      desiredHealthy: numberOf(textOf(status, "Desired")),
      expectedPods: numberOf(textOf(status, "Total")),
    }),
  };
}

export function cronJobOf(entries: readonly Entry[]): JsonObject {
  const active = (textOf(entries, "Active Jobs") ?? "").split(/,\s*/).filter((name) => name !== "");
  return {
    spec: object({
      schedule: textOf(entries, "Schedule"),
      timeZone: textOf(entries, "Time Zone"),
      suspend: /^true$/i.test(textOf(entries, "Suspend") ?? ""),
      concurrencyPolicy: textOf(entries, "Concurrency Policy"),
      startingDeadlineSeconds: numberOf(textOf(entries, "Starting Deadline Seconds")),
      jobTemplate: { spec: { template: { spec: podSpecOf(childrenOf(entries, "Pod Template")) } } },
    }),
    status: object({
      active: active.map((name) => ({ kind: "Job", name })),
      lastScheduleTime: timeOf(textOf(entries, "Last Schedule Time")),
    }),
  };
}

const ENDED =
  /^Warning\s+(BackoffLimitExceeded|DeadlineExceeded|PodFailurePolicy|FailedIndexes)\s+.*?\s{2,}\S+\s{2,}(.*)$/;

/** It prints no conditions: that it has failed is told by its events. */
export function jobOf(entries: readonly Entry[]): JsonObject {
  const statuses = textOf(entries, "Pods Statuses", "Pods Status") ?? "";
  const count = (word: string): number | undefined => numberOf(new RegExp(`(\\d+) ${word}`).exec(statuses)?.[1]);
  const conditions = childrenOf(entries, "Events").flatMap(({ text }) => {
    const [, reason, message] = ENDED.exec(text) ?? [];
    return reason === undefined ? [] : [object({ type: "Failed", status: "True", reason, message })];
  });
  return {
    spec: object({
      suspend: /^true$/i.test(textOf(entries, "Suspend") ?? ""),
      backoffLimit: numberOf(textOf(entries, "Backoff Limit")),
      activeDeadlineSeconds: numberOf(textOf(entries, "Active Deadline Seconds")),
      completions: numberOf(textOf(entries, "Completions")),
      template: { spec: podSpecOf(childrenOf(entries, "Pod Template")) },
    }),
    status: object({
      active: count("Active") ?? count("Running"),
      succeeded: count("Succeeded"),
      failed: count("Failed"),
      startTime: timeOf(textOf(entries, "Start Time")),
      conditions: conditions.slice(0, 1),
    }),
  };
}
