/** One call of the model for a plan: its estimate is reserved before, and what it took is settled and counted after. */
import type { GoalInput } from "../../../schema/run-input.js";
import { CHARS_PER_TOKEN } from "../../../vocabulary/model-limits.js";
import type { Refused } from "../../../vocabulary/result.js";
import { ask, type ModelAnswer } from "./ask.js";
import { amountOf, estimateOf, reserve, withReservation } from "./budget.js";
import type { Calling, ModelPlanner, Work } from "./planner.js";

/** What a plan has taken until now. */
export interface Spent {
  input: number;
  output: number;
  cost?: number;
  calls: number;
}

type Answer = { ok: true; answer: ModelAnswer; spent: Spent } | Refused;

export async function askWithinBudget(
  work: Work,
  input: GoalInput,
  calling: Calling,
  planner: ModelPlanner,
): Promise<Answer> {
  const { settings, usage, fetch, now } = planner;
  const schema = input.refine === undefined ? work.wire.graph : work.wire.changes;
  const estimate = estimateOf(work.prompt.chars + SCHEMA_CHARS * work.offer.tools.length, settings);
  const reserved = await reserve(
    { run: calling.run, kind: "plan" },
    amountOf(estimate.input, estimate.output, settings),
    settings,
    usage,
  );
  if (!reserved.ok) {
    planner.count?.({ kind: "over-budget", budget: reserved.problem.at });
    return { ok: false, problems: [reserved.problem, ...(calling.repair?.problems ?? [])] };
  }
  const name = input.refine === undefined ? "plan" : "changes";
  const question = { messages: work.prompt.messages(planner.boundary()), schema, name };
  const asking = { settings, fetch, now, signal: calling.signal };
  const answer = await withReservation(reserved.reservation, () => ask(question, asking));
  const taken = answer.tokens ?? { input: estimate.input, output: Math.ceil(answer.text.length / CHARS_PER_TOKEN) };
  const amount = amountOf(taken.input, taken.output, settings);
  await reserved.reservation.record(amount);
  planner.count?.({ kind: "call", purpose: "plan", ...taken, cost: amount.cost ?? 0 });
  const before = calling.repair?.spent;
  const cost = amount.cost === undefined ? undefined : amount.cost + (before?.cost ?? 0);
  const spent = {
    input: taken.input + (before?.input ?? 0),
    output: taken.output + (before?.output ?? 0),
    calls: 1 + (before?.calls ?? 0),
    cost: cost === undefined ? undefined : Math.round(cost * 1_000_000) / 1_000_000,
  };
  return { ok: true, answer, spent };
}

/** Characters that the schema of one tool adds to a question, for the estimate. */
const SCHEMA_CHARS = 1_200;
