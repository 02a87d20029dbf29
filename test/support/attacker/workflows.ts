/** Workflows of an attacker's own, loaded by the attacker's worker alone: they do with their commands as they like. */
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  createNexusServiceClient,
  defineQuery,
  executeChild,
  makeContinueAsNewFunc,
  scheduleActivity,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";

/** One activity of a worker of ours, as an attacker schedules it. `OWN_RUN` and `OWN_ID` in it are the caller's own. */
export interface Call {
  type: string;
  id: string;
  queue: string;
  input: unknown;
}

/** Schedules the activities one after another; gives what each ended in. */
export async function attack(calls: Call[]): Promise<string[]> {
  const { workflowId, runId } = workflowInfo();
  const ended: string[] = [];
  for (const { type, id, queue, input } of calls) {
    const text = JSON.stringify(input).replaceAll("OWN_RUN", runId).replaceAll("OWN_ID", workflowId);
    try {
      await scheduleActivity(type, [JSON.parse(text)], {
        activityId: id,
        taskQueue: queue,
        startToCloseTimeout: "20s",
        scheduleToCloseTimeout: "60s",
        retry: { maximumAttempts: 2, initialInterval: "10ms" },
      });
      ended.push("done");
    } catch (error) {
      const cause = error instanceof ActivityFailure ? error.cause : error;
      ended.push(cause instanceof ApplicationFailure ? (cause.type ?? "failed") : "failed");
    }
  }
  return ended;
}

const runView = defineQuery<unknown>("runView");

/** Under the name of ours, on the attacker's queue: does the same, or answers with a view of its own making. */
export async function runGraph(given: Call[] | { view: unknown }): Promise<string[]> {
  if (Array.isArray(given)) return attack(given);
  setHandler(runView, () => given.view);
  await condition(() => false);
  return [];
}

/** As the child of a workflow of the attacker's. */
export async function parent(calls: Call[]): Promise<string[]> {
  return executeChild("runGraph", { args: [calls], workflowId: `${workflowInfo().workflowId}.child` });
}

/** Starts a workflow of ours as a child of the attacker's; gives the code that it ended with. */
export async function startOurs(type: string, queue: string, args: unknown[]): Promise<string> {
  try {
    await executeChild(type, { args, taskQueue: queue, workflowId: `${workflowInfo().workflowId}.ours` });
    return "done";
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    return cause instanceof ApplicationFailure ? (cause.type ?? "failed") : "failed";
  }
}

/** Asks for the activity as a Nexus operation of whatever answers at the endpoint. */
export async function viaNexus(endpoint: string, { type, input }: Pick<Call, "type" | "input">): Promise<string> {
  const service = { name: "autoops", operations: { [type]: { name: type } } };
  const client = createNexusServiceClient({ endpoint, service: service as never });
  try {
    await client.executeOperation(type as never, input as never, { scheduleToCloseTimeout: "5s" });
    return "done";
  } catch (error) {
    return (error as Error).name;
  }
}

/** Continues as new into a workflow of ours, with a state of the attacker's. */
export async function continueInto(type: string, queue: string, args: unknown[]): Promise<void> {
  await makeContinueAsNewFunc({ workflowType: type, taskQueue: queue })(...args);
}
