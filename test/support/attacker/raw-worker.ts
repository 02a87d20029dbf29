/** A worker of the attacker's on our own queue, without an SDK: it answers a workflow task of a run of ours with any activity. */
import type { Client } from "@temporalio/client";
import type { google } from "@temporalio/proto";

interface Scheduled {
  type: string;
  id: string;
  input: unknown;
}

/** Milliseconds that a poll may last: the server answers an idle one after a minute. */
const POLL_MS = 70_000;
const STICKY = "attacker-sticky";
const SCHEDULE_ACTIVITY = 1;
type Duration = google.protobuf.IDuration;
const seconds = (count: number): Duration => ({ seconds: count as unknown as NonNullable<Duration["seconds"]> });

/**
 * Takes the next workflow task of the run and schedules the activity in it; later tasks of the run come to the attacker
 * alone. Gives what the activity ended in: `done`, or the code of its failure.
 */
export async function actWithin(
  client: Client,
  namespace: string,
  { runId, from }: { runId: string; from: "autoops" | "sticky" },
  { type, id, input }: Scheduled,
): Promise<string> {
  const { workflowService: service } = client;
  const poll = async (name: string) => {
    for (;;) {
      const kind = name === STICKY ? 2 : 1;
      const taskQueue = { name, kind, ...(kind === 2 ? { normalName: "autoops" } : {}) };
      const task = await client.withDeadline(Date.now() + POLL_MS, () =>
        service.pollWorkflowTaskQueue({ namespace, taskQueue, identity: "attacker" }),
      );
      if (task.workflowExecution?.runId === runId) return task;
      if (task.taskToken?.length) throw new Error("the task of another run: the test has only one that waits");
    }
  };
  held ??= await poll(from === "sticky" ? STICKY : "autoops");
  const data = Buffer.from(JSON.stringify(input));
  const payloads = [{ metadata: { encoding: Buffer.from("json/plain") }, data }];
  await service.respondWorkflowTaskCompleted({
    namespace,
    taskToken: held.taskToken,
    identity: "attacker",
    stickyAttributes: {
      workerTaskQueue: { name: STICKY, kind: 2, normalName: "autoops" },
      scheduleToStartTimeout: seconds(60),
    },
    commands: [
      {
        commandType: SCHEDULE_ACTIVITY,
        scheduleActivityTaskCommandAttributes: {
          activityId: id,
          activityType: { name: type },
          taskQueue: { name: "autoops", kind: 1 },
          input: { payloads },
          startToCloseTimeout: seconds(20),
          scheduleToCloseTimeout: seconds(60),
          retryPolicy: { maximumAttempts: 1 },
        },
      },
    ],
  });
  held = await poll(STICKY);
  for (const event of [...(held.history?.events ?? [])].reverse()) {
    if (event.activityTaskCompletedEventAttributes) return "done";
    const failed = event.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo;
    if (failed) return failed.type ?? "failed";
  }
  return "nothing";
}

/** The task that brought the last result: the next activity is scheduled in it. */
let held: Awaited<ReturnType<Client["workflowService"]["pollWorkflowTaskQueue"]>> | undefined;
