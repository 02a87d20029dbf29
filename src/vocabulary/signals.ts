/** Signals of a service that `metric_query` knows, what they are measured in, and how a label names a service. */

export const SIGNALS = [
  "availability",
  "request_rate",
  "error_rate",
  "error_ratio",
  "refused_ratio",
  "throttled_ratio",
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

export const UNITS = ["a second", "ratio", "seconds", "bytes", "bytes a second", "cores", "count"] as const;
export type Unit = (typeof UNITS)[number];

/** `exact`, and ways that `data/signals.yaml` explains. */
export const NAMINGS = ["exact", "job", "instance", "pod", "cluster", "provider"] as const;
export type Naming = (typeof NAMINGS)[number];
