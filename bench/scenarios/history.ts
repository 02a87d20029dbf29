/** What a run leaves in history, and what it costs to read it again. Counts, not times: one run a side is enough. */
import { readFileSync } from "node:fs";
import type { WorkflowHandle } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import type { Cost, Shape } from "../arena.js";
import { eachRound, type Figure, SIDES, type Side } from "../figures.js";
import type { Scenario } from "./scenario.js";
import { CHAIN, layeredShape } from "./times.js";

export const historyCost: Scenario = {
  name: "history",
  what: "events and bytes a node",
  async measure(arena, { quick }) {
    const [few, many] = quick ? [40, 80] : [200, 1_000];
    const goal = { atMost: 1.2 };
    const bytes = (name: string): Figure => ({ name, unit: "bytes", rounds: [], goal });
    const figures: Figure[] = [
      { name: "events of a chain of 10", unit: "events", rounds: [] },
      { name: `events a node, layered ${few}`, unit: "events", rounds: [] },
      { name: `events a node, layered ${many}`, unit: "events", rounds: [] },
      bytes("bytes a node, chain of 10"),
      bytes("bytes a node, layered 12"),
      bytes(`bytes a node, layered ${few}`),
      bytes(`bytes a node, layered ${many}`),
      bytes(`bytes of each further node, ${few} to ${many}`),
      { name: `history of ${many} nodes`, unit: "bytes", rounds: [], absolute: { atMost: 1_000_000 } },
    ];
    return eachRound(figures, SIDES, 1, async (side) => {
      const cost = async (shape: Shape): Promise<Cost> => arena.cost(await arena.run(side, shape));
      const ten = await cost(CHAIN);
      const small = await cost(layeredShape(12));
      const middle = await cost(layeredShape(few));
      const large = await cost(layeredShape(many));
      const events = [ten.events, middle.events / few, large.events / many];
      const each = [ten.bytes / 10, small.bytes / 12, middle.bytes / few, large.bytes / many];
      return [...events, ...each, (large.bytes - middle.bytes) / (many - few), large.bytes];
    });
  },
};

/** Times that a history is replayed in one worker; what one replay costs more than none is taken off. */
const REPLAYS = 20;

export const replay: Scenario = {
  name: "replay",
  what: "processor time of replaying 200 nodes",
  async measure(arena, { rounds, quick }) {
    const shape = layeredShape(quick ? 40 : 200);
    const figure: Figure = { name: "replay of 200 nodes", unit: "ms CPU", rounds: [], goal: { atMost: 1.1 } };
    // Results that come in together make fewer workflow tasks: two runs of one graph differ in what there is to replay.
    const each: Figure = { name: "replay, for each event", unit: "ms CPU", rounds: [] };
    const runs: Partial<Record<Side, WorkflowHandle>> = {};
    return eachRound([figure, each], SIDES, rounds, async (side) => {
      runs[side] ??= await arena.run(side, shape);
      const code = readFileSync(side === "ours" ? arena.bundles.ours : arena.bundles.byHand, "utf8");
      const history = await (runs[side] as WorkflowHandle).fetchHistory();
      const times = quick ? 4 : REPLAYS;
      const one = await processorTime(code, history, 1);
      const ms = ((await processorTime(code, history, 1 + times)) - one) / times;
      return [ms, ms / (history.events?.length ?? 1)];
    });
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
