/** Deliveries are their sender's, by each vendor's scheme, with the vendors' own vectors where they publish some. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  byHexHmac,
  byPagerDuty,
  byStandardWebhooks,
  byToken,
  type HookRequest,
} from "../../../src/platform/hooks/verify.js";

function requestOf(body: string, headers: Record<string, string>): HookRequest {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { body: Buffer.from(body), header: (name) => lower[name.toLowerCase()] };
}
const hex = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");

describe("GitHub", () => {
  // The vector of GitHub's documentation.
  const secret = "It's a Secret to Everybody";
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const check = (body: string, given: string | undefined, secrets = [secret]) =>
    byHexHmac(
      requestOf(body, given === undefined ? {} : { "X-Hub-Signature-256": given }),
      secrets,
      { header: "x-hub-signature-256", prefix: "sha256=" },
      0,
    ).ok;
  test("its own vector is good, with an older secret beside it too", () => {
    expect(check("Hello, World!", signature)).toBe(true);
    expect(check("Hello, World!", signature, ["new", secret])).toBe(true);
  });
  test("another body, another secret, another form and none are refused", () => {
    expect(check("Hello, World! ", signature)).toBe(false);
    expect(check("Hello, World!", signature, ["new"])).toBe(false);
    expect(check("Hello, World!", signature.slice("sha256=".length))).toBe(false);
    expect(check("Hello, World!", undefined)).toBe(false);
    expect(check("Hello, World!", "")).toBe(false);
  });
});

describe("Standard Webhooks", () => {
  // The vector of the specification's reference libraries.
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"test": 2432232314}';
  const nowMs = 1_614_265_330_000;
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const check = (more: object = {}, atMs = nowMs, text = body) =>
    byStandardWebhooks(requestOf(text, { ...headers, ...more }), [secret], atMs);
  test("its own vector is good and tells the delivery's id", () => {
    expect(check()).toEqual({ ok: true, delivery: headers["webhook-id"] });
    expect(check({ "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` }).ok).toBe(true);
  });
  test("within the window either way, and not beyond it", () => {
    expect(check({}, nowMs + 299_000).ok).toBe(true);
    expect(check({}, nowMs - 299_000).ok).toBe(true);
    expect(check({}, nowMs + 301_000).ok).toBe(false);
    expect(check({}, nowMs - 301_000).ok).toBe(false);
  });
  test("another id, time or body is refused", () => {
    expect(check({ "webhook-id": "msg_other" }).ok).toBe(false);
    expect(check({ "webhook-timestamp": "1614265331" }).ok).toBe(false);
    expect(check({}, nowMs, `${body} `).ok).toBe(false);
    expect(check({ "webhook-timestamp": "soon" }).ok).toBe(false);
  });
});

describe("PagerDuty", () => {
  const body = '{"event":{"id":"01"}}';
  const check = (given: string) => byPagerDuty(requestOf(body, { "X-PagerDuty-Signature": given }), ["one", "two"]).ok;
  test("one of several signatures by one of several secrets is enough", () => {
    expect(check(`v1=${hex("one", body)}`)).toBe(true);
    expect(check(`v1=${hex("old", body)},v1=${hex("two", body)}`)).toBe(true);
  });
  test("others are refused", () => {
    expect(check(`v1=${hex("old", body)}`)).toBe(false);
    expect(check(`v0=${hex("one", body)}`)).toBe(false);
    expect(check("")).toBe(false);
  });
});

describe("Grafana", () => {
  const body = '{"status":"firing"}';
  const scheme = { header: "X-Grafana-Alerting-Signature", prefix: "" };
  test("the body alone, or with its time before it", () => {
    const bare = requestOf(body, { "X-Grafana-Alerting-Signature": hex("s", body) });
    expect(byHexHmac(bare, ["s"], scheme, 0).ok).toBe(true);
    const timed = (time: string) =>
      requestOf(body, { "X-Grafana-Alerting-Signature": hex("s", `1700000000:${body}`), "X-T": time });
    const withTime = { ...scheme, timestampHeader: "X-T" };
    expect(byHexHmac(timed("1700000000"), ["s"], withTime, 1_700_000_000_000).ok).toBe(true);
    expect(byHexHmac(timed("1700000000"), ["s"], withTime, 1_700_000_400_000).ok).toBe(false);
    expect(byHexHmac(timed("1700000001"), ["s"], withTime, 1_700_000_000_000).ok).toBe(false);
    // Who leaves the time out does not get around it.
    expect(byHexHmac(bare, ["s"], withTime, 1_700_000_000_000).ok).toBe(false);
  });
});

describe("a token", () => {
  const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
  const check = (headers: Record<string, string>, named?: string) =>
    byToken(requestOf("{}", headers), ["a:b", "s"], named).ok;
  test("as bearer, as basic password, or in a header that is named", () => {
    expect(check({ Authorization: "Bearer s" })).toBe(true);
    expect(check(basic("alertmanager:a:b"))).toBe(true);
    expect(check({ "X-Token": "s" }, "X-Token")).toBe(true);
  });
  test("others are refused, and so is the right one in another place", () => {
    expect(check({ Authorization: "Bearer S" })).toBe(false);
    expect(check({ Authorization: "Bearer " })).toBe(false);
    expect(check({ Authorization: "s" })).toBe(false);
    expect(check(basic("s:"))).toBe(false);
    expect(check({ Authorization: "Bearer s" }, "X-Token")).toBe(false);
    expect(check({})).toBe(false);
  });
});
