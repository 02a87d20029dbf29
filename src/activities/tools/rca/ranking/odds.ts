/**
 * Weighs what is known of every node on one scale, the logarithm of the odds that the trouble began there. Few weights,
 * chosen by `npm run eval` with each set left out in turn; nothing else is tuned.
 */
import { mean, sum } from "../../../../core/statistics/order.js";
import type { CallGraph } from "./input.js";
import type { Strengths } from "./strengths.js";

export interface Weights {
  /** Own load, memory and disk; time spent in the node itself and on the way to it, by spans. */
  own: number;
  /** The same fallen: a restart, work that is no longer done. */
  fallen: number;
  /** Own latency and errors, and what of them no callee shows more of. */
  symptom: number;
  unexplained: number;
  /** Fewer calls. */
  fewer: number;
  /** The share of the target's trouble that is not handed on to callees. */
  kept: number;
  /** Callers wait, and no callee of theirs shows why: the most of any caller, and the mean. */
  awaited: number;
  awaitedByAll: number;
  /** Where it was noticed: the place of the pain, seldom of the fault. */
  noticed: number;
}

export const WEIGHTS: Weights = {
  own: 1.7,
  fallen: 0.5,
  symptom: 0.3,
  unexplained: 0.4,
  fewer: 0.3,
  kept: 1.5,
  awaited: 1,
  awaitedByAll: 0.7,
  noticed: -1.4,
};
/** What lies on no way from the target hardly has its trouble. No set has such a cause, so that this is a guess. */
const ASTRAY = -3;
/**
 * The share that every node is given beforehand, as the handing down may have gone astray: seldom where means and the
 * numbers of calls are known, for they add up; more often where percentiles stand for them, and most where no call is
 * known, so that one overwhelming signal of a node wins over a guess of who calls it.
 */
const KEPT_BEFORE = { adding: 0.001, percentiles: 0.07, guessed: 0.15 } as const;

const OWN = ["cpu", "memory", "disk", "self", "path", "asks"];
const FALLEN = ["-cpu", "-memory", "-disk", "-other", "-asks", "-self"];

export type Features = Record<keyof Weights, number> & { astray: number };

export interface Known {
  strengths: ReadonlyMap<string, Strengths>;
  graph: CallGraph;
  target: string | undefined;
  /** By node: the share of the target's trouble that stays there. */
  kept: ReadonlyMap<string, number>;
  /** Nodes that the target's trouble may come from; undefined where that is not known. */
  reached: ReadonlySet<string> | undefined;
  /** Whether the target's trouble is measured in what adds up. */
  adds: boolean;
}

export function featuresOf(node: string, { strengths, graph, target, kept, reached, adds }: Known): Features {
  const of = (name: string, key: string): number => strengths.get(name)?.get(key) ?? 0;
  const most = (name: string, keys: readonly string[]): number => Math.max(...keys.map((key) => of(name, key)));
  // A node that is called as never before is slow by its callers' doing.
  const symptom = (name: string): number => Math.max(0, most(name, ["latency", "errors"]) - of(name, "volume"));
  const below = (name: string): number => Math.max(0, ...(graph.callees.get(name) ?? []).map(symptom));
  const waiting = (name: string): number => Math.max(0, of(name, "waiting") - below(name));
  const before = adds ? "adding" : graph.callees.size > 0 ? "percentiles" : "guessed";
  const callers = (graph.callers.get(node) ?? []).map(waiting);
  return {
    own: most(node, OWN),
    fallen: most(node, FALLEN),
    symptom: symptom(node),
    // Without a graph nothing can explain anything, so that this would say the same twice.
    unexplained: graph.callees.size === 0 ? 0 : Math.max(0, symptom(node) - below(node)),
    fewer: of(node, "-volume"),
    kept: Math.log(KEPT_BEFORE[before] + (kept.get(node) ?? 0)),
    awaited: Math.max(0, ...callers),
    awaitedByAll: mean(callers),
    noticed: node === target ? 1 : 0,
    astray: reached === undefined || reached.has(node) ? 0 : 1,
  };
}

export const logOddsOf = (features: Features, weights: Weights): number =>
  (Object.keys(weights) as Array<keyof Weights>).reduce(
    (sum, key) => sum + weights[key] * features[key],
    ASTRAY * features.astray,
  );

/** Shares that add up to 1. */
export function sharesOf(logOdds: ReadonlyMap<string, number>): Map<string, number> {
  const most = Math.max(...logOdds.values());
  const weighed = [...logOdds].map(([node, value]): [string, number] => [node, Math.exp(value - most)]);
  const total = sum(weighed.map(([, value]) => value));
  return new Map(weighed.map(([node, value]) => [node, value / total]));
}
