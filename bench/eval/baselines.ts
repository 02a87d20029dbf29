/** Ways to rank causes that take a few lines: what any ranking has to beat. */
import type { MetricSeries } from "../../src/activities/tools/rca/ranking/input.js";
import { quantiles } from "../../src/core/statistics/order.js";
import type { Case, Ranking } from "./cases.js";

/** What lies later is normal operation of another day. */
const ISSUE_SECONDS = 3_600;
const FLOOR_SHARE = 0.01;
const IQR_TO_DEVIATION = 1.349;
const ANOMALOUS_DEVIATIONS = 3;

const numbers = (points: MetricSeries["points"]): number[] =>
  points.flatMap(([, value]) => (value === null || !Number.isFinite(value) ? [] : [value]));

type Score = (usual: readonly number[], issue: readonly number[]) => number;

/** The strongest score of any series, by node. */
function strongest(
  one: Case,
  score: Score,
  select: (series: MetricSeries) => boolean = () => true,
): Map<string, number> {
  const best = new Map<string, number>();
  for (const series of one.metrics.filter(select)) {
    const shows = ([time]: readonly [number, number | null]): boolean =>
      time >= one.noticedAt && time < one.noticedAt + ISSUE_SECONDS;
    const usual = numbers(series.points.filter((point) => !shows(point)));
    const issue = numbers(series.points.filter(shows));
    const found = usual.length === 0 || issue.length === 0 ? 0 : score(usual, issue);
    best.set(series.node, Math.max(found, best.get(series.node) ?? 0));
  }
  return best;
}

const descending = (scores: ReadonlyMap<string, number>): string[] =>
  [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([node]) => node);

const robustZ: Score = (usual, issue) => {
  const [low = 0, middle = 0, high = 0] = quantiles(usual, [0.25, 0.5, 0.75]);
  const width = Math.max((high - low) / IQR_TO_DEVIATION, FLOOR_SHARE * Math.abs(middle), 1e-9);
  return Math.abs((quantiles(issue, [0.5])[0] ?? 0) - middle) / width;
};

/** BARO's scorer: the greatest distance from the median in IQRs; an IQR of 0 counts as 1. */
const baroScore: Score = (usual, issue) => {
  const [low = 0, middle = 0, high = 0] = quantiles(usual, [0.25, 0.5, 0.75]);
  return Math.max(...issue.map((value) => Math.abs(value - middle))) / (high - low || 1);
};

const byLargestZ: Ranking = (one) => descending(strongest(one, robustZ));
const byBaro: Ranking = (one) => descending(strongest(one, baroScore));
const likeTarget =
  ({ target }: Case) =>
  (series: MetricSeries): boolean =>
    series.metric === target.metric && (target.statistic === undefined || series.statistic === target.statistic);
const byTargetMetric: Ranking = (one) => descending(strongest(one, robustZ, likeTarget(one)));

/** From the target along anomalous nodes: the deepest first, the stronger of two as deep. */
const byDepth: Ranking = (one) => {
  const strengths = strongest(one, robustZ, likeTarget(one));
  const depths = new Map([[one.target.node, 0]]);
  let front = [one.target.node];
  for (let depth = 1; front.length > 0; depth++) {
    const anomalous = (node: string): boolean => (strengths.get(node) ?? 0) >= ANOMALOUS_DEVIATIONS;
    const next = one.graph.filter(([from, to]) => front.includes(from) && !depths.has(to) && anomalous(to));
    front = [...new Set(next.map(([, to]) => to))];
    for (const node of front) depths.set(node, depth);
  }
  const scores = [...depths].map(([node, depth]): [string, number] => {
    const strength = strengths.get(node) ?? 0;
    return [node, depth + strength / (1 + strength)];
  });
  return descending(new Map(scores));
};

export const BASELINES: ReadonlyArray<[string, Ranking]> = [
  ["largest robust z", byLargestZ],
  ["largest z of the target's metric", byTargetMetric],
  ["BARO's scorer", byBaro],
  ["deepest anomalous dependency", byDepth],
];
