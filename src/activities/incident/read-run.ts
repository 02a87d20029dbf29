/** The activity `look_at_run`: whether a run that an incident began has ended, and how. */
import { Context } from "@temporalio/activity";
import { inShort } from "../../core/answer/lines.js";
import { answerIn, type Report } from "../../core/report.js";
import type { Activities } from "../contract.js";

export const readRun: Activities["look_at_run"] = async (runId) => {
  const handle = Context.current().client.workflow.getHandle(runId);
  const seen = await handle.describe().catch((error: Error) => {
    // History is kept for a time only.
    if (error.name === "WorkflowNotFoundError") return undefined;
    throw error;
  });
  if (seen === undefined) return { outcome: "unknown" };
  const { status } = seen;
  if (status.name === "RUNNING") return {};
  if (status.name !== "COMPLETED") return { outcome: status.name.toLowerCase() };
  const report = (await handle.result()) as Report;
  return { outcome: report.outcome, answer: inShort(answerIn(report)) };
};
