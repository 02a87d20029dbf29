/** What a metric measures, told from the common words in its name; and how its value becomes comparable between nodes. */

export type SignalKind = "latency" | "errors" | "volume" | "resource" | "other";

export interface Signal {
  kind: SignalKind;
  /** A rise is worse (latency, errors), or a fall is (availability); `both` where either may be. */
  worse: "up" | "down" | "both";
  /** Errors as a count for the bucket, not as a share of the calls. */
  counted: boolean;
  /** Seconds for latency; 1 for the rest. */
  unit: number;
}

const words = (name: string): string =>
  ` ${name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .toLowerCase()} `;

const AVAILABLE = / (availability|available|success|successes|successful|uptime|sli|up|healthy|apdex) /;
const ERRORS =
  / (errors?|err|fail(s|ed|ure|ures)?|faults?|exceptions?|rejected|timeouts?|5xx|4xx|unavailable|drops|dropped) /;
const LATENCY =
  / (latency|latencies|duration|delay|elapsed|rtt|time to first byte|ttfb|lag|(response|wait|load|request|processing|query|execution|service) time) /;
const VOLUME =
  / (workload|requests?|calls?|invocations?|throughput|rps|qps|tps|traffic|hits|rate|messages|queries|operations|ops) /;
const RESOURCE =
  / (cpu|memory|mem|heap|rss|disk|diskio|io|iops|fs|filesystem|sockets?|syscalls?|network|bytes|connections?|threads?|pool|saturation|utili[sz]ation|usage|load|queue|gc|throttled|throttling|restarts?|evictions?|handles|backlog) /;
const COUNTED = / (total|count|number|sum) /;
const SHARED = / (rate|ratio|share|percent|percentage|pct) /;

const UNITS: ReadonlyArray<[RegExp, number]> = [
  [/ (ms|milliseconds?|millis) /, 1e-3],
  [/ (us|microseconds?|micros) /, 1e-6],
  [/ (ns|nanoseconds?|nanos) /, 1e-9],
  [/ (minutes?) /, 60],
];

export function signalOf(metric: string, statistic = ""): Signal {
  const name = words(metric);
  if (AVAILABLE.test(name) && !ERRORS.test(name)) return { kind: "errors", worse: "down", counted: false, unit: 1 };
  if (ERRORS.test(name)) {
    const counted = !SHARED.test(name) && (COUNTED.test(name) || COUNTED.test(words(statistic)));
    return { kind: "errors", worse: "up", counted, unit: 1 };
  }
  if (LATENCY.test(name)) {
    const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
    return { kind: "latency", worse: "up", counted: false, unit };
  }
  if (RESOURCE.test(name)) return { kind: "resource", worse: "both", counted: false, unit: 1 };
  if (VOLUME.test(name)) return { kind: "volume", worse: "both", counted: true, unit: 1 };
  return { kind: "other", worse: "both", counted: false, unit: 1 };
}

/** A metric's name without that of the node before it: `cart_cpu` of `cart` is the `cpu` of others. */
export function plainMetric(metric: string, node: string): string {
  const rest = metric.slice(node.length + 1);
  const isOwn = rest !== "" && metric.startsWith(node) && /[^A-Za-z0-9]/.test(metric.charAt(node.length));
  return isOwn ? rest : metric;
}

const MEANS = / (average|avg|mean) /;
const CENTRES = / (p50|median|sum|value|rate) /;

/** The lower, the better the statistic adds up over calls: means do, percentiles do not. */
export function statisticRank(statistic: string): number {
  const name = words(statistic);
  if (MEANS.test(name)) return 0;
  return CENTRES.test(name) || name.trim() === "" ? 1 : 2;
}

/** What of a node a metric speaks of, finer than its kind. */
export type Part =
  | "cpu"
  | "memory"
  | "disk"
  | "network"
  | "machine"
  | "latency"
  | "waiting"
  | "errors"
  | "volume"
  | "self"
  | "path"
  | "asks"
  | "other";

const PARTS: ReadonlyArray<[RegExp, Part]> = [
  [/ self (time|errors) /, "self"],
  [/ path time /, "path"],
  [/ calls made /, "asks"],
  [/ (node|host|machine) /, "machine"],
];
const WAITING = / (client|outbound|upstream|downstream) /;
const RESOURCES: ReadonlyArray<[RegExp, Part]> = [
  [/ (cpu|throttled|throttling|load) /, "cpu"],
  [/ (memory|mem|heap|rss|gc) /, "memory"],
  [/ (network|net|receive|received|transmit|sent|rx|tx|sockets?|packets|bandwidth|connections?) /, "network"],
  [/ (disk|diskio|io|iops|fs|filesystem|syscalls?|reads?|writes?|volume) /, "disk"],
];

/** A name that begins with the node's own says nothing by it: `email-errors_cpu` of `email-errors` is a load. */
export function partOf(metric: string, node: string): Part {
  const [whole, own] = [words(metric), words(node)];
  const name = whole.startsWith(own) && whole !== own ? whole.slice(own.length - 1) : whole;
  const special = PARTS.find(([pattern]) => pattern.test(name))?.[1];
  if (special !== undefined) return special;
  const { kind } = signalOf(name);
  if (kind === "latency") return WAITING.test(name) ? "waiting" : "latency";
  const resource = RESOURCES.find(([pattern]) => pattern.test(name))?.[1];
  if (kind === "errors") return "errors";
  if (kind === "volume" || (kind === "other" && resource === undefined)) return kind;
  return resource ?? "other";
}
