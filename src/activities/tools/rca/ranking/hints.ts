/**
 * Trouble of another kind than the target's. A slow callee makes its caller fail by time-outs, a failing one makes it
 * slow by retries, and a database may show nothing but its load: part of what a node keeps is handed to such callees.
 */
import type { Blamed } from "./blame.js";
import { certainty, type Deviation } from "./burdens.js";
import type { CallGraph } from "./input.js";
import type { SignalKind } from "./signal-kinds.js";

/** A callee that is measured in the target's own kind would have shown its trouble there. */
const MEASURED_SHARE = 0.3;
const UNMEASURED_SHARE = 0.6;
/** Nodes that keep less have nothing worth handing on. */
const KEPT_MIN = 0.01;
/** Load, memory and the like often move with no harm done. */
const RESOURCE_SHARE = 0.3;
/** A callee that is no longer called, or no longer measured, may be down; it may as well be a gap in the data. */
const GONE_SHARE = 0.5;
const GONE_MAX_LEFT = 0.05;
/** Latency that rose by less does not make callers fail. */
const LATENCY_MIN_RISE = 1;

function weightOf(deviation: Deviation, kind: SignalKind): number {
  const found = deviation.series.signal.kind;
  const { level = 0, observed = 0 } = deviation;
  // More or fewer calls are the callers' doing; none at all may be the callee's.
  if (found === "volume") return level > 0 && observed <= GONE_MAX_LEFT * level ? GONE_SHARE : 0;
  // What nobody can name says nothing of harm.
  if (found === kind || found === "other") return 0;
  const sure = certainty(deviation.strength);
  if (found === "resource") return sure * RESOURCE_SHARE;
  if (found === "latency" && deviation.excess < LATENCY_MIN_RISE * Math.abs(level)) return 0;
  return sure;
}

/** Changes `kept`; only nodes that keep something hand it on, one hop. */
export function handHints(
  { kept, from }: Pick<Blamed, "kept" | "from">,
  kind: SignalKind,
  graph: CallGraph,
  known: { measured: ReadonlyMap<string, unknown>; deviationsOf: (node: string) => readonly Deviation[] },
): void {
  for (const [node, mass] of [...kept].filter(([, share]) => share > KEPT_MIN)) {
    const hints = (graph.callees.get(node) ?? []).map((callee) => {
      const weights = known.deviationsOf(callee).map((deviation) => weightOf(deviation, kind));
      const share = known.measured.has(callee) ? MEASURED_SHARE : UNMEASURED_SHARE;
      return { callee, weight: Math.max(0, ...weights) * share };
    });
    const total = hints.reduce((sum, { weight }) => sum + weight, 0);
    if (total <= 0) continue;
    const given = mass * Math.max(...hints.map(({ weight }) => weight));
    kept.set(node, (kept.get(node) ?? 0) - given);
    for (const { callee, weight } of hints.filter((hint) => hint.weight > 0)) {
      kept.set(callee, (kept.get(callee) ?? 0) + (given * weight) / total);
      if (!from.has(callee)) from.set(callee, node);
    }
  }
}
