/** Plans through the worker: its playbooks and its policy decide. */
import { setTimeout as pause } from "node:timers/promises";
import { CancelledFailure, WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import type { DraftResult } from "../../activities/contract.js";
import type { GoalInput } from "../../schema/run-input.js";
import { QUERY_TIMEOUT_SECONDS } from "../../vocabulary/limits.js";
import { PLAN_TIMEOUT_SECONDS } from "../../vocabulary/model-limits.js";
import { RUN_QUEUE, runId, WORKFLOWS } from "../../vocabulary/names.js";
import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import { promptly } from "./deadline.js";
import { attempt, isTimeOut, refusal } from "./temporal-errors.js";
import type { Workers } from "./workers.js";

export async function planGoal(
  input: GoalInput,
  workers: Workers,
  { client, encrypts, idTail, now }: RunsOptions,
  signal?: AbortSignal,
): Promise<Result<DraftResult>> {
  return attempt("plan", async () => {
    if (!(await workers.seen())) return refusal(NO_WORKER);
    const workflowId = runId(encrypts === true ? "plan" : `plan ${input.goal.slice(0, 60)}`, idTail());
    const start = () =>
      client.workflow.start(WORKFLOWS.planGoal, {
        taskQueue: RUN_QUEUE,
        workflowId,
        args: [input],
        workflowExecutionTimeout: (PLAN_TIMEOUT_SECONDS + 10) * 1_000,
      });
    const startedMs = now();
    const handle = await promptly(client, start);
    // Who leaves wants no plan; a cancel that does not arrive leaves one that changes nothing.
    const cancel = () => void handle.cancel().catch(() => undefined);
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const untilMs = Date.now() + PLAN_TIMEOUT_SECONDS * 1_000;
      const drafted = client.withDeadline(untilMs, () => handle.result() as Promise<DraftResult>);
      if (await isLeftLying(handle, drafted)) {
        workers.missed(startedMs, RUN_QUEUE);
        drafted.catch(() => undefined);
        // A worker that starts later need not plan what nobody waits for.
        await promptly(client, () => handle.terminate("no worker took it up in time")).catch(() => undefined);
        return refusal(NO_WORKER);
      }
      return { ok: true, value: await drafted };
    } catch (error) {
      if (error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) {
        return refusal({ code: "cancelled", at: workflowId, message: "the plan was cancelled" });
      }
      if (error instanceof WorkflowFailedError) {
        const message = `the plan failed: ${error.cause?.message ?? error.message}`;
        return refusal({ code: "tool-failed", at: workflowId, message, hint: "look at the worker's log" });
      }
      if (isTimeOut(error)) return refusal(NO_WORKER);
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  });
}

const SCHEDULED = 1;

/** Whether no worker has begun with it in the time that one has: the pollers of dead workers are seen for a while. */
async function isLeftLying(handle: WorkflowHandle, drafted: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const ended = drafted.then(
    () => true,
    () => true,
  );
  const late = pause(QUERY_TIMEOUT_SECONDS * 1_000, false, { signal: stop.signal }).catch(() => true);
  const hasEnded = await Promise.race([ended, late]);
  stop.abort();
  if (hasEnded) return false;
  const { raw } = await handle.describe();
  return raw.pendingWorkflowTask?.state === SCHEDULED;
}

export const NO_WORKER = {
  code: "no-worker",
  at: RUN_QUEUE,
  message: `no worker polls the task queue ${RUN_QUEUE}`,
  hint: "start one: autoops worker",
} as const;
