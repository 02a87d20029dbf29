/** Channels of kind `email`: mail over SMTP. */
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import type { ChannelConnector } from "../contract.js";
import { recipientsOf, sendEmail } from "./channel.js";
import { tellByEmail } from "./gates.js";
import { verifyMail } from "./smtp.js";

export const emailChannel: ChannelConnector<"email"> = {
  kind: "email",
  // Mail servers are declared by host and port: they are spoken to in a protocol of their own.
  urls: ({ host, port }) => [`smtp://${host.includes(":") ? `[${host}]` : host}:${port}`],
  check,
  params: ["to"],
  recipientFault,
  deliver: (name, channel, message, context) => sendEmail(name, channel, message, context),
  tell: tellByEmail,
};

async function check(name: string, channel: ChannelOf<"email">, context: ToolContext): Promise<string> {
  await verifyMail(name, channel, context);
  return channel.username === undefined ? "the server takes mail" : "the server takes mail and the credentials";
}

function recipientFault(name: string, channel: ChannelOf<"email">, to: string[]): string | undefined {
  try {
    recipientsOf(name, channel, to);
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return error.message;
  }
}
