/**
 * `seal_state` and `prove_state`: what a run hands to its next execution is sealed with a key that workers share, so that
 * no other workflow can hand over one of its own. Both answer local activities alone: those are asked by workflow code
 * that runs in this very worker, and by nobody who only writes to the namespace.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ApplicationFailure, Context } from "@temporalio/activity";
import { digestOf } from "../../platform/digest.js";
import { toolFailure } from "../../platform/failure.js";
import type { Activities } from "../contract.js";
import type { Dependencies } from "../dependencies.js";

type Needs = Pick<Dependencies, "records" | "audit">;

const KEY = "state-key";
const KEY_BYTES = 32;

export function createSealState({ records }: Needs): Activities["seal_state"] {
  return async function seal_state(state: unknown): Promise<{ seal: string }> {
    const { workflowId, runId } = callingRun();
    return { seal: sealOf(await keyOf(records), state, workflowId, runId) };
  };
}

export function createProveState({ records, audit }: Needs): Activities["prove_state"] {
  return async function prove_state(state: unknown, from: string, seal: unknown): Promise<{ proven: boolean }> {
    const { workflowId, runId, type } = callingRun();
    const made = sealOf(await keyOf(records), state, workflowId, from);
    const proven =
      typeof seal === "string" && seal.length === made.length && timingSafeEqual(Buffer.from(seal), Buffer.from(made));
    if (!proven) {
      const details = { workflow: type, execution: runId, from };
      await audit.note({ event: "graph-refused", channel: "worker", run: workflowId, code: "state-refused", details });
    }
    return { proven };
  };
}

/** For workflow code of this worker alone: scheduled from outside it would record what never happened. */
export function fromWorker<Given, Result>(activity: (given: Given) => Promise<Result>) {
  return async (given: Given): Promise<Result> => {
    callingRun();
    return activity(given);
  };
}

function callingRun() {
  const { isLocal, workflowExecution, workflowType: type = "" } = Context.current().info;
  if (isLocal && workflowExecution !== undefined) return { ...workflowExecution, type };
  const message = "it answers workflow code of this worker alone";
  throw ApplicationFailure.create({ type: "state-refused", message, nonRetryable: true });
}

/** Made once, by the first worker that needs it, for all who share its store. */
async function keyOf(records: Needs["records"]): Promise<Buffer> {
  const known = await records.read(KEY);
  const key = randomBytes(KEY_BYTES).toString("base64");
  const kept = known ?? (await records.create(KEY, { key })) ?? { key };
  const bytes = Buffer.from(typeof kept.key === "string" ? kept.key : "", "base64");
  if (bytes.length === KEY_BYTES) return bytes;
  const message = `the record ${KEY} holds no key, so nothing can be sealed or proven`;
  throw toolFailure("records-unreachable", message, { hint: "put it back from a copy, or take it away" });
}

/** Of this state, handed over by this execution. */
function sealOf(key: Buffer, state: unknown, workflowId: string, runId: string): string {
  return createHmac("sha256", key)
    .update(digestOf({ v: 1, workflowId, runId, state }))
    .digest("hex");
}
