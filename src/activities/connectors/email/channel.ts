/** Messages as e-mail. It cannot be looked for: a repeat carries the same Message-ID, by which many receivers know it. */
import { redact } from "../../../core/redact.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import { EMAIL_RECIPIENTS_MAX, EMAIL_SUBJECT_MAX_CHARS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { markOf } from "../kit/find-duplicates.js";
import { visibleText } from "../kit/markdown.js";
import { signed, titled } from "../kit/origin.js";
import type { Delivered, Message } from "../message.js";
import { type MailTrust, sendMail } from "./smtp.js";

export async function sendEmail(
  name: string,
  channel: ChannelOf<"email">,
  { title, message, to = [] }: Message,
  context: ToolContext,
  trust?: MailTrust,
): Promise<Delivered> {
  const recipients = recipientsOf(name, channel, to);
  const subject = titled(title, EMAIL_SUBJECT_MAX_CHARS);
  const messageId = `${markOf(context.idempotencyKey)}@${domainOf(channel.from)}`;
  const mail = {
    from: channel.from,
    to: recipients,
    subject: subject.text,
    text: signed(redact(visibleText(message)), context),
    messageId,
    date: new Date(context.now()),
  };
  const { status, rejected } = await sendMail(name, channel, mail, context, trust);
  const remarks = [
    ...(rejected.length === 0 ? [] : [`the server did not take it for ${rejected.join(", ")}`]),
    ...(context.attempt === 1 ? [] : ["an earlier attempt may have sent it: both have the same Message-ID"]),
  ];
  return { status, keptBy: "receiver", ref: messageId, truncated: subject.truncated, remarks };
}

/** The channel's own, and those of the graph that it may write to. */
export function recipientsOf(name: string, channel: ChannelOf<"email">, to: readonly string[]): string[] {
  const own = new Set(channel.to.map((address) => address.toLowerCase()));
  const domains = new Set(channel.allowed_domains ?? []);
  const foreign = to.filter((address) => !own.has(address.toLowerCase()) && !domains.has(domainOf(address)));
  if (foreign.length > 0) {
    const message = `to must hold addresses in the allowed_domains of the channel ${name}, got ${foreign.slice(0, 3).join(", ")}`;
    const hint = domains.size === 0 ? "it names none" : `they are ${[...domains].join(", ")}`;
    throw toolFailure("params-invalid", message, { hint, retryable: false });
  }
  const all = [...channel.to, ...to.filter((address) => !own.has(address.toLowerCase()))];
  if (all.length <= EMAIL_RECIPIENTS_MAX) return all;
  const message = `to must leave at most ${EMAIL_RECIPIENTS_MAX} addresses with those of the channel ${name}, got ${all.length}`;
  throw toolFailure("params-invalid", message, { retryable: false });
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
