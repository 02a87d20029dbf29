/** Messages to a channel in Slack. It promises nothing of a key: ours stands in the message's metadata, and is looked for. */
import { redact } from "../../../core/redact.js";
import { createSlack } from "../../../platform/slack/client.js";
import { line, mrkdwn, plain } from "../../../platform/slack/text.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import {
  SLACK_HEADER_MAX_CHARS,
  SLACK_LOOK_BACK_MESSAGES,
  TITLE_MAX_CHARS,
} from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { markOf, withoutDuplicates } from "../kit/find-duplicates.js";
import { pageOf, titled } from "../kit/origin.js";
import type { Delivered, KeptBy, Message } from "../message.js";
import { sectionsOf } from "./text.js";

/** What keeps the app from reading a channel that it may post to. */
const UNREADABLE = new Set(["source-forbidden", "source-not-found"]);

export async function postToSlack(
  name: string,
  channel: ChannelOf<"slack">,
  message: Message,
  context: ToolContext,
): Promise<Delivered> {
  const settings = context.config.slack;
  if (settings === undefined) {
    const says = `the channel ${name} needs the section slack of config.yaml`;
    throw toolFailure("source-not-configured", says, { hint: "give it the app's token" });
  }
  const slack = createSlack(settings, context.fetch);
  const mark = markOf(context.idempotencyKey);
  const named = channel.channel.startsWith("#") ? channel.channel.slice(1) : undefined;
  let place = named === undefined ? channel.channel : undefined;
  let keptBy: KeptBy = "search";
  let unread: string[] = [];

  async function find(): Promise<Array<{ channel: string; ts: string }>> {
    try {
      place ??= await slack.channelId(named ?? "");
      const channelId = place;
      const sent = await slack.sentWith(mark, channelId, SLACK_LOOK_BACK_MESSAGES);
      return sent.map((ts) => ({ channel: channelId, ts })).reverse();
    } catch (error) {
      if (!(error instanceof ToolFailure) || !UNREADABLE.has(error.code)) throw error;
      keptBy = "nothing";
      unread = [`a message of an earlier attempt was not looked for: ${redact(error.message)}`];
      return [];
    }
  }

  const { blocks, text, truncated } = shown(message, context);
  const make = () => slack.post({ channel: place ?? named ?? channel.channel, text, blocks, mark });
  const { one, made, others, remarks } = await withoutDuplicates({ find, make, id: ({ ts }) => ts }, context);
  const doubles =
    others.length === 0 ? [] : [`it stands there ${others.length + 1} times: ${others.map(({ ts }) => ts)}`];
  return {
    status: 200,
    keptBy,
    ref: `${one.channel}/${one.ts}`,
    repeated: !made,
    truncated,
    remarks: [...remarks, ...unread, ...doubles],
  };
}

function shown({ title, message }: Message, context: ToolContext) {
  const head = titled(title, TITLE_MAX_CHARS);
  const body = sectionsOf(redact(message));
  const page = pageOf(context);
  const parts = [`run ${line(context.runId, 255)} · ${line(context.nodeId, 64)}`];
  if (page !== undefined) parts.push(`<${page}|look at it>`);
  const blocks = [
    { type: "header", text: plain(head.text, SLACK_HEADER_MAX_CHARS) },
    ...body.blocks,
    { type: "context", elements: [mrkdwn(parts.join(" · "))] },
  ];
  const truncated = body.truncated || head.text.length > SLACK_HEADER_MAX_CHARS;
  return { text: line(head.text, SLACK_HEADER_MAX_CHARS * 4), blocks, truncated };
}
