import { describe, expect, test } from "vitest";
import {
  asAsked,
  calledBy,
  themesOf,
  tokensOf,
  wordsOf,
} from "../../../../../src/activities/tools/kit/investigation/themes.js";
import type { Evidence } from "../../../../../src/core/investigation/evidence.js";

const sign = (service: string, code: string, text: string, sure = 0.6): Evidence => ({
  ...{ service, code, text, sure, sign: "saturated", kind: "health", own: true, current: true, node: "n", query: "q" },
});
const HOSTS = new Set(["box"]);
const weight = (goal: string, one: Evidence) => asAsked([one], { about: themesOf(goal) }, HOSTS)[0]?.sure ?? 0;

describe("what a goal is about", () => {
  test.each([
    ["memory of the shop grows and grows", ["memory"]],
    ["something leaks", ["memory"]],
    ["no space left on the server", ["disk"]],
    ["browsers complain about https", ["certificate"]],
    ["something blocks in postgres", ["locks"]],
    ["prices take long", ["slowness"]],
    ["the shop became slow", ["slowness"]],
    ["cache misses are high", ["cache"]],
    ["the nightly report did not run", ["schedule"]],
    ["the longest page of the slowenian shop", []],
    ["customers cannot pay", []],
    ["the shop is down", []],
    ["a memorable blockage of the clockwork page", []],
  ])("%s", (goal, names) => expect(themesOf(goal)).toEqual(names));

  test("makes signs of the same surer, and other shortages of the machine less", () => {
    const grows = sign("shop", "memory-grows", "shop:1 grew to 300 MB");
    const busy = sign("box", "cpu-full", "all CPUs are busy");
    expect(weight("memory grows", grows)).toBeGreaterThan(grows.sure);
    expect(weight("memory grows", busy)).toBeLessThan(busy.sure);
    expect(weight("the CPU is busy", busy)).toBeGreaterThan(busy.sure);
    expect(weight("customers cannot pay", busy)).toBe(busy.sure);
    expect(weight("memory grows", sign("shop", "cpu-jump", "uses 2 CPUs"))).toBe(0.6);
  });

  test("makes nothing of what hardly tells anything", () => {
    const weak = sign("shop", "memory-low", "memory", 0.2);
    expect(weight("memory grows", weak)).toBe(0.2);
    expect(weight("memory grows", { ...sign("shop", "memory-grows", "grew to 1 GB"), current: false })).toBe(0.6);
  });
});

describe("words of a goal that stand for a thing of the house", () => {
  test.each([
    ["exchange rates are old", ["exchang"]],
    ["the nightly invoices did not run", ["nightly", "invoic"]],
    ["RatesStale; severity page", ["ratesstal", "stal"]],
    ["customers get errors since 10 minutes, why?", []],
    ["everything is slow and the site is down", []],
  ])("%s", (goal, words) => expect(wordsOf(goal)).toEqual(words));

  const alert = (service: string, code: string, says: string): Evidence => ({
    ...sign(service, code, `the alert ${code} fires: ${says}`),
    ...{ kind: "alert", own: false },
  });
  const asked = (goal: string, ...signs: Evidence[]) =>
    asAsked(signs, { about: [], words: wordsOf(goal) }, HOSTS)
      .filter((one) => one.asked)
      .map(({ service }) => service);

  test.each([
    ["exchange rates are old", "RatesStale", "exchange rates are old"],
    ["mails do not arrive", "MailsPilingUp", ""],
    ["did the invoice export run?", "ExportOverdue", "no invoices since yesterday"],
    ["RatesStale; severity page, host 10.0.0.1:9100", "RatesStale", ""],
  ])("%s: finds %s", (goal, code, says) => {
    const other = alert("shop", "ShopErrors", "the shop fails");
    expect(asked(goal, alert("jobs", code, says), other)).toEqual(["jobs"]);
  });

  test("what hardly anything tells, what is over, what rules say everywhere and what many say point at nothing", () => {
    const one = alert("jobs", "MailsFail", "");
    expect(asked("mails fail", { ...one, current: false }, { ...one, sure: 0.2 }, { ...one, kind: "health" })).toEqual(
      [],
    );
    expect(asked("is notify fine?", { ...one, service: "notify", code: "NotifyFails", text: "notify fails" })).toEqual(
      [],
    );
    const many = ["a", "b", "c"].map((name) => alert(name, "MailsFail", ""));
    expect(asked("mails fail", ...many)).toEqual([]);
    expect(asked("the shop fails, errors everywhere", alert("jobs", "JobErrors", "it fails"))).toEqual([]);
  });

  test.each([
    ["confirmation mails are missing", ["notify"]],
    ["prices are not shown", ["pricing-svc"]],
    ["bookings fail", ["api"]],
    ["the requests are slow", []],
    ["parcels are late", []],
  ])("%s: by names of services and of their series", (goal, services) => {
    const named = new Map(
      Object.entries({
        notify: 'notify_tube_ready{tube="mails"}',
        "pricing-svc": "pricing-svc http_requests_total",
        api: 'http_requests_total{route="/bookings"}',
        edge: "edge http_requests_total",
      }).map(([name, text]) => [name, tokensOf(text)] as const),
    );
    expect(calledBy(wordsOf(goal), named)).toEqual(services);
  });
});
