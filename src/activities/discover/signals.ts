/** The questions that a service's metrics answer here: its requests, errors and durations, with the labels and forms that they have. */
import type { SignalName } from "../../schema/map.js";
import type { PrometheusSource } from "../connectors/prometheus/api.js";
import { askSeries } from "../connectors/prometheus/lists.js";
import type { ToolContext } from "../define-tool.js";
import { matchersOf } from "../tools/kit/investigation/ranges.js";

type Signals = Partial<Record<SignalName, string>>;

/** Looks like a count of requests that were answered. */
const REQUESTS =
  /(?:request|http|rpc|response|handled|calls|operations|orders|transactions|processed|messages|jobs|tasks)/i;
/** Counts of something else that have such a word. */
const NOT_REQUESTS =
  /(?:client|outgoing|upstream|promhttp|scrape|^go_|^process_|gc|cache|redis|db_|sql|pool|retry|bytes|size|^net_conntrack|^prometheus_|^grpc_client|in_flight)/i;
const STATUS_LABEL =
  /^(?:code|status|status_code|statuscode|http_status|http_status_code|http_code|response_code|http_response_status_code|response_status|grpc_code|outcome|result|success|state|rc)$/i;
const NUMERIC = /^[1-5](?:\d\d|xx)$/i;
const BAD_WORDS =
  /^(?:error|errors|err|fail|failed|failure|failures|ko|false|server_error|exception|timeout|internal|unavailable|unknown|5xx)$/i;
const GOOD_WORDS = /^(?:ok|success|succeeded|successful|true|pass|passed|2xx|success_total|hit|done|completed)$/i;

/** Requests of those who look after the service, not of its callers. */
const UPKEEP = /(?:^|_)(?:admin|management|metrics|health|healthz|probe|debug|internal)(?:_|$)/i;

interface Metric {
  name: string;
  labels: Map<string, Set<string>>;
}

export async function signalsOf(
  labels: Readonly<Record<string, string>>,
  metrics: readonly string[],
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<Signals> {
  const counters = metrics.filter(
    (name) => /_(?:total|count)$/.test(name) && REQUESTS.test(name) && !NOT_REQUESTS.test(name),
  );
  const me = matchersOf(labels);
  const known = counters.length === 0 ? [] : await seriesOf(counters.slice(0, 15), me, source, sinceMs, context);
  const best = known
    .map((metric) => ({ metric, status: statusOf(metric), score: scoreOf(metric) }))
    .sort((a, b) => b.score - a.score || (a.metric.name < b.metric.name ? -1 : 1))[0];
  const signals: Signals = {};
  if (best !== undefined) {
    const rate = (more: string) => `sum(rate(${best.metric.name}{${me}${more}}[$w]))`;
    signals.requests = rate("");
    if (best.status !== undefined) signals.errors = rate(`,${best.status}`);
  }
  const errorCounter = metrics.find(
    (name) => /(?:errors?|failures?|exceptions?)_total$/.test(name) && !NOT_REQUESTS.test(name),
  );
  if (signals.errors === undefined && errorCounter !== undefined) {
    signals.errors = `sum(rate(${errorCounter}{${me}}[$w]))`;
  }
  const latency = latencyOf(metrics, me);
  if (latency !== undefined) signals.latency = latency;
  const flight = metrics.find((name) =>
    /(?:in_?flight|in_progress|active_requests|requests_active)(?:_requests)?$/.test(name),
  );
  if (flight !== undefined) signals.in_flight = `sum(${flight}{${me}})`;
  return signals;
}

async function seriesOf(
  names: readonly string[],
  me: string,
  source: PrometheusSource,
  sinceMs: number,
  context: ToolContext,
): Promise<Metric[]> {
  const series = await askSeries(source, `{${me},__name__=~"${names.join("|")}"}`, sinceMs, context);
  const found = new Map<string, Metric>();
  for (const { __name__: name = "", ...labels } of series) {
    const metric = found.get(name) ?? { name, labels: new Map() };
    for (const [label, value] of Object.entries(labels)) {
      metric.labels.set(label, (metric.labels.get(label) ?? new Set()).add(value));
    }
    found.set(name, metric);
  }
  return [...found.values()];
}

/** A matcher for failures, in the form that this metric's label has. */
function statusOf({ labels }: Metric): string | undefined {
  for (const [label, values] of labels) {
    const list = [...values];
    if (
      list.length > 0 &&
      list.every((value) => NUMERIC.test(value)) &&
      (STATUS_LABEL.test(label) || list.length > 1)
    ) {
      return `${label}=~"5.*"`;
    }
  }
  for (const [label, values] of labels) {
    if (/^grpc_code$|^rpc_grpc_status_code$/.test(label)) return `${label}!~"OK|0|NotFound|InvalidArgument|Canceled"`;
    const list = [...values];
    const bad = list.filter((value) => BAD_WORDS.test(value));
    const isStatus = STATUS_LABEL.test(label) && list.some((value) => BAD_WORDS.test(value) || GOOD_WORDS.test(value));
    if (!isStatus) continue;
    if (/^success$/i.test(label)) return `${label}=~"(?i:false|0|no)"`;
    // What has not failed yet will call it by one of the usual words.
    return `${label}=~"${[...new Set([...bad, "(?i:err.*|fail.*|exception.*|timeout|server_error|5xx)"])].join("|")}"`;
  }
  return undefined;
}

function scoreOf(metric: Metric): number {
  const { name } = metric;
  const status = statusOf(metric);
  let score = status === undefined ? 0 : /=~"5/.test(status) ? 4 : 3;
  if (/requests?(?:_|$)/i.test(name)) score += 2;
  if (/http|rpc|server/i.test(name)) score += 1;
  if (/_total$/.test(name)) score += 0.5;
  if (/duration|seconds|latency/i.test(name)) score -= 0.25;
  if (UPKEEP.test(name)) score -= 4;
  return score;
}

function latencyOf(metrics: readonly string[], me: string): string | undefined {
  const fits = (name: string) =>
    /duration|latency|seconds|time|_ms|millis/i.test(name) && REQUESTS.test(name) && !NOT_REQUESTS.test(name);
  const scale = (name: string) => (/_ms(?:_|$)|millis/i.test(name) ? " / 1000" : "");
  const buckets = metrics.find((name) => name.endsWith("_bucket") && fits(name));
  if (buckets !== undefined) {
    return `histogram_quantile(0.95, sum by (le) (rate(${buckets}{${me}}[$w])))${scale(buckets)}`;
  }
  const sum = metrics.find(
    (name) => name.endsWith("_sum") && fits(name) && metrics.includes(name.replace(/_sum$/, "_count")),
  );
  if (sum === undefined) return undefined;
  const count = sum.replace(/_sum$/, "_count");
  return `sum(rate(${sum}{${me}}[$w])) / sum(rate(${count}{${me}}[$w]))${scale(sum)}`;
}
