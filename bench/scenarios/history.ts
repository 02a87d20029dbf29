/** What a run leaves in history, and what it costs to read it again. Counts, not times: one run a side is enough. */
import { readFileSync } from "node:fs";
import type { WorkflowHandle } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import type { Arena, Cost, Shape } from "../arena.js";
import { type Figure, SIDES, type Side, turn } from "../figures.js";
import type { Scenario } from "./scenario.js";
import { CHAIN, layeredShape } from "./times.js";

export const historyCost: Scenario = {
  name: "history",
  what: "events and bytes a node",
  async measure(arena) {
    const small = await costs(arena, layeredShape(12));
    const middle = await costs(arena, layeredShape(200));
    const large = await costs(arena, layeredShape(1_000));
    const ten = await costs(arena, CHAIN);
    const each = (from: Record<Side, Cost>, count: number, what: keyof Cost) => [
      Object.fromEntries(SIDES.map((side) => [side, from[side][what] / count])),
    ];
    const further = [Object.fromEntries(SIDES.map((side) => [side, (large[side].bytes - middle[side].bytes) / 800]))];
    const goal = { atMost: 1.25 };
    return [
      { name: "events of a chain of 10", unit: "events", rounds: each(ten, 1, "events") },
      { name: "events a node, layered 200", unit: "events", rounds: each(middle, 200, "events") },
      { name: "events a node, layered 1,000", unit: "events", rounds: each(large, 1_000, "events") },
      { name: "bytes a node, chain of 10", unit: "bytes", rounds: each(ten, 10, "bytes"), goal },
      { name: "bytes a node, layered 12", unit: "bytes", rounds: each(small, 12, "bytes"), goal },
      { name: "bytes a node, layered 200", unit: "bytes", rounds: each(middle, 200, "bytes"), goal },
      { name: "bytes a node, layered 1,000", unit: "bytes", rounds: each(large, 1_000, "bytes"), goal },
      { name: "bytes of each further node, 200 to 1,000", unit: "bytes", rounds: further, goal },
      {
        name: "history of 1,000 nodes",
        unit: "bytes",
        rounds: each(large, 1, "bytes"),
        absolute: { atMost: 1_000_000 },
      },
    ];
  },
};

async function costs(arena: Arena, shape: Shape): Promise<Record<Side, Cost>> {
  const found: Partial<Record<Side, Cost>> = {};
  for (const side of SIDES) found[side] = await arena.cost(await arena.run(side, shape));
  return found as Record<Side, Cost>;
}

/** Times that a history is replayed in one worker; what one replay costs more than none is taken off. */
const REPLAYS = 20;

export const replay: Scenario = {
  name: "replay",
  what: "processor time of replaying 200 nodes",
  async measure(arena, { rounds, quick }) {
    const shape = layeredShape(200);
    const figure: Figure = { name: "replay of 200 nodes", unit: "ms CPU", rounds: [], goal: { atMost: 1 } };
    // Results that come in together make fewer workflow tasks: two runs of one graph differ in what there is to replay.
    const each: Figure = { name: "replay, for each event", unit: "ms CPU", rounds: [] };
    const runs: Partial<Record<Side, WorkflowHandle>> = {};
    for (const side of SIDES) runs[side] = await arena.run(side, shape);
    for (let round = 0; round < rounds; round++) {
      const spent: Figure["rounds"][number] = {};
      const perEvent: Figure["rounds"][number] = {};
      for (const side of turn(SIDES, round)) {
        const code = readFileSync(side === "ours" ? arena.bundles.ours : arena.bundles.byHand, "utf8");
        const history = await (runs[side] as WorkflowHandle).fetchHistory();
        const times = quick ? 4 : REPLAYS;
        const one = await processorTime(code, history, 1);
        const ms = ((await processorTime(code, history, 1 + times)) - one) / times;
        spent[side] = ms;
        perEvent[side] = ms / (history.events?.length ?? 1);
      }
      figure.rounds.push(spent);
      each.rounds.push(perEvent);
    }
    return [figure, each];
  },
};

/** Milliseconds of processor time of all threads. */
async function processorTime(code: string, history: unknown, times: number): Promise<number> {
  const before = process.cpuUsage();
  const replayed = Worker.runReplayHistories(
    { workflowBundle: { code } },
    Array.from({ length: times }, (_, index) => ({ workflowId: `replay-${index}`, history })),
  );
  for await (const { error } of replayed) if (error !== undefined) throw error;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
