/** `ask_approval`: gives a gate its nonce and digest, and tells the approvers. A channel that fails is a result. */
import { randomBytes } from "node:crypto";
import { Context } from "@temporalio/activity";
import { redact, redactValue } from "../core/redact.js";
import { ToolFailure } from "../platform/failure.js";
import type { JsonObject } from "../schema/json.js";
import { actionDigest } from "./action-digest.js";
import type { AskCall, AskResult } from "./contract.js";
import type { Dependencies } from "./dependencies.js";

/** Milliseconds that one notice may take: the gate must not stay without a digest because a channel is slow. */
const NOTICE_TIMEOUT_MS = 5_000;

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
    const notices = await notify(call, run, digest, shown, dependencies);
    return { nonce, digest, askedIn: workflowExecution?.runId ?? "", shown, ...shownUndo, notices };
  };
}

async function notify(
  call: AskCall,
  run: string,
  digest: string,
  shown: JsonObject,
  dependencies: Dependencies,
): Promise<AskResult["notices"]> {
  const { config } = dependencies;
  const current = await dependencies.policy();
  const name = current.ok ? current.policy.approval.notify_channel : undefined;
  if (name === undefined) return [];
  const [kind, channelName = ""] = name.split(":", 2);
  const channel = Object.hasOwn(config.channels, channelName) ? config.channels[channelName] : undefined;
  if (kind !== "webhook" || channel === undefined) {
    const problem = kind === "webhook" ? "config.yaml declares no such channel" : `${kind} notices are not available`;
    return [{ channel: name, ok: false, problem }];
  }
  const { findings, deadlineMs, ...request } = call;
  const body = JSON.stringify({
    ...request,
    params: shown,
    run,
    digest,
    deadline: new Date(deadlineMs).toISOString(),
    findings: findings.map((finding) => ({ ...finding, statement: redact(finding.statement) })),
    answer: `autoops approve ${run} ${call.nodeId}`,
    ...(config.facadeUrl === undefined ? {} : { page: `${config.facadeUrl}/#/runs/${encodeURIComponent(run)}` }),
  });
  try {
    const headers = { "content-type": "application/json", "idempotency-key": digest, ...channel.headers };
    const answer = await dependencies.fetch(channel.url, {
      method: "POST",
      headers,
      body,
      timeoutMs: NOTICE_TIMEOUT_MS,
    });
    const ok = answer.status >= 200 && answer.status < 300;
    return [ok ? { channel: name, ok } : { channel: name, ok, problem: `it answered ${answer.status}` }];
  } catch (error) {
    const problem = error instanceof ToolFailure ? error.message : "it could not be told";
    return [{ channel: name, ok: false, problem: redact(problem) }];
  }
}
