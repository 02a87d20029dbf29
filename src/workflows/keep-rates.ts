/**
 * `keepRates`: one workflow for all workers, that tells each when it may ask another machine.
 * Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from "@temporalio/workflow";
import {
  type Count,
  type CountAnswer,
  type CountState,
  carriedCounts,
  countIn,
  isCount,
} from "../core/writes/counts.js";
import {
  carriedRates,
  type Hold,
  holdBack,
  isHold,
  isTake,
  type RateState,
  type Take,
  type TakeAnswer,
  takeFrom,
} from "../core/writes/rates.js";
import { RATES } from "../vocabulary/names.js";

const takeUpdate = defineUpdate<TakeAnswer, [Take]>(RATES.take);
const holdUpdate = defineUpdate<void, [Hold]>(RATES.hold);
const countUpdate = defineUpdate<CountAnswer, [Count]>(RATES.count);

// Pinned to the build that started it, it would fall silent with that build.
setWorkflowOptions(() => {
  // A worker without versions must not name a behaviour: the server refuses what it completes then.
  const { deploymentName = "" } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === "" ? {} : { versioningBehavior: "AUTO_UPGRADE" };
}, keepRates);
export async function keepRates(carried?: RateState, counted?: CountState): Promise<void> {
  // Only an earlier execution may hand over a state: a caller's is not looked at.
  const isHandedOver = workflowInfo().continuedFromExecutionRunId !== undefined;
  const state = isHandedOver ? carriedRates(carried, Date.now()) : {};
  const counts = isHandedOver ? carriedCounts(counted, Date.now()) : {};
  setHandler(takeUpdate, (take) => takeFrom(state, take, Date.now()), {
    validator: (take) => refuseUnless(isTake(take)),
  });
  setHandler(holdUpdate, (hold) => holdBack(state, hold, Date.now()), {
    validator: (hold) => refuseUnless(isHold(hold)),
  });
  setHandler(countUpdate, (count) => countIn(counts, count, Date.now()), {
    validator: (count) => refuseUnless(isCount(count)),
  });
  await condition(() => workflowInfo().continueAsNewSuggested);
  await condition(allHandlersFinished);
  await continueAsNew<typeof keepRates>(state, counts);
}

function refuseUnless(isRight: boolean): void {
  if (!isRight) throw new Error("it is not of the expected form");
}
