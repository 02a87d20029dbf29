/** What approvers are told of a gate by e-mail, against a real server of the test. */
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import type { GateMeans, GateMessage } from "../../../../src/activities/gates/message.js";
import { tell } from "../../../../src/activities/gates/messages.js";
import { channelNameSchema } from "../../../../src/schema/approval-rules.js";
import { channelSchema } from "../../../../src/schema/config/tickets.js";
import { reachingContext } from "../../../support/local-server.js";
import { configOf } from "../../../support/tool-context.js";

async function mailServer(): Promise<{ port: number; mails: string[] }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData(stream, _session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(Buffer.concat(chunks).toString().replace(/=\r\n/g, ""));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, mails };
}

function meansOf(port: number): GateMeans {
  const mail = { kind: "email", host: "127.0.0.1", port, security: "none", from: "autoops@example.com" };
  const channels = { oncall: channelSchema.parse({ ...mail, to: ["oncall@example.com"] }) };
  return reachingContext(configOf({ channels, facadeUrl: "https://autoops.example.com" }), {}, {});
}

const notice = (event: GateMessage["event"], details: GateMessage["details"] = {}): GateMessage => ({
  event,
  run: "shop-ab12",
  node: "mend",
  key: `shop-ab12.mend.${event}`,
  details: { nodeName: "Roll back checkout", tool: "rollback", digest: "ab".repeat(32), ...details },
});

test("a policy may name an e-mail channel, and no other new kind", () => {
  expect(channelNameSchema.safeParse("email:oncall").success).toBe(true);
  expect(channelNameSchema.safeParse("sms:oncall").success).toBe(false);
});

test("a question goes out as a mail that says what is asked and how to answer", async () => {
  const { port, mails } = await mailServer();
  const told = await tell("email:oncall", notice("gate-opened"), meansOf(port));
  expect(told).toEqual({ channel: "email:oncall", ok: true });
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain("Subject: Approval needed: Roll back checkout (run shop-ab12)");
  expect(mails[0]).toContain("tool: rollback");
  expect(mails[0]).toContain("autoops approve shop-ab12 mend");
  expect(mails[0]).toContain("https://autoops.example.com/#/runs/shop-ab12");
});

test("the mail says what is wrong and why before what is to be done about it, in plain text", async () => {
  const { port, mails } = await mailServer();
  const answer = {
    headline: "checkout: 27 % of requests fail since 2026-11-29T17:15:17Z, right after version 2.",
    mood: "bad",
    cause: {
      sureness: "likely",
      text: "version 2 of checkout",
      facts: [{ text: "errors rose with it", source: "prom", node: "errors", query: "up" }],
    },
    actions: [],
    next: [],
    missing: [],
  };
  const details = {
    answer,
    target: "checkout",
    environment: "production",
    preview: { before: "version 2", after: "version 1" },
    undo: { tool: "rollback", params: { target: "checkout", version: "2" } },
  };
  await tell("email:oncall", notice("gate-opened", details), meansOf(port));
  const text = (mails[0] ?? "").replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const order = [
    "27 % of requests fail since",
    "Cause, likely: version 2 of checkout",
    "errors rose with it [prom]",
    "tool: rollback",
    "change: version 2",
    "undo: rollback target checkout, version 2",
    "To answer:",
  ];
  const places = order.map((part) => text.indexOf(part));
  expect(
    places.every((place) => place >= 0),
    text,
  ).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(text).not.toMatch(/[{}]|\\_/);
});

test("how a gate closed goes out without a way to answer", async () => {
  const { port, mails } = await mailServer();
  await tell("email:oncall", notice("gate-closed", { status: "rejected" }), meansOf(port));
  expect(mails[0]).toContain("Subject: Approval closed");
  expect(mails[0]).toContain("status: rejected");
  expect(mails[0]).not.toContain("autoops approve");
});

test("a second delivery of one message has the same Message-ID", async () => {
  const { port, mails } = await mailServer();
  const means = meansOf(port);
  for (const _ of [1, 2]) await tell("email:oncall", notice("gate-opened"), means);
  const ids = mails.map((mail) => /^Message-ID: (.*)$/im.exec(mail)?.[1]);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^<autoops-[0-9a-f]{24}@example\.com>/);
});

test("what cannot be told is a result that says why", async () => {
  const { port } = await mailServer();
  const means = meansOf(port);
  expect(await tell("email:nobody", notice("gate-opened"), means)).toMatchObject({
    ok: false,
    problem: "config.yaml declares no such channel",
  });
  expect(await tell("webhook:oncall", notice("gate-opened"), means)).toMatchObject({
    ok: false,
    problem: "it is of kind email",
  });
  expect(await tell("email:oncall", notice("gate-opened"), { ...means, hosts: undefined })).toMatchObject({
    ok: false,
    problem: "this worker cannot reach a mail server",
  });
  const closed = await tell("email:oncall", notice("gate-opened"), meansOf(1));
  expect(closed.ok).toBe(false);
  expect(closed.problem).toContain("oncall");
});
