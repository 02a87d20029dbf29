/** What a tool's code is given, made from the activity that runs it. */
import { Context } from "@temporalio/activity";
import type { HostGuard } from "../../platform/http/contract.js";
import { withoutSecretsSteps } from "../../platform/secrets.js";
import { inSlices } from "../../platform/slices.js";
import type { ToolCall } from "../contract.js";
import { type ToolContext, toolFailure } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";
import { narrativeFor } from "../planner/narrate.js";

const closed = (): Promise<never> =>
  Promise.reject(toolFailure("host-not-allowed", "this worker reaches nothing but over HTTP"));
const CLOSED: HostGuard = { resolve: closed, checkName: closed };

export function contextOf(
  call: ToolCall,
  dependencies: Dependencies,
  signal: AbortSignal,
  log: ToolContext["log"],
): ToolContext {
  const activity = Context.current();
  const { info } = activity;
  return {
    config: dependencies.config,
    fetch: dependencies.fetch,
    hosts: dependencies.hosts ?? CLOSED,
    blobs: {
      put: async (data) => {
        const clean = await inSlices(withoutSecretsSteps(data, dependencies.secretValues ?? []), signal);
        return dependencies.blobs.put(clean);
      },
      get: (reference) => dependencies.blobs.get(reference),
    },
    signal,
    heartbeat: (detail) => activity.heartbeat(detail),
    secret: dependencies.secret,
    idempotencyKey: [call.runKey ?? "", call.grant?.question?.nonce ?? "", info.activityId].join("."),
    attempt: info.attempt,
    nodeId: info.activityId,
    runId: info.workflowExecution?.workflowId ?? "",
    requester: call.requester,
    soFar: call.soFar,
    narrate: dependencies.narrate === undefined ? undefined : (findings) => narrativeFor(findings, signal, log),
    now: dependencies.now,
    log,
  };
}
