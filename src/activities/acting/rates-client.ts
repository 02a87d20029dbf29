/** The keeper of rates as the activity that runs can reach it: by its worker's own client. */
import { Context } from "@temporalio/activity";
import { createRateKeeper, type RateKeeper } from "../../platform/temporal/rate-keeper.js";
import { PLANNER_QUEUE, RUN_QUEUE } from "../../vocabulary/names.js";

export function ratesClient(): RateKeeper {
  return createRateKeeper(() => {
    const { client, info } = Context.current();
    return { client, taskQueue: info.taskQueue === PLANNER_QUEUE ? RUN_QUEUE : info.taskQueue };
  });
}
