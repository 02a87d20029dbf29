/** `tell_approvers`: reminds of an open gate, asks further people, and tells those who were asked that it has closed. */

import { Context } from "@temporalio/activity";
import { digestOf } from "../../platform/digest.js";
import type { JsonObject } from "../../schema/json.js";
import type { NoticeResult, TellCall } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import type { GateMessage } from "./message.js";
import { policyChannel, tell } from "./messages.js";

export function createTellApprovers(dependencies: Dependencies) {
  return async function tell_approvers(call: TellCall): Promise<{ notices: NoticeResult[] }> {
    const { info } = Context.current();
    const run = info.workflowExecution?.workflowId ?? "";
    const { event, nodeId: node, channels, refs, deadlineMs } = call;
    // Whoever is asked by this message must be asked what the digest stands for; all but these two events ask.
    const asks = event !== "gate-reminder" && event !== "gate-closed";
    const digest = asks && !isOf(call, run) ? "" : (call.digest ?? "");
    const own = await policyChannel(dependencies);
    const names = channels ?? (own === undefined ? [] : [own]);
    const until = new Date(deadlineMs ?? Number.NaN);
    const deadline = Number.isNaN(until.getTime()) ? {} : { deadline: until.toISOString() };
    const details = { ...toldOf(call), digest, ...deadline } as unknown as JsonObject;
    const notice: GateMessage = { event, run, node, key: `${digest}.${info.activityId}`, details, refs };
    dependencies.log.info("approvers told", { operation: "tell_approvers", run, node, event });
    return { notices: await Promise.all(names.map((name) => tell(name, notice, dependencies))) };
  };
}

/** What a message has room for, and nothing that whoever calls added. */
function toldOf({ nodeName, groups, status, by, nodeType, tool, target, environment, ...rest }: TellCall) {
  const { reason, params, preview, rule } = rest;
  return defined({
    ...{ nodeName, groups, status, by, nodeType, tool, target, environment },
    ...{ reason, params, preview, rule },
  });
}

const defined = (all: object): object => Object.fromEntries(Object.entries(all).filter(([, value]) => value != null));

/** Whether what is told of the gate is what its digest stands for. */
function isOf(call: TellCall, run: string): boolean {
  const { question, digest, nodeId, nodeType, tool, target, environment, params, rule, preview, deadlineMs } = call;
  if (question === undefined || digestOf(question) !== digest) return false;
  const told = {
    ...{ run, node: nodeId, tool: tool ?? null, target: target ?? null, environment, rule: rule ?? null },
    ...{ nodeType: nodeType ?? question.nodeType, deadlineMs: deadlineMs ?? question.deadlineMs },
    shown: digestOf(params ?? {}),
    // Left out it tells nothing wrong.
    preview: preview === undefined ? question.preview : digestOf(preview),
  };
  const { run: ofRun, node, tool: ofTool, target: on, environment: where, rule: by } = question;
  const asked = {
    ...{ run: ofRun, node, tool: ofTool, target: on, environment: where, rule: by },
    ...{ nodeType: question.nodeType, deadlineMs: question.deadlineMs },
    ...{ shown: question.shown, preview: question.preview },
  };
  return digestOf(told) === digestOf(asked);
}
