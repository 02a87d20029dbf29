/** What a query measures and of which service, told from its text and from the labels of its series. */
import { serviceName } from "./observations.js";

/** Labels that name a service, the clearest first. */
const SERVICE_LABELS = [
  "service",
  "service_name",
  "app",
  "app_kubernetes_io_name",
  "application",
  "microservice",
  "component",
  "destination_service_name",
  "destination_workload",
  "deployment",
  "workload",
  "statefulset",
  "container",
  "pod",
  "job",
  "host",
  "instance",
];
/** Words of PromQL that stand where a metric's name could. */
const KEYWORDS = new Set(
  "by without on ignoring group_left group_right offset bool and or unless inf nan start end".split(" "),
);
const MATCHER = /(?<!\w)(\w+)\s*=~?\s*"([^"]*)"/g;
const OUTCOME = /code|status|outcome|result|class/i;
const FAILED = /5\.\.|5xx|50\d|\b5\b|err|fail|exception|unavailable/i;
const QUANTILE = /histogram_quantile\s*\(\s*(0?\.\d+|1)/;

export function serviceIn(labels: Readonly<Record<string, unknown>>): string | undefined {
  for (const label of SERVICE_LABELS) {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (typeof value === "string" && value !== "") return serviceName(value);
  }
  return undefined;
}

/** The service that a query itself selects: `{service="checkout"}`, also `=~"checkout"` where that is a plain name. */
export function serviceInQuery(query: string): string | undefined {
  const labels: Record<string, string> = {};
  for (const [, name, value] of query.matchAll(/(?<!\w)([a-zA-Z_]\w*)\s*=~?\s*"([\w./:-]+?)(?:\.\*|-\.\*)?"/g)) {
    if (name !== undefined && value !== undefined) labels[name] ??= value;
  }
  return serviceIn(labels);
}

/** The name under which the values can be told apart as latency, errors, volume or a resource; and the statistic. */
export function measureIn(query: string, kind: string | undefined): { metric: string; statistic: string } {
  const bare = query
    // A text or a bracket that nobody closes ends where the next one begins, so that none is read twice.
    .replace(/"(?:\\[\s\S]|[^"\\])*(?:"|\\?$)/g, '""')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/g, " ")
    .replace(/\[[^[\]]*\]/g, " ")
    .replace(/\{[^{}]*\}/g, " ");
  const names = [...bare.matchAll(/(?<![a-zA-Z0-9_:])[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|\w)/g)].map(([name]) => name);
  const metric = names.find((name) => !KEYWORDS.has(name.toLowerCase())) ?? query.slice(0, 100);
  const quantile = QUANTILE.exec(query)?.[1];
  const statistic = quantile === undefined ? "" : `p${Math.round(Number(quantile) * 1_000) / 10}`;
  const isRatio = kind === "ratio" || /\)\s*\/\s*[a-z(]/i.test(bare);
  if (countsFailures(query)) return { metric: `${metric} ${isRatio ? "error ratio" : "errors"}`, statistic };
  if (isRatio && /_sum\b/.test(bare) && /_count\b/.test(bare)) return { metric, statistic: "average" };
  return { metric: isRatio ? `${metric} ratio` : metric, statistic };
}

/** Whether a label that tells outcomes is held to those of failures. */
function countsFailures(query: string): boolean {
  return [...query.matchAll(MATCHER)].some(([, label = "", value = ""]) => OUTCOME.test(label) && FAILED.test(value));
}
