/** Channels of kind `slack`. The policy names one by `slack:#CHANNEL`, so that config.yaml need not declare it. */
import { createSlack } from "../../../platform/slack/client.js";
import type { ToolContext } from "../../define-tool.js";
import { toolFailure } from "../../define-tool.js";
import type { ChannelConnector } from "../contract.js";
import { postToSlack } from "./channel.js";
import { tellSlack } from "./gates.js";

export const slackChannel: ChannelConnector<"slack"> = {
  kind: "slack",
  // Of the section slack: declared there.
  urls: () => [],
  check: whoAmI,
  params: [],
  deliver: postToSlack,
  named: (channel) => ({ kind: "slack", channel }),
  tell: (name, _channel, notice, means) => tellSlack(name, notice, means),
};

async function whoAmI(name: string, _channel: unknown, context: ToolContext): Promise<string> {
  const { slack } = context.config;
  if (slack !== undefined) return createSlack(slack, context.fetch).whoAmI();
  const message = `the channel ${name} needs the section slack of config.yaml`;
  throw toolFailure("source-not-configured", message, { hint: "give it the app's token" });
}
