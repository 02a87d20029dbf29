/** Asks a run to end: tools are stopped, gates are withdrawn, and there is a report. */

import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import { promptly } from "./deadline.js";
import type { Histories } from "./histories.js";
import { attempt, isNotFound, refusal } from "./temporal-errors.js";
import { find } from "./view.js";

export async function cancelRun(
  runId: string,
  histories: Histories,
  { client }: RunsOptions,
): Promise<Result<{ runId: string }>> {
  const found = await find(runId, histories);
  if (!found.ok) return found;
  const { fold, runKey: firstExecutionRunId } = found.value;
  // The server takes the request for a run that has ended, and nothing comes of it.
  if (fold.ending !== undefined && fold.ending.kind !== "continued") return ended(runId);
  return attempt(runId, async () => {
    try {
      const handle = client.workflow.getHandle(runId, undefined, { firstExecutionRunId });
      await promptly(client, () => handle.cancel());
      return { ok: true, value: { runId } };
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return ended(runId);
    }
  });
}

function ended(runId: string): ReturnType<typeof refusal> {
  const message = `${runId} has ended already: there is nothing to cancel`;
  return refusal({ code: "run-ended", at: runId, message, hint: `read it with: autoops report ${runId}` });
}
