/** Who calls whom, as metrics tell it: service graphs, and the servers that stand behind a proxy. */
import type { PrometheusSource } from "../connectors/prometheus/api.js";
import { askSeries } from "../connectors/prometheus/lists.js";
import type { ToolContext } from "../define-tool.js";
import { matchersOf } from "../tools/kit/investigation/ranges.js";
import type { FoundCall, FoundService } from "./found.js";

/** Metrics whose labels name a caller and a callee. */
const EDGES: ReadonlyArray<{ metric: string; caller: string; callee: string }> = [
  { metric: "traces_service_graph_request_total", caller: "client", callee: "server" },
  { metric: "istio_requests_total", caller: "source_workload", callee: "destination_workload" },
  { metric: "response_total", caller: "deployment", callee: "dst_deployment" },
];
/** Metrics of a proxy whose labels name what stands behind it. */
const BACKENDS: ReadonlyArray<{ kind: string; metric: string; labels: readonly string[] }> = [
  {
    kind: "haproxy",
    metric: "haproxy_server_(?:status|up|http_responses_total)",
    labels: ["server", "proxy", "backend"],
  },
  {
    kind: "nginx",
    metric: "nginx_vts_upstream_requests_total|nginx_upstream_.*",
    labels: ["upstream", "backend", "server"],
  },
  { kind: "traefik", metric: "traefik_service_requests_total", labels: ["service"] },
  { kind: "envoy", metric: "envoy_cluster_upstream_rq_total", labels: ["envoy_cluster_name"] },
];

export async function callsOf(
  services: readonly FoundService[],
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<FoundCall[]> {
  const calls: FoundCall[] = [];
  const all = new Set(services.flatMap(({ metrics }) => metrics));
  for (const { metric, caller, callee } of EDGES) {
    if (!all.has(metric)) continue;
    for (const labels of await askSeries(source, metric, sinceMs, context)) {
      const [from, to] = [labels[caller], labels[callee]];
      if (from !== undefined && to !== undefined && from !== "" && to !== "" && from !== "unknown") {
        calls.push({ caller: from, callee: to, from: "service-graph" });
      }
    }
  }
  for (const service of services) {
    for (const { kind, metric, labels } of BACKENDS) {
      if (!service.kinds.includes(kind)) continue;
      const series = await askSeries(source, `{${matchersOf(service.labels)},__name__=~"${metric}"}`, sinceMs, context);
      const named = new Set(series.flatMap((one) => labels.flatMap((label) => one[label] ?? [])));
      for (const callee of named) calls.push({ caller: service.name, callee, from: "proxy" });
    }
  }
  return calls;
}
