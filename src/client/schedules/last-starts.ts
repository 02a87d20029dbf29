/** What the last starts of a schedule came to: a run's outcome, or why there was no run. */
import { type Client, type ScheduleDescription, WorkflowFailedError } from "@temporalio/client";
import { promptly } from "../runs/deadline.js";

export interface LastStart {
  startedMs: number;
  /** The started workflow; its run has `.run` behind that. */
  run: string;
  /** Absent where it was not asked for, or Temporal keeps it no more: `running`, a run's outcome, or `failed`. */
  outcome?: string;
  /** Why it failed: mostly a goal that could not be planned. */
  message?: string;
}

/** Oldest first; what the last one came to is asked, of those before it nothing. */
export function lastStarts(
  client: Client,
  actions: ScheduleDescription["info"]["recentActions"],
): Promise<LastStart[]> {
  return Promise.all(
    actions.map(({ takenAt, action: { workflow } }, at) => {
      const start = { startedMs: takenAt.getTime(), run: workflow.workflowId };
      return at < actions.length - 1 ? start : withOutcome(client, start, workflow.firstExecutionRunId);
    }),
  );
}

/** Of what Temporal has forgotten, or does not tell at once, the start alone is told. */
async function withOutcome(client: Client, start: LastStart, executionId: string): Promise<LastStart> {
  const handle = client.workflow.getHandle(start.run, executionId);
  try {
    return await promptly(client, async () => {
      const { status } = await handle.describe();
      if (status.name === "RUNNING") return { ...start, outcome: "running" };
      const report: unknown = await handle.result();
      return { ...start, outcome: outcomeIn(report) };
    });
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) return start;
    return { ...start, outcome: "failed", message: (error.cause?.message ?? error.message).slice(0, 400) };
  }
}

function outcomeIn(report: unknown): string {
  const outcome = (report as { outcome?: unknown } | null)?.outcome;
  return typeof outcome === "string" ? outcome : "done";
}
