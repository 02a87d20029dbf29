/** Waits for a rollout to its end, with its progress as the sign of life; one that stalls or outlasts the time says so. */
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { pause } from "../../tools/kit/pause.js";
import { KubernetesFailure, quotaFailure } from "./answers.js";
import { creationFault, symptomsOf } from "./pods.js";
import { type Progress, progressOf } from "./progress.js";
import { type Place, readWorkload, type Workload } from "./workload.js";

export interface RolloutPatience {
  pollMs: number;
  /** How long the same trouble may stand without any progress before the rollout counts as stalled. */
  stallMs: number;
}
const PAUSED = "somebody has paused it meanwhile";
export const ROLLOUT_PATIENCE: RolloutPatience = { pollMs: 1_000, stallMs: 20_000 };

/**
 * Returns the workload once its rollout has ended well. Throws `rollout-stalled` with what its pods say, `quota-exceeded`
 * where a quota keeps them from being made, or `rollout-unfinished` where the time is up first: `did` stands in the
 * message, since the change has been made. `scaling`: that a workload is paused and its pods are old ones is no matter.
 */
export async function awaitRollout(
  place: Place,
  did: string,
  context: ToolContext,
  { scaling = false, patience = ROLLOUT_PATIENCE }: { scaling?: boolean; patience?: RolloutPatience } = {},
): Promise<Workload> {
  const stall = new Stall(context.now(), patience.stallMs);
  let last = "nothing of it was seen yet";
  try {
    for (;;) {
      const seen = await observeWorkload(place, did, context);
      if (seen !== undefined) {
        const progress = progressOf(place, seen);
        last = progress.says;
        context.heartbeat(`rollout of ${place.workload}: ${last}`);
        if (progress.done || (scaling && progress.pausedWith?.enough)) return seen;
        if (progress.pausedWith !== undefined && !scaling) throw await stalled(place, did, seen, progress, PAUSED);
        if (progress.failed !== undefined) throw await stalled(place, did, seen, progress, progress.failed);
        if (stall.stands(progress.says, context.now())) await judge(place, did, seen, progress, stall);
      }
      await pause(patience.pollMs, context, `rollout of ${place.workload}: ${last}`);
    }
  } catch (error) {
    if (!context.signal.aborted) throw error;
    const message = `${did}; its rollout was still going on when the time was up: ${last}`;
    throw toolFailure("rollout-unfinished", message, { hint: wayOut(place), retryable: true });
  }
}

const wayOut = ({ workload, namespace }: Place): string =>
  `follow it with kubectl rollout status ${workload} -n ${namespace}; raise timeout_seconds if it needs longer`;

/** The change is made: that one look at it fails is no reason to end. What is refused now stays refused. */
async function observeWorkload(place: Place, did: string, context: ToolContext): Promise<Workload | undefined> {
  try {
    return await readWorkload(place);
  } catch (error) {
    const mayPass =
      error instanceof ToolFailure && ["source-unreachable", "source-error", "timed-out"].includes(error.code);
    if (context.signal.aborted || !(error instanceof ToolFailure)) throw error;
    if (!mayPass) {
      const message = `${did}, and its rollout can no longer be looked at: ${error.message}`;
      throw toolFailure("rollout-stalled", message, { hint: error.hint, retryable: false });
    }
    context.log.warn("the rollout could not be looked at", { reason: error.message });
    return undefined;
  }
}

/** Whether nothing has moved for long. */
class Stall {
  #says = "";
  #sinceMs: number;

  constructor(
    readonly startedMs: number,
    readonly stallMs: number,
  ) {
    this.#sinceMs = startedMs;
  }

  stands(says: string, nowMs: number): boolean {
    if (says !== this.#says) {
      this.#says = says;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs >= this.stallMs;
  }
}

/** Nothing has moved for long: throws where something says why. A slow start alone is no stall. */
async function judge(place: Place, did: string, workload: Workload, progress: Progress, stall: Stall): Promise<void> {
  const fault = progress.hindered ?? (await readable(() => creationFault(place, workload, stall.startedMs)));
  if (fault !== undefined) throw await stalled(place, did, workload, progress, fault);
  const troubles = (await readable(() => symptomsOf(place, workload))) ?? [];
  if (troubles.length > 0) throw await stalled(place, did, workload, progress, undefined);
}

async function stalled(
  place: Place,
  did: string,
  workload: Workload,
  progress: Progress,
  fault: string | undefined,
): Promise<ToolFailure> {
  const quota = /exceeded quota: ([^,\s]+)/.exec(fault ?? "")?.[1];
  if (quota !== undefined) {
    const said = `${did}, and its rollout is at ${progress.says}: ${(fault ?? "").slice(0, 300)}`;
    return quotaFailure(place.cluster.name, quota, said);
  }
  const troubles = (await readable(() => symptomsOf(place, workload))) ?? [];
  const says = [...(fault === undefined ? [] : [fault.slice(0, 300)]), ...troubles.slice(0, 3).map((one) => one.says)];
  const message = `${did}, and its rollout has stalled at ${progress.says}: ${says.join("; ")}`;
  return toolFailure("rollout-stalled", message, { hint: hintFor(place), retryable: false });
}

function hintFor({ kind, workload, namespace }: Place): string {
  if (kind !== "statefulset") return `take it back, or look with kubectl describe ${workload} -n ${namespace}`;
  return "take it back; a StatefulSet may keep a pod that never became ready until somebody deletes it";
}

/** What explains a stall is read where it may be; without the right to, the stall is told all the same. */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubernetesFailure) return undefined;
    throw error;
  }
}
