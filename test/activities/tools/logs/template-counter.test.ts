/** Lines counted while they stream by: every line once, by template, level and minute, in memory that does not grow with them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { TemplateCounter } from "../../../../src/activities/tools/logs/template-counter.js";
import { clusterLogs } from "../../../../src/activities/tools/logs/templates.js";
import { LOGHUB_PRESENT, LOGHUB_SYSTEMS, loghub } from "../../../support/loghub.js";

const START = Date.parse("2026-11-29T12:00:00Z");

test("lines are counted by template, level and minute, with first, last and examples", () => {
  const counter = new TemplateCounter();
  for (let at = 0; at < 600; at++) {
    counter.add({ message: `order ${at} was paid`, level: "info" }, START + at * 1_000);
    if (at % 3 === 0)
      counter.add({ message: `order ${at} failed: timeout after ${at} ms`, level: "error" }, START + at * 1_000);
  }
  const [paid, failed, ...others] = counter.take();
  expect(others).toEqual([]);
  expect(paid).toMatchObject({ template: "order <*> was paid", count: 600, by_level: { info: 600 } });
  expect(paid?.examples).toEqual(["order 0 was paid", "order 1 was paid"]);
  expect(failed).toMatchObject({ count: 200, by_level: { error: 200 }, firstMs: START, lastMs: START + 597_000 });
  expect(failed?.spans).toEqual({
    lengthMs: 60_000,
    counts: Array.from({ length: 10 }, (_, minute) => [START + minute * 60_000, 20]),
  });
});

test("many more kinds of lines than there is room for are still all counted", () => {
  const counter = new TemplateCounter();
  const letters = (at: number): string => [...String(at)].map((digit) => "abcdefghij"[Number(digit)]).join("");
  for (let at = 0; at < 30_000; at++) {
    counter.add({ message: `user ${letters(at)} has logged in`, level: "info" }, START);
    if (at % 2 === 0)
      counter.add({ message: `${letters(at)} ${letters(at * 7)} ${letters(at * 3)}`, level: "warn" }, START);
  }
  const all = counter.take();
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(45_000);
  expect(all[0]).toMatchObject({ template: "user <*> has logged in", count: 30_000 });
  expect(all.length).toBeLessThan(5_000);
});

test("a long time has wider spans, with the same sum", () => {
  const counter = new TemplateCounter();
  for (let at = 0; at < 10_000; at++) counter.add({ message: "tick", level: "info" }, START + at * 60_000);
  const spans = counter.take()[0]?.spans;
  expect(spans?.counts.length).toBeLessThanOrEqual(120);
  expect(spans?.counts.reduce((sum, [, count]) => sum + count, 0)).toBe(10_000);
});

test("whatever is counted, no line is lost and none twice", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.integer({ min: 0, max: 1e9 })), { maxLength: 200 }), (lines) => {
      const counter = new TemplateCounter();
      for (const [message, offset] of lines) counter.add({ message, level: "unknown" }, START + offset);
      expect(counter.take().reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
    }),
  );
});

test.skipIf(!LOGHUB_PRESENT).each(LOGHUB_SYSTEMS)("%s is counted as it is clustered", (system) => {
  const lines = loghub(system).map(({ content }) => content);
  const counter = new TemplateCounter();
  for (const message of lines) counter.add({ message, level: "info" }, START);
  const counted = counter.take().map(({ template, count }) => `${count} ${template}`);
  const clustered = clusterLogs(lines).map(({ template, lines: own }) => `${own.length} ${template}`);
  expect(counted.sort()).toEqual(clustered.sort());
});
