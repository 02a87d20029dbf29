/** Asks the ledger of writes, which one workflow keeps for all workers. Who cannot ask does not write. */
import { type Client, WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import type { Pause, WriteAnswer, WriteStart } from "../../core/writes/ledger.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { LEDGER, ledgerId, WORKFLOWS } from "../../vocabulary/names.js";
import { LEDGER_WAIT_MS } from "../../vocabulary/write-limits.js";
import { type ToolFailure, toolFailure } from "../failure.js";
import { persistently } from "./persistently.js";

export type KeptOrder =
  | { kind: "pause"; pause: Pause }
  /** `order`: the id of the signed order. */
  | { kind: "resume"; pauses: readonly string[]; by: string; order: string };

/** What holds writes back, kept where nobody reaches who can only write to the namespace. */
export interface WriteLog {
  keep(order: KeptOrder): Promise<void>;
  /** Whether the write may start by what is kept here; where it may, it is kept, once for each key. */
  start(write: WriteStart): Promise<WriteAnswer>;
}

/** Milliseconds of one asking: a question that was lost with a worker is never answered, and a new one is. */
const ASK_MS = 6_000;
/** Milliseconds that a write which is refused anyway waits for the ledger to be told why. */
const TELL_MS = 2_000;

export interface WriteLedger {
  /**
   * Whether the write may start now; where it may, it is counted. Waits at most `waitMs`. Throws
   * `ToolFailure("writes-unchecked")` where the ledger cannot be asked.
   */
  start(write: WriteStart, waitMs?: number): Promise<WriteAnswer>;
  /** Keeps a pause, or its end, also where the ledger itself can be reset or ended. */
  keep(order: KeptOrder): Promise<void>;
}

/** `where` gives the client and queue of the worker that asks, at the call; `log` has the last word on a write. */
export function createWriteLedger(where: () => { client: Client; taskQueue: string }, log: WriteLog): WriteLedger {
  return {
    keep: (order) => log.keep(order),
    async start(write, waitMs = LEDGER_WAIT_MS) {
      const answer = await started(write, waitMs);
      if (!answer.ok) return answer;
      const kept = await log.start(write);
      // A ledger that lets a write pass which is paused was reset, or begun anew: it is told again, so that people see it.
      if (!kept.ok && kept.why === "paused") await tellAgain(kept.pause).catch(() => undefined);
      return kept;
    },
  };

  async function tellAgain({ id, scope, reason, by }: Pause): Promise<void> {
    const { client, taskQueue } = where();
    const ledger = client.workflow.getHandle(ledgerId(taskQueue));
    const deadline = Date.now() + TELL_MS;
    await client.withDeadline(deadline, () => ledger.signal(LEDGER.pause, { id, scope, reason, by }));
  }

  async function started(write: WriteStart, waitMs: number): Promise<WriteAnswer> {
    const deadline = Date.now() + Math.min(waitMs, LEDGER_WAIT_MS);
    try {
      const { client, taskQueue } = where();
      const attempt = () =>
        client.withDeadline(Math.min(deadline, Date.now() + ASK_MS), () => ask(client, taskQueue, write));
      // The ledger counts a write once, however often it is asked for it.
      return await persistently(deadline, attempt, isEnded);
    } catch (error) {
      throw notAsked(error);
    }
  }
}

function ask(client: Client, taskQueue: string, write: WriteStart): Promise<WriteAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.keepLedger, {
    workflowId: ledgerId(taskQueue),
    taskQueue,
    args: [],
    workflowIdConflictPolicy: "USE_EXISTING",
    // A ledger that was ended from outside may have held a pause: a person starts the next one.
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    staticSummary: "what is paused, and how many writes have started",
  });
  return client.workflow.executeUpdateWithStart<never, WriteAnswer, [WriteStart]>(LEDGER.startWrite, {
    args: [write],
    startWorkflowOperation: startWorkflowOperation as never,
  });
}

const isEnded = (error: unknown): boolean => error instanceof WorkflowExecutionAlreadyStartedError;

function notAsked(error: unknown): ToolFailure {
  if (isEnded(error)) {
    const message = "the ledger of writes was ended from outside, so what was paused is not known; no write starts";
    return toolFailure("writes-unchecked", message, { hint: "start it anew: autoops resume", retryable: false });
  }
  const reason = messageOf(error);
  const message = `the ledger of writes could not be asked (${reason}), so the write did not start`;
  return toolFailure("writes-unchecked", message, {
    hint: "see that Temporal answers and a worker polls, then run it again",
    retryable: false,
  });
}
