/** `ask_approval`: gives a gate its nonce and digest, and tells the approvers. A channel that fails is a result. */

import { randomBytes } from "node:crypto";
import { Context } from "@temporalio/activity";
import { redact, redactValue } from "../../core/redact.js";
import { digestOf } from "../../platform/digest.js";
import type { Json, JsonObject } from "../../schema/json.js";
import type { Question } from "../../schema/question.js";
import type { AskCall, AskResult } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import { policyChannel, tell } from "./messages.js";
import { previewOf } from "./preview.js";
import { questionOf } from "./question.js";

export function createAskApproval(dependencies: Dependencies) {
  return async function ask_approval(call: AskCall): Promise<AskResult> {
    const { workflowExecution } = Context.current().info;
    const nonce = randomBytes(16).toString("hex");
    const { nodeId: node, params, undo } = call;
    const run = workflowExecution?.workflowId ?? "";
    const askedIn = workflowExecution?.runId ?? "";
    const store = await dependencies.records.id();
    const preview = await previewOf(call, dependencies);
    const question = questionOf({ call, run, askedIn, store, nonce, ...preview }, dependencies);
    const digest = digestOf(question);
    const shown = redactValue(params) as JsonObject;
    const shownUndo = undo === undefined ? {} : { shownUndo: redactValue(undo.params) as JsonObject };
    dependencies.log.info("approval asked", {
      operation: "ask_approval",
      run,
      node,
      requester: call.requester,
      digest,
    });
    const channel = await policyChannel(dependencies);
    const notice = {
      event: "gate-opened",
      run,
      node,
      key: digest,
      details: { ...detailsOf(call, question, digest, shown), ...preview },
    } as const;
    const notices = channel === undefined ? [] : [await tell(channel, notice, dependencies)];
    return { nonce, digest, askedIn, question, shown, ...shownUndo, ...preview, notices };
  };
}

function detailsOf(call: AskCall, question: Question, digest: string, shown: JsonObject): JsonObject {
  const { findings, answer, deadlineMs, openedAtMs, required, signed, retries, ...request } = call;
  const { target, environment } = question;
  return {
    ...(request as unknown as JsonObject),
    ...(target === null ? {} : { target }),
    environment,
    params: shown,
    digest,
    deadline: new Date(deadlineMs).toISOString(),
    ...(answer === undefined ? {} : { answer: redactValue(answer as unknown as Json) }),
    findings: findings.map((finding) => ({ ...finding, statement: redact(finding.statement) })),
  };
}
