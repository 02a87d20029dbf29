/** What people read of an incident in a channel, and in one line of a list. */
import { expect, test } from "vitest";
import type { IncidentView } from "../../../src/core/incident/incident.js";
import { messageFor } from "../../../src/core/incident/told.js";
import { standsIn } from "../../../src/core/incident/words.js";

const member = { name: "HighErrors", status: "firing" as const, count: 1, firstMs: 0, lastMs: 0, labels: {} };
const view = (more: Partial<IncidentView> = {}): IncidentView => ({
  ...{ hook: "pager", key: { alertname: "HighErrors" }, phase: "running", firing: 2, alerts: 3, taken: 4, beyond: 0 },
  ...{ flapping: 0, startedMs: 1_000, notes: [], members: [member, { ...member, name: "Slow" }] },
  run: { id: "alert-high-1", mode: "investigate", startedMs: 2_000 },
  ...more,
});
const ended = { id: "alert-high-1", mode: "investigate", startedMs: 2_000, endedMs: 9_000, outcome: "succeeded" };

test("that a run was started: what fires, what the run may do, and where it is", () => {
  const { title, message } = messageFor(view(), "started");
  expect(title).toBe("HighErrors, Slow: a run looks into it");
  expect(message).toMatch(/It only looks\..*2 of 3 alerts fire\..*autoops report alert-high-1/s);
  const acting = view({ run: { id: "r", mode: "run", startedMs: 0 } });
  expect(messageFor(acting, "started").message).toMatch(/waits for an approval/);
});

test("what it found, and that all was resolved by itself meanwhile", () => {
  const over = view({ run: { ...ended, answer: "web-1 is *out* of memory" }, firing: 0, resolvedMs: 41_000 });
  const { title, message } = messageFor(over, "answered", "https://autoops.example.com/");
  expect(title).toBe("HighErrors, Slow: its run succeeded");
  expect(message).toMatch(/\n\nweb-1 is .*out.* of memory\n\n/);
  expect(message).not.toContain(" *out* ");
  expect(message).toMatch(/All 3 alerts were resolved by themselves 40 s after the first came/);
  expect(message).toContain("https://autoops.example.com/#/runs/alert-high-1");
  expect(standsIn(over)).toBe("run alert-high-1 succeeded; resolved by itself 40 s after the first alert");
});

test("names of alerts stay within a line", () => {
  const long = view({ members: [{ ...member, name: `a\n${"b".repeat(500)}` }] });
  const { title } = messageFor(long, "started");
  expect(title.length).toBeLessThanOrEqual(200);
  expect(title).not.toContain("\n");
});
