/** Which service an alert is about: by labels that it shares with it, by a name in them, or by the metrics of its expression. */

import { askPrometheus, type PrometheusSource, secondsText } from "../../../connectors/prometheus/api.js";
import type { ActiveAlert } from "../../../connectors/prometheus/lists.js";
import { type ToolContext, ToolFailure } from "../../../define-tool.js";
import type { ServiceParam } from "./evidence-schema.js";
import { healthOf } from "./health-rules.js";
import { isSpelled, tokensOf } from "./themes.js";
import { byAddress, mentioned, named } from "./who.js";

export interface AlertPlace {
  name: string;
  /** Told by the exporter of a machine, and of nothing that is the machine's own. */
  passedOn?: boolean;
}

/** Labels whose value names what the alert is about, more than the exporter that told it. */
const ABOUT = [
  "service",
  "app",
  "application",
  "deployment",
  "backend",
  "server",
  "proxy",
  "upstream",
  "target",
  "component",
  "name",
  "queue",
];
const FUNCTIONS =
  /^(?:sum|avg|min|max|count|by|without|on|ignoring|group_left|group_right|and|or|unless|rate|irate|increase|delta|deriv|absent|vector|time|offset|bool|topk|bottomk|quantile|stddev|abs|ceil|floor|round|clamp|clamp_min|clamp_max|histogram_quantile|predict_linear|changes|resets|label_replace|label_join|scalar|sort|sort_desc|inf|nan|\w+_over_time|le)$/;

export async function placeOfAlert(
  { labels }: ActiveAlert,
  expr: string | undefined,
  services: readonly ServiceParam[],
  source: PrometheusSource,
  context: ToolContext,
): Promise<AlertPlace | undefined> {
  const carriers = services.filter(
    (one) =>
      Object.keys(one.labels).length > 0 && Object.entries(one.labels).every(([name, value]) => labels[name] === value),
  );
  const teller = mostSpecific(carriers);
  const others = services.filter(({ name }) => name !== teller?.name);
  const pointed = ABOUT.map((label) => named(labels[label] ?? "", others)).find((name) => name !== undefined);
  // What a proxy or a probe tells is about what its labels name.
  if (pointed !== undefined && (teller === undefined || tellsOfOthers(teller))) return { name: pointed };
  if (teller !== undefined && tellsOfOthers(teller) && labels.instance !== undefined) {
    const target = byAddress(labels.instance, others);
    if (target !== undefined) return { name: target.name };
  }
  const written = teller === undefined ? undefined : writtenFor(teller, expr ?? "", labels.alertname ?? "", others);
  if (written !== undefined) return { name: written };
  if (teller !== undefined && isPassedOn(teller, expr ?? "")) return { name: teller.name, passedOn: true };
  if (teller !== undefined) return { name: probedBy(teller, services) ?? teller.name };
  const byInstance = services.filter(
    ({ instances }) => labels.instance !== undefined && instances.includes(labels.instance),
  );
  if (byInstance.length === 1 && byInstance[0] !== undefined) return { name: byInstance[0].name };
  const selected = bySelector(expr ?? "", services) ?? (await byMetrics(expr ?? "", services, source, context));
  if (selected !== undefined) return { name: selected.name };
  const [only, more] = mentioned(`${words(labels.alertname ?? "")} ${labels.job ?? ""}`, services);
  return only !== undefined && more === undefined ? { name: only.name } : undefined;
}

const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1 $2");

const tellsOfOthers = ({ kinds }: ServiceParam): boolean =>
  kinds.some((kind) =>
    ["haproxy", "nginx", "blackbox", "envoy", "traefik", "apache", "kube-state-metrics"].includes(kind),
  );

/** A machine's exporter passes on what others write into a file for it: such a metric is about whom its name, or the alert's, names. */
function writtenFor(
  teller: ServiceParam,
  expr: string,
  alert: string,
  others: readonly ServiceParam[],
): string | undefined {
  if (!isPassedOn(teller, expr)) return undefined;
  const metrics = expr.replace(/\{[^}]{0,500}\}/g, "").match(/[a-zA-Z_:][a-zA-Z0-9_:]{3,}/g) ?? [];
  const text = [words(alert), ...metrics.map((name) => name.replace(/[_:]/g, " "))].join(" ");
  const [only, more] = mentioned(text, others);
  if (only !== undefined) return more === undefined ? only.name : undefined;
  const tokens = tokensOf(text);
  const jobs = others.filter(({ name, labels }) => Object.keys(labels).length === 0 && isSpelled(name, tokens));
  return jobs.length === 1 ? jobs[0]?.name : undefined;
}

const isPassedOn = ({ kinds: [main] }: ServiceParam, expr: string): boolean =>
  expr !== "" && healthOf(main ?? "")?.role === "host" && !/\b(?:node|windows|process)_|\bup\b/.test(expr);

/** What a probe stands before, where that is one service alone. */
function probedBy({ kinds, calls }: ServiceParam, services: readonly ServiceParam[]): string | undefined {
  if (!kinds.includes("blackbox")) return undefined;
  const [only, second] = calls.filter((name) => services.some((one) => one.name === name));
  return second === undefined ? only : undefined;
}

function mostSpecific(services: readonly ServiceParam[]): ServiceParam | undefined {
  return [...services].sort((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length)[0];
}

/** `job="shop"` within the expression of a rule that sums the label away. */
function bySelector(expr: string, services: readonly ServiceParam[]): ServiceParam | undefined {
  const found = services.filter(({ labels }) => {
    const entries = Object.entries(labels);
    return (
      entries.length > 0 &&
      entries.every(([name, value]) => expr.includes(`${name}="${value}"`) || expr.includes(`${name}=~"${value}"`))
    );
  });
  return found.length === 1 ? found[0] : undefined;
}

/** The service that alone has the metrics of the expression. */
async function byMetrics(
  expr: string,
  services: readonly ServiceParam[],
  source: PrometheusSource,
  context: ToolContext,
): Promise<ServiceParam | undefined> {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, "")
    .replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, "");
  const metrics = [...new Set(bare.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [])].filter(
    (word) => !FUNCTIONS.test(word) && word.length > 3 && word !== "ALERTS",
  );
  if (metrics.length === 0) return undefined;
  const labels = [...new Set(services.flatMap((one) => Object.keys(one.labels)))].slice(0, 5);
  if (labels.length === 0) return undefined;
  const query = `group by (${labels.join(",")}) ({__name__=~"${metrics.slice(0, 5).join("|")}"})`;
  try {
    const data = await askPrometheus(source, "query", { query, time: secondsText(context.now()) }, context);
    if (data.resultType !== "vector") return undefined;
    const found = services.filter(
      ({ labels: own }) =>
        Object.keys(own).length > 0 &&
        data.result.some(({ metric }) => Object.entries(own).every(([name, value]) => metric[name] === value)),
    );
    return found.length === 1 ? found[0] : undefined;
  } catch (error) {
    if (!(error instanceof ToolFailure) || context.signal.aborted) throw error;
    return undefined;
  }
}
