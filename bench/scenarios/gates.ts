/** From an approval to the action that it allows. */
import { setTimeout as pause } from "node:timers/promises";
import type { WorkflowHandle } from "@temporalio/client";
import type { Arena, Shape } from "../arena.js";
import { eachRound, type Figure, median, SIDES, type Side } from "../figures.js";
import { gated } from "../shapes.js";
import { within } from "../within.js";
import type { Scenario } from "./scenario.js";

export const GATED: Shape = { graph: gated(), byHand: "gated" };
/** A gated run takes some 100 ms. */
const RUN_WAIT_SECONDS = 30;
/** Bare checks no approval. The graph is checked there too: an approval is bound to its policy. */
const UNCHECKED: Shape = { ...GATED, more: { unchecked: true } };
export const approval = { node_id: "act", approver: "rita" };

export const approve: Scenario = {
  name: "approve",
  what: "an approval by signal until the approved activity acts",
  async measure(arena, { rounds, quick }) {
    const latency: Figure = { name: "approve → next activity", unit: "ms", rounds: [], goal: { atMost: 1.05 } };
    const events: Figure = { name: "events of a gated node's run", unit: "events", rounds: [] };
    return eachRound([latency, events], SIDES, rounds, async (side, round) => {
      if (round === 0) await once(arena, side);
      const runs = await inTurn(quick ? 3 : 20, () => once(arena, side));
      return [median(runs.map(({ ms }) => ms)), median(runs.map(({ events: count }) => count))].map(Number);
    });
  },
};

async function inTurn<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let done = 0; done < count; done++) results.push(await work());
  return results;
}

async function once(arena: Arena, side: Side): Promise<{ ms: number; events: number }> {
  const handle = side === "bare" ? await arena.start("byHand", UNCHECKED) : await arena.start(side, GATED);
  await asked(handle);
  const acted = arena.bench.acted(handle.workflowId);
  const start = performance.now();
  await handle.signal("approve", approval);
  await Promise.race([acted, endedFirst(handle)]);
  const ms = performance.now() - start;
  await within(RUN_WAIT_SECONDS, `the end of a gated run (${side})`, handle.result());
  return { ms, events: (await arena.cost(handle)).events };
}

/** Rejects when the run ends without its activity having acted, and after a while. */
async function endedFirst(handle: WorkflowHandle): Promise<never> {
  const result = await within(RUN_WAIT_SECONDS, "the approved activity to act", handle.result());
  // The activity tells that it acts before the run can end.
  await pause(1_000);
  throw new Error(`the run ended and nothing acted: ${JSON.stringify(result).slice(0, 1_000)}`);
}

/** Waits until the question has been put and the run is at rest: nothing pending, no workflow task under way. */
async function asked(handle: WorkflowHandle): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const { raw } = await handle.describe();
    const settled = Number(raw.workflowExecutionInfo?.historyLength ?? 0) >= REST_EVENTS;
    if (settled && raw.pendingWorkflowTask == null && (raw.pendingActivities ?? []).length === 0) return;
    await pause(5);
  }
  throw new Error("the gate did not open");
}
/** Events that even the shortest way to an open gate has: started, two workflow tasks, the check, the asking. */
const REST_EVENTS = 11;
