/** Simple ways to rank causes, for comparison: what a page of graphs, sorted, would say. */
import type { MetricSeries } from "../src/activities/tools/rca/ranking/input.js";
import { median, spread } from "../src/activities/tools/rca/ranking/statistics.js";
import type { Incident } from "../test/support/petshop.js";

export type Ranking = (incident: Incident) => string[];

const ANOMALOUS_DEVIATIONS = 3;
const FLOOR_SHARE = 0.01;

const numbers = (points: MetricSeries["points"]): number[] =>
  points.flatMap(([, value]) => (value === null ? [] : [value]));

const keyOf = ({ node, metric, statistic }: MetricSeries): string => JSON.stringify([node, metric, statistic]);

/** Deviations of the issue's median from normal operation, or from what was before the notice where there is none. */
function deviations(incident: Incident, select: (series: MetricSeries) => boolean): Map<string, number> {
  const normal = new Map(incident.normal.map((series) => [keyOf(series), series]));
  const strongest = new Map<string, number>();
  for (const series of incident.metrics.filter(select)) {
    const before = numbers(series.points.filter(([time]) => time < incident.noticedAt));
    const known = numbers(normal.get(keyOf(series))?.points ?? []);
    const usual = known.length > 0 ? known : before;
    const issue = numbers(series.points.filter(([time]) => time >= incident.noticedAt));
    if (usual.length === 0 || issue.length === 0) continue;
    const level = median(usual);
    const width = Math.max(spread(usual), FLOOR_SHARE * Math.abs(level), 1e-9);
    const found = Math.abs(median(issue) - level) / width;
    strongest.set(series.node, Math.max(found, strongest.get(series.node) ?? 0));
  }
  return strongest;
}

const descending = (scores: ReadonlyMap<string, number>): string[] =>
  [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([node]) => node);

const likeTarget =
  ({ target }: Incident) =>
  (series: MetricSeries): boolean =>
    series.metric === target.metric && series.statistic === target.statistic;

export const byAnomaly: Ranking = (incident) => descending(deviations(incident, () => true));

export const byTargetMetricAnomaly: Ranking = (incident) => descending(deviations(incident, likeTarget(incident)));

/** From the target along anomalous nodes; the deepest first, the stronger of two as deep. */
export const byDepth: Ranking = (incident) => {
  const strengths = deviations(incident, likeTarget(incident));
  const depths = new Map([[incident.target.node, 0]]);
  let front = [incident.target.node];
  for (let depth = 1; front.length > 0; depth++) {
    const next = incident.graph.filter(
      ([caller, callee]) =>
        front.includes(caller) && !depths.has(callee) && (strengths.get(callee) ?? 0) >= ANOMALOUS_DEVIATIONS,
    );
    front = [...new Set(next.map(([, callee]) => callee))];
    for (const node of front) depths.set(node, depth);
  }
  const scores = [...depths].map(([node, depth]): [string, number] => [
    node,
    depth + 1 - 1 / (1 + (strengths.get(node) ?? 0)),
  ]);
  return descending(new Map(scores));
};

function correlation(pairs: ReadonlyArray<readonly [number, number]>): number {
  const count = pairs.length;
  if (count < 3) return 0;
  const [meanX, meanY] = [0, 1].map((side) => pairs.reduce((sum, pair) => sum + (pair[side] ?? 0), 0) / count);
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    const [dx, dy] = [x - (meanX ?? 0), y - (meanY ?? 0)];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? Math.abs(xy) / Math.sqrt(xx * yy) : 0;
}

export const byCorrelation: Ranking = (incident) => {
  const alike = incident.metrics.filter(likeTarget(incident));
  const target = alike.find(({ node }) => node === incident.target.node);
  const scores = new Map<string, number>();
  for (const series of alike.filter((one) => one !== target)) {
    const pairs = series.points.flatMap(([, value], index): Array<[number, number]> => {
      const other = target?.points[index]?.[1] ?? null;
      return value === null || other === null ? [] : [[value, other]];
    });
    scores.set(series.node, correlation(pairs));
  }
  return descending(scores);
};
