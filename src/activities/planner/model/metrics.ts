/** Counters of the model on the worker's own metrics: calls, tokens, cost, answers kept, calls that a budget forbade. */
import { metricMeter } from "@temporalio/activity";
import type { ModelEvent } from "./planner.js";

/** Adds an event to the counters. Only inside an activity. */
export function countModel(event: ModelEvent): void {
  const add = (name: string, says: string, amount: number, tags: Record<string, string> = {}): void => {
    metricMeter.createCounter(`autoops_model_${name}`, undefined, says).add(amount, tags);
  };
  switch (event.kind) {
    case "call": {
      const { purpose } = event;
      add("calls", "calls of the model", 1, { purpose });
      add("tokens", "tokens that calls took", event.input, { purpose, direction: "input" });
      add("tokens", "tokens that calls took", event.output, { purpose, direction: "output" });
      // Counters are whole numbers.
      add("cost_millionths", "millionths of the currency of model.price", Math.round(event.cost * 1_000_000), {
        purpose,
      });
      return;
    }
    case "cached":
      return add("answers_kept", "plans made from a kept answer", 1);
    case "over-budget":
      return add("over_budget", "calls that a budget forbade", 1, { budget: event.budget });
  }
}
