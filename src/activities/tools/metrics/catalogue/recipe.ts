/** What a line of the catalogue is: how one exporter tells one signal, and in which label it names the service. */

export const SIGNALS = [
  "availability",
  "request_rate",
  "error_rate",
  "error_ratio",
  "latency_mean",
  "latency_p50",
  "latency_p95",
  "latency_p99",
  "cpu",
  "cpu_ratio",
  "cpu_throttling",
  "memory",
  "memory_ratio",
  "restarts",
  "unavailable_replicas",
  "network_receive",
  "network_transmit",
  "disk_ratio",
  "disk_busy",
  "load",
  "heap",
  "heap_ratio",
  "gc_time",
  "threads",
  "event_loop_lag",
  "connections",
  "connections_ratio",
  "deadlocks",
  "cache_hit_ratio",
  "replication_lag",
  "queue_depth",
  "queue_lag",
] as const;
export type Signal = (typeof SIGNALS)[number];

export type Unit = "a second" | "ratio" | "seconds" | "bytes" | "bytes a second" | "cores" | "count";

/**
 * How the label's value names the service: `exact`; `job` also behind a namespace and a slash; `instance` also before a
 * port; `pod` as the pods of a workload are named; `cluster` as a part of an Envoy cluster's name; `provider` also before
 * an `@` and what routes to it.
 */
export type Naming = "exact" | "job" | "instance" | "pod" | "cluster" | "provider";

export interface ServiceLabel {
  label: string;
  naming: Naming;
}

export interface Recipe {
  signal: Signal;
  /** Who exposes it, in words. */
  exporter: string;
  /** All of them must be there. */
  metrics: readonly string[];
  /** Labels that may name the service, the surest first. */
  labels: readonly ServiceLabel[];
  unit: Unit;
  /** PromQL with one value; `$match` stands for the service's matcher, `$window` for the span of a rate. */
  query: string;
}

/** The same labels and exporter for several signals. */
export function recipesOf(
  common: Pick<Recipe, "exporter" | "labels">,
  lines: ReadonlyArray<readonly [signal: Signal, unit: Unit, metrics: readonly string[], query: string]>,
): Recipe[] {
  return lines.map(([signal, unit, metrics, query]) => ({ ...common, signal, unit, metrics, query }));
}

export const exact = (...labels: string[]): ServiceLabel[] => labels.map((label) => ({ label, naming: "exact" }));
export const named = (naming: Naming, ...labels: string[]): ServiceLabel[] =>
  labels.map((label) => ({ label, naming }));

/** Labels by which programs that are scraped as such are told apart. */
export const PROGRAM_LABELS: readonly ServiceLabel[] = [
  ...exact("service_name", "application", "app", "service", "app_kubernetes_io_name"),
  ...named("job", "job"),
  ...named("pod", "pod"),
  ...named("instance", "instance"),
];
