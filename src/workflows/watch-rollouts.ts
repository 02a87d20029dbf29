/** `watchRollouts`: looks at the workloads of a hook, as long as a worker knows it, and tells each rollout that ended once. */
import {
  continueAsNew,
  metricMeter,
  proxyActivities,
  setCurrentDetails,
  setWorkflowOptions,
  sleep,
  upsertMemo,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/contract.js";
import { plain } from "../core/report/plain.js";
import type { WatchState } from "../core/rollout/state.js";
import { standsOf, takeReading } from "../core/rollout/watch.js";
import { ROLLOUT_LOOK_DEFAULT_SECONDS, ROLLOUT_UNKNOWN_LOOKS_MAX } from "../vocabulary/hook-limits.js";
import { ROLLOUTS_MEMO } from "../vocabulary/names.js";
import { refuseUnproven, sealOf } from "./handing-over.js";
import { malformed, refuseUnreadable } from "./inputs.js";
import { ROLLOUT_OPTIONS } from "./options.js";

const { look_at_rollouts, take_rollout } = proxyActivities<Activities>(ROLLOUT_OPTIONS);

export interface RolloutWatch {
  hook: string;
}

// As `keepRates`.
setWorkflowOptions(() => {
  const { deploymentName = "" } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === "" ? {} : { versioningBehavior: "AUTO_UPGRADE" };
}, watchRollouts);
export async function watchRollouts(input: RolloutWatch, carried?: WatchState, seal?: string): Promise<void> {
  refuseUnreadable(input, "an object with hook");
  const { hook } = input;
  if (typeof hook !== "string") throw malformed("must be an object with hook");
  // Only an earlier execution hands over a state, and proves that it did: a caller's is not looked at.
  const isHandedOver = workflowInfo().continuedFromExecutionRunId !== undefined && carried !== undefined;
  if (isHandedOver) await refuseUnproven(carried, seal);
  const state = isHandedOver ? carried : {};
  let shown = "";
  for (let unknown = 0; unknown < ROLLOUT_UNKNOWN_LOOKS_MAX; ) {
    const look = await look_at_rollouts({ hook });
    // Of several workers one may have an older config.yaml.
    unknown = look.known ? 0 : unknown + 1;
    if (look.known) {
      for (const event of takeReading(state, look.sightings, Date.now(), look.stalledSeconds * 1_000)) {
        metricMeter.createCounter("autoops_rollouts").add(1, { hook, outcome: event.kind });
        await take_rollout({ hook, event });
      }
      shown = show(state, shown);
    }
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof watchRollouts>({ hook }, state, await sealOf(state));
    }
    await sleep((look.known ? look.everySeconds : ROLLOUT_LOOK_DEFAULT_SECONDS) * 1_000);
  }
}

function show(state: WatchState, shown: string): string {
  const stands = Object.fromEntries(Object.entries(state).map(([target, watched]) => [target, standsOf(watched)]));
  const text = JSON.stringify(stands);
  if (text === shown) return shown;
  upsertMemo({ [ROLLOUTS_MEMO]: stands });
  setCurrentDetails(
    Object.entries(stands)
      .map(([target, words]) => `- **${plain(target)}** ${plain(words)}`)
      .join("\n"),
  );
  return text;
}
