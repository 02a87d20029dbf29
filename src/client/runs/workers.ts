/** Whether a worker lives: pollers that were seen lately, and no query that went unanswered since. */

import type { RunView } from "../../core/report/view.js";
import { QUERY_TIMEOUT_SECONDS } from "../../vocabulary/limits.js";
import { QUERIES, RUN_QUEUE, WORKFLOWS } from "../../vocabulary/names.js";
import type { RunsOptions } from "./context.js";
import { promptly } from "./deadline.js";
import { msOf } from "./payloads.js";
import { isNotFound, isTimeOut } from "./temporal-errors.js";

export interface Workers {
  /** A call that was made at this time to a run of this queue went unanswered. */
  missed(askedMs: number, queue: string): void;
  /** Whether one polls the runs' queue, as far as is known without asking one. */
  seen(): Promise<boolean>;
  /** The same, and where a run is open one is asked. */
  live(): Promise<boolean>;
  /** The run's own view, null before its check; undefined where no worker answered in time. */
  ask(workflowId: string, executionId: string, queue: string): Promise<RunView | null | undefined>;
}

/** A worker's poll lasts a minute: the server last saw an idle one at most this long ago. */
const POLLER_FRESH_MS = 75_000;
/** Open runs that are looked through for one that can answer. */
const ASKED_MAX = 5;
/** How long a worker that did not answer counts as gone, unless a newer poll is seen. */
const SILENCE_MS = 30_000;
/** Pollers say little: the server names those of dead workers for minutes. */
const FAILED_PRECONDITION = 9;

export function createWorkers({ client, namespace, now }: RunsOptions): Workers {
  let silentSinceMs: number | undefined;

  function missed(askedMs: number, queue: string): void {
    // Whoever starts runs on a queue that nobody polls says nothing of the worker that polls ours.
    if (queue === RUN_QUEUE) silentSinceMs = askedMs;
  }

  async function seen(): Promise<boolean> {
    const taskQueue = { name: RUN_QUEUE };
    const answer = await promptly(client, () =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 }),
    );
    const lastMs = Math.max(0, ...(answer.pollers ?? []).map((poller) => msOf(poller.lastAccessTime)));
    if (silentSinceMs !== undefined && lastMs <= silentSinceMs && now() - silentSinceMs < SILENCE_MS) return false;
    return now() - lastMs < POLLER_FRESH_MS;
  }

  async function live(): Promise<boolean> {
    if (!(await seen())) return false;
    const query = `WorkflowType = '${WORKFLOWS.runGraph}' AND ExecutionStatus = 'Running'`;
    const { executions } = await promptly(client, () =>
      client.workflowService.listWorkflowExecutions({ namespace, query, pageSize: ASKED_MAX }),
    );
    for (const { execution: open } of executions ?? []) {
      if (!open?.workflowId || !open.runId || (await isStuck(open.workflowId, open.runId))) continue;
      return (await ask(open.workflowId, open.runId, RUN_QUEUE)) !== undefined;
    }
    return true;
  }

  /** A run whose task is tried again and again answers nothing, and says nothing of the worker that tries it; nor does one of another queue. */
  async function isStuck(workflowId: string, executionId: string): Promise<boolean> {
    const described = await promptly(client, () => client.workflow.getHandle(workflowId, executionId).describe());
    return described.taskQueue !== RUN_QUEUE || Number(described.raw.pendingWorkflowTask?.attempt ?? 0) > 1;
  }

  async function ask(workflowId: string, executionId: string, queue: string): Promise<RunView | null | undefined> {
    const askedMs = now();
    try {
      const view = await client.withDeadline(Date.now() + QUERY_TIMEOUT_SECONDS * 1_000, () =>
        client.workflow.getHandle(workflowId, executionId).query<RunView | null>(QUERIES.runView),
      );
      if (queue === RUN_QUEUE) silentSinceMs = undefined;
      return view;
    } catch (error) {
      if (isTimeOut(error)) missed(askedMs, queue);
      else if (!isUnanswered(error)) throw error;
      return undefined;
    }
  }

  return { missed, seen, live, ask };
}

/** The worker answered that it cannot, or the run has no workflow task yet: history tells what there is. */
function isUnanswered(error: unknown): boolean {
  const code =
    (error as { cause?: { code?: unknown }; code?: unknown }).code ??
    (error as { cause?: { code?: unknown } }).cause?.code;
  return code === FAILED_PRECONDITION || isNotFound(error) || (error instanceof Error && /Query/.test(error.name));
}
