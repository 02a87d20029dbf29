/** Channels of kind `webhook`: JSON posted to an address. */
import type { ChannelConnector } from "../contract.js";
import { postToWebhook } from "./channel.js";
import { tellWebhook } from "./gates.js";

export const webhookChannel: ChannelConnector<"webhook"> = {
  kind: "webhook",
  urls: ({ url }) => [url],
  params: [],
  deliver: postToWebhook,
  tell: tellWebhook,
};
