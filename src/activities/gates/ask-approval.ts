/** `ask_approval`: gives a gate its nonce and digest, and tells the approvers. A channel that fails is a result. */
import { randomBytes } from "node:crypto";
import { Context } from "@temporalio/activity";
import { redact, redactValue } from "../../core/redact.js";
import type { JsonObject } from "../../schema/json.js";
import { actionDigest } from "../acting/action-digest.js";
import type { AskCall, AskResult } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import { policyChannel, tell } from "./messages.js";
import { previewOf } from "./preview.js";

export function createAskApproval(dependencies: Dependencies) {
  return async function ask_approval(call: AskCall): Promise<AskResult> {
    const { workflowExecution } = Context.current().info;
    const nonce = randomBytes(16).toString("hex");
    const { runKey, nodeId: node, tool, params, target, policyDigest, undo } = call;
    const digest = actionDigest({ runKey, nonce, node, tool, params, target, policyDigest, undo });
    const shown = redactValue(params) as JsonObject;
    const shownUndo = undo === undefined ? {} : { shownUndo: redactValue(undo.params) as JsonObject };
    const run = workflowExecution?.workflowId ?? "";
    dependencies.log.info("approval asked", {
      operation: "ask_approval",
      run,
      node,
      requester: call.requester,
      digest,
    });
    const channel = await policyChannel(dependencies);
    const preview = await previewOf(call, dependencies);
    const notice = {
      event: "gate-opened",
      run,
      node,
      key: digest,
      details: { ...detailsOf(call, digest, shown), ...preview },
    } as const;
    const notices = channel === undefined ? [] : [await tell(channel, notice, dependencies)];
    return { nonce, digest, askedIn: workflowExecution?.runId ?? "", shown, ...shownUndo, ...preview, notices };
  };
}

function detailsOf({ findings, deadlineMs, ...request }: AskCall, digest: string, shown: JsonObject): JsonObject {
  return {
    ...(request as unknown as JsonObject),
    params: shown,
    digest,
    deadline: new Date(deadlineMs).toISOString(),
    findings: findings.map((finding) => ({ ...finding, statement: redact(finding.statement) })),
  };
}
