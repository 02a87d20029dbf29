/** Spans, addresses and languages of goals: each reads as it is meant, and none of their words chooses anything. */
import { describe, expect, test } from "vitest";
import { entitiesOf } from "../../../src/activities/planner/entities.js";
import { foreignLanguage } from "../../../src/activities/planner/language.js";
import { windowOf, withoutSpans } from "../../../src/activities/planner/window.js";
import { CONFIG } from "../../support/adversarial.js";

const NOW = new Date("2026-11-29T16:00:00");

describe("how far back", () => {
  test.each([
    ["errors since 14h30 in checkout", "90m"],
    ["errors at 15h00", "90m"],
    ["errors in the last hour and a half", "90m"],
    ["errors in the last two and a half hours", "150m"],
    ["errors for an hour and a half", "90m"],
    ["errors in the last fortnight", "2w"],
    ["errors 20 minutes ago in checkout", "20m"],
    ["it broke 3 days ago", "3d"],
    ["errors in the past three weeks", "3w"],
    ["errors for 14h30", "870m"],
    ["errors since 29.11.2026 14:30", "90m"],
    ["errors since 29.11. 14:30", "90m"],
    ["errors since 2026/11/29 14:30", "90m"],
    ["errors since Nov 29 14:30", "90m"],
    ["errors since November 29, 2026 2:30 pm", "90m"],
    ["errors since 29 November at 14:30", "90m"],
    ["errors since the 29th of Nov 2026 at 14:30", "90m"],
    ["errors since 30 Nov", "8752h"],
    ["errors since the day before yesterday", "64h"],
    ["errors between 14:00 and 15:00 yesterday", "26h"],
    ["errors a quarter of an hour ago", "15m"],
    ["errors of PT1H30M", "90m"],
    ["errors yesterday at 3pm", "1530m"],
    ["errors yesterday around 14:00", "1590m"],
    ["errors yesterday, 14:00", "1590m"],
    ["errors on Friday at 14:00", "3030m"],
    ["errors at 14:00 on Friday", "3030m"],
    ["errors on Friday", "64h"],
    ["errors on 28 November at 14:00", "1590m"],
    ["errors on 2026-11-28 at 14:00", "1590m"],
    ["errors yesterday", "40h"],
    ["errors since yesterday", "40h"],
    ["errors since yesterday morning", "40h"],
    ["errors yesterday evening", "22h"],
    ["errors overnight", "22h"],
    ["errors this morning", "16h"],
    ["errors this afternoon", "4h"],
    ["errors today", "16h"],
    ["errors all day", "16h"],
    ["errors since 2 o'clock", "14h"],
    ["errors for the last quarter of an hour", "15m"],
  ])("%s: %s", (goal, window) => {
    expect(windowOf(goal, NOW).window).toBe(window);
  });

  test.each([
    "errors of the last quarter",
    "latency this sprint",
    "crashes in the past shift",
    "errors since lunch",
    "slow for ages",
    "errors since tomorrow",
    "errors of the last 99999999 days",
  ])("%s is said to be unread", (goal) => {
    expect(windowOf(goal, NOW)).toMatchObject({ notice: { code: "goal-time-unread" } });
  });

  test("its words choose no playbook, but those of an end that lies ahead may", () => {
    expect(withoutSpans("errors of the last two days").trim()).toBe("errors of the");
    expect(withoutSpans("errors 20 minutes ago in checkout")).toBe("errors   in checkout");
    expect(withoutSpans("the certificate expires within 5 days")).toContain("within 5 days");
  });
});

test.each([
  ["pod «запросы» is crash looping", { pod: "запросы" }],
  ['queue "Bestellungen größe" grows', { queue: "Bestellungen größe" }],
  ["queue “orders eu” grows", { queue: "orders eu" }],
  ["host „größe-1“ is down", { host: "größe-1" }],
  ["service 'naïve front' returns 500", { service: "naïve front" }],
  ["the ‘billing’ service is slow", { service: "billing" }],
  ["service checkout’s latency is high", { service: "checkout" }],
  ["latency of service checkout", { service: "checkout" }],
])("a name between quotes is whole: %s", (goal, facts) => expect(entitiesOf(goal, CONFIG)).toMatchObject(facts));

test.each([
  ["Deployment/checkout in namespace shop is stuck", "checkout"],
  ["deploy/checkout is stuck", "checkout"],
  ["app=checkout,env=prod errors", "checkout"],
  ["service: billing returns 502", "billing"],
  ["slow for about a week", undefined],
  ["errors in Q3", undefined],
])("the service of %j is %s", (goal, service) => {
  expect(entitiesOf(goal, { ...CONFIG, sources: {}, targets: {} }).service).toBe(service);
});

describe("an address names no service, and an unresolved name asks for no remedy", () => {
  test.each([
    "https://example.com does not respond",
    "https://api.example.com/v1 returns 502",
    "DNS of example.org does not resolve",
    "the certificate of www.example.net expires soon",
    "errors in the past three weeks",
  ])("%s", (goal) => {
    const { service, version, wantsRemedy } = entitiesOf(goal, { ...CONFIG, sources: {}, targets: {} });
    expect({ service, version, wantsRemedy }).toEqual({ service: undefined, version: undefined, wantsRemedy: false });
  });

  test.each(["resolve the outage of checkout", "please resolve it"])("%s asks for one", (goal) => {
    expect(entitiesOf(goal, CONFIG).wantsRemedy).toBe(true);
  });
});

test.each([
  "Pod pembayaran terus restart",
  "layanan checkout tidak merespons",
  "Perkhidmatan checkout lambat sejak semalam",
])("%s is not English", (goal) => {
  expect(foreignLanguage(goal)).toBe("Indonesian, Malay");
});

describe("zones of times", () => {
  /** Four in the afternoon of Greenwich, in winter. */
  const NOON = new Date("2026-11-29T16:00:00Z");
  const JULY = new Date("2026-07-29T16:00:00Z");
  test.each([
    ["since 16:30 CET", "30m"],
    ["since 16:30 Europe/Berlin", "30m"],
    ["since 16:30 (Europe/Berlin)", "30m"],
    ["since 16:30 Berlin time", "30m"],
    ["since 16:30 cet", "30m"],
    ["since 7:30 PST", "30m"],
    ["since 7:30am PT", "30m"],
    ["since 10:00 EST", "1h"],
    ["since 10:00 Eastern Time", "1h"],
    ["since 10am New York time", "1h"],
    ["since 00:30 JST", "30m"],
    ["since 17:30 UTC+2", "30m"],
    ["since 10:30 UTC-5", "30m"],
    ["since 14:30 MSK", "270m"],
    ["since 2026-11-29 16:30 CET", "30m"],
    ["since 2026-11-28T17:00 Europe/Berlin", "1d"],
    ["since 29 November 16:30 CET", "30m"],
    ["since 17:00 CET yesterday", "1d"],
    ["since yesterday 17:00 CET", "1d"],
    ["since 16:30+01:00", "30m"],
    ["since 15:30 UTC", "30m"],
    ["since 15:30Z", "30m"],
    ["since 21:00 Asia/Kolkata", "30m"],
  ])("%s: %s", (goal, window) => {
    expect(windowOf(`checkout is slow ${goal}`, NOON)).toEqual({ window });
  });

  test("a place knows its summer time", () => {
    expect(windowOf("checkout is slow since 17:30 Europe/Berlin", JULY)).toEqual({ window: "30m" });
    expect(windowOf("checkout is slow since 17:30 CEST", JULY)).toEqual({ window: "30m" });
    expect(windowOf("checkout is slow since 8:30 PT", JULY)).toEqual({ window: "30m" });
  });

  test.each([
    ["since 14:30 CST", "several zones (American and Chinese)"],
    ["since 14:30 IST", "several zones"],
    ["since 14:30 QQT", "not known here"],
    ["since 14:30 Europe/Atlantis", "zone database"],
    ["since 14:30 central time", "several zones"],
  ])("%s is told and not guessed", (goal, why) => {
    const { window, notice } = windowOf(`checkout is slow ${goal}`, NOON);
    expect(window).toBeUndefined();
    expect(notice?.message).toContain(why);
  });

  test.each([
    "since 15:30 GET requests fail",
    "since 15:30 the server met errors",
    "since 15:30 on db/replica",
    "since 15:30 last time",
  ])("%s has no zone", (goal) => {
    expect(windowOf(goal, new Date("2026-11-29T16:00:00"))).toEqual({ window: "30m" });
  });
});
