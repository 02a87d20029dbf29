/**
 * Ranks nodes by how likely a trouble began there. Two things are weighed on one scale: how far a node's own signals
 * left their normal, and what stays at it of the trouble that was noticed at the target.
 *
 * Extra seconds and failed calls add up along a call chain. So each node's burden (how much worse each call became,
 * times its calls) is set against its callees': what they explain is handed on to them, what they do not is its own.
 */
import { type Burden, certainty, type Deviation } from "./ranking/burdens.js";
import { CITED_MIN_DEVIATIONS, citationsOf, type Evidence } from "./ranking/evidence.js";
import {
  type Edge,
  edgesOf,
  type IssueTime,
  list,
  type MetricSeries,
  moment,
  nameOf,
  readSeries,
  type Target,
} from "./ranking/input.js";
import { type Noticed, noticedAt } from "./ranking/noticed.js";
import { type Features, featuresOf, type Known, logOddsOf, sharesOf, WEIGHTS } from "./ranking/odds.js";
import { statisticRank } from "./ranking/signal-kinds.js";
import { type CallSpan, seriesOfSpans } from "./ranking/span-series.js";
import { strengthsOf } from "./ranking/strengths.js";

export type { CallSpan, Evidence, MetricSeries };

/** Causes that are returned at most. */
const CAUSES_MAX = 50;
/** What got none of the target's trouble is set aside below this share. */
const ASIDE_MAX_SCORE = 0.1;
/** The target's trouble leads the evidence of a node that keeps at least so much of it. */
const LEADING_SHARE = 0.3;
/** A node with more than this is where it began, though its callees show trouble, too. */
const ORIGIN_MIN_SCORE = 0.5;
/** What all scores are multiplied by at least, and where the target itself is not measured. */
const DOUBTED_TARGET = 0.01;
const UNSEEN_TARGET = 0.5;

export interface RankCausesInput {
  /**
   * Series of the nodes, the target's among them. One list holds normal operation and the issue alike. The numbers of
   * calls (`requests` and the like) matter: without them a rarely called node weighs as much as a busy one.
   */
  metrics: readonly MetricSeries[];
  /** Who calls whom: caller first. Empty: nothing is known of it, and any node may be the cause. */
  graph: readonly Edge[] | { edges: readonly Edge[] };
  /** What was noticed: a metric of a node. Without it every node is judged by its own signals alone. */
  target?: Target;
  time: IssueTime;
  /** Spans of the time around the issue, where there are any: what they say is weighed like any other signal. */
  spans?: readonly CallSpan[];
}

export interface Cause {
  node: string;
  /** 0..1: how likely the trouble began at the node; best first; all add up to at most 1. */
  score: number;
  /** Never empty: a cause that nothing can be cited for is not returned. */
  evidence: Evidence[];
  /** From the target to the node as the blame went; absent for what deviates elsewhere. */
  path?: string[];
  /** `passes-on`: its callees explain it; `aside`: it deviates, but not on the way from the target, or hardly; else `origin`. */
  role: "origin" | "passes-on" | "aside";
}

function pathTo(node: string, target: string, from: ReadonlyMap<string, string>): string[] {
  const path = [node];
  const seen = new Set(path);
  let at: string | undefined = node;
  while (at !== undefined && at !== target) {
    at = from.get(at);
    if (at === undefined || seen.has(at)) break;
    seen.add(at);
    path.unshift(at);
  }
  return path[0] === target ? path : [target, ...path];
}

const strongest = (deviations: readonly Deviation[]): Deviation | undefined =>
  deviations.reduce<Deviation | undefined>(
    (best, one) => (one.strength > (best?.strength ?? 0) ? one : best),
    undefined,
  );

/** How sure it is that the target is in trouble at all: with none, nothing has a cause. */
function trustIn(burden: Burden | undefined): number {
  return burden === undefined ? UNSEEN_TARGET : Math.max(certainty(burden.strength), DOUBTED_TARGET);
}

interface Judged extends Noticed {
  target: string | undefined;
  features: ReadonlyMap<string, Features>;
  /** How sure it is that the target is in trouble. */
  sure: number;
}

interface Findings extends Judged {
  /** By node, adding up to 1. */
  shares: ReadonlyMap<string, number>;
  trust: number;
}

function causeOf(node: string, findings: Findings): Cause | undefined {
  const { target, window, nodes, burdens, blamed, shares, features, trust } = findings;
  const deviations = nodes.deviations(node);
  const [kept, main, burden] = [blamed.kept.get(node) ?? 0, strongest(deviations), burdens.get(node)];
  const { awaited = 0, awaitedByAll = 0, own = 0, symptom = 0, fallen = 0, astray = 0 } = features.get(node) ?? {};
  const shown = Math.max(own, fallen, symptom, awaited, awaitedByAll) > 0;
  if (kept <= 0 && (main?.strength ?? 0) < CITED_MIN_DEVIATIONS && !shown) return undefined;
  const leading = kept > LEADING_SHARE && burden !== undefined && burden.amount > 0 ? burden : main;
  const evidence = citationsOf(deviations, leading, window);
  if (evidence.length === 0) return undefined;
  const score = Math.max(Number.MIN_VALUE, Math.min(1, (shares.get(node) ?? 0) * trust));
  const passed = blamed.passed.get(node) ?? 0;
  if (astray > 0 || (target !== undefined && kept <= 0 && passed <= 0 && score < ASIDE_MAX_SCORE))
    return { node, score, evidence, role: "aside" };
  const passes = passed > kept && own < symptom && score < ORIGIN_MIN_SCORE;
  const path = target === undefined ? {} : { path: pathTo(node, target, blamed.from) };
  return { node, score, evidence, ...path, role: passes ? "passes-on" : "origin" };
}

function judge(input: Partial<RankCausesInput> | undefined): Judged | undefined {
  const node = nameOf(input?.target?.node);
  const metric = nameOf(input?.target?.metric) ?? "";
  const target = node === undefined ? undefined : { node, metric, statistic: nameOf(input?.target?.statistic) };
  const near = moment(input?.time?.from) ?? 0;
  const spans = seriesOfSpans(input?.spans);
  const series = readSeries([...list(input?.metrics), ...spans.metrics], near);
  const noticed = noticedAt({ ...input, graph: [...edgesOf(input?.graph), ...spans.graph] as Edge[] }, series, target);
  if (noticed === undefined) return undefined;
  const { window, nodes, burdens, blamed, graph, reached } = noticed;
  const from = moment(input?.time?.from) ?? window.start + (window.size - 1) * window.step;
  const strengths = strengthsOf(series, window, from);
  const burden = node === undefined ? undefined : burdens.get(node);
  const sure = node === undefined ? UNSEEN_TARGET : trustIn(burden);
  const kept = new Map([...blamed.kept].map(([name, share]) => [name, share * sure]));
  const adds = burden?.calls !== undefined && statisticRank(burden.series.statistic) === 0;
  const known: Known = { strengths, graph, target: node, kept, reached, adds };
  const features = new Map(nodes.names().map((name) => [name, featuresOf(name, known)]));
  return { ...noticed, target: node, features, sure };
}

/** What is weighed of every node, for the scorecard. */
export const featuresFor = (input: RankCausesInput): ReadonlyMap<string, Features> =>
  judge(input)?.features ?? new Map();

/** Deterministic; never throws. What `rca/ranking/input.ts` cannot read, or bounds, is not looked at. */
export function rankCauses(input: RankCausesInput): Cause[] {
  const judged = judge(input);
  if (judged === undefined) return [];
  const { features, nodes, sure } = judged;
  const shares = sharesOf(new Map([...features].map(([name, own]) => [name, logOddsOf(own, WEIGHTS)])));
  const clearest = Math.max(0, ...[...features.values()].map(({ own, symptom }) => Math.max(own, symptom)));
  const trust = Math.max(sure, certainty(Math.exp(clearest) - 1), DOUBTED_TARGET);
  return nodes
    .names()
    .flatMap((name) => causeOf(name, { ...judged, shares, trust }) ?? [])
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1))
    .slice(0, CAUSES_MAX);
}
