/** A workflow of the test: what an activity returns goes back as it is. */
import { proxyActivities } from "@temporalio/workflow";

const { make } = proxyActivities<{ make(bytes: number): Promise<string> }>({
  startToCloseTimeout: "20s",
  retry: { maximumAttempts: 1 },
});

export async function passOn(bytes: number): Promise<{ text: string }> {
  return { text: await make(bytes) };
}
