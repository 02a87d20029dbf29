/** How long one run takes, and how many runs go through at once. */
import type { Arena, Shape } from "../arena.js";
import { atOnce, eachRound, type Figure, median, SIDES, timed } from "../figures.js";
import { chain, diamond, layered } from "../shapes.js";
import type { Effort, Scenario } from "./scenario.js";

export const CHAIN: Shape = { graph: chain(), byHand: "chain" };
export const DIAMOND: Shape = { graph: diamond(), byHand: "diamond" };
export const layeredShape = (count: number): Shape => ({
  graph: layered(count),
  byHand: "layered",
  more: { count },
});

interface Sized {
  name: string;
  what: string;
  shape: (quick: boolean) => Shape;
  /** Runs a round, of which the median counts. */
  runs: number;
}

const SIZED: Sized[] = [
  { name: "chain", what: "chain of 10", shape: () => CHAIN, runs: 7 },
  { name: "diamond", what: "1 → 20 → 1, at most 5 at once", shape: () => DIAMOND, runs: 7 },
  { name: "layered-200", what: "200 nodes in layers of 4", shape: (quick) => layeredShape(quick ? 40 : 200), runs: 1 },
  {
    name: "layered-1000",
    what: "1,000 nodes in layers of 4",
    shape: (quick) => layeredShape(quick ? 80 : 1_000),
    runs: 1,
  },
];

export const timeScenarios: Scenario[] = SIZED.map(({ name, what, shape, runs }) => ({
  name,
  what,
  async measure(arena, { rounds, quick }) {
    const figure: Figure = { name: what, unit: "ms", rounds: [], goal: { atMost: 1.05 } };
    const measured = shape(quick);
    return eachRound([figure], SIDES, rounds, async (side, round) => {
      // The first run of a side loads what later ones find loaded.
      if (round === 0) await arena.run(side, measured);
      return [await medianTime(arena, side, measured, quick ? 1 : runs)];
    });
  },
}));

async function medianTime(arena: Arena, side: (typeof SIDES)[number], shape: Shape, runs: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timed(() => arena.run(side, shape)));
  return median(times) ?? 0;
}

export const throughput: Scenario = {
  name: "throughput",
  what: "100 runs of 10 nodes, started together",
  async measure(arena, { rounds, quick }: Effort) {
    const runs = Array.from({ length: quick ? 20 : 100 }, (_, index) => index);
    const figure: Figure = {
      name: `${runs.length} runs of 10 at once`,
      unit: "runs/s",
      rounds: [],
      goal: { atLeast: 0.95 },
    };
    return eachRound([figure], SIDES, rounds, async (side, round) => {
      if (round === 0) await arena.run(side, CHAIN);
      const ms = await timed(() => atOnce(runs, runs.length, () => arena.run(side, CHAIN)));
      return [(runs.length / ms) * 1_000];
    });
  },
};
