/** How long one run takes, and how many runs go through at once. */
import type { Arena, Shape } from "../arena.js";
import { atOnce, type Figure, median, SIDES, timed, turn } from "../figures.js";
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
  shape: () => Shape;
  /** Runs a round, of which the median counts. */
  runs: number;
}

const SIZED: Sized[] = [
  { name: "chain", what: "chain of 10", shape: () => CHAIN, runs: 7 },
  { name: "diamond", what: "1 → 20 → 1, at most 5 at once", shape: () => DIAMOND, runs: 7 },
  { name: "layered-200", what: "200 nodes in layers of 4", shape: () => layeredShape(200), runs: 1 },
  { name: "layered-1000", what: "1,000 nodes in layers of 4", shape: () => layeredShape(1_000), runs: 1 },
];

export const timeScenarios: Scenario[] = SIZED.map(({ name, what, shape, runs }) => ({
  name,
  what,
  async measure(arena, { rounds, quick }) {
    const figure: Figure = { name: what, unit: "ms", rounds: [], goal: { atMost: 1.05 } };
    for (const side of SIDES) await arena.run(side, shape());
    for (let round = 0; round < rounds; round++) {
      const times: Figure["rounds"][number] = {};
      for (const side of turn(SIDES, round)) times[side] = await medianTime(arena, side, shape(), quick ? 1 : runs);
      figure.rounds.push(times);
    }
    return [figure];
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
    for (const side of SIDES) await arena.run(side, CHAIN);
    for (let round = 0; round < rounds; round++) {
      const rates: Figure["rounds"][number] = {};
      for (const side of turn(SIDES, round)) {
        const ms = await timed(() => atOnce(runs, runs.length, () => arena.run(side, CHAIN)));
        rates[side] = (runs.length / ms) * 1_000;
      }
      figure.rounds.push(rates);
    }
    return [figure];
  },
};
