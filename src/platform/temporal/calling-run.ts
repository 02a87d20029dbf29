/** What the server says of the execution that an activity belongs to. Only its word counts: the activity's input is anybody's. */
import type { Client } from "@temporalio/client";
import { messageOf } from "../../vocabulary/message-of.js";
import { toolFailure } from "../failure.js";
import { persistently } from "./persistently.js";

export interface Calling {
  workflowId: string;
  runId: string;
  activityId: string;
  activityType: string;
}

export interface CallingRun {
  /** Workflow type. */
  type: string;
  isOpen: boolean;
  /** The activity is one that it waits for. */
  isPending: boolean;
  /** Run id of the first execution of the chain. */
  runKey: string;
  /** It is the execution in which people were asked, or has continued from that one; a reset ends the line. */
  hasAsked: boolean;
}

/** `askedIn`: run id of the execution in which people were asked. Throws `ToolFailure("caller-unchecked")`. */
export type AskCaller = (calling: Calling, askedIn: string) => Promise<CallingRun>;

/** Milliseconds that asking may take. */
const WAIT_MS = 10_000;
/** Executions that are walked back at most: a gate is open for a week, and each has thousands of events. */
const BACK_MAX = 200;
const OPEN = 1;

/** `where` gives the client of the worker that asks, at the call. */
export function createAskCaller(where: () => { client: Client; namespace: string }): AskCaller {
  return async (calling, askedIn) => {
    const deadline = Date.now() + WAIT_MS;
    try {
      const { client, namespace } = where();
      return await persistently(deadline, () =>
        client.withDeadline(deadline, () => ask(client, namespace, calling, askedIn)),
      );
    } catch (error) {
      const reason = messageOf(error);
      const message = `Temporal did not say which run wants ${calling.activityId} (${reason}), so it did not start`;
      throw toolFailure("caller-unchecked", message, { hint: "see that Temporal answers, then run it again" });
    }
  };
}

async function ask(client: Client, namespace: string, calling: Calling, askedIn: string): Promise<CallingRun> {
  const { workflowId, runId, activityId, activityType } = calling;
  const execution = { workflowId, runId };
  const [described, beginning] = await Promise.all([
    client.workflowService.describeWorkflowExecution({ namespace, execution }),
    startOf(client, namespace, workflowId, runId),
  ]);
  const info = described.workflowExecutionInfo;
  const isPending = (described.pendingActivities ?? []).some(
    (activity) => activity.activityId === activityId && activity.activityType?.name === activityType,
  );
  let at = runId;
  let started = beginning;
  const { runKey } = started;
  for (let steps = 0; steps < BACK_MAX && at !== askedIn; steps++) {
    if (started.original !== at || started.before === "") break;
    at = started.before;
    if (at !== askedIn) started = await startOf(client, namespace, workflowId, at);
  }
  const type = info?.type?.name ?? "";
  return { type, isOpen: info?.status === OPEN, isPending, runKey, hasAsked: at === askedIn };
}

/** How an execution began: the server writes this event, and a reset one keeps the ids of what it was reset from. */
async function startOf(client: Client, namespace: string, workflowId: string, runId: string) {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const began = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return {
    runKey: began?.firstExecutionRunId ?? "",
    original: began?.originalExecutionRunId ?? "",
    before: began?.continuedExecutionRunId ?? "",
  };
}
