/** Which past runs resemble a goal. */
import { expect, test } from "vitest";
import { rankSimilar } from "../../../src/activities/memory/similar.js";
import type { Kept } from "../../../src/platform/memory/rows.js";
import type { MemoryEntry } from "../../../src/schema/memory.js";
import { entryOf } from "../../support/memory.js";

const kept = (run: string, more: Partial<MemoryEntry>): Kept => ({ entry: entryOf(run, more), origin: "run" });

const PAST = [
  kept("checkout-500", { goal: "checkout returns 500s since the last deploy; roll it back" }),
  kept("checkout-slow", { goal: "checkout is slow at noon", symptoms: ["p99 of checkout is 4 s"], findings: [] }),
  kept("mail", {
    goal: "mail is late",
    service: "mailer",
    symptoms: ["queue depth 900"],
    findings: [],
    outcome: "failed",
  }),
  kept("disk", { goal: "disk of db-1 is full", service: "db-1", symptoms: [], findings: [] }),
];
const runs = (goal: string, more: Partial<Parameters<typeof rankSimilar>[1]> = {}, limit = 5) =>
  rankSimilar(PAST, { goal, ...more }, limit).map(({ run }) => run);

test.each([
  ["checkout gives 5xx after a release", "checkout", "checkout-500"],
  ["the checkout service is slow", "checkout", "checkout-slow"],
  ["mails are late again", "mailer", "mail"],
  ["db-1: disk full", "db-1", "disk"],
])("%s: first the run that was about it", (goal, service, first) => {
  expect(runs(goal, { service })[0]).toBe(first);
});

test("a goal about something else finds nothing", () => {
  expect(runs("renew the certificate of the website")).toEqual([]);
  expect(runs("")).toEqual([]);
});

test("symptoms, service and outcome narrow what is found, and no more than asked for comes back", () => {
  expect(runs("late", { service: "mailer", symptoms: ["queue depth"] })).toEqual(["mail"]);
  expect(runs("checkout is slow", { outcome: "failed" })).toEqual([]);
  expect(runs("checkout is slow since the deploy", { service: "checkout" }, 1)).toHaveLength(1);
});

test("scores are from 0 to 1, the best first", () => {
  const found = rankSimilar(PAST, { goal: PAST[0]?.entry.goal ?? "", service: "checkout" }, 5);
  const scores = found.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  expect(Math.max(...scores)).toBeLessThanOrEqual(1);
  expect(scores[0]).toBeGreaterThan(0.8);
});
