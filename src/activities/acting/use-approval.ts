/**
 * Uses an approval up, in a record that nobody who can only write to the namespace reaches. From then on only a further
 * attempt of the same scheduled activity may act, each attempt once, and none after one of them has acted.
 */
import type { Info } from "@temporalio/activity";
import { type ToolFailure, toolFailure } from "../../platform/failure.js";
import type { Records } from "../../platform/records/records.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { LOST_WORKER_ATTEMPTS } from "../../vocabulary/limits.js";
import type { Dependencies } from "../dependencies.js";
import type { Acting, SignedGrant } from "./action.js";

export interface Use {
  /** What an earlier attempt returned after it had acted: the effect has happened, and is not done again. */
  done?: Json;
  /** To be called once the effect has happened. Never rejects. */
  finish(output: Json): Promise<void>;
  /** To be called when the attempt is over. */
  release(): void;
}

/** Approvals by which this process is acting now. Who fails an attempt from outside while it acts gets no second beside it. */
const inUse = new Set<string>();

const used = (message: string): ToolFailure => toolFailure("approval-used", message, { retryable: false });

export async function useApproval(
  acting: Acting,
  grant: SignedGrant,
  info: Info,
  { records, now, log }: Pick<Dependencies, "records" | "now" | "log">,
): Promise<Use> {
  const { nodeId, workflowId, runId } = acting;
  const { digest, covers, question } = grant;
  const { attempt, scheduledTimestampMs: scheduledMs } = info;
  const name = `${covers}-${digest}`;
  if (covers === "undo" && (await records.read(`action-${digest}`)) === undefined) {
    throw used(`${nodeId} takes back an action that was never started`);
  }
  const own: JsonObject = { workflowId, runId, activityId: nodeId, scheduledMs };
  const first = await records.create(name, { ...own, atMs: now() });
  if (first !== undefined && Object.keys(own).some((key) => first[key] !== own[key])) {
    throw used(`${nodeId} carries an approval that was used up before, in the run ${String(first.runId)}`);
  }
  const release = (): void => void inUse.delete(name);
  const finish = (output: Json): Promise<void> =>
    records.create(`${name}.done`, { output, atMs: now() }).then(
      () => undefined,
      // The effect has happened, and that is what the run must hear.
      () => log.warn("that an approved action has happened could not be recorded", { node: nodeId, run: workflowId }),
    );
  const done = first === undefined ? undefined : await records.read(`${name}.done`);
  if (done !== undefined) return { done: done.output ?? null, finish, release: () => undefined };
  if (inUse.has(name)) {
    const message = `attempt ${attempt} of ${nodeId} did not act: an earlier attempt is acting still`;
    throw toolFailure("outcome-unknown", message, {
      hint: "look at the target before anything is tried again",
      retryable: false,
    });
  }
  inUse.add(name);
  try {
    await takeAttempt(nodeId, name, attempt, question.retries + 1 + LOST_WORKER_ATTEMPTS, records, now());
  } catch (error) {
    release();
    throw error;
  }
  return { finish, release };
}

/** Attempts have rising numbers: who has them counted anew, to have another first one, finds each taken. */
async function takeAttempt(
  nodeId: string,
  name: string,
  attempt: number,
  most: number,
  records: Records,
  atMs: number,
): Promise<void> {
  if (attempt > most) throw used(`${nodeId} was tried ${attempt} times, and ${most} were approved`);
  const taken = await records.create(`${name}.${attempt}`, { atMs });
  const later = Array.from({ length: most - attempt }, (_, index) => records.read(`${name}.${attempt + 1 + index}`));
  const isLate = (await Promise.all(later)).some((record) => record !== undefined);
  if (taken !== undefined || isLate) throw used(`${nodeId} had its attempt ${attempt} before`);
}
