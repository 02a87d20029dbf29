/** Narratives over findings: the activity that asks the model, and how a tool gets one in the model's own queue. */
import { Context } from "@temporalio/activity";
import type { Finding } from "../../core/run/state.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { NARRATIVE_TIMEOUT_SECONDS } from "../../vocabulary/model-limits.js";
import { baseRunId, WORKFLOWS } from "../../vocabulary/names.js";
import { whileHeartbeating } from "../acting/heartbeat.js";
import type { Activities, Narrative } from "../contract.js";
import type { ToolContext } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";
import { failureOf } from "./draft-graph.js";

/** The activity `narrate_findings`: one call of the model, or none. */
export function createNarrate({ narrate }: Pick<Dependencies, "narrate">): Activities["narrate_findings"] {
  return async (run, findings) => {
    const activity = Context.current();
    try {
      return await whileHeartbeating(async () => narrate?.(findings, { run, signal: activity.cancellationSignal }));
    } catch (error) {
      if (activity.cancellationSignal.aborted) await activity.cancelled;
      throw failureOf(error);
    }
  };
}

/**
 * For the activity of a tool: asks for a narrative through a workflow of its own, so that the call is an activity on the
 * planner's queue. Whatever goes wrong is logged, and there is none: a summary is whole without it.
 */
export async function narrativeFor(
  findings: Finding[],
  signal: AbortSignal,
  log: ToolContext["log"],
): Promise<Narrative | undefined> {
  const { client, info } = Context.current();
  const { workflowId = "" } = info.workflowExecution ?? {};
  // The summary itself must still be written in the node's time.
  const withinMs = Math.min(NARRATIVE_TIMEOUT_SECONDS * 1_000, Math.floor(info.startToCloseTimeoutMs / 2));
  const id = `${workflowId}.${info.activityId}.narrative.${info.attempt}`;
  try {
    const handle = await client.workflow.start(WORKFLOWS.narrate, {
      taskQueue: info.taskQueue,
      workflowId: id,
      args: [baseRunId(workflowId), findings],
      workflowExecutionTimeout: withinMs,
    });
    const cancel = () => void handle.cancel().catch(() => undefined);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      // An undefined result comes back as null.
      return ((await handle.result()) as Narrative | null) ?? undefined;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  } catch (error) {
    log.warn("no narrative", { reason: messageOf(error) });
    return undefined;
  }
}
