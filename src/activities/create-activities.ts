/** All activities of a worker: the tools under their names, and those that are not tools. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import { ACTIVITIES } from "../vocabulary/names.js";
import {
  auditedAsk,
  auditedCheck,
  auditedDraft,
  auditedStore,
  auditedTell,
  auditedVerify,
} from "./acting/audit-run.js";
import { createProveState, createSealState, fromWorker } from "./acting/carried-state.js";
import { createToolActivity } from "./acting/tool-activity.js";
import { createCheckGraph } from "./check-graph.js";
import type { Dependencies } from "./dependencies.js";
import { createAskApproval } from "./gates/ask-approval.js";
import { createCheckEdit } from "./gates/check-edit.js";
import { createTellApprovers } from "./gates/tell-approvers.js";
import { createVerifyOrder } from "./gates/verify-order.js";
import { createVerifyVote } from "./gates/verify-vote.js";
import { createPlanIncident } from "./incident/plan-incident.js";
import { readRun } from "./incident/read-run.js";
import { createTellIncident } from "./incident/tell-incident.js";
import { createDraftGraph } from "./planner/draft-graph.js";
import { createNarrate } from "./planner/narrate.js";
import { withRequestTime } from "./request-time.js";
import { createReadRollouts } from "./rollout/read-rollouts.js";
import { createTakeRollout } from "./rollout/take-rollout.js";

// biome-ignore lint/suspicious/noExplicitAny: activities differ in what they take; the contract types them for callers
export type ActivityTable = Record<string, (...args: any[]) => Promise<unknown>>;

export function createActivities(dependencies: Dependencies): ActivityTable {
  const activities: ActivityTable = {
    [ACTIVITIES.checkGraph]: withRequestTime(auditedCheck(createCheckGraph(dependencies), dependencies)),
    [ACTIVITIES.askApproval]: auditedAsk(createAskApproval(dependencies), dependencies),
    [ACTIVITIES.checkEdit]: withRequestTime(createCheckEdit(dependencies)),
    [ACTIVITIES.tellApprovers]: auditedTell(createTellApprovers(dependencies), dependencies),
    [ACTIVITIES.verifyVote]: withRequestTime(auditedVerify(createVerifyVote(dependencies), dependencies)),
    [ACTIVITIES.verifyOrder]: fromWorker(createVerifyOrder(dependencies)),
    [ACTIVITIES.planIncident]: createPlanIncident(dependencies),
    [ACTIVITIES.readRun]: readRun,
    [ACTIVITIES.tellIncident]: createTellIncident(dependencies),
    [ACTIVITIES.lookAtRollouts]: createReadRollouts(dependencies),
    [ACTIVITIES.takeRollout]: createTakeRollout(dependencies),
    [ACTIVITIES.sealState]: createSealState(dependencies),
    [ACTIVITIES.proveState]: createProveState(dependencies),
    [ACTIVITIES.storeReport]: fromWorker(auditedStore(dependencies)),
    // An unknown activity type would be tried again for ever.
    default: refuseUnknown,
  };
  for (const facts of dependencies.registry.list()) {
    const definition = dependencies.registry.definition(facts.name);
    if (definition === undefined) continue;
    for (const name of [facts.name, ...facts.aliases]) {
      activities[name] = createToolActivity(definition, name, dependencies);
    }
  }
  return activities;
}

/** The activities of the planner's queue. */
export function createPlannerActivities(
  dependencies: Pick<Dependencies, "draft" | "audit" | "narrate">,
): ActivityTable {
  return {
    [ACTIVITIES.draftGraph]: auditedDraft(createDraftGraph(dependencies), dependencies),
    [ACTIVITIES.narrate]: createNarrate(dependencies),
    default: refuseUnknown,
  };
}

async function refuseUnknown(): Promise<never> {
  const { activityType } = Context.current().info;
  const message = `this worker has no tool ${activityType}`;
  throw ApplicationFailure.create({ type: "tool-not-registered", message, nonRetryable: true });
}
