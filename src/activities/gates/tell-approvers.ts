/** `tell_approvers`: reminds of an open gate, asks further people, and tells those who were asked that it has closed. */

import { Context } from "@temporalio/activity";
import { digestOf } from "../../platform/digest.js";
import type { JsonObject } from "../../schema/json.js";
import type { NoticeResult, TellCall } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import type { Notice } from "./message.js";
import { policyChannel, tell } from "./messages.js";

export function createTellApprovers(dependencies: Dependencies) {
  return async function tell_approvers(call: TellCall): Promise<{ notices: NoticeResult[] }> {
    const { info } = Context.current();
    const run = info.workflowExecution?.workflowId ?? "";
    const { event, nodeId: node, channels, refs, deadlineMs, question, ...told } = call;
    // Whoever is asked by this message must be asked what the digest stands for.
    const digest = event === "gate-escalated" && !isOf(call, run) ? "" : (call.digest ?? "");
    const own = await policyChannel(dependencies);
    const names = channels ?? (own === undefined ? [] : [own]);
    const deadline = deadlineMs === undefined ? {} : { deadline: new Date(deadlineMs).toISOString() };
    const details = { ...told, digest, ...deadline } as unknown as JsonObject;
    const notice: Notice = { event, run, node, key: `${digest}.${info.activityId}`, details, refs };
    dependencies.log.info("approvers told", { operation: "tell_approvers", run, node, event });
    return { notices: await Promise.all(names.map((name) => tell(name, notice, dependencies))) };
  };
}

/** Whether what is told of the gate is what its digest stands for. */
function isOf({ question, digest, nodeId, tool, target, environment, params, rule }: TellCall, run: string): boolean {
  if (question === undefined || digestOf(question) !== digest) return false;
  const told = { run, node: nodeId, tool: tool ?? null, target: target ?? null, environment, rule: rule ?? null };
  const { run: ofRun, node, tool: ofTool, target: on, environment: where, rule: by, shown } = question;
  const asked = { run: ofRun, node, tool: ofTool, target: on, environment: where, rule: by };
  return digestOf(told) === digestOf(asked) && digestOf(params ?? {}) === shown;
}
