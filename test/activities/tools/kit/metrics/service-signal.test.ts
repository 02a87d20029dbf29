/** {service, signal} against a real VictoriaMetrics that holds what common exporters expose. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSource } from "../../../../../src/activities/connectors/check-source.js";
import { metricQuery } from "../../../../../src/activities/tools/metric-query.js";
import type { Source } from "../../../../../src/schema/config.js";
import type { JsonObject } from "../../../../../src/schema/json.js";
import { reachingContext } from "../../../../support/local-server.js";
import { configOf, failureOf } from "../../../../support/tool-context.js";
import {
  hasVictoriaMetrics,
  type StoredSeries,
  startVictoriaMetrics,
  type VictoriaMetrics,
} from "../../../../support/victoria-metrics.js";

describe.skipIf(!hasVictoriaMetrics)("a real VictoriaMetrics (skipped where victoria-metrics is not installed)", () => {
  let server: VictoriaMetrics;
  const nowMs = Date.now();
  const EVERY_MS = 15_000;
  const SAMPLES = 60;
  /** A series of a quarter of an hour; counters grow by `step` each quarter of a minute. */
  const series = (name: string, labels: Record<string, string>, step: number, start = 0): StoredSeries => ({
    labels: { __name__: name, ...labels },
    samples: Array.from({ length: SAMPLES }, (_, at) => [nowMs - (SAMPLES - 1 - at) * EVERY_MS, start + at * step]),
  });
  const gauge = (name: string, labels: Record<string, string>, value: number) => series(name, labels, 0, value);
  const buckets = (name: string, labels: Record<string, string>, counts: Record<string, number>) =>
    Object.entries(counts).map(([le, step]) => series(`${name}_bucket`, { ...labels, le }, step));
  /** Requests of a quarter of a minute as a counter: 30 good ones and 10 that failed. */
  const counted = (name: string, labels: Record<string, string>, status: string, failed = "503", good = "200") => [
    series(name, { ...labels, [status]: good }, 30),
    series(name, { ...labels, [status]: failed }, 10),
  ];

  beforeAll(async () => {
    server = await startVictoriaMetrics();
    const pod = { pod: "checkout-6d5f7b9c4-x7x2k", container: "app", namespace: "shop" };
    await server.store([
      ...counted("http_server_request_duration_seconds_count", { service_name: "otel" }, "http_response_status_code"),
      series("http_server_request_duration_seconds_sum", { service_name: "otel" }, 8),
      ...buckets(
        "http_server_request_duration_seconds",
        { service_name: "otel" },
        { "0.1": 20, "0.5": 38, "+Inf": 40 },
      ),
      ...counted("http_server_duration_milliseconds_count", { job: "shop/old-otel" }, "http_status_code"),
      series("http_server_duration_milliseconds_sum", { job: "shop/old-otel" }, 8_000),
      ...counted("http_server_requests_seconds_count", { application: "spring" }, "status"),
      ...counted("grpc_server_handled_total", { app: "go-grpc" }, "grpc_code", "Internal", "OK"),
      ...counted("http_requests_received_total", { job: "dotnet" }, "code"),
      ...counted("http_requests_total", { job: "by-status" }, "status", "5xx", "2xx"),
      ...counted("http_requests_total", { job: "by-status-code" }, "status_code"),
      ...counted("http_requests_total", { job: "refusing" }, "code", "401"),
      series("http_requests_total", { job: "refusing", code: "429" }, 40),
      ...counted("istio_requests_total", { destination_workload: "meshed", reporter: "destination" }, "response_code"),
      ...counted("istio_requests_total", { destination_workload: "meshed", reporter: "source" }, "response_code"),
      ...counted("nginx_ingress_controller_requests", { exported_service: "behind-nginx" }, "status"),
      ...counted(
        "envoy_cluster_upstream_rq_xx",
        { envoy_cluster_name: "outbound|80||proxied.shop.svc" },
        "envoy_response_code_class",
        "5",
        "2",
      ),
      ...counted("http_server_requests_seconds_count", { job: "both" }, "status"),
      ...counted("istio_requests_total", { destination_workload: "both", reporter: "destination" }, "response_code"),
      series("http_requests_total", { job: "healthy", code: "200" }, 15),
      series("container_cpu_usage_seconds_total", pod, 7.5),
      series("container_cpu_usage_seconds_total", { ...pod, container: "" }, 7.5),
      series("container_cpu_usage_seconds_total", { ...pod, pod: "checkout-api-6d5f7b9c4-x7x2k" }, 15),
      gauge("container_memory_working_set_bytes", pod, 384 * 2 ** 20),
      gauge("kube_pod_container_resource_limits", { ...pod, resource: "memory" }, 512 * 2 ** 20),
      gauge("kube_pod_container_resource_limits", { ...pod, resource: "cpu" }, 1),
      series("kube_pod_container_status_restarts_total", pod, 1),
      gauge("kube_deployment_status_replicas_unavailable", { deployment: "checkout" }, 2),
      gauge("node_memory_MemTotal_bytes", { instance: "db-1:9100" }, 1_000),
      gauge("node_memory_MemAvailable_bytes", { instance: "db-1:9100" }, 250),
      series("node_cpu_seconds_total", { instance: "db-1:9100", mode: "idle", cpu: "0" }, 3),
      gauge("node_load1", { instance: "db-1:9100" }, 3.5),
      gauge("pg_stat_activity_count", { instance: "db-1:9187", state: "active" }, 60),
      gauge("pg_stat_activity_count", { instance: "db-1:9187", state: "idle" }, 30),
      gauge("pg_settings_max_connections", { instance: "db-1:9187" }, 100),
      gauge("redis_connected_clients", { job: "cache" }, 5),
      series("redis_keyspace_hits_total", { job: "cache" }, 90),
      series("redis_keyspace_misses_total", { job: "cache" }, 10),
      gauge("kafka_consumergroup_lag", { consumergroup: "billing", topic: "orders", partition: "0" }, 700),
      gauge("kafka_consumergroup_lag", { consumergroup: "billing", topic: "orders", partition: "1" }, 300),
      gauge("rabbitmq_queue_messages_ready", { queue: "mails" }, 42),
      gauge("jvm_memory_used_bytes", { application: "spring", area: "heap", instance: "a" }, 90),
      gauge("jvm_memory_max_bytes", { application: "spring", area: "heap", instance: "a" }, 100),
      gauge("nodejs_eventloop_lag_p99_seconds", { job: "node" }, 0.25),
      gauge("up", { job: "spring", instance: "a:1" }, 1),
      gauge("up", { job: "spring", instance: "b:1" }, 0),
      gauge("up", { job: 'odd"} or vector(7) #' }, 1),
    ]);
  }, 60_000);
  afterAll(() => server?.stop());

  const source = (): Source => ({
    kind: "prometheus",
    url: server.url,
    ui_url: `${server.url}/vmui/#/?g0.expr={query}&g0.end_input={to}`,
  });
  const run = async (params: JsonObject, declared: Source = source()) => {
    const context = reachingContext(configOf({ sources: { vm: declared } }), { now: () => nowMs });
    return metricQuery.output.parse(
      await metricQuery.run(metricQuery.params.parse({ source: "vm", ...params }), context),
    );
  };

  test.each([
    ["OpenTelemetry HTTP server, stable names (.NET 8 too)", "otel"],
    ["OpenTelemetry HTTP server, older names", "old-otel"],
    ["Spring Boot, Quarkus and Micronaut (Micrometer)", "spring"],
    ["gRPC servers (grpc-ecosystem)", "go-grpc"],
    [".NET (prometheus-net)", "dotnet"],
    ["Go, Node and Python libraries that count requests (http_requests_total)", "by-status"],
    ["Go, Node and Python libraries that count requests (http_requests_total)", "by-status-code"],
    ["Istio", "meshed"],
    ["ingress-nginx", "behind-nginx"],
    ["Envoy", "proxied"],
  ])("tells rate and errors as %s exposes them", async (exporter, service) => {
    const rate = await run({ service, signal: "request_rate" });
    expect(rate.signal).toMatchObject({ exporter, unit: "a second", looked_for: [] });
    expect(rate.value).toBeCloseTo(40 / 15, 3);
    const errors = await run({ service, signal: "error_ratio" });
    expect(errors.value).toBeCloseTo(0.25, 5);
    expect(errors.findings[0]?.statement).toBe(`vm: the error ratio of ${service} is 25 % (${exporter})`);
    expect(errors.findings[0]?.evidence[0]).toBe(errors.query);
  });

  test.each([
    'sum(rate(http_server_requests_seconds_count{application="nobody"})) default 7',
    'WITH (who = {application="spring"}) median(rate(http_server_requests_seconds_count{who}[5m])) * 0 + 7',
    'count(count_over_time(http_requests_total{job=~"by-status|by-status-code"}[1h:]) keep_metric_names) * 0 + 7',
  ])("answers %s in its own language", async (query) => {
    expect(await run({ query })).toMatchObject({ value: 7 });
  });

  test.each([
    ["otel", "latency_mean", 0.2],
    ["otel", "latency_p50", 0.1],
    ["old-otel", "latency_mean", 0.2],
    ["checkout", "cpu", 0.5],
    ["checkout", "cpu_ratio", 0.5],
    ["checkout", "memory_ratio", 0.75],
    ["checkout", "restarts", 20],
    ["checkout", "unavailable_replicas", 2],
    ["db-1", "memory_ratio", 0.75],
    ["db-1", "cpu_ratio", 0.8],
    ["db-1", "load", 3.5],
    ["db-1", "connections_ratio", 0.9],
    ["cache", "cache_hit_ratio", 0.9],
    ["billing", "queue_lag", 1_000],
    ["mails", "queue_depth", 42],
    ["spring", "heap_ratio", 0.9],
    ["spring", "availability", 0.5],
    ["node", "event_loop_lag", 0.25],
  ])("tells of %s the %s", async (service, signal, value) => {
    const found = await run({ service, signal });
    expect(found.value).toBeCloseTo(value, 1);
    expect(found.kind).toBe("signal");
  });

  test("answers of 401, 403 and 429 are counted by their codes, and unknown where there are only classes", async () => {
    expect((await run({ service: "refusing", signal: "refused_ratio" })).value).toBeCloseTo(10 / 80, 3);
    expect((await run({ service: "refusing", signal: "throttled_ratio" })).value).toBeCloseTo(0.5, 3);
    expect((await run({ service: "spring", signal: "refused_ratio" })).value).toBe(0);
    expect((await run({ service: "by-status", signal: "refused_ratio" })).value).toBeNull();
  });

  test("a signal is read by the query that the map has for it", async () => {
    const signal_query = 'sum(rate(http_requests_total{job="refusing",code="401"}[300s]))';
    const found = await run({ service: "the shop", signal: "error_rate", signal_query });
    expect(found.value).toBeCloseTo(10 / 15, 3);
    expect(found).toMatchObject({ query: signal_query, signal: { name: "error_rate", unit: "a second" } });
    expect(found.findings[0]?.statement).toMatch(/^vm: the error rate of the shop is 0\.6667 a second/);
    expect(metricQuery.params.safeParse({ source: "vm", query: "up", signal_query: "up" }).success).toBe(false);
  });

  test("an error ratio is nothing, and not unknown, where no request failed", async () => {
    expect((await run({ service: "healthy", signal: "error_ratio" })).value).toBe(0);
  });

  test("a span gives points in steps, and a link to the server's own page", async () => {
    const found = await run({ service: "otel", signal: "request_rate", since: "10m", step_seconds: 60 });
    expect(found.points?.length).toBeGreaterThan(5);
    expect(found.points?.at(-1)?.[1]).toBeCloseTo(40 / 15, 3);
    expect(found.ui_url).toContain(`g0.expr=${encodeURIComponent(found.query)}`);
  });

  test("others whose metrics are there as well are named", async () => {
    const found = await run({ service: "both", signal: "request_rate" });
    expect(found.signal).toMatchObject({ exporter: expect.stringContaining("Spring"), also: ["Istio"] });
    expect(found.findings[0]?.evidence).toContain("there are also metrics of Istio");
  });

  test("where nothing is there, it says what was looked for", async () => {
    const found = await run({ service: "nobody", signal: "latency_p95" });
    expect(found).toMatchObject({ value: null, series: [], signal: { exporter: null } });
    expect(found.findings[0]?.statement).toBe("vm: no metric tells the latency p95 of nobody");
    expect(found.signal?.looked_for).toContainEqual({
      exporter: "Istio",
      metrics: ["istio_request_duration_milliseconds_bucket"],
      labels: ["destination_workload", "destination_service_name", "destination_canonical_service", "destination_app"],
    });
    expect(found.findings[0]?.evidence[1]).toContain("Istio");
  });

  test("a hostile name is a name, on the server too", async () => {
    expect((await run({ service: 'odd"} or vector(7) #', signal: "availability" })).value).toBe(1);
    expect((await run({ service: '.*"} or vector(7) #', signal: "availability" })).value).toBeNull();
    expect((await run({ service: ".*", signal: "availability" })).value).toBeNull();
  });

  test("a wrong query is refused in its own words; several series are marked where some are left out", async () => {
    const failure = await failureOf(run({ query: 'label_replace(up, "a", "$1", "job", "[")' }));
    expect(failure.code).toBe("source-refused");
    expect(failure.message).toContain("regex");
    const all = await run({ query: '{__name__=~".+"}' });
    expect(all.series.length).toBe(50);
    expect(all.truncated).toBe(true);
  });

  test("is reached behind a path, with the tenant's header", async () => {
    const behind = { ...source(), url: `${server.url}/prometheus/`, headers: { "X-Scope-OrgID": "shop" } } as Source;
    expect((await run({ service: "otel", signal: "request_rate" }, behind)).value).toBeCloseTo(40 / 15, 3);
    expect((await run({ query: "vector(3)" }, behind)).value).toBe(3);
  });

  test("sources check counts what is scraped", async () => {
    const context = reachingContext(configOf({ sources: { vm: source() } }), { now: () => nowMs });
    expect(await checkSource("vm", source(), context)).toMatchObject({ ok: true, says: "3 scraped targets" });
  });
});
