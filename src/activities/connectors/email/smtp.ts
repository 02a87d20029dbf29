/** One e-mail over SMTP to an address that the network policy allows. Owns `nodemailer`, which is loaded on first use. */
import { redact } from "../../../core/redact.js";
import type { ChannelOf } from "../../../schema/config/tickets.js";
import type { ProblemCode } from "../../../vocabulary/problems.js";
import { SMTP_TIMEOUT_MS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";

export interface Mail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  /** Without angle brackets. */
  messageId: string;
  date: Date;
}
export interface MailSent {
  /** SMTP's own code of success. */
  status: number;
  /** Addresses that the server did not take, where it took others. */
  rejected: string[];
}

/** `ca`: authorities beside the machine's own, in PEM. */
export interface MailTrust {
  ca?: string;
}
type Means = Pick<ToolContext, "hosts" | "secret" | "signal">;

/** Sends one mail; throws `ToolFailure` with what the server said. */
export async function sendMail(
  name: string,
  channel: ChannelOf<"email">,
  mail: Mail,
  means: Means,
  trust: MailTrust = {},
): Promise<MailSent> {
  return conversation(name, channel, means, trust, async (transport) => {
    const { messageId, to, ...rest } = mail;
    const info = await transport.sendMail({
      ...rest,
      to,
      envelope: { from: mail.from, to },
      messageId: `<${messageId}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
    const rejected = info.rejected.map(String);
    return { status: Number(/^\d{3}/.exec(info.response)?.[0] ?? 250), rejected };
  });
}

/** Greets the server, and signs in where a user is declared; sends nothing. */
export async function verifyMail(
  name: string,
  channel: ChannelOf<"email">,
  means: Means,
  trust: MailTrust = {},
): Promise<void> {
  await conversation(name, channel, means, trust, async (transport) => void (await transport.verify()));
}

type Transport = Awaited<ReturnType<typeof transportTo>>;

async function conversation<T>(
  name: string,
  channel: ChannelOf<"email">,
  means: Means,
  trust: MailTrust,
  talk: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = await transportTo(channel, means, trust);
  let deadline: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  try {
    const ended = new Promise<never>((_, reject) => {
      const late = `the mail server ${channel.host} did not finish within ${SMTP_TIMEOUT_MS} ms`;
      deadline = setTimeout(() => reject(toolFailure("timed-out", late)), SMTP_TIMEOUT_MS);
      onAbort = () => reject(toolFailure("cancelled", "sending the mail was cancelled"));
      if (means.signal.aborted) onAbort();
      else means.signal.addEventListener("abort", onAbort, { once: true });
    });
    return await Promise.race([talk(transport), ended]);
  } catch (error) {
    throw error instanceof ToolFailure ? error : failureOf(name, channel, error);
  } finally {
    clearTimeout(deadline);
    if (onAbort !== undefined) means.signal.removeEventListener("abort", onAbort);
    transport.close();
  }
}

async function transportTo(channel: ChannelOf<"email">, { hosts, secret, signal }: Means, { ca }: MailTrust) {
  const { host, isAddress, port, addresses } = await hosts.resolve(channel.host, channel.port, { signal });
  const [first] = addresses;
  if (first === undefined) throw toolFailure("source-unreachable", `no address is known for ${channel.host}`);
  const resolved = (value: string) => (value.startsWith("env:") ? secret(value) : value);
  const { username, password, security } = channel;
  const { createTransport } = await import("nodemailer");
  return createTransport({
    // The address that was checked; the certificate is held against the name.
    host: first.address,
    port,
    name: channel.from.slice(channel.from.lastIndexOf("@") + 1),
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { minVersion: "TLSv1.2", ...(isAddress ? {} : { servername: host }), ...(ca === undefined ? {} : { ca }) },
    ...(username === undefined || password === undefined
      ? {}
      : { auth: { user: resolved(username), pass: secret(password) } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: SMTP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

interface SmtpAnswer {
  code?: string;
  responseCode?: number;
  message?: string;
  syscall?: string;
}

/** What nodemailer and the server say, without what was sent to it. */
function failureOf(name: string, channel: ChannelOf<"email">, error: unknown): ToolFailure {
  const { code = "", responseCode, message = "", syscall } = error as SmtpAnswer;
  const who = `the channel ${name} (${channel.host}:${channel.port})`;
  const said = excerpt(redact(message), 200);
  const fail = (problem: ProblemCode, says: string, hint?: string) => toolFailure(problem, `${who} ${says}`, { hint });
  if (code === "EAUTH")
    return fail("source-denied", `did not accept the credentials: ${said}`, "check username and password");
  if (responseCode !== undefined && responseCode >= 500) return fail("source-refused", `refused the mail: ${said}`);
  if (responseCode !== undefined && responseCode >= 400) return fail("source-busy", `takes no mail for now: ${said}`);
  if (code === "ETLS" || /certificate|STARTTLS|SSL|TLS/i.test(message)) {
    const hint = "with security starttls or tls the server must offer encryption with a certificate for its name";
    return fail("source-refused", `could not be spoken to in secret, so nothing was sent: ${said}`, hint);
  }
  if (code === "EENVELOPE" || code === "EMESSAGE") return fail("source-refused", `refused the mail: ${said}`);
  // Before the server has greeted, no mail can be with it.
  if (syscall === "connect" || /^(?:Connection timeout|Greeting never received)/.test(message)) {
    return fail("source-unreachable", `did not answer: ${said}`);
  }
  const hint = "the mail may have been taken; it goes again under the same Message-ID";
  return fail("source-unreachable", `was lost: ${said}`, hint);
}
