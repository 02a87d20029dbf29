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
  ])("%s: %s", (goal, window) => {
    expect(windowOf(goal, NOW).window).toBe(window);
  });

  test.each(["errors of the last quarter", "latency this sprint", "crashes in the past shift"])(
    "%s is said to be unread",
    (goal) => {
      expect(windowOf(goal, NOW)).toMatchObject({ notice: { code: "goal-time-unread" } });
    },
  );

  test("its words choose no playbook, but those of an end that lies ahead may", () => {
    expect(withoutSpans("errors of the last two days").trim()).toBe("errors of the");
    expect(withoutSpans("errors 20 minutes ago in checkout")).toBe("errors   in checkout");
    expect(withoutSpans("the certificate expires within 5 days")).toContain("within 5 days");
  });
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
