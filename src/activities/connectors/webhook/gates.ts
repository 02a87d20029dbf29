/** Tells of gates by webhook: what happened as JSON, signed as every message of the channel. */
import { redact } from "../../../core/redact.js";
import { ToolFailure } from "../../../platform/failure.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import type { JsonObject } from "../../../schema/json.js";
import { visibleJson } from "../../../vocabulary/visible.js";
import type { NoticeResult } from "../../contract.js";
import { GATE_MESSAGE_TIMEOUT_MS, type GateMeans, type GateMessage } from "../../gates/message.js";
import { markOf } from "../kit/find-duplicates.js";
import { pageOf } from "../kit/origin.js";
import { signatureOf } from "./channel.js";

/** `name` is `webhook:` and a channel of that kind in config.yaml. Never throws. */
export async function tellWebhook(
  name: string,
  channel: ChannelOf<"webhook">,
  notice: GateMessage,
  means: GateMeans,
): Promise<NoticeResult> {
  try {
    const body = visibleJson(JSON.stringify(bodyOf(notice, means)));
    const key = channel.signing_key;
    const signature = key === undefined ? {} : signatureOf(markOf(notice.key), body, means.secret(key), means.now());
    const common = { "content-type": "application/json", "idempotency-key": notice.key };
    const headers = { ...common, ...channel.headers, ...signature };
    const request = { method: "POST" as const, headers, body, timeoutMs: GATE_MESSAGE_TIMEOUT_MS };
    const answer = await means.fetch(channel.url, request);
    const ok = answer.status >= 200 && answer.status < 300;
    return ok ? { channel: name, ok } : { channel: name, ok, problem: `it answered ${answer.status}` };
  } catch (error) {
    const problem = error instanceof ToolFailure ? error.message : "it could not be told";
    return { channel: name, ok: false, problem: redact(problem) };
  }
}

function bodyOf({ event, run, node, details }: GateMessage, { config }: Pick<GateMeans, "config">): JsonObject {
  const body: JsonObject = { event, ...details, run, node };
  if (event !== "gate-closed") body.answer = `autoops approve ${run} ${node}`;
  const page = pageOf({ config, runId: run });
  if (page !== undefined) body.page = page;
  return body;
}
