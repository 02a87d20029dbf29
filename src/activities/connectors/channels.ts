/** The kinds of channels, each with its connector. A kind that is missing here does not compile. */
import type { Channel } from "../../schema/config/tickets.js";
import type { ChannelConnector, ChannelKind } from "./contract.js";
import { emailChannel } from "./email/connector.js";
import { pagerdutyChannel } from "./pagerduty/connector.js";
import { slackChannel } from "./slack/connector.js";
import { webhookChannel } from "./webhook/connector.js";

type Connectors = { [K in ChannelKind]: ChannelConnector<K> };

const CHANNELS: Connectors = {
  webhook: webhookChannel,
  slack: slackChannel,
  pagerduty: pagerdutyChannel,
  email: emailChannel,
};

/** The connector of a channel's kind, which takes that channel. */
export function channelOf({ kind }: Pick<Channel, "kind">): ChannelConnector<ChannelKind> {
  return CHANNELS[kind] as ChannelConnector<ChannelKind>;
}

export function isChannelKind(kind: string): kind is ChannelKind {
  return Object.hasOwn(CHANNELS, kind);
}

/** The kind of channel that alone knows a param of `notification`. */
export function ownerOf(param: "to" | "severity" | "alert"): ChannelKind | undefined {
  return Object.values(CHANNELS).find(({ params }) => params.includes(param))?.kind;
}
