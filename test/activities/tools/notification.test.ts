/** notification: a message is posted to a declared channel, once for each key as far as we can tell. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { signatureOf } from "../../../src/activities/connectors/webhook/channel.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { tell } from "../../../src/activities/gates/messages.js";
import { notification } from "../../../src/activities/tools/notification.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { configOf, failureOf } from "../../support/tool-context.js";

async function channel(status = 200, headers?: Record<string, string>, more: object = {}) {
  const server = await localServer((_, response) => response.writeHead(status, { location: "/other" }).end("told"));
  const config = configOf({ channels: { ops: { kind: "webhook", url: `${server.url}/hook`, headers, ...more } } });
  const parts = { runId: "checkout-ab12cd34", nodeId: "tell", idempotencyKey: "run.nonce.tell" };
  return {
    server,
    context: reachingContext(config, parts, { HOOK: "h00k-secret", SIGN: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }),
  };
}

test("a message is posted as JSON with its key and the channel's headers, their secrets resolved", async () => {
  const { server, context } = await channel(202, { authorization: "Bearer env:HOOK" });
  const output = await notification.run({ channel: "ops", title: "Checkout", message: "errors {{ are }} up" }, context);
  expect(output).toMatchObject({ channel: "ops", status: 202, delivered: true, idempotency_key: "run.nonce.tell" });
  expect(output).toMatchObject({ kind: "webhook", kept_to_one_by: "receiver", repeated: false, ref: null });
  expect(server.received).toHaveLength(1);
  const [received] = server.received;
  expect(received).toMatchObject({ method: "POST", url: "/hook" });
  expect(received?.headers).toMatchObject({
    "content-type": "application/json",
    "idempotency-key": "run.nonce.tell",
    authorization: "Bearer h00k-secret",
  });
  expect(JSON.parse(received?.body ?? "")).toEqual({
    title: "Checkout",
    message: "errors {{ are }} up",
    run: "checkout-ab12cd34",
    node: "tell",
  });
});

test.each([
  [401, "source-denied"],
  [403, "source-forbidden"],
  [404, "source-not-found"],
  [429, "source-busy"],
  [302, "source-refused"],
  [503, "source-error"],
])("an answer of %d is no delivery: %s", async (status, code) => {
  const { server, context } = await channel(status);
  const failure = await failureOf(notification.run({ channel: "ops", message: "x" }, context));
  expect(failure.code).toBe(code);
  expect(failure.message).toContain("told");
  expect(server.received).toHaveLength(1);
});

test("an undeclared channel is named with those that exist, and nothing is sent", async () => {
  const { server, context } = await channel();
  const failure = await failureOf(notification.run({ channel: "opps", message: "x" }, context));
  expect(failure.code).toBe("source-not-configured");
  expect(failure.hint).toContain("ops");
  expect(server.received).toEqual([]);
});

test("a channel with a signing key gets the three headers of Standard Webhooks, the same id for the same key", async () => {
  const { server, context } = await channel(200, undefined, { signing_key: "env:SIGN" });
  await notification.run({ channel: "ops", message: "x" }, context);
  await notification.run({ channel: "ops", message: "x" }, { ...context, attempt: 2 });
  const [first, second] = server.received;
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = first?.headers ?? {};
  const key = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
  const expected = createHmac("sha256", key)
    .update(`${String(id)}.${String(timestamp)}.${first?.body}`)
    .digest("base64");
  expect(signature).toBe(`v1,${expected}`);
  expect(second?.headers["webhook-id"]).toBe(id);
});

test("the signature of the standard's own example", () => {
  const body = '{"test": 2432232314}';
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  expect(signatureOf("msg_p5jXN8AQM9LWM0D4loKWxJek", body, secret, 1_614_265_330_000)).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("a notice of a gate is signed as messages are", async () => {
  const { server, context } = await channel(200, undefined, { signing_key: "env:SIGN" });
  const notice = { event: "gate-opened", run: "r", node: "n", key: "k", details: {} } as const;
  expect(await tell("webhook:ops", notice, context as unknown as Dependencies)).toEqual({
    channel: "webhook:ops",
    ok: true,
  });
  expect(server.received[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
});
