/** E-mail over SMTP, against a real server of the test: encryption, recipients, headers, and what becomes of a repeat. */
import { describe, expect, onTestFinished, test } from "vitest";
import { sendEmail } from "../../../../src/activities/connectors/email/channel.js";
import type { ToolContext } from "../../../../src/activities/define-tool.js";
import { notification } from "../../../../src/activities/tools/notification.js";
import { channelSchema } from "../../../../src/schema/config/tickets.js";
import { createAuthority, hasOpenssl } from "../../../support/certificates.js";
import { reachingContext } from "../../../support/local-server.js";
import { type MailServerOptions, mailServer } from "../../../support/mail-server.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

function contextOf(port: number, more: object = {}, parts: Partial<ToolContext> = {}): ToolContext {
  const mail = channelSchema.parse({
    kind: "email",
    host: "127.0.0.1",
    port,
    security: "none",
    from: "autoops@example.com",
    to: ["oncall@example.com"],
    ...more,
  });
  const config = configOf({ channels: { mail }, facadeUrl: "https://autoops.example.com" });
  const own = { idempotencyKey: "run.nonce.mail", runId: "shop-ab12", nodeId: "mail" };
  return reachingContext(config, { ...own, ...parts }, { SMTP_PASSWORD: "smtp-secret-of-the-test" });
}
const send = (params: object, context: ToolContext) =>
  notification.run(notification.params.parse({ channel: "mail", message: "x", ...params }) as never, context);
const headerOf = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(text)?.[1]?.trim();

describe("a mail", () => {
  test("goes to the channel's recipients, as text, with where it comes from", async () => {
    const { port, received } = await mailServer();
    const output = await send({ title: "Kasse fällt aus", message: "**12 %** fail" }, contextOf(port));
    expect(output).toMatchObject({ kind: "email", status: 250, kept_to_one_by: "receiver", delivered: true });
    const [mail] = received;
    expect(mail?.to).toEqual(["oncall@example.com"]);
    expect(mail?.text).toContain("**12 %** fail");
    expect(mail?.text.replace(/=\r\n/g, "")).toContain("https://autoops.example.com/#/runs/shop-ab12");
    expect(headerOf(mail?.text ?? "", "Auto-Submitted")).toBe("auto-generated");
    expect(headerOf(mail?.text ?? "", "Message-ID")).toBe(`<${output.ref}>`);
    expect(output.ref).toMatch(/^autoops-[0-9a-f]{24}@example\.com$/);
  });

  test("that a second attempt sends again, since its answer was lost, has the same Message-ID, and the output says so", async () => {
    const server = await mailServer({ loses: 1 });
    const lost = await failureOf(send({ title: "Lost" }, contextOf(server.port)));
    expect(lost).toMatchObject({ code: "source-unreachable", hint: expect.stringContaining("same Message-ID") });
    const output = await send({ title: "Lost" }, contextOf(server.port, {}, { attempt: 2 }));
    expect(output.findings[0]?.evidence.join()).toContain("same Message-ID");
    expect(server.received).toHaveLength(2);
    const ids = server.received.map(({ text }) => headerOf(text, "Message-ID"));
    expect(new Set(ids)).toEqual(new Set([`<${output.ref}>`]));
  });

  test("that the server does not take for one of its recipients says for whom", async () => {
    const server = await mailServer({
      onRcptTo: ({ address }, _, callback) =>
        callback(
          address.startsWith("gone") ? Object.assign(new Error("no such user"), { responseCode: 550 }) : undefined,
        ),
    });
    const context = contextOf(server.port, { allowed_domains: ["example.com"] });
    const output = await send({ title: "Some", to: ["gone@example.com"] }, context);
    expect(output.findings[0]?.evidence).toEqual(["the server did not take it for gone@example.com"]);
    expect(server.received[0]?.to).toEqual(["oncall@example.com"]);
  });
});

describe("recipients and headers", () => {
  test("a graph writes to the allowed domains beside the channel's own, and to nobody else", async () => {
    const { port, received } = await mailServer();
    const allowed = contextOf(port, { allowed_domains: ["example.com"] });
    await send({ to: ["lead@example.com", "ONCALL@example.com"] }, allowed);
    expect(received[0]?.to).toEqual(["oncall@example.com", "lead@example.com"]);
    for (const [context, to] of [
      [allowed, "eve@evil.example"],
      [allowed, "eve@sub.example.com"],
      [contextOf(port), "lead@example.com"],
    ] as const) {
      expect(await failureOf(send({ to: [to] }, context))).toMatchObject({ code: "params-invalid" });
      const wish = { channel: "mail", message: "x", to: [to, "{{ who.address }}"] };
      const reached = notification.reach?.(wish, context.config, "nodes[0].params");
      expect(reached?.problems).toMatchObject([{ code: "params-invalid", at: "nodes[0].params.to" }]);
    }
    expect(received).toHaveLength(1);
  });

  test.each([
    ["a@example.com\r\nBcc: eve@evil.example"],
    ['"a\r\nb"@example.com'],
    ["a@example.com, eve@evil.example"],
    ["Ann <a@example.com>"],
    ["a@exa mple.com"],
  ])("%j is no address", (address) => {
    expect(notification.params.safeParse({ channel: "mail", message: "x", to: [address] }).success).toBe(false);
  });

  test.each(["one\r\nBcc: eve@evil.example", "one\nX: y", "one\u2028two"])("%j is no subject", (title) => {
    expect(notification.params.safeParse({ channel: "mail", message: "x", title }).success).toBe(false);
  });

  test("lines in the text that look like headers or like the end of the mail stay text", async () => {
    const { port, received } = await mailServer();
    await send({ title: "Text", message: "Bcc: eve@evil.example\n.\nQUIT\n\nafter" }, contextOf(port));
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(["oncall@example.com"]);
    const [head = "", ...body] = (received[0]?.text ?? "").split("\r\n\r\n");
    expect(head).not.toMatch(/^bcc:/im);
    expect(body.join("\n")).toContain("after");
  });
});

describe("what goes wrong is told apart, and nothing is sent", () => {
  const refusing = (responseCode: number): MailServerOptions => ({
    onMailFrom: (_, __, callback) => callback(Object.assign(new Error("refused here"), { responseCode })),
  });
  test.each([
    [550, "source-refused"],
    [451, "source-busy"],
  ])("an answer of %d is %s", async (responseCode, code) => {
    const { port, received } = await mailServer(refusing(responseCode));
    const failure = await failureOf(send({}, contextOf(port)));
    expect(failure).toMatchObject({ code, message: expect.stringContaining("refused here") });
    expect(received).toEqual([]);
  });

  test("wrong credentials; what the server repeats of them is not told", async () => {
    const { port, received } = await mailServer({
      authMethods: ["PLAIN"],
      allowInsecureAuth: true,
      onAuth: (_, __, callback) => callback(new Error("no such account")),
    });
    const context = contextOf(port, { username: "autoops", password: "env:SMTP_PASSWORD" });
    const failure = await failureOf(send({}, context));
    expect(failure.code).toBe("source-denied");
    expect(failure.message).not.toContain("smtp-secret");
    expect(received).toEqual([]);
  });

  test("nobody who listens, and a host that the network policy does not let be reached", async () => {
    const { port } = await mailServer();
    const context = contextOf(port);
    const away = { ...context, config: contextOf(1).config };
    expect(await failureOf(send({}, away))).toMatchObject({ code: "address-not-allowed" });
    const silent = await failureOf(send({}, contextOf(1)));
    expect(silent).toMatchObject({ code: "source-unreachable", message: expect.stringContaining("did not answer") });
    expect(silent.hint).toBeUndefined();
  });

  test("a secret goes nowhere without encryption: config.yaml is refused", () => {
    const channel = { kind: "email", host: "smtp.example.com", from: "a@example.com", to: ["b@example.com"] };
    expect(channelSchema.safeParse({ ...channel, security: "none" }).success).toBe(false);
    expect(channelSchema.safeParse({ ...channel, username: "a", password: "plain-password" }).success).toBe(false);
    expect(channelSchema.safeParse({ ...channel, username: "a" }).success).toBe(false);
    expect(channelSchema.safeParse(channel).success).toBe(true);
  });
});

describe.skipIf(!hasOpenssl)("encryption (skipped: no openssl)", () => {
  const login = { username: "autoops", password: "env:SMTP_PASSWORD" };
  const onAuth: MailServerOptions["onAuth"] = ({ password }, _, callback) =>
    password === "smtp-secret-of-the-test" ? callback(null, { user: "autoops" }) : callback(new Error("no"));

  test.each(["starttls", "tls"] as const)("with %s the mail and the password go over TLS", async (security) => {
    const authority = createAuthority();
    onTestFinished(() => authority.remove());
    const leaf = authority.issue("mail", { names: ["IP:127.0.0.1"], to: 30 });
    const { port, received } = await mailServer({ ...leaf, secure: security === "tls", hideSTARTTLS: false, onAuth });
    const context = contextOf(port, { security, ...login });
    const channel = context.config.channels.mail;
    if (channel?.kind !== "email") throw new Error("no mail channel");
    await sendEmail("mail", channel, { title: "Secret", message: "x" }, context, { ca: authority.root });
    expect(received).toMatchObject([{ secure: true, user: "autoops" }]);
    const failure = await failureOf(send({}, context));
    expect(failure).toMatchObject({ code: "source-refused", message: expect.stringContaining("nothing was sent") });
    expect(received).toHaveLength(1);
  });

  test("a server that does not offer STARTTLS gets neither the password nor the mail", async () => {
    let asked = 0;
    const { port, received } = await mailServer({
      allowInsecureAuth: true,
      onAuth: (_, __, callback) => {
        asked++;
        callback(null, { user: "x" });
      },
    });
    const failure = await failureOf(send({}, contextOf(port, { security: "starttls", ...login })));
    expect(failure.code).toBe("source-refused");
    expect([asked, received]).toEqual([0, []]);
  });
});
