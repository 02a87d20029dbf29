/** Activities that an attacker starts without a workflow, on servers that have such. */
import type { Connection } from "@temporalio/client";

const UNIMPLEMENTED = 12;
let count = 0;

interface Alone {
  type: string;
  id: string;
  input: unknown;
}

/** What it ended in: `done`, or the code of its failure; `unknown-here` where the server has no such activities. */
export async function actAlone(
  { workflowService: service }: Connection,
  namespace: string,
  { type, id, input }: Alone,
): Promise<string> {
  const data = Buffer.from(JSON.stringify(input));
  const started = await service
    .startActivityExecution({
      ...{ namespace, activityId: id, activityType: { name: type }, taskQueue: { name: "autoops" } },
      input: { payloads: [{ metadata: { encoding: Buffer.from("json/plain") }, data }] },
      startToCloseTimeout: { seconds: 20 as never },
      retryPolicy: { maximumAttempts: 1 },
      requestId: `alone-${++count}`,
    })
    .catch((error: { code?: number; message: string }) => error);
  if ("message" in started) {
    if (started.code === UNIMPLEMENTED) return "unknown-here";
    throw started;
  }
  const asked = { namespace, activityId: id, runId: started.runId, includeOutcome: true };
  for (;;) {
    const { outcome } = await service.describeActivityExecution(asked);
    if (outcome?.failure) return outcome.failure.applicationFailureInfo?.type ?? "failed";
    if (outcome?.result) return "done";
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
