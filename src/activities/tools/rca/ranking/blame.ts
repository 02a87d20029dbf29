/**
 * Hands the blame for the target's trouble down the call graph. A node keeps what its callees' burdens do not explain;
 * the rest goes to them in proportion. What is not measured is looked through.
 */
import type { CallGraph } from "./input.js";

/** Callees never explain everything: a part stays, so that each hop has to be worth it. */
const EXPLAINED_MAX = 0.95;
const ROUNDS_MAX = 64;
/** Blame that is too little to follow any further. */
const BLAME_MIN = 1e-6;
/** Unmeasured nodes that are looked through in a row. */
const HIDDEN_MAX = 8;
const SEEN_MAX = 2_000;

export interface Blamed {
  /** The part of the target's trouble that begins here, 0..1. */
  kept: Map<string, number>;
  /** The part that passed through: a node whose trouble its callees explain. */
  passed: Map<string, number>;
  /** The caller that handed a node most of its blame. */
  from: Map<string, string>;
}

/** The nearest callees that are measured, through those that are not. */
function measuredCallees(node: string, graph: CallGraph, amounts: ReadonlyMap<string, number>): string[] {
  const found = new Set<string>();
  const seen = new Set([node]);
  let front = [node];
  for (let depth = 0; depth < HIDDEN_MAX && front.length > 0 && seen.size < SEEN_MAX; depth++) {
    const next: string[] = [];
    for (const callee of front.flatMap((one) => graph.callees.get(one) ?? [])) {
      if (seen.has(callee)) continue;
      seen.add(callee);
      if (amounts.has(callee)) found.add(callee);
      else next.push(callee);
    }
    front = next;
  }
  return [...found];
}

interface Handing {
  share: number;
  to: Array<{ callee: string; part: number }>;
}

function handingOf(node: string, graph: CallGraph, amounts: ReadonlyMap<string, number>): Handing {
  const own = amounts.get(node);
  const callees = measuredCallees(node, graph, amounts)
    .map((callee) => ({ callee, amount: amounts.get(callee) ?? 0 }))
    .filter(({ amount }) => amount > 0);
  const total = callees.reduce((sum, { amount }) => sum + amount, 0);
  if (total <= 0) return { share: 0, to: [] };
  const share = own === undefined || own <= 0 ? EXPLAINED_MAX : Math.min(EXPLAINED_MAX, total / own);
  return { share, to: callees.map(({ callee, amount }) => ({ callee, part: amount / total })) };
}

const add = (map: Map<string, number>, key: string, value: number): void => {
  map.set(key, (map.get(key) ?? 0) + value);
};

/** `amounts`: the burden of every measured node, 0 where it is calm. Cycles end by the bound on the rounds. */
export function blame(target: string, graph: CallGraph, amounts: ReadonlyMap<string, number>): Blamed {
  const [kept, passed] = [new Map<string, number>(), new Map<string, number>()];
  const [from, most] = [new Map<string, string>(), new Map<string, number>()];
  const handings = new Map<string, Handing>();
  let moving = new Map([[target, 1]]);
  for (let round = 0; round < ROUNDS_MAX && moving.size > 0; round++) {
    const next = new Map<string, number>();
    for (const [node, mass] of moving) {
      const handing = handings.get(node) ?? handingOf(node, graph, amounts);
      handings.set(node, handing);
      add(kept, node, mass * (1 - handing.share));
      if (mass * handing.share < BLAME_MIN) continue;
      add(passed, node, mass * handing.share);
      for (const { callee, part } of handing.to) {
        const given = mass * handing.share * part;
        add(next, callee, given);
        if (given > (most.get(callee) ?? 0)) {
          most.set(callee, given);
          from.set(callee, node);
        }
      }
    }
    moving = next;
  }
  for (const [node, mass] of moving) add(kept, node, mass);
  return { kept, passed, from };
}
