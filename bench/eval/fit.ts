/** Chooses the weights of the odds from cases whose cause is known: the most likely ones, drawn a little towards nothing. */
import { featuresFor } from "../../src/activities/tools/rca/rank-causes.js";
import { type Features, logOddsOf, WEIGHTS, type Weights } from "../../src/activities/tools/rca/ranking/odds.js";
import type { Case } from "./cases.js";

const ROUNDS = 160;
const RATE = 0.06;
const DRAWN = 0.02;
const START = 0.3;
const KEYS = Object.keys(WEIGHTS) as Array<keyof Weights>;

export interface Row {
  cause: string;
  nodes: ReadonlyMap<string, Features>;
  /** So that each family of sets has the same say. */
  share: number;
}

export const rowOf = (one: Case, share: number): Row => ({
  cause: one.cause,
  nodes: featuresFor({ metrics: one.metrics, graph: one.graph, target: one.target, time: { from: one.noticedAt } }),
  share,
});

function slopes(rows: readonly Row[], weights: Weights): Weights {
  const slope = Object.fromEntries(KEYS.map((key) => [key, -DRAWN * weights[key]])) as unknown as Weights;
  for (const { cause, nodes, share } of rows.filter((row) => row.nodes.has(row.cause))) {
    const odds = [...nodes].map(([node, features]) => ({ node, features, value: logOddsOf(features, weights) }));
    const most = Math.max(...odds.map(({ value }) => value));
    const total = odds.reduce((sum, { value }) => sum + Math.exp(value - most), 0);
    for (const { node, features, value } of odds) {
      const miss = (node === cause ? 1 : 0) - Math.exp(value - most) / total;
      for (const key of KEYS) slope[key] += share * miss * features[key];
    }
  }
  return slope;
}

/** Adam's method; only the weight of where it was noticed may fall below 0. */
export function fitted(rows: readonly Row[]): Weights {
  const weights = Object.fromEntries(KEYS.map((key) => [key, START])) as unknown as Weights;
  const [mean, square] = [{ ...weights }, { ...weights }];
  for (const key of KEYS) [mean[key], square[key]] = [0, 0];
  for (let round = 1; round <= ROUNDS; round++) {
    const slope = slopes(rows, weights);
    for (const key of KEYS) {
      mean[key] = 0.9 * mean[key] + 0.1 * slope[key];
      square[key] = 0.99 * square[key] + 0.01 * slope[key] ** 2;
      const step = mean[key] / (1 - 0.9 ** round) / (Math.sqrt(square[key] / (1 - 0.99 ** round)) + 1e-8);
      weights[key] += RATE * step;
      if (key !== "noticed") weights[key] = Math.max(0, weights[key]);
    }
  }
  return weights;
}

export function placeBy({ cause, nodes }: Row, weights: Weights): number {
  const odds = [...nodes].map(([node, features]) => ({ node, value: logOddsOf(features, weights) }));
  return odds.sort((a, b) => b.value - a.value || (a.node < b.node ? -1 : 1)).findIndex(({ node }) => node === cause);
}
