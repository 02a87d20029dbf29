/** The watches over rollouts that config.yaml declares: one workflow for each hook, whichever workers come and go. */
import { Client, type ClientOptions } from "@temporalio/client";
import type { Log } from "../platform/log.js";
import { isRolloutHook } from "../schema/config/hooks.js";
import type { Config } from "../schema/config.js";
import { messageOf } from "../vocabulary/message-of.js";
import { rolloutsId, WORKFLOWS } from "../vocabulary/names.js";

/** One that goes on is left as it is. */
export async function startWatches(
  { hooks = {} }: Pick<Config, "hooks">,
  options: ClientOptions,
  taskQueue: string,
  log: Log,
): Promise<void> {
  const names = Object.entries(hooks).flatMap(([name, hook]) => (isRolloutHook(hook) ? [name] : []));
  if (names.length === 0) return;
  const client = new Client(options);
  for (const hook of names) {
    try {
      await client.workflow.start(WORKFLOWS.watchRollouts, {
        workflowId: rolloutsId(hook),
        taskQueue,
        args: [{ hook }],
        workflowIdConflictPolicy: "USE_EXISTING",
        workflowIdReusePolicy: "ALLOW_DUPLICATE",
        staticSummary: `watches the rollouts of the hook ${hook}`,
      });
    } catch (error) {
      const reason = messageOf(error);
      log.error("rollouts are not watched; start the worker again", { operation: "rollouts", hook, reason });
    }
  }
}
