/** The budgets of a model: an estimate is reserved before each call, and a call that would go over is not made. */
import { HttpFailure } from "../../../platform/http/failure.js";
import type { Amount, Reservation, Usage } from "../../../platform/model-usage.js";
import type { ModelSettings } from "../../../schema/model.js";
import { CHARS_PER_TOKEN } from "../../../vocabulary/model-limits.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { ModelFailure } from "./ask.js";

type Settings = Pick<ModelSettings, "price" | "budget" | "max_output_tokens">;

/** What the tokens cost; absent where no price is set. */
export function amountOf(input: number, output: number, { price }: Pick<Settings, "price">): Amount {
  const tokens = input + output;
  if (price === undefined) return { tokens };
  return { tokens, cost: (input * price.input_per_million + output * price.output_per_million) / 1_000_000 };
}

/** What a question of so many characters may take at most: more than it is likely to. */
export function estimateOf(chars: number, settings: Settings): { input: number; output: number } {
  return { input: Math.ceil(chars / CHARS_PER_TOKEN), output: settings.max_output_tokens };
}

/** Reserves the estimate, or says which budget it would break; then nothing stays reserved. */
export async function reserve(
  call: Parameters<Usage["reserve"]>[0],
  estimate: Amount,
  settings: Settings,
  usage: Usage,
): Promise<{ ok: true; reservation: Reservation } | { ok: false; problem: Problem }> {
  const reservation = await usage.reserve(call, estimate);
  const problem = overrun(call.kind, reservation, settings.budget);
  if (problem === undefined) return { ok: true, reservation };
  await reservation.record({ tokens: 0, cost: 0 });
  return { ok: false, problem };
}

/**
 * Makes the call that a reservation was made for. One that the server refused, or that never left, gives the reservation
 * back; of one that was lost on the way nobody knows what it took, and its estimate stays.
 */
export async function withReservation<T>(reservation: Reservation, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isRefused = error instanceof ModelFailure && error.code !== "source-answer-invalid";
    const isFree = isRefused || (error instanceof HttpFailure && !error.sent);
    if (isFree) await reservation.record({ tokens: 0, cost: 0 });
    throw error;
  }
}

function overrun(kind: string, { plan, run, day }: Reservation, budget: ModelSettings["budget"]): Problem | undefined {
  const scopes: Array<[name: string, spent: Amount, tokens: number, cost: number | undefined]> = [
    ...(kind === "plan"
      ? [["plan", plan, budget.plan_tokens, budget.plan_cost] as [string, Amount, number, number | undefined]]
      : []),
    ["run", run, budget.run_tokens, budget.run_cost],
    ["day", day, budget.day_tokens, budget.day_cost],
  ];
  for (const [name, spent, tokens, cost] of scopes) {
    const over = spent.tokens > tokens ? "tokens" : cost !== undefined && (spent.cost ?? 0) > cost ? "cost" : undefined;
    if (over === undefined) continue;
    const [limit, would] = over === "tokens" ? [tokens, spent.tokens] : [cost, round(spent.cost ?? 0)];
    const message = `the budget of a ${name} is ${limit} ${over === "tokens" ? "tokens" : "in cost"}, and this call could bring it to ${would}`;
    return {
      code: "budget-exceeded",
      at: `model.budget.${name}_${over}`,
      message,
      hint:
        name === "day"
          ? "wait for tomorrow (UTC), raise it, or plan with --planner playbook"
          : "raise it, or plan with --planner playbook",
    };
  }
  return undefined;
}

const round = (cost: number): number => Math.round(cost * 1_000_000) / 1_000_000;
