/** A message as JSON to a declared address, signed as Standard Webhooks say where config.yaml names a key. */
import { createHmac } from "node:crypto";
import { redact } from "../../../core/redact.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { visible } from "../../../vocabulary/visible.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf } from "../kit/find-duplicates.js";
import { vendorFailure } from "../kit/vendor-calls.js";
import type { Delivered, Message } from "../message.js";

export async function postToWebhook(
  name: string,
  channel: ChannelOf<"webhook">,
  { title, message }: Message,
  context: ToolContext,
): Promise<Delivered> {
  const { runId, nodeId, idempotencyKey } = context;
  const body = JSON.stringify({
    title: redact(visible(title)),
    message: redact(visible(message)),
    run: runId,
    node: nodeId,
  });
  const key = channel.signing_key;
  const signature =
    key === undefined ? {} : signatureOf(markOf(idempotencyKey), body, context.secret(key), context.now());
  const answer = await context.fetch(channel.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...channel.headers,
      ...signature,
      "idempotency-key": idempotencyKey,
    },
    body,
    signal: context.signal,
    // A redirected POST would arrive as a GET: the message would be lost and taken for delivered.
    redirect: "refuse",
  });
  if (answer.status < 200 || answer.status > 299) throw vendorFailure(`the channel ${name}`, answer);
  return { status: answer.status, keptBy: "receiver" };
}

/** The three headers of Standard Webhooks 1.0, by a shared key: `whsec_` and base64, or the bytes of any other text. */
export function signatureOf(id: string, body: string, secret: string, nowMs: number): Record<string, string> {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
  if (key.length === 0) throw toolFailure("secret-missing", "the signing key of a webhook must not be empty");
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
