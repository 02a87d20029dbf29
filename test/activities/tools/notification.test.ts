/** notification: a message is posted to a declared channel, once for each key as far as we can tell. */
import { expect, test } from "vitest";
import { notification } from "../../../src/activities/tools/notification.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { configOf, failureOf } from "../../support/tool-context.js";

async function channel(status = 200, headers?: Record<string, string>) {
  const server = await localServer((_, response) => response.writeHead(status, { location: "/other" }).end("told"));
  const config = configOf({ channels: { ops: { kind: "webhook", url: `${server.url}/hook`, headers } } });
  const parts = { runId: "checkout-ab12cd34", nodeId: "tell", idempotencyKey: "run.nonce.tell" };
  return { server, context: reachingContext(config, parts, { HOOK: "h00k-secret" }) };
}

test("a message is posted as JSON with its key and the channel's headers, their secrets resolved", async () => {
  const { server, context } = await channel(202, { authorization: "Bearer env:HOOK" });
  const output = await notification.run({ channel: "ops", title: "Checkout", message: "errors {{ are }} up" }, context);
  expect(output).toEqual({ channel: "ops", status: 202, delivered: true, idempotency_key: "run.nonce.tell" });
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
  [404, "source-refused"],
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
