/** The trouble that was noticed: where its target's burden went, handed down the call graph. */
import { type Blamed, blame } from "./blame.js";
import { type Burden, bestSeries, burdenOf, byAdding, byMetric, byStatistic } from "./burdens.js";
import { handHints } from "./hints.js";
import { type CallGraph, type IssueTime, reachingAll, readGraph, type Series, type Target } from "./input.js";
import { Nodes } from "./nodes.js";
import { plainMetric, type Signal, signalOf } from "./signal-kinds.js";
import { type Window, windowOf } from "./window.js";

function targetOf(series: readonly Series[], target: Target): { found: Series | undefined; signal: Signal } {
  const plain = plainMetric(target.metric, target.node);
  const signal = signalOf(plain, target.statistic);
  const own = series.filter((one) => one.node === target.node);
  const alike = own.filter((one) => one.plain === plain || one.signal.kind === signal.kind);
  return { found: bestSeries(alike, [byMetric(plain), byStatistic(target.statistic), byAdding]), signal };
}

/** The burden of every node that has a series of the target's kind. */
function burdensOf(nodes: Nodes, kind: Signal["kind"], target: Target, window: Window): Map<string, Burden> {
  const burdens = new Map<string, Burden>();
  const plain = plainMetric(target.metric, target.node);
  const preferences = [byMetric(plain), byAdding, byStatistic(target.statistic)];
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

/** The nodes that the target reaches; undefined where the graph does not know the target. */
function reachedFrom(target: string, { callees }: CallGraph): ReadonlySet<string> | undefined {
  if (!callees.has(target)) return undefined;
  const reached = new Set([target]);
  for (const node of reached) for (const callee of callees.get(node) ?? []) reached.add(callee);
  return reached;
}

export interface Noticed {
  window: Window;
  nodes: Nodes;
  graph: CallGraph;
  burdens: ReadonlyMap<string, Burden>;
  blamed: Blamed;
  reached: ReadonlySet<string> | undefined;
}

const NO_TIME = {} as IssueTime;
const NOBODY: Blamed = { kept: new Map(), passed: new Map(), from: new Map() };

/** The target's trouble handed down the graph; without a target nothing is. */
export function noticedAt(
  input: { graph?: unknown; time?: IssueTime } | undefined,
  series: readonly Series[],
  target: Target | undefined,
): Noticed | undefined {
  const { found, signal } = target === undefined ? { found: undefined, signal: undefined } : targetOf(series, target);
  const window = windowOf(found, series, input?.time ?? NO_TIME);
  if (window === undefined) return undefined;
  const nodes = new Nodes(series, window);
  const known = readGraph(input?.graph);
  const kind = found?.signal.kind ?? signal?.kind;
  if (target === undefined || kind === undefined)
    return { window, nodes, graph: known, burdens: new Map(), blamed: NOBODY, reached: undefined };
  const burdens = burdensOf(nodes, kind, target, window);
  const guess = known.callees.size === 0 && burdens.has(target.node);
  const directed = directionOf(kind, guess ? reachingAll(target.node, nodes.names()) : known);
  const amounts = new Map([...burdens].map(([name, { amount }]) => [name, amount]));
  const blamed = blame(target.node, directed, amounts);
  handHints(blamed, kind, guess ? directed : known, { measured: amounts, deviationsOf: nodes.deviations });
  return { window, nodes, graph: known, burdens, blamed, reached: reachedFrom(target.node, directed) };
}
