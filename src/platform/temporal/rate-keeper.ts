/** Asks the keeper of rates, one workflow for all workers, when another machine may be asked. */
import { type Client, WithStartWorkflowOperation } from "@temporalio/client";
import type { Count, CountAnswer } from "../../core/writes/counts.js";
import type { Hold, Take, TakeAnswer } from "../../core/writes/rates.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { RATES, ratesId, WORKFLOWS } from "../../vocabulary/names.js";
import { RATE_ANSWER_WAIT_MS } from "../../vocabulary/rate-limits.js";
import { toolFailure } from "../failure.js";
import { persistently } from "./persistently.js";

export interface RateKeeper {
  /** Throws `ToolFailure("rate-limited")` where it cannot be asked: an unknown rate is not exceeded. */
  take(take: Take): Promise<TakeAnswer>;
  hold(hold: Hold): Promise<void>;
  /** Whether there is room for one more; asked twice for one id it counts once. */
  count(count: Count): Promise<CountAnswer>;
}

/** `where` gives the client and queue of the worker that asks, at the call. */
export function createRateKeeper(where: () => { client: Client; taskQueue: string }): RateKeeper {
  async function ask<R>(update: string, argument: Take | Hold | Count): Promise<R> {
    try {
      const { client, taskQueue } = where();
      const deadline = Date.now() + RATE_ANSWER_WAIT_MS;
      const attempt = () =>
        client.withDeadline(deadline, () => {
          const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.keepRates, {
            workflowId: ratesId(taskQueue),
            taskQueue,
            args: [],
            workflowIdConflictPolicy: "USE_EXISTING",
            staticSummary: "when other machines may be asked",
          });
          return client.workflow.executeUpdateWithStart<never, R, [Take | Hold | Count]>(update, {
            args: [argument],
            startWorkflowOperation: startWorkflowOperation as never,
          });
        });
      // A question that is asked twice may take two turns: the rate is kept all the same.
      return await persistently(deadline, attempt);
    } catch (error) {
      const reason = messageOf(error);
      const message = `the keeper of rates could not be asked (${reason}), so nothing was sent`;
      throw toolFailure("rate-limited", message, { hint: "see that Temporal answers and a worker polls" });
    }
  }
  return {
    take: (take) => ask(RATES.take, take),
    hold: (hold) => ask(RATES.hold, hold),
    count: (count) => ask(RATES.count, count),
  };
}
