/** Rates, errors and durations of requests, as common libraries, meshes and gateways expose them. Data; the surest first. */
import {
  exact,
  named,
  PROGRAM_LABELS,
  type Recipe,
  recipesOf,
  type ServiceLabel,
  type Signal,
  type Unit,
} from "./recipe.js";

interface Requests {
  exporter: string;
  labels?: readonly ServiceLabel[];
  /** Counts requests, one series a status. */
  count: string;
  /** Matchers that make requests those that failed; several where versions differ in their label. */
  failed: readonly string[];
  /** Matchers that always hold. */
  only?: string;
  /** Of the durations, without `_bucket`, `_sum`, `_count`; absent where there are none. */
  duration?: { name: string; perSecond: number; buckets?: boolean };
}

const QUANTILES = [
  ["latency_p50", 0.5],
  ["latency_p95", 0.95],
  ["latency_p99", 0.99],
] as const;

function requests({ exporter, labels = PROGRAM_LABELS, count, failed, only, duration }: Requests): Recipe[] {
  const matchers = (more?: string) => ["$match", only, more].filter((part) => part !== undefined).join(",");
  const rate = (metric: string, more?: string) => `rate(${metric}{${matchers(more)}}[$window])`;
  const all = `sum(${rate(count)})`;
  const errors = `(sum(${failed.map((more) => rate(count, more)).join(" or ")}) or vector(0))`;
  type Line = readonly [Signal, Unit, readonly string[], string];
  const lines: Line[] = [
    ["request_rate", "a second", [count], all],
    ["error_rate", "a second", [count], errors],
    ["error_ratio", "ratio", [count], `${errors} / ${all}`],
  ];
  if (duration !== undefined) {
    const { name, perSecond, buckets = true } = duration;
    const [sum, number, bucket] = [`${name}_sum`, `${name}_count`, `${name}_bucket`];
    const scale = perSecond === 1 ? "" : ` / ${perSecond}`;
    lines.push(["latency_mean", "seconds", [sum, number], `sum(${rate(sum)}) / sum(${rate(number)})${scale}`]);
    for (const [signal, quantile] of buckets ? QUANTILES : []) {
      lines.push([
        signal,
        "seconds",
        [bucket],
        `histogram_quantile(${quantile}, sum by (le) (${rate(bucket)}))${scale}`,
      ]);
    }
  }
  return recipesOf({ exporter, labels }, lines);
}

/** Codes of gRPC for which the server is to blame. */
const GRPC_FAULTS = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss";
const GRPC_FAULT_NUMBERS = "2|4|12|13|14|15";
const SERVER_LABELS: readonly ServiceLabel[] = PROGRAM_LABELS;

export const REQUEST_RECIPES: readonly Recipe[] = [
  ...requests({
    exporter: "OpenTelemetry HTTP server, stable names (.NET 8 too)",
    count: "http_server_request_duration_seconds_count",
    failed: ['http_response_status_code=~"5.."'],
    duration: { name: "http_server_request_duration_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "OpenTelemetry HTTP server, older names",
    count: "http_server_duration_milliseconds_count",
    failed: ['http_status_code=~"5.."'],
    duration: { name: "http_server_duration_milliseconds", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "OpenTelemetry HTTP server, older names without a unit",
    count: "http_server_duration_count",
    failed: ['http_status_code=~"5.."'],
    duration: { name: "http_server_duration", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "OpenTelemetry RPC server",
    count: "rpc_server_duration_milliseconds_count",
    failed: [`rpc_grpc_status_code=~"${GRPC_FAULT_NUMBERS}"`],
    duration: { name: "rpc_server_duration_milliseconds", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "Spring Boot, Quarkus and Micronaut (Micrometer)",
    count: "http_server_requests_seconds_count",
    failed: ['status=~"5.."'],
    duration: { name: "http_server_requests_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "gRPC servers (grpc-ecosystem)",
    labels: SERVER_LABELS,
    count: "grpc_server_handled_total",
    failed: [`grpc_code=~"${GRPC_FAULTS}"`],
    duration: { name: "grpc_server_handling_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: ".NET (prometheus-net)",
    count: "http_requests_received_total",
    failed: ['code=~"5.."'],
  }),
  ...requests({
    exporter: "Flask",
    count: "flask_http_request_total",
    failed: ['status=~"5.."'],
    duration: { name: "flask_http_request_duration_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "Django",
    count: "django_http_responses_total_by_status_total",
    failed: ['status=~"5.."'],
    duration: { name: "django_http_requests_latency_seconds_by_view_method", perSecond: 1 },
  }),
  ...requests({
    exporter: "Go, Node and Python libraries that count requests (http_requests_total)",
    count: "http_requests_total",
    failed: ['code=~"5.."', 'status=~"5.."', 'status_code=~"5.."'],
    duration: { name: "http_request_duration_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "Go and Node libraries that time requests (http_request_duration_seconds)",
    count: "http_request_duration_seconds_count",
    failed: ['code=~"5.."', 'status=~"5.."', 'status_code=~"5.."'],
  }),
  ...requests({
    exporter: "Istio",
    labels: exact(
      "destination_workload",
      "destination_service_name",
      "destination_canonical_service",
      "destination_app",
    ),
    count: "istio_requests_total",
    // Each request is told by both ends; these are the ends that serve it.
    only: 'reporter=~"destination|waypoint"',
    failed: ['response_code=~"5.."'],
    duration: { name: "istio_request_duration_milliseconds", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "Linkerd",
    labels: exact("deployment", "statefulset", "daemonset", "app"),
    count: "response_total",
    only: 'direction="inbound"',
    failed: ['classification="failure"'],
    duration: { name: "response_latency_ms", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "ingress-nginx",
    labels: exact("exported_service", "service", "ingress"),
    count: "nginx_ingress_controller_requests",
    failed: ['status=~"5.."'],
    duration: { name: "nginx_ingress_controller_request_duration_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "Traefik",
    labels: named("provider", "service", "exported_service"),
    count: "traefik_service_requests_total",
    failed: ['code=~"5.."'],
    duration: { name: "traefik_service_request_duration_seconds", perSecond: 1 },
  }),
  ...requests({
    exporter: "Envoy",
    labels: named("cluster", "envoy_cluster_name"),
    count: "envoy_cluster_upstream_rq_xx",
    failed: ['envoy_response_code_class="5"'],
    duration: { name: "envoy_cluster_upstream_rq_time", perSecond: 1_000 },
  }),
  ...requests({
    exporter: "HAProxy",
    labels: exact("proxy", "backend"),
    count: "haproxy_backend_http_responses_total",
    failed: ['code="5xx"'],
  }),
];
