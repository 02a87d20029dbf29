/**
 * What an activity written by hand does before it acts, where it is to be as sure as the product's own: it asks the server
 * who calls, uses the approval and the attempt up in records, counts the write, and has the audit line on the disk.
 */
import { Context } from "@temporalio/activity";
import type { Dependencies } from "../../src/activities/dependencies.js";

export type HandChecks = Pick<Dependencies, "askCaller" | "records" | "ledger" | "audit">;

export async function checkByHand({ askCaller, records, ledger, audit }: HandChecks): Promise<void> {
  const { workflowExecution, activityId, activityType, attempt } = Context.current().info;
  const { workflowId, runId } = workflowExecution ?? { workflowId: "", runId: "" };
  const run = await askCaller({ workflowId, runId, activityId, activityType }, runId);
  if (!run.isOpen || !run.isPending) throw new Error("it belongs to no run that waits for it");
  const name = `action-${runId}`;
  if ((await records.create(name, { workflowId })) !== undefined) throw new Error("the approval was used up before");
  if ((await records.create(`${name}.${attempt}`, { workflowId })) !== undefined)
    throw new Error("it was tried before");
  const answer = await ledger.start({ key: runId, runKey: run.runKey, environment: "staging" });
  if (!answer.ok) throw new Error(`the write was held back: ${answer.why}`);
  await audit.record({
    event: "tool-called",
    channel: "worker",
    run: workflowId,
    node: activityId,
    details: { attempt },
  });
}
