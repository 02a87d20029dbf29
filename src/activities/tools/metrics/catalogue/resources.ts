/** What programs, containers and machines use, as Kubernetes, node_exporter and the runtimes expose it. Data. */
import { exact, named, PROGRAM_LABELS, type Recipe, recipesOf } from "./recipe.js";

/** Containers and not the pod's own sums or its pause container. */
const CONTAINER = '$match,container!="",container!="POD"';
const PODS = [...named("pod", "pod"), ...exact("container")];
const MACHINES = [...named("instance", "instance", "nodename", "node"), ...named("job", "job")];

const kubernetes = recipesOf({ exporter: "cAdvisor and kube-state-metrics", labels: PODS }, [
  [
    "cpu",
    "cores",
    ["container_cpu_usage_seconds_total"],
    `sum(rate(container_cpu_usage_seconds_total{${CONTAINER}}[$window]))`,
  ],
  [
    "cpu_ratio",
    "ratio",
    ["container_cpu_usage_seconds_total", "kube_pod_container_resource_limits"],
    `sum(rate(container_cpu_usage_seconds_total{${CONTAINER}}[$window])) / sum(kube_pod_container_resource_limits{$match,resource="cpu"})`,
  ],
  [
    "cpu_throttling",
    "ratio",
    ["container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_periods_total"],
    `sum(rate(container_cpu_cfs_throttled_periods_total{${CONTAINER}}[$window])) / sum(rate(container_cpu_cfs_periods_total{${CONTAINER}}[$window]))`,
  ],
  ["memory", "bytes", ["container_memory_working_set_bytes"], `sum(container_memory_working_set_bytes{${CONTAINER}})`],
  [
    "memory_ratio",
    "ratio",
    ["container_memory_working_set_bytes", "kube_pod_container_resource_limits"],
    `max(sum by (pod) (container_memory_working_set_bytes{${CONTAINER}}) / sum by (pod) (kube_pod_container_resource_limits{$match,resource="memory"}))`,
  ],
  [
    "restarts",
    "count",
    ["kube_pod_container_status_restarts_total"],
    "sum(increase(kube_pod_container_status_restarts_total{$match}[$window]))",
  ],
  [
    "network_receive",
    "bytes a second",
    ["container_network_receive_bytes_total"],
    "sum(rate(container_network_receive_bytes_total{$match}[$window]))",
  ],
  [
    "network_transmit",
    "bytes a second",
    ["container_network_transmit_bytes_total"],
    "sum(rate(container_network_transmit_bytes_total{$match}[$window]))",
  ],
]);

const workloads: Recipe[] = [
  ["deployment", "kube_deployment_status_replicas_unavailable"],
  ["daemonset", "kube_daemonset_status_number_unavailable"],
].flatMap(([label = "", metric = ""]) =>
  recipesOf({ exporter: "kube-state-metrics", labels: exact(label) }, [
    ["unavailable_replicas", "count", [metric], `sum(${metric}{$match})`],
  ]),
);
/** kube-state-metrics has only the wanted and the ready ones of a StatefulSet. */
const statefulSets = recipesOf({ exporter: "kube-state-metrics", labels: exact("statefulset") }, [
  [
    "unavailable_replicas",
    "count",
    ["kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"],
    "sum(kube_statefulset_replicas{$match}) - sum(kube_statefulset_status_replicas_ready{$match})",
  ],
]);

const machines = recipesOf({ exporter: "node_exporter", labels: MACHINES }, [
  [
    "cpu_ratio",
    "ratio",
    ["node_cpu_seconds_total"],
    '1 - avg(rate(node_cpu_seconds_total{$match,mode="idle"}[$window]))',
  ],
  [
    "memory_ratio",
    "ratio",
    ["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
    "max(1 - node_memory_MemAvailable_bytes{$match} / node_memory_MemTotal_bytes{$match})",
  ],
  [
    "memory",
    "bytes",
    ["node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"],
    "sum(node_memory_MemTotal_bytes{$match} - node_memory_MemAvailable_bytes{$match})",
  ],
  [
    "disk_ratio",
    "ratio",
    ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"],
    'max(1 - node_filesystem_avail_bytes{$match,fstype!~"tmpfs|ramfs|overlay|squashfs"} / node_filesystem_size_bytes{$match,fstype!~"tmpfs|ramfs|overlay|squashfs"})',
  ],
  [
    "disk_busy",
    "ratio",
    ["node_disk_io_time_seconds_total"],
    "max(rate(node_disk_io_time_seconds_total{$match}[$window]))",
  ],
  ["load", "count", ["node_load1"], "max(node_load1{$match})"],
  [
    "network_receive",
    "bytes a second",
    ["node_network_receive_bytes_total"],
    'sum(rate(node_network_receive_bytes_total{$match,device!="lo"}[$window]))',
  ],
  [
    "network_transmit",
    "bytes a second",
    ["node_network_transmit_bytes_total"],
    'sum(rate(node_network_transmit_bytes_total{$match,device!="lo"}[$window]))',
  ],
]);

const java = recipesOf({ exporter: "JVM (Micrometer, OpenTelemetry)", labels: PROGRAM_LABELS }, [
  [
    "heap",
    "bytes",
    ["jvm_memory_used_bytes"],
    'sum(jvm_memory_used_bytes{$match,area="heap"} or jvm_memory_used_bytes{$match,jvm_memory_type="heap"})',
  ],
  [
    "heap_ratio",
    "ratio",
    ["jvm_memory_used_bytes", "jvm_memory_max_bytes"],
    'max(sum by (instance) (jvm_memory_used_bytes{$match,area="heap"}) / sum by (instance) (jvm_memory_max_bytes{$match,area="heap"} > 0))',
  ],
  ["gc_time", "ratio", ["jvm_gc_pause_seconds_sum"], "sum(rate(jvm_gc_pause_seconds_sum{$match}[$window]))"],
  ["gc_time", "ratio", ["jvm_gc_duration_seconds_sum"], "sum(rate(jvm_gc_duration_seconds_sum{$match}[$window]))"],
  ["threads", "count", ["jvm_threads_live_threads"], "sum(jvm_threads_live_threads{$match})"],
  ["threads", "count", ["jvm_thread_count"], "sum(jvm_thread_count{$match})"],
  ["cpu_ratio", "ratio", ["process_cpu_usage"], "max(process_cpu_usage{$match})"],
]);

const javaClient = recipesOf({ exporter: "JVM (Prometheus client)", labels: PROGRAM_LABELS }, [
  ["heap", "bytes", ["jvm_memory_bytes_used"], 'sum(jvm_memory_bytes_used{$match,area="heap"})'],
  ["gc_time", "ratio", ["jvm_gc_collection_seconds_sum"], "sum(rate(jvm_gc_collection_seconds_sum{$match}[$window]))"],
  ["threads", "count", ["jvm_threads_current"], "sum(jvm_threads_current{$match})"],
]);

const node = recipesOf({ exporter: "Node.js (prom-client)", labels: PROGRAM_LABELS }, [
  ["heap", "bytes", ["nodejs_heap_size_used_bytes"], "sum(nodejs_heap_size_used_bytes{$match})"],
  [
    "heap_ratio",
    "ratio",
    ["nodejs_heap_size_used_bytes", "nodejs_heap_size_total_bytes"],
    "max(nodejs_heap_size_used_bytes{$match} / nodejs_heap_size_total_bytes{$match})",
  ],
  [
    "gc_time",
    "ratio",
    ["nodejs_gc_duration_seconds_sum"],
    "sum(rate(nodejs_gc_duration_seconds_sum{$match}[$window]))",
  ],
  ["event_loop_lag", "seconds", ["nodejs_eventloop_lag_p99_seconds"], "max(nodejs_eventloop_lag_p99_seconds{$match})"],
  ["event_loop_lag", "seconds", ["nodejs_eventloop_lag_seconds"], "max(nodejs_eventloop_lag_seconds{$match})"],
]);

const go = recipesOf({ exporter: "Go (Prometheus client)", labels: PROGRAM_LABELS }, [
  ["heap", "bytes", ["go_memstats_heap_inuse_bytes"], "sum(go_memstats_heap_inuse_bytes{$match})"],
  ["gc_time", "ratio", ["go_gc_duration_seconds_sum"], "sum(rate(go_gc_duration_seconds_sum{$match}[$window]))"],
  ["threads", "count", ["go_goroutines"], "sum(go_goroutines{$match})"],
]);

const dotnet = recipesOf({ exporter: ".NET", labels: PROGRAM_LABELS }, [
  ["heap", "bytes", ["dotnet_total_memory_bytes"], "sum(dotnet_total_memory_bytes{$match})"],
  [
    "heap",
    "bytes",
    ["dotnet_gc_last_collection_heap_size_bytes"],
    "sum(dotnet_gc_last_collection_heap_size_bytes{$match})",
  ],
  [
    "gc_time",
    "ratio",
    ["dotnet_gc_pause_time_seconds_total"],
    "sum(rate(dotnet_gc_pause_time_seconds_total{$match}[$window]))",
  ],
  ["threads", "count", ["dotnet_thread_pool_thread_count"], "sum(dotnet_thread_pool_thread_count{$match})"],
]);

const anyProgram = recipesOf({ exporter: "Prometheus clients of any language", labels: PROGRAM_LABELS }, [
  ["cpu", "cores", ["process_cpu_seconds_total"], "sum(rate(process_cpu_seconds_total{$match}[$window]))"],
  ["memory", "bytes", ["process_resident_memory_bytes"], "sum(process_resident_memory_bytes{$match})"],
  ["restarts", "count", ["process_start_time_seconds"], "sum(changes(process_start_time_seconds{$match}[$window]))"],
]);

const scraped = recipesOf({ exporter: "Prometheus itself", labels: PROGRAM_LABELS }, [
  ["availability", "ratio", ["up"], "avg(up{$match})"],
]);

export const RESOURCE_RECIPES: readonly Recipe[] = [
  ...scraped,
  ...kubernetes,
  ...workloads,
  ...statefulSets,
  ...java,
  ...javaClient,
  ...node,
  ...go,
  ...dotnet,
  ...anyProgram,
  ...machines,
];
