/**
 * What an execution hands to the next one of its chain, sealed so that no other workflow can hand over a state of its own.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ApplicationFailure, CancellationScope, proxyLocalActivities, sleep, workflowInfo } from "@temporalio/workflow";
import type { Activities } from "../activities/contract.js";
import { LOCAL_OPTIONS } from "./options.js";

const { seal_state, prove_state } = proxyLocalActivities<Activities>(LOCAL_OPTIONS);

/** Milliseconds until a state that could not be sealed is sealed again. */
const AGAIN_MS = 30_000;

/** Histories of before there were seals replay without: `patched` ids of both ends. */
export const SEALED = "carried-state-sealed";
export const PROVEN = "carried-state-proven";

/** Hands over nothing unsealed: tries until it has a seal. */
export function sealOf(state: unknown): Promise<string> {
  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      const answer = await seal_state(state).catch(() => undefined);
      if (answer !== undefined) return answer.seal;
      await sleep(AGAIN_MS, { summary: "until the state can be sealed" });
    }
  });
}

/** Fails the execution for good where the state was handed over by no workflow of ours. */
export async function refuseUnproven(state: unknown, seal: unknown): Promise<void> {
  const { continuedFromExecutionRunId: from = "" } = workflowInfo();
  const { proven } = await CancellationScope.nonCancellable(() => prove_state(state, from, seal ?? ""));
  if (proven) return;
  const message = "the state that it was continued with was sealed by no worker that shares this one's records";
  throw ApplicationFailure.nonRetryable(message, "state-refused");
}
