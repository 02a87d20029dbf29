/** Reads real incidents with a known cause from ../shared/data/petshop, for tests and benchmarks. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricSeries, Target } from "../../src/activities/tools/rca/ranking/input.js";

const ROOT = "../shared/data/petshop";
export const PETSHOP_PRESENT = existsSync(ROOT);

export interface Incident {
  folder: string;
  name: string;
  metrics: MetricSeries[];
  /** The series of the folder's normal operation; none where the folder has none. */
  normal: MetricSeries[];
  graph: Array<[string, string]>;
  target: Target & { statistic: string };
  noticedAt: number;
  cause: string;
}

const rows = (file: string): string[][] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

function seriesOf(file: string): MetricSeries[] {
  const [nodes = [], metrics = [], statistics = [], , ...points] = rows(file);
  return nodes.slice(1).map((node, index) => ({
    node,
    metric: metrics[index + 1] ?? "",
    statistic: statistics[index + 1] ?? "",
    points: points.map((row): [number, number | null] => {
      const value = row[index + 1] ?? "";
      return [Number(row[0]), value === "" ? null : Number(value)];
    }),
  }));
}

function graphOf(file: string): Array<[string, string]> {
  const [[, ...callees] = [], ...callers] = rows(file);
  return callers.flatMap(([caller = "", ...cells]) =>
    callees.flatMap((callee, index): Array<[string, string]> => (Number(cells[index]) === 1 ? [[caller, callee]] : [])),
  );
}

interface TargetFile {
  target: { node: string; metric: string; agg: string; timestamp: number };
  root_cause: { node: string };
}

export const petshopFolders = (): string[] =>
  readdirSync(ROOT)
    .filter((name) => name !== "LICENSE")
    .sort();

export function petshop(folder: string): Incident[] {
  const graph = graphOf(join(ROOT, folder, "graph.csv"));
  const normalFile = join(ROOT, folder, "noissue/metrics.csv");
  const normal = existsSync(normalFile) ? seriesOf(normalFile) : [];
  const names = readdirSync(join(ROOT, folder, "issues")).sort();
  return names.map((name) => {
    const at = join(ROOT, folder, "issues", name);
    const { target, root_cause } = JSON.parse(readFileSync(join(at, "target.json"), "utf8")) as TargetFile;
    return {
      folder,
      name,
      metrics: seriesOf(join(at, "metrics.csv")),
      normal,
      graph,
      target: { node: target.node, metric: target.metric, statistic: target.agg },
      noticedAt: target.timestamp,
      cause: root_cause.node,
    };
  });
}

/** The series of an issue and those of normal operation as one. */
export function joined(incident: Incident, normal: readonly MetricSeries[] = incident.normal): MetricSeries[] {
  const keyOf = ({ node, metric, statistic }: MetricSeries): string => JSON.stringify([node, metric, statistic]);
  const known = new Map(normal.map((series) => [keyOf(series), series]));
  const own = incident.metrics.map((series) => {
    const before = known.get(keyOf(series));
    known.delete(keyOf(series));
    return before === undefined ? series : { ...series, points: [...before.points, ...series.points] };
  });
  return [...own, ...known.values()];
}
