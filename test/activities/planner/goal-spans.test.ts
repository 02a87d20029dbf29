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
