/**
 * Ranks the nodes of a call graph by how likely the trouble of one of them, the target, began there.
 *
 * Extra seconds and failed calls add up along a call chain. So each node's burden (how much worse each call became,
 * times its calls) is set against its callees': what they explain is handed on to them, what they do not is its own.
 */
import { type Blamed, blame } from "./rca/ranking/blame.js";
import {
  type Burden,
  bestSeries,
  burdenOf,
  byAdding,
  byMetric,
  byStatistic,
  certainty,
  type Deviation,
} from "./rca/ranking/burdens.js";
import { CITED_MIN_DEVIATIONS, citationsOf, type Evidence } from "./rca/ranking/evidence.js";
import { handHints } from "./rca/ranking/hints.js";
import {
  type CallGraph,
  type Edge,
  type IssueTime,
  type MetricSeries,
  moment,
  nameOf,
  reachingAll,
  readGraph,
  readSeries,
  type Series,
  type Target,
} from "./rca/ranking/input.js";
import { Nodes } from "./rca/ranking/nodes.js";
import { type Signal, signalOf } from "./rca/ranking/signal-kinds.js";
import { type Window, windowOf } from "./rca/ranking/window.js";

export type { Evidence, MetricSeries };

/** Causes that are returned at most. */
const CAUSES_MAX = 50;
/** What deviates somewhere else than on the way from the target ranks below all but traces of what lies on it. */
const ASIDE_SCORE = 0.005;
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
  /** What was noticed: a metric of a node. */
  target: Target;
  time: IssueTime;
}

export interface Cause {
  node: string;
  /** 0..1: the share of the target's trouble that began at the node; best first; all but the `aside` ones add up to at most 1. */
  score: number;
  /** Never empty: a cause that nothing can be cited for is not returned. */
  evidence: Evidence[];
  /** From the target to the node as the blame went; absent for what deviates elsewhere. */
  path?: string[];
  /** `origin` keeps most of the blame it got, `passes-on` is explained by its callees, `aside` got none. */
  role: "origin" | "passes-on" | "aside";
}

function targetOf(series: readonly Series[], target: Target): { found: Series | undefined; signal: Signal } {
  const signal = signalOf(target.metric, target.statistic);
  const own = series.filter((one) => one.node === target.node);
  const alike = own.filter((one) => one.metric === target.metric || one.signal.kind === signal.kind);
  return { found: bestSeries(alike, [byMetric(target.metric), byStatistic(target.statistic), byAdding]), signal };
}

/** The burden of every node that has a series of the target's kind. */
function burdensOf(nodes: Nodes, kind: Signal["kind"], target: Target, window: Window): Map<string, Burden> {
  const burdens = new Map<string, Burden>();
  const preferences = [byMetric(target.metric), byAdding, byStatistic(target.statistic)];
  // Without the target's own calls, seconds and failures of one node cannot be set against another's.
  const usual = kind === "latency" || kind === "errors" ? nodes.calls(target.node, undefined) : undefined;
  for (const node of nodes.names()) {
    const series = bestSeries(nodes.series(node, kind), preferences);
    if (series === undefined) continue;
    const calls = usual === undefined ? undefined : nodes.calls(node, usual);
    const burden = burdenOf(series, window, calls);
    // A gap is no sign of calm: such a node is looked through.
    if (burden.observed !== undefined) burdens.set(node, burden);
  }
  return burdens;
}

/** Calls come down from the callers, so that a change in their number is followed upwards. */
const directionOf = (kind: Signal["kind"], graph: CallGraph): CallGraph =>
  kind === "volume" ? { callees: graph.callers, callers: graph.callees } : graph;

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

interface Findings {
  window: Window;
  nodes: Nodes;
  burdens: ReadonlyMap<string, Burden>;
  blamed: Blamed;
  trust: number;
}

function causeOf(node: string, target: string, { window, nodes, burdens, blamed, trust }: Findings): Cause | undefined {
  const deviations = nodes.deviations(node);
  const [score, main] = [blamed.kept.get(node) ?? 0, strongest(deviations)];
  const strength = main?.strength ?? 0;
  if (score <= 0 && strength < CITED_MIN_DEVIATIONS) return undefined;
  const burden = burdens.get(node);
  const leading = score > 0 && burden !== undefined && burden.amount > 0 ? burden : main;
  const evidence = citationsOf(deviations, leading, window);
  if (evidence.length === 0) return undefined;
  if (score <= 0) return { node, score: ASIDE_SCORE * certainty(strength) * trust, evidence, role: "aside" };
  const role = score >= (blamed.passed.get(node) ?? 0) ? "origin" : "passes-on";
  return { node, score: Math.min(1, score) * trust, evidence, path: pathTo(node, target, blamed.from), role };
}

/** Deterministic; never throws. What `rank-causes/input.ts` cannot read, or bounds, is not looked at. */
export function rankCauses(input: RankCausesInput): Cause[] {
  const node = nameOf(input?.target?.node);
  const metric = nameOf(input?.target?.metric);
  if (node === undefined || metric === undefined) return [];
  const target: Target = { node, metric, statistic: nameOf(input.target.statistic) };
  const series = readSeries(input.metrics, moment(input.time?.from) ?? 0);
  const { found, signal } = targetOf(series, target);
  const window = windowOf(found, series, input.time);
  if (window === undefined) return [];
  const { kind } = found?.signal ?? signal;
  const nodes = new Nodes(series, window);
  const known = readGraph(input.graph);
  const burdens = burdensOf(nodes, kind, target, window);
  const guess = known.callees.size === 0 && burdens.has(node);
  const graph = guess ? reachingAll(node, nodes.names()) : known;
  const amounts = new Map([...burdens].map(([name, { amount }]) => [name, amount]));
  const blamed = blame(node, directionOf(kind, graph), amounts);
  handHints(blamed, kind, graph, { measured: amounts, deviationsOf: nodes.deviations });
  const findings = { window, nodes, burdens, blamed, trust: trustIn(burdens.get(node)) };
  return nodes
    .names()
    .flatMap((name) => causeOf(name, node, findings) ?? [])
    .sort((a, b) => b.score - a.score || (a.node < b.node ? -1 : 1))
    .slice(0, CAUSES_MAX);
}
