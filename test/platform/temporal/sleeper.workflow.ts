/** A workflow that only waits, for tests of the servers themselves. */
import { sleep, upsertSearchAttributes } from "@temporalio/workflow";

export async function sleeper(seconds: number): Promise<string> {
  upsertSearchAttributes({ AutoopsStatus: ["running"] });
  await sleep(seconds * 1_000);
  return "awake";
}
