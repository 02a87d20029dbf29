/** `metric_query` of the Python version: a service and a metric's name, as a signal of the catalogue or a query. */
import type { Json } from "../../../schema/json.js";
import { kindOf } from "./declared-names.js";
import type { Mapping } from "./mapping.js";

const SIGNALS: ReadonlyArray<readonly [RegExp, string]> = [
  [/restarts?_total|restart_count/, "restarts"],
  [/unavailable/, "unavailable_replicas"],
  [/memory|rss/, "memory"],
  [/cpu/, "cpu"],
  [/pool|connections?_(?:active|used)|connections$/, "connections"],
  [/queue/, "queue_depth"],
  [/duration|latency|response_time/, "latency_p95"],
  [/error|failure/, "error_rate"],
  [/requests?(?:_total|_count)?$/, "request_rate"],
  [/^up$/, "availability"],
];
/** Of these a service has errors and durations of its own, which no signal is about. */
const OF_ELSE = /^(?:dns|tcp|udp|tls|network|disk|gc|jvm|go|db|sql|cache|redis|http_client)_/;
const OF_REQUESTS = ["latency_p95", "error_rate", "request_rate"];
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

export function metricParams(mapping: Mapping): void {
  const service = mapping.text("service");
  const metric = mapping.text("metric_name");
  const query = mapping.text("query");
  const source = mapping.declared("metrics", mapping.text("source") ?? service);
  mapping.set("source", source);
  const kind = kindOf(source, mapping.around.config) ?? "prometheus";
  const percentile = percentileOf(mapping);
  const filters = mapping.take("filters");
  if (kind === "datadog") mapping.set("datadog_query", query ?? `avg:${metric ?? "system.load.1"}{*}`);
  else if (query !== undefined) mapping.set("query", query);
  else if (kind === "exposition")
    mapping.set(/_(?:total|count)$/.test(metric ?? "") ? "rate" : "gauge", metric ?? "up");
  else signal(mapping, service, metric ?? "http_requests_total", percentile, filters);
  if (kind === "exposition")
    mapping.lost("duration", "a page knows no past; read a source of kind prometheus for a range");
  else span(mapping);
  mapping.finish({
    additional_metrics: "give each a metric_query node of its own",
    offset: "until ends the range earlier",
    include_downstream: "trace_collector shows who calls whom",
    include_targets: "alerts_active and health_check look at targets",
    aggregation: "write it as a query",
  });
}

function signal(
  mapping: Mapping,
  service: string | undefined,
  metric: string,
  percentile: string | undefined,
  filters: Json | undefined,
): void {
  const like = SIGNALS.find(([pattern]) => pattern.test(metric))?.[1];
  const found = like !== undefined && OF_REQUESTS.includes(like) && OF_ELSE.test(metric) ? undefined : like;
  const isFailing = JSON.stringify(filters ?? "").match(/[45]\d\d|5xx|4xx/) !== null;
  if (found === undefined || service === undefined) {
    mapping.set("query", metric);
    if (filters !== undefined) mapping.tell("filters", 'put matchers into the query, such as {code=~"5.."}');
    if (service !== undefined)
      mapping.tell("service", `put a matcher into the query, such as ${metric}{job=${JSON.stringify(service)}}`);
    mapping.became("metric_name", "query");
    return;
  }
  const name =
    found === "latency_p95" ? (percentile ?? found) : found === "request_rate" && isFailing ? "error_ratio" : found;
  mapping.set("service", service);
  mapping.set("signal", name);
  mapping.became("metric_name", `signal ${name}`);
  if (filters !== undefined && name !== "error_ratio")
    mapping.tell("filters", "a signal takes no filter; write a query");
}

function percentileOf(mapping: Mapping): string | undefined {
  const one = mapping.take("percentile");
  const many = mapping.take("percentiles");
  const first = one ?? (Array.isArray(many) ? (many.find((each) => each === 0.95) ?? many[0]) : undefined);
  if (Array.isArray(many) && many.length > 1)
    mapping.tell("percentiles", "a node for each of latency_p50, latency_p95, latency_p99");
  if (typeof first !== "number") return undefined;
  const nearest = [50, 95, 99].sort((a, b) => Math.abs(a - first * 100) - Math.abs(b - first * 100))[0];
  return `latency_p${nearest}`;
}

/** `duration` back from `offset`, which is itself back from now. */
function span(mapping: Mapping): void {
  const [duration, offset] = [mapping.text("duration"), mapping.text("offset")];
  if (duration === undefined) return;
  mapping.became("duration", "since");
  const [length, back] = [secondsOf(duration), offset === undefined ? undefined : secondsOf(offset)];
  if (length === undefined || back === undefined) {
    mapping.set("since", duration);
    return;
  }
  mapping.set("since", `${length + back}s`);
  mapping.set("until", offset);
  mapping.became("offset", "until");
}

function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})\s?([smhdw])$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Number(amount) * (UNIT_SECONDS[unit] ?? 0);
}
