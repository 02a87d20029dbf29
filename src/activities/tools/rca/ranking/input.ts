/** Takes the caller's input as it comes, within limits: what is no series, edge or number is left out, nothing throws. */
import { plainMetric, type Signal, signalOf } from "./signal-kinds.js";

/** Enough for a large system; the work grows with each of them. */
const SERIES_MAX = 20_000;
/** Of one series, and of all together: where there are more, the ones nearest to the issue are kept. */
const POINTS_MAX = 20_000;
const POINTS_TOTAL_MAX = 2_000_000;
const EDGES_MAX = 50_000;
const NAME_MAX_CHARS = 500;
/** Beyond these a difference of times or a product of values loses its meaning. */
const TIME_MAX_SECONDS = 1e12;
const VALUE_MAX = 1e100;

export interface MetricSeries {
  node: string;
  metric: string;
  /** What each point sums up: `Average`, `p99`, `Sum`, … */
  statistic?: string;
  /** Unix seconds and value; null where nothing was measured. Any order. */
  points: ReadonlyArray<readonly [number, number | null]>;
}

export type Edge = readonly [caller: string, callee: string] | { from: string; to: string };

export interface Target {
  node: string;
  metric: string;
  statistic?: string;
}

export interface IssueTime {
  /** When the issue was noticed, in Unix seconds; it may have begun a little earlier. */
  from: number;
  /** Its end; without it, the end of the data that follow `from` without a gap. */
  to?: number;
  /** Normal operation, before or after; without it, all points that lie outside the issue and its surroundings. */
  normal?: { from: number; to: number };
}

export interface Series {
  node: string;
  metric: string;
  /** The same without the node's name, to compare nodes by. */
  plain: string;
  statistic: string;
  signal: Signal;
  /** Ascending, finite. */
  times: number[];
  values: number[];
}

export interface CallGraph {
  callees: ReadonlyMap<string, readonly string[]>;
  callers: ReadonlyMap<string, readonly string[]>;
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;

export const nameOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= NAME_MAX_CHARS ? value : undefined;

export const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

export const moment = (value: unknown): number | undefined => {
  const time = finite(value);
  return time !== undefined && Math.abs(time) <= TIME_MAX_SECONDS ? time : undefined;
};

function pointsOf(value: unknown): Array<[number, number]> {
  const points: Array<[number, number]> = [];
  for (const point of list(value)) {
    const [at, measured] = list(point);
    const time = moment(at);
    const number = finite(measured);
    if (time !== undefined && number !== undefined && Math.abs(number) <= VALUE_MAX) points.push([time, number]);
  }
  return points;
}

/** At most so many, the nearest to the issue; ascending. */
function bounded(points: Array<[number, number]>, near: number, most: number): Array<[number, number]> {
  if (points.length > most) points.sort((a, b) => Math.abs(a[0] - near) - Math.abs(b[0] - near));
  return points.slice(0, most).sort((a, b) => a[0] - b[0]);
}

/** Entries of the same node, metric and statistic are one series. `near`: the time of the issue. */
export function readSeries(metrics: unknown, near: number): Series[] {
  const entries = list(metrics).slice(0, SERIES_MAX);
  const most = Math.min(POINTS_MAX, Math.ceil(POINTS_TOTAL_MAX / Math.max(1, entries.length)));
  const known = new Map<string, Series & { points: Array<[number, number]> }>();
  for (const entry of entries) {
    const node = nameOf(field(entry, "node"));
    const metric = nameOf(field(entry, "metric"));
    if (node === undefined || metric === undefined) continue;
    const statistic = nameOf(field(entry, "statistic")) ?? "";
    const key = JSON.stringify([node, metric, statistic]);
    const points = bounded(pointsOf(field(entry, "points")), near, most);
    const plain = plainMetric(metric, node);
    const found = known.get(key);
    if (found !== undefined) found.points = bounded(found.points.concat(points), near, most);
    else {
      const signal = signalOf(plain, statistic);
      known.set(key, { node, metric, plain, statistic, signal, points, times: [], values: [] });
    }
  }
  return [...known.values()].map(({ points, ...series }) => ({
    ...series,
    times: points.map(([time]) => time),
    values: points.map(([, value]) => value),
  }));
}

const endsOf = (edge: unknown): [unknown, unknown] =>
  Array.isArray(edge) ? [edge[0], edge[1]] : [field(edge, "from"), field(edge, "to")];

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const found = lists.get(key);
  if (found === undefined) lists.set(key, [value]);
  else found.push(value);
}

export const edgesOf = (graph: unknown): readonly unknown[] =>
  list(Array.isArray(graph) ? graph : field(graph, "edges"));

/** Takes a list of edges, or an object whose `edges` is one. */
export function readGraph(graph: unknown): CallGraph {
  const [callees, callers] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const known = new Set<string>();
  for (const edge of edgesOf(graph).slice(0, EDGES_MAX)) {
    const [caller, callee] = endsOf(edge).map(nameOf);
    if (caller === undefined || callee === undefined || caller === callee) continue;
    const key = JSON.stringify([caller, callee]);
    if (known.has(key)) continue;
    known.add(key);
    append(callees, caller, callee);
    append(callers, callee, caller);
  }
  return { callees, callers };
}

/** Where no call is known, any node may stand behind the target. */
export function reachingAll(target: string, nodes: readonly string[]): CallGraph {
  const others = nodes.filter((node) => node !== target);
  return { callees: new Map([[target, others]]), callers: new Map(others.map((node) => [node, [target]])) };
}
