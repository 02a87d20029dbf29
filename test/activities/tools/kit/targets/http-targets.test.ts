/** Acting on a target of kind http: against a service that keeps a version and loses answers on demand. */
import { describe, expect, test } from "vitest";
import { type ToolContext, toolFailure } from "../../../../../src/activities/define-tool.js";
import { configUpdate } from "../../../../../src/activities/tools/config-update.js";
import { actOn } from "../../../../../src/activities/tools/kit/targets/act.js";
import { rollback } from "../../../../../src/activities/tools/rollback.js";
import type { Config, HttpAction } from "../../../../../src/schema/config.js";
import { type LocalServer, localServer, reachingContext } from "../../../../support/local-server.js";
import { configOf, failureOf } from "../../../../support/tool-context.js";

const PATIENCE = { reads: 2, sends: 3, pauseMs: 1 };
const RUN_PARAMS = { target: "shop", version: "1" };

interface Service extends LocalServer {
  version: string;
  /** How many requests have changed the version. */
  acts: number;
  config: Config;
}
/** What the service does with the next requests that act; then it is well again. */
type Mood = "well" | "acts-and-hangs-up" | "hangs-up" | "gateway" | "refuses" | "fails" | "redirects" | "does-nothing";

async function service(action: Partial<HttpAction>, moods: Mood[] = []): Promise<Service> {
  const keys = new Set<string>();
  const server = await localServer((received, response, request) => {
    if (received.method === "GET") return void response.end(JSON.stringify({ app: { version: shop.version } }));
    const mood = moods.shift() ?? "well";
    const key = received.headers["idempotency-key"];
    const isRepeat = typeof key === "string" && keys.has(key);
    const act = () => {
      if (isRepeat) return;
      if (typeof key === "string") keys.add(key);
      shop.version = (JSON.parse(received.body) as { version: string }).version;
      shop.acts++;
    };
    if (mood === "well" || mood === "acts-and-hangs-up") act();
    if (mood === "hangs-up" || mood === "acts-and-hangs-up") return void request.socket.destroy();
    const status = { gateway: 504, refuses: 409, fails: 500, redirects: 302 }[mood as string] ?? 200;
    response.writeHead(status, { location: "/other" }).end(`said ${mood}`);
  });
  const http: HttpAction = {
    method: "POST",
    url: `${server.url}/version`,
    body: { version: "{{ params.version }}", by: "autoops" },
    expect_status: [200],
    idempotency: "none",
    ...action,
  };
  if (http.state !== undefined) http.state = { ...http.state, url: `${server.url}/version` };
  const config = configOf({ targets: { shop: { kind: "http", actions: { rollback: http } } } });
  const shop: Service = Object.assign(server, { version: "2", acts: 0, config });
  return shop;
}

const STATE = { url: "http://filled.in/", read: "app.version", done_when: "{{ params.version }}" };
const act = (shop: Service, parts: Partial<ToolContext> = {}) =>
  actOn("rollback", RUN_PARAMS, reachingContext(shop.config, { idempotencyKey: "run.nonce.node", ...parts }), PATIENCE);

describe("an action that goes well", () => {
  test("is asked for once, with its body filled in, and tells the state before and after", async () => {
    const shop = await service({ state: STATE, headers: { "X-Team": "ops" } });
    const output = await rollback.run({ target: "shop", version: "1" }, reachingContext(shop.config));
    expect(output).toMatchObject({
      target: "shop",
      action: "rollback",
      before: "2",
      after: "1",
      changed: true,
      attempts: 1,
      request: { method: "POST", url: `${shop.url}/version` },
    });
    expect(rollback.output.safeParse(output).success).toBe(true);
    expect(output.findings[0]?.statement).toContain('from "2" to "1"');
    const posts = shop.received.filter((received) => received.method === "POST");
    expect(posts).toHaveLength(1);
    expect(JSON.parse(posts[0]?.body ?? "")).toEqual({ version: "1", by: "autoops" });
    expect(posts[0]?.headers["x-team"]).toBe("ops");
    expect(posts[0]?.headers["idempotency-key"]).toBeUndefined();
  });

  test("without a declared state tells none", async () => {
    const shop = await service({});
    expect(await act(shop)).toMatchObject({ before: null, after: null, changed: true });
    expect(shop.acts).toBe(1);
  });

  test("whose state does not move says so", async () => {
    const shop = await service({ state: STATE }, ["does-nothing"]);
    const output = await act(shop);
    expect(output).toMatchObject({ before: "2", after: "2", changed: false });
    expect(output.findings[0]?.evidence.join()).toContain("not yet");
  });

  test("carries its secrets in headers, resolved, and tells them nowhere", async () => {
    const shop = await service({ headers: { authorization: "Bearer env:TOKEN" } });
    const context = reachingContext(shop.config, {}, { TOKEN: "t0k3n-t0k3n" });
    const output = await actOn("rollback", RUN_PARAMS, context, PATIENCE);
    expect(shop.received[0]?.headers.authorization).toBe("Bearer t0k3n-t0k3n");
    expect(JSON.stringify(output)).not.toContain("t0k3n");
  });

  test("keeps the type of a value that is one template", async () => {
    const server = await localServer((_, response) => response.end());
    const action: HttpAction = {
      method: "PATCH",
      url: server.url,
      body: { set: "{{ params.values }}", note: "for {{ params.target }}" },
      expect_status: [200],
      idempotency: "none",
    };
    const config = configOf({ targets: { shop: { kind: "http", actions: { config_update: action } } } });
    await configUpdate.run({ target: "shop", values: { LEVEL: "debug", n: 3, on: true } }, reachingContext(config));
    expect(JSON.parse(server.received[0]?.body ?? "")).toEqual({
      set: { LEVEL: "debug", n: 3, on: true },
      note: "for shop",
    });
  });
});

describe("an action that the target refuses", () => {
  test.each(["refuses", "fails", "redirects"] as const)(
    "because it %s is a failure with what it said",
    async (mood) => {
      const shop = await service({ idempotency: "key" }, [mood]);
      const failure = await failureOf(act(shop));
      expect(failure.code).toBe("target-refused");
      expect(failure.message).toContain(`said ${mood}`);
      expect(failure.retryable).toBe(mood === "fails");
      expect(shop.acts).toBe(0);
    },
  );

  test("is not tried again where a second attempt would not act", async () => {
    const shop = await service({ idempotency: "none" }, ["fails"]);
    expect((await failureOf(act(shop))).retryable).toBe(false);
  });

  test("is not sent at all while its state cannot be read", async () => {
    const shop = await service({ state: { ...STATE, read: "app.absent" } });
    const failure = await failureOf(act(shop));
    expect(failure).toMatchObject({ code: "source-answer-invalid", retryable: false });
    expect(shop.received.filter((received) => received.method === "POST")).toEqual([]);
  });

  test("is not sent when it was cancelled before", async () => {
    const shop = await service({});
    expect((await failureOf(act(shop, { signal: AbortSignal.abort() }))).code).toBe("cancelled");
    expect(shop.received).toEqual([]);
  });

  test("may not hide its URL in templates", async () => {
    const shop = await service({ url: "http://127.0.0.1/{{ params.version }}" });
    expect((await failureOf(act(shop))).code).toBe("config-invalid");
  });

  test("of an undeclared target, or one without the action, is not known", async () => {
    const shop = await service({});
    const context = reachingContext(shop.config);
    expect((await failureOf(actOn("rollback", { target: "shopp" }, context))).code).toBe("target-not-declared");
    expect((await failureOf(actOn("service_restart", { target: "shop" }, context))).code).toBe("target-not-declared");
    expect(shop.received).toEqual([]);
  });
});

describe("with idempotency key", () => {
  test("every request carries the same key, and a lost answer is settled by asking again", async () => {
    const shop = await service({ idempotency: "key" }, ["acts-and-hangs-up", "hangs-up"]);
    const output = await act(shop);
    expect(output.changed).toBe(true);
    expect(output.findings[0]?.evidence.join()).toContain("same key");
    expect(shop.received.map((received) => received.headers["idempotency-key"])).toEqual(
      Array(3).fill("run.nonce.node"),
    );
    expect(shop.acts).toBe(1);
  });

  test("a later attempt asks again and the target acts once", async () => {
    const shop = await service({ idempotency: "key", state: STATE });
    await act(shop);
    expect(await act(shop, { attempt: 2 })).toMatchObject({ after: "1", attempts: 2 });
    expect(shop.acts).toBe(1);
  });

  test("answers that stay lost end as unknown, for a person", async () => {
    const shop = await service({ idempotency: "key" }, ["acts-and-hangs-up", "hangs-up", "gateway"]);
    expect(await failureOf(act(shop))).toMatchObject({ code: "outcome-unknown", retryable: false });
    expect(shop.acts).toBe(1);
  });
});

describe("with idempotency probe", () => {
  test("a later attempt that finds the state as wanted does not act", async () => {
    const shop = await service({ idempotency: "probe", state: STATE });
    await act(shop);
    const output = await act(shop, { attempt: 2 });
    expect(output).toMatchObject({ before: "1", after: "1", changed: false, attempts: 2 });
    expect(shop.acts).toBe(1);
  });

  test("a later attempt that finds the old state acts", async () => {
    const shop = await service({ idempotency: "probe", state: STATE });
    expect(await act(shop, { attempt: 2 })).toMatchObject({ before: "2", after: "1", changed: true });
    expect(shop.acts).toBe(1);
  });

  test("a lost answer is settled by the state", async () => {
    const shop = await service({ idempotency: "probe", state: STATE }, ["acts-and-hangs-up"]);
    expect(await act(shop)).toMatchObject({ before: "2", after: "1", changed: true });
    expect(shop.acts).toBe(1);
  });

  test("a lost answer with the old state ends as unknown, and nothing is sent again", async () => {
    const shop = await service({ idempotency: "probe", state: STATE }, ["hangs-up"]);
    expect((await failureOf(act(shop))).code).toBe("outcome-unknown");
    expect(shop.received.filter((received) => received.method === "POST")).toHaveLength(1);
  });
});

describe("with idempotency none", () => {
  test("a later attempt does not act: its outcome is unknown, and it tells what the state reads", async () => {
    const shop = await service({ idempotency: "none", state: STATE });
    const failure = await failureOf(act(shop, { attempt: 2 }));
    expect(failure).toMatchObject({ code: "outcome-unknown", retryable: false });
    expect(failure.message).toContain('"2"');
    expect(shop.acts).toBe(0);
  });

  test.each(["acts-and-hangs-up", "hangs-up", "gateway"] as const)(
    "an answer lost because it %s is unknown",
    async (mood) => {
      const shop = await service({ idempotency: "none" }, [mood]);
      expect(await failureOf(act(shop))).toMatchObject({ code: "outcome-unknown", retryable: false });
      expect(shop.received).toHaveLength(1);
    },
  );

  test("a refused connection is no lost answer: nothing was sent, and nothing is tried again", async () => {
    const shop = await service({});
    const refuse = () => Promise.reject(toolFailure("source-unreachable", "refused"));
    expect(await failureOf(act(shop, { fetch: refuse }))).toMatchObject({
      code: "source-unreachable",
      retryable: false,
    });
  });

  test("an answer that never comes is unknown once the node's time is up", async () => {
    const stop = new AbortController();
    const server = await localServer(() => stop.abort());
    const action: HttpAction = { method: "POST", url: server.url, expect_status: [200], idempotency: "key" };
    const config = configOf({ targets: { shop: { kind: "http", actions: { rollback: action } } } });
    const context = reachingContext(config, { signal: stop.signal });
    expect((await failureOf(actOn("rollback", RUN_PARAMS, context, PATIENCE))).code).toBe("outcome-unknown");
    expect(server.received).toHaveLength(1);
  });
});
