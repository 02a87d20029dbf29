/** Tool `notification`: posts a message to a channel of config.yaml. */
import { z } from "zod";
import type { Reach } from "../../core/catalogue.js";
import type { Channel, Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import { DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS } from "../../vocabulary/limits.js";
import { defineTool, type ToolContext, ToolFailure } from "../define-tool.js";
import { statusFailure } from "./http-answers.js";
import { declaredNameSchema } from "./names.js";

const paramsSchema = z.strictObject({
  channel: declaredNameSchema,
  title: z.string().max(NAME_MAX_CHARS).optional(),
  message: z.string().min(1).max(DESCRIPTION_MAX_CHARS),
});
const outputSchema = z.strictObject({
  channel: z.string(),
  status: z.int(),
  delivered: z.literal(true),
  idempotency_key: z.string(),
});

export const notification = defineTool({
  name: "notification",
  description: "Posts a message to a declared channel; a repeated delivery carries the same Idempotency-Key.",
  nodeTypes: ["notification"],
  effect: "notify",
  params: paramsSchema,
  output: outputSchema,
  reach: reachOfChannel,
  run: notify,
});

async function notify(
  params: z.output<typeof paramsSchema>,
  context: ToolContext,
): Promise<z.infer<typeof outputSchema>> {
  const channel = channelNamed(context.config, params.channel);
  const { runId, nodeId, idempotencyKey } = context;
  const body = { title: params.title ?? `${runId}: ${nodeId}`, message: params.message, run: runId, node: nodeId };
  const answer = await context.fetch(channel.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...channel.headers, "idempotency-key": idempotencyKey },
    body: JSON.stringify(body),
    signal: context.signal,
    // A redirected POST would arrive as a GET: the message would be lost and taken for delivered.
    redirect: "refuse",
  });
  if (answer.status < 200 || answer.status > 299) throw statusFailure(`the channel ${params.channel}`, answer);
  return { channel: params.channel, status: answer.status, delivered: true, idempotency_key: idempotencyKey };
}

function lookUp(config: Config, name: string): Channel | { message: string; hint: string } {
  const channel = Object.hasOwn(config.channels, name) ? config.channels[name] : undefined;
  if (channel !== undefined) return channel;
  const names = Object.keys(config.channels).sort().join(", ");
  const hint = names === "" ? "declare one under channels in config.yaml" : `declared channels: ${names}`;
  return { message: `config.yaml declares no channel ${JSON.stringify(name.slice(0, 63))}`, hint };
}

function channelNamed(config: Config, name: string): Channel {
  const found = lookUp(config, name);
  if ("url" in found) return found;
  throw new ToolFailure("source-not-configured", found.message, found.hint);
}

function reachOfChannel({ channel: name }: JsonObject, config: Config, at: string): Reach {
  if (typeof name !== "string" || name.includes("{{")) return { urls: [], problems: [] };
  const found = lookUp(config, name);
  if ("url" in found) return { urls: [], problems: [] };
  return { urls: [], problems: [{ code: "source-not-configured", at: `${at}.channel`, ...found }] };
}
