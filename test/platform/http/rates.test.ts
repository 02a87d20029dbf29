/** A fetch at configured rates: which hosts count, how it waits, and what it does when it is told to wait. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdBack, type RateState, takeFrom } from "../../../src/core/writes/rates.js";
import { toolFailure } from "../../../src/platform/failure.js";
import type { GuardedFetch, HttpAnswer } from "../../../src/platform/http/contract.js";
import { ratedFetch } from "../../../src/platform/http/rates.js";
import type { RateKeeper } from "../../../src/platform/temporal/rate-keeper.js";
import { type RateRule, rateSchema } from "../../../src/schema/config/rates.js";
import type { Config } from "../../../src/schema/config.js";
import { configOf, failureOf } from "../../support/tool-context.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const START = Date.parse("2026-11-22T12:00:00.000Z");

function stage(rates: Record<string, Partial<RateRule> & { per_minute: number }>, parts: Partial<Config> = {}) {
  vi.setSystemTime(START);
  const parsed = Object.entries(rates).map(([name, rule]) => [name, rateSchema.parse(rule)]);
  const config = configOf({ ...parts, rates: Object.fromEntries(parsed) });
  const state: RateState = {};
  let questions = 0;
  const keeper: Pick<RateKeeper, "take" | "hold"> = {
    async take(take) {
      questions++;
      return takeFrom(state, take, Date.now());
    },
    async hold(hold) {
      holdBack(state, hold, Date.now());
    },
  };
  const sent: Array<{ url: string; afterMs: number }> = [];
  let answer: Partial<HttpAnswer> = {};
  const plain: GuardedFetch = async (url) => {
    sent.push({ url, afterMs: Date.now() - START });
    return { status: 200, headers: {}, text: "{}", ms: 1, url, ...answer };
  };
  const worker = () => ratedFetch(plain, { config, keeper });
  return {
    worker,
    sent,
    times: () => sent.map(({ afterMs }) => afterMs),
    questions: () => questions,
    answerWith: (given: Partial<HttpAnswer>) => {
      answer = given;
    },
  };
}

async function all(calls: Array<Promise<unknown>>): Promise<unknown[]> {
  const settled = Promise.allSettled(calls);
  await vi.advanceTimersByTimeAsync(120_000);
  return (await settled).map((each) => (each.status === "fulfilled" ? "sent" : each.reason.code));
}

test("two workers share a rate, and wait for their turns", async () => {
  const { worker, times } = stage({ api: { hosts: ["api.example.com"], per_minute: 60 } });
  const [one, two] = [worker(), worker()];
  await all([one, two, one, two].map((fetch) => fetch("https://api.example.com/x")));
  expect(times()).toEqual([0, 1_000, 2_000, 3_000]);
});

test("hosts that no rate names are asked at once, and the keeper is not", async () => {
  const { worker, times, questions } = stage({ api: { hosts: ["*.example.com"], per_minute: 1 } });
  const fetch = worker();
  await all([1, 2, 3].map(() => fetch("https://example.com/x")));
  expect(times()).toEqual([0, 0, 0]);
  expect(questions()).toBe(0);
});

test("a kind stands for the hosts of what is declared with it; with each_host every host has the rate for itself", async () => {
  const sources = {
    a: { kind: "prometheus" as const, url: "https://a.example.com" },
    b: { kind: "prometheus" as const, url: "https://b.example.com/prom" },
  };
  const urls = ["https://a.example.com/q", "https://b.example.com/q", "https://c.example.com/q"];
  const shared = stage({ metrics: { kinds: ["prometheus"], per_minute: 60 } }, { sources });
  const one = shared.worker();
  await all(urls.map((url) => one(url)));
  expect(shared.times().sort()).toEqual([0, 0, 1_000]);
  const each = stage({ metrics: { kinds: ["prometheus"], per_minute: 60, each_host: true } }, { sources });
  const other = each.worker();
  await all([...urls, ...urls].map((url) => other(url)));
  expect(each.times().sort()).toEqual([0, 0, 0, 0, 1_000, 1_000]);
});

test.each<[string, Partial<Config>, string, number]>([
  [
    "datadog",
    { sources: { d: { kind: "datadog", site: "datadoghq.eu", api_key: "env:A", app_key: "env:B" } } } as never,
    "https://api.datadoghq.eu/v1",
    25,
  ],
  ["slack", { slack: { token: "env:T" } } as never, "https://slack.com/api/chat.postMessage", 50],
  [
    "webhook",
    { channels: { w: { kind: "webhook", url: "https://hooks.example.com/x" } } } as never,
    "https://hooks.example.com/x",
    120,
  ],
])("a vendor's host has a rate by its kind where none is named: %s", async (_, parts, url, perMinute) => {
  const { worker, times } = stage({}, parts);
  const fetch = worker();
  await all(Array.from({ length: 22 }, () => fetch(url)));
  expect(times().filter((ms) => ms === 0)).toHaveLength(20);
  expect(times().at(-1)).toBeCloseTo((2 * 60_000) / perMinute, -1);
  const named = stage({ own: { hosts: ["*"], per_minute: 60_000, burst: 100 } }, parts);
  const other = named.worker();
  await all(Array.from({ length: 22 }, () => other(url)));
  expect(named.times()).toEqual(Array(22).fill(0));
});

test("a default of ours keeps no request back where nobody can tell whose turn it is, and none a double on this machine", async () => {
  const channels = {
    w: { kind: "webhook", url: "https://hooks.example.com/x" },
    own: { kind: "webhook", url: "http://127.0.0.1:1/x" },
  };
  const config = configOf({ channels } as never);
  const broken: RateKeeper = {
    take: () => Promise.reject(new Error("no server")),
    hold: () => Promise.resolve(),
    count: () => Promise.reject(new Error("no server")),
  };
  const sent: string[] = [];
  const plain: GuardedFetch = async (url) => {
    sent.push(url);
    return { status: 200, headers: {}, text: "", ms: 1, url };
  };
  const fetch = ratedFetch(plain, { config, keeper: broken });
  await all([fetch("https://hooks.example.com/x"), fetch("http://127.0.0.1:1/x")]);
  expect(sent).toHaveLength(2);
});

test("a fast rate is granted a second at a time, so that pages cost one question", async () => {
  const { worker, questions, times } = stage({ api: { hosts: ["*"], per_minute: 600, burst: 10 } });
  const fetch = worker();
  await all(Array.from({ length: 10 }, () => fetch("https://api.example.com/x")));
  expect(questions()).toBe(1);
  expect(times()).toEqual(Array(10).fill(0));
});

test("what would wait longer than its request may take is refused, and nothing is sent for it", async () => {
  const { worker, times } = stage({ api: { hosts: ["*"], per_minute: 1 } });
  const fetch = worker();
  const ends = await all([1, 2].map(() => fetch("https://api.example.com/x", { timeoutMs: 5_000 })));
  expect(ends).toEqual(["sent", "rate-limited"]);
  expect(times()).toEqual([0]);
});

test("Retry-After is heeded by every worker where a rate names the host, by this one anywhere", async () => {
  const { worker, times, answerWith } = stage({ api: { hosts: ["api.example.com"], per_minute: 6_000, burst: 100 } });
  const [one, two] = [worker(), worker()];
  answerWith({ status: 429, headers: { "retry-after": "7" } });
  await one("https://api.example.com/x");
  await one("https://other.example.net/x");
  answerWith({});
  const calls = [
    two("https://api.example.com/x"),
    one("https://other.example.net/x"),
    two("https://other.example.net/x"),
  ];
  expect(await all(calls)).toEqual(["sent", "sent", "sent"]);
  expect(times()).toEqual([0, 0, 0, 7_000, 7_000]);
  answerWith({ status: 503, headers: { "retry-after": "300" } });
  await one("https://other.example.net/x");
  const failure = failureOf(one("https://other.example.net/x", { timeoutMs: 1_000 }));
  expect(await failure).toMatchObject({ code: "rate-limited", message: expect.stringContaining("for 300 s") });
});

test("a request that is cancelled while it waits is not sent", async () => {
  const { worker, times } = stage({ api: { hosts: ["*"], per_minute: 60 } });
  const fetch = worker();
  const cancel = new AbortController();
  const calls = [fetch("https://a.example.com/"), fetch("https://a.example.com/", { signal: cancel.signal })];
  await vi.advanceTimersByTimeAsync(100);
  cancel.abort();
  expect(await all(calls)).toEqual(["sent", "cancelled"]);
  expect(times()).toEqual([0]);
});

test("where the keeper cannot be asked nothing is sent", async () => {
  const down = () => Promise.reject(toolFailure("rate-limited", "the keeper of rates could not be asked"));
  const rates = { api: rateSchema.parse({ hosts: ["*"], per_minute: 60 }) };
  let sent = 0;
  const plain: GuardedFetch = async (url) => {
    sent++;
    return { status: 200, headers: {}, text: "", ms: 1, url };
  };
  const fetch = ratedFetch(plain, { config: configOf({ rates }), keeper: { take: down, hold: down } });
  expect(await failureOf(fetch("https://a.example.com/"))).toMatchObject({ code: "rate-limited" });
  expect(sent).toBe(0);
});
