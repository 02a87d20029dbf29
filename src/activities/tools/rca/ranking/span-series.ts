/**
 * What spans say of the services they ran in, as series like any other: time spent in the service itself, time on the
 * way between two, errors that begin there, how much it asks of others. And the calls, as edges.
 */
import { field, finite, list, type MetricSeries, moment, nameOf } from "./input.js";

/** Calls of so many seconds make one point. */
const BUCKET_SECONDS = 10;
const SPANS_MAX = 500_000;
const DEPTH_MAX = 200;

export interface CallSpan {
  id: string;
  /** Absent for a root. */
  parent?: string;
  service: string;
  operation: string;
  /** Unix seconds. */
  start: number;
  seconds: number;
  isError?: boolean;
}

/** What people read in place of the names of these series. */
const SHOWN = {
  self_time: { text: "time spent in itself", unit: " s" },
  path_time: { text: "time on the way", unit: " s" },
  self_errors: { text: "share of calls whose error begins here", unit: "" },
  calls_made: { text: "steps of one call", unit: "" },
} as const;

export const isOfSpans = (metric: string): metric is keyof typeof SHOWN => Object.hasOwn(SHOWN, metric);

/** A metric's name and unit as text. */
export const shownMetric = (metric: string): { text: string; unit: string } =>
  isOfSpans(metric) ? SHOWN[metric] : { text: metric, unit: "" };

interface Node extends CallSpan {
  children: Node[];
  above: Node | undefined;
}

function spanOf(value: unknown): CallSpan | undefined {
  const [id, service] = [nameOf(field(value, "id")), nameOf(field(value, "service"))];
  const [start, seconds] = [moment(field(value, "start")), finite(field(value, "seconds"))];
  if (id === undefined || service === undefined || start === undefined || seconds === undefined) return undefined;
  const [parent, operation] = [nameOf(field(value, "parent")), nameOf(field(value, "operation")) ?? ""];
  const isError = field(value, "isError") === true;
  return { id, parent, service, operation, start, seconds, isError };
}

function treeOf(spans: unknown): Node[] {
  const known = new Map<string, Node>();
  for (const value of list(spans).slice(0, SPANS_MAX)) {
    const span = spanOf(value);
    if (span !== undefined) known.set(span.id, { ...span, children: [], above: undefined });
  }
  for (const node of known.values()) {
    const above = node.parent === undefined ? undefined : known.get(node.parent);
    if (above === undefined || above === node) continue;
    node.above = above;
    above.children.push(node);
  }
  return [...known.values()];
}

/** What no child covers; children may run beside each other. */
function selfSeconds({ start, seconds, children }: Node): number {
  const parts = children.map((one) => [one.start, one.start + one.seconds] as const).sort((a, b) => a[0] - b[0]);
  let [covered, until] = [0, start];
  for (const [from, to] of parts) {
    const [begin, end] = [Math.max(from, until), Math.min(to, start + seconds)];
    if (end <= begin) continue;
    covered += end - begin;
    until = end;
  }
  return Math.max(0, seconds - covered);
}

/** Spans of the same service below an entry: what it does for one call. */
function asked(node: Node, depth = 0): number {
  if (depth > DEPTH_MAX) return 0;
  return node.children
    .filter(({ service }) => service === node.service)
    .reduce((sum, child) => sum + 1 + asked(child, depth + 1), 0);
}

class Points {
  readonly #series = new Map<
    string,
    { node: string; metric: string; statistic: string; buckets: Map<number, number[]> }
  >();

  add(node: string, metric: string, statistic: string, at: number, value: number): void {
    const key = JSON.stringify([node, metric, statistic]);
    const series = this.#series.get(key) ?? { node, metric, statistic, buckets: new Map<number, number[]>() };
    this.#series.set(key, series);
    const bucket = Math.floor(at / BUCKET_SECONDS) * BUCKET_SECONDS;
    const [sum = 0, count = 0] = series.buckets.get(bucket) ?? [];
    series.buckets.set(bucket, [sum + value, count + 1]);
  }

  all(): MetricSeries[] {
    return [...this.#series.values()].map(({ buckets, ...series }) => ({
      ...series,
      points: [...buckets].map(([at, [sum = 0, count = 1]]): [number, number] => [at, sum / count]),
    }));
  }
}

/** Who calls one other only cannot be told from it by the way between them, and that is rather the called one's. */
const isOnlyWay = (
  { node, metric, statistic = "" }: MetricSeries,
  calls: ReadonlyMap<string, [string, string]>,
): boolean =>
  metric === "path_time" &&
  statistic.startsWith("to ") &&
  [...calls.values()].filter(([caller]) => caller === node).length < 2;

export function seriesOfSpans(spans: unknown): { metrics: MetricSeries[]; graph: Array<[string, string]> } {
  const points = new Points();
  const calls = new Map<string, [string, string]>();
  for (const node of treeOf(spans)) {
    const { service, operation, start, children, above } = node;
    const isEntry = above?.service !== service;
    if (above !== undefined && isEntry) calls.set(JSON.stringify([above.service, service]), [above.service, service]);
    const [only] = children;
    const begins = node.isError === true && !children.some((child) => child.isError);
    points.add(service, "self_errors", operation, start, begins ? 1 : 0);
    if (!isEntry && children.length === 1 && only !== undefined && only.service !== service) {
      // The span of a call: what the other side does not account for was spent on the way.
      const away = selfSeconds(node);
      points.add(only.service, "path_time", `from ${service}`, start, away);
      points.add(service, "path_time", `to ${only.service}`, start, away);
      continue;
    }
    points.add(service, "self_time", operation, start, selfSeconds(node));
    if (isEntry) points.add(service, "calls_made", operation, start, asked(node));
  }
  return { metrics: points.all().filter((series) => !isOnlyWay(series, calls)), graph: [...calls.values()] };
}
