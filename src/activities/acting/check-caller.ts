/** Whether the execution that wants to act is the run that people were asked for, by what the server says of it. */
import { toolFailure } from "../../platform/failure.js";
import { WORKFLOWS } from "../../vocabulary/names.js";
import type { Dependencies } from "../dependencies.js";
import { type Acting, refuse, type SignedGrant } from "./action.js";

export async function checkCaller(
  { nodeId, workflowId, runId, toolName }: Acting,
  { question }: SignedGrant,
  { askCaller }: Pick<Dependencies, "askCaller">,
): Promise<void> {
  const calling = { workflowId, runId, activityId: nodeId, activityType: toolName };
  const run = await askCaller(calling, question.askedIn);
  if (run.type !== WORKFLOWS.runGraph) throw refuse(`${nodeId} was started by a ${run.type || "nameless"} workflow`);
  if (!run.isOpen) throw refuse(`${nodeId} belongs to a run that has ended`);
  if (!run.isPending) throw refuse(`${nodeId} is not what the run waits for`);
  if (run.runKey !== question.runKey) throw refuse(`${nodeId} was approved in another run`);
  if (run.hasAsked) return;
  throw toolFailure("run-was-reset", `${nodeId} was approved before the run was reset`, { retryable: false });
}
