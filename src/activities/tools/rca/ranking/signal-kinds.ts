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
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .toLowerCase()} `;

const AVAILABLE = / (availability|available|success|successes|successful|uptime|sli|up|healthy|apdex) /;
const ERRORS =
  / (errors?|err|fail(s|ed|ure|ures)?|faults?|exceptions?|rejected|timeouts?|5xx|4xx|unavailable|drops|dropped) /;
const LATENCY =
  / (latency|latencies|duration|delay|elapsed|rtt|time to first byte|ttfb|lag|(response|wait|load|request|processing|query|execution|service) time) /;
const VOLUME =
  / (requests?|calls?|invocations?|throughput|rps|qps|tps|traffic|hits|rate|messages|queries|operations|ops) /;
const RESOURCE =
  / (cpu|memory|mem|heap|disk|io|iops|network|bytes|connections?|threads?|pool|saturation|utili[sz]ation|usage|load|queue|gc|throttled|throttling|restarts?|evictions?|handles|backlog) /;
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

const MEANS = / (average|avg|mean) /;
const CENTRES = / (p50|median|sum|value|rate) /;

/** The lower, the better the statistic adds up over calls: means do, percentiles do not. */
export function statisticRank(statistic: string): number {
  const name = words(statistic);
  if (MEANS.test(name)) return 0;
  return CENTRES.test(name) || name.trim() === "" ? 1 : 2;
}
