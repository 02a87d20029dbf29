/** Whether a declared tracker or channel can be reached and takes our credentials; asks nothing that people would see. */
import { createSlack } from "../../platform/slack/client.js";
import type { Channel, Tracker } from "../../schema/config/tickets.js";
import { type ToolContext, ToolFailure } from "../define-tool.js";
import { verifyMail } from "./email/smtp.js";
import { clientOf } from "./trackers.js";

/** Who we are there and what we see. */
export async function lookAtTracker(name: string, tracker: Tracker, context: ToolContext): Promise<string> {
  return clientOf(name, tracker, context).look();
}

/** Webhooks, and PagerDuty's events, take messages and answer no questions. */
export function canBeAsked({ kind }: Channel): boolean {
  return kind === "slack" || kind === "email";
}

/** Of a channel that can be asked. */
export async function lookAtChannel(name: string, channel: Channel, context: ToolContext): Promise<string> {
  if (channel.kind === "email") {
    await verifyMail(name, channel, context);
    return channel.username === undefined ? "the server takes mail" : "the server takes mail and the credentials";
  }
  const { slack } = context.config;
  if (slack === undefined) {
    const message = `the channel ${name} needs the section slack of config.yaml`;
    throw new ToolFailure("source-not-configured", message, "give it the app's token");
  }
  return createSlack(slack, context.fetch).whoAmI();
}
