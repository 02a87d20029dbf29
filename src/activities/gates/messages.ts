/**
 * Tells people of gates through the channels of config.yaml. A channel that fails is a result: the gate can be answered
 * and expires regardless.
 */
import { redact } from "../../core/redact.js";
import { ToolFailure } from "../../platform/failure.js";
import type { JsonObject } from "../../schema/json.js";
import { markOf } from "../connectors/kit/find-duplicates.js";
import { pageOf } from "../connectors/kit/origin.js";
import { tellPagerDuty } from "../connectors/pagerduty/gates.js";
import { tellSlack } from "../connectors/slack/gates.js";
import { signatureOf } from "../connectors/webhook/channel.js";
import type { NoticeResult } from "../contract.js";
import type { Dependencies } from "../dependencies.js";
import type { Notice } from "./message.js";

/** Milliseconds that one notice may take: the gate must not stay without a digest because a channel is slow. */
const NOTICE_TIMEOUT_MS = 5_000;

/** The channel of the policy in force; undefined where it names none. */
export async function policyChannel({ policy }: Pick<Dependencies, "policy">): Promise<string | undefined> {
  const current = await policy();
  return current.ok ? current.policy.approval.notify_channel : undefined;
}

/** Tells one channel, by its name in the policy (`webhook:NAME`, `slack:#CHANNEL`, `pagerduty:NAME`). */
export async function tell(name: string, notice: Notice, dependencies: Dependencies): Promise<NoticeResult> {
  const [kind, channelName = ""] = name.split(":", 2);
  if (kind === "slack") return tellSlack(name, notice, dependencies);
  if (kind === "pagerduty") return tellPagerDuty(name, notice, dependencies, NOTICE_TIMEOUT_MS);
  const { channels } = dependencies.config;
  const channel = Object.hasOwn(channels, channelName) ? channels[channelName] : undefined;
  if (kind !== "webhook") return { channel: name, ok: false, problem: `${kind} notices are not available` };
  if (channel === undefined) return { channel: name, ok: false, problem: "config.yaml declares no such channel" };
  if (channel.kind !== "webhook") return { channel: name, ok: false, problem: `it is of kind ${channel.kind}` };
  try {
    const body = JSON.stringify(bodyOf(notice, dependencies));
    const key = channel.signing_key;
    const { secret, now } = dependencies;
    const signature = key === undefined ? {} : signatureOf(markOf(notice.key), body, secret(key), now());
    const common = { "content-type": "application/json", "idempotency-key": notice.key };
    const headers = { ...common, ...channel.headers, ...signature };
    const request = { method: "POST" as const, headers, body, timeoutMs: NOTICE_TIMEOUT_MS };
    const answer = await dependencies.fetch(channel.url, request);
    const ok = answer.status >= 200 && answer.status < 300;
    return ok ? { channel: name, ok } : { channel: name, ok, problem: `it answered ${answer.status}` };
  } catch (error) {
    const problem = error instanceof ToolFailure ? error.message : "it could not be told";
    return { channel: name, ok: false, problem: redact(problem) };
  }
}

function bodyOf({ event, run, node, details }: Notice, { config }: Pick<Dependencies, "config">): JsonObject {
  const body: JsonObject = { event, ...details, run, node };
  if (event !== "gate-closed") body.answer = `autoops approve ${run} ${node}`;
  const page = pageOf({ config, runId: run });
  if (page !== undefined) body.page = page;
  return body;
}
