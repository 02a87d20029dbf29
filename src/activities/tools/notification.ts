/** Tool `notification`: gives one message for one key to a channel of config.yaml. */
import { z } from "zod";
import type { Reach } from "../../core/check/catalogue.js";
import { type Channel, emailAddressSchema } from "../../schema/config/tickets.js";
import type { Config } from "../../schema/config.js";
import type { JsonObject } from "../../schema/json.js";
import type { Problem } from "../../vocabulary/problems.js";
import { EMAIL_RECIPIENTS_MAX, TEXT_MAX_CHARS, TITLE_MAX_CHARS } from "../../vocabulary/ticket-limits.js";
import { channelOf, ownerOf } from "../connectors/channels.js";
import { oneLineSchema } from "../connectors/kit/one-line.js";
import { ALERT_ACTIONS } from "../connectors/message.js";
import { defineTool, type ToolContext, toolFailure } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { declaredNameSchema } from "./kit/names.js";

const paramsSchema = z.strictObject({
  channel: declaredNameSchema,
  title: oneLineSchema(TITLE_MAX_CHARS).optional(),
  /** Markdown. */
  message: z.string().min(1).max(TEXT_MAX_CHARS),
  /** Channels of kind `email`: whom else to write to, in its `allowed_domains`. */
  to: z.array(emailAddressSchema).min(1).max(EMAIL_RECIPIENTS_MAX).optional(),
  /** Channels of kind `pagerduty`. */
  severity: z.enum(["critical", "error", "warning", "info"]).optional(),
  /** The same: what becomes of the alert. `key` is the `ref` of the notification that triggered it. */
  alert: z
    .strictObject({
      action: z.enum(ALERT_ACTIONS),
      key: z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/, "the ref of a notification")
        .optional(),
    })
    .optional(),
});
type Params = z.output<typeof paramsSchema>;

const outputSchema = z.strictObject({
  channel: z.string(),
  kind: z.string(),
  status: z.int(),
  delivered: z.literal(true),
  idempotency_key: z.string(),
  /** An earlier attempt had delivered it. */
  repeated: z.boolean(),
  /** `key`, `search`, `receiver` or `nothing`: docs/tools.md tells of each. */
  kept_to_one_by: z.enum(["key", "search", "receiver", "nothing"]),
  /** By what the channel knows the message; what a later node names to acknowledge or resolve an alert. */
  ref: z.string().nullable(),
  truncated: z.boolean(),
  findings: findingsSchema,
});

export const notification = defineTool({
  name: "notification",
  description: "Gives a message to a declared channel (webhook, Slack, PagerDuty alert, e-mail), one for one key.",
  nodeTypes: ["notification"],
  effect: "notify",
  params: paramsSchema,
  output: outputSchema,
  reach: reachOfChannel,
  run: notify,
});

async function notify(params: Params, context: ToolContext): Promise<z.infer<typeof outputSchema>> {
  const { channel: name, title = `${context.runId}: ${context.nodeId}`, ...rest } = params;
  const channel = channelNamed(context.config, name);
  const [foreign] = foreignParams(channel, params);
  if (foreign !== undefined) throw toolFailure("params-invalid", `params.${foreign}`, { retryable: false });
  const delivered = await channelOf(channel).deliver(name, channel, { title, ...rest }, context);
  const { status, keptBy, ref, repeated = false, truncated = false, remarks = [] } = delivered;
  const said = repeated ? "had been told by an earlier attempt" : "was told";
  return {
    channel: name,
    kind: channel.kind,
    status,
    delivered: true,
    idempotency_key: context.idempotencyKey,
    repeated,
    kept_to_one_by: keptBy,
    ref: ref ?? null,
    truncated,
    findings: remarks.length === 0 ? [] : [finding(`the channel ${name} ${said}`, remarks)],
  };
}

/** Params that only other kinds of channels know, in words. */
function foreignParams({ kind }: Channel, params: JsonObject | Params): string[] {
  const given = (["to", "severity", "alert"] as const).filter((param) => params[param] !== undefined);
  return given.flatMap((param) => {
    const owner = ownerOf(param);
    if (owner === kind) return [];
    return [`${param} must stand with a channel of kind ${owner} alone, this one is of kind ${kind}`];
  });
}

type Found = { channel: Channel } | { message: string; hint: string };

function lookUp(config: Config, name: string): Found {
  const channel = Object.hasOwn(config.channels, name) ? config.channels[name] : undefined;
  if (channel !== undefined) return { channel };
  const names = Object.keys(config.channels).sort().join(", ");
  const hint = names === "" ? "declare one under channels in config.yaml" : `declared channels: ${names}`;
  return { message: `config.yaml declares no channel ${JSON.stringify(name.slice(0, 63))}`, hint };
}

function channelNamed(config: Config, name: string): Channel {
  const found = lookUp(config, name);
  if ("channel" in found) return found.channel;
  throw toolFailure("source-not-configured", found.message, { hint: found.hint });
}

function reachOfChannel(params: JsonObject, config: Config, at: string): Reach {
  const { channel: name } = params;
  if (typeof name !== "string" || name.includes("{{")) return { urls: [], problems: [] };
  const found = lookUp(config, name);
  if (!("channel" in found)) {
    return { urls: [], problems: [{ code: "source-not-configured", at: `${at}.channel`, ...found }] };
  }
  const says = [...foreignParams(found.channel, params), ...foreignRecipients(name, found.channel, params)];
  const problems = says.map(
    (said): Problem => ({ code: "params-invalid", at: `${at}.${said.split(" ", 1)[0]}`, message: `${at}.${said}` }),
  );
  return { urls: [], problems };
}

/** Addresses that the channel may not write to, as far as they stand there already. */
function foreignRecipients(name: string, channel: Channel, { to }: JsonObject): string[] {
  if (!Array.isArray(to)) return [];
  const known = to.filter((address) => typeof address === "string" && !address.includes("{{")) as string[];
  const fault = channelOf(channel).recipientFault?.(name, channel, known);
  return fault === undefined ? [] : [fault];
}
