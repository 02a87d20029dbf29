/** The analysis: counts, what is said to have begun with a change, and what is not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { analysis } from "../../../src/activities/tools/analysis.js";
import { compareRates, compareShares, Z_MIN } from "../../../src/core/statistics/comparisons.js";
import { configOf, contextOf, failureOf, NOW } from "../../support/tool-context.js";

const CHANGE = NOW - 300_000;
const iso = (ms: number): string => new Date(ms).toISOString();

interface Spec {
  from: number;
  to: number;
  every: number;
  message: (index: number) => string;
  level: (index: number) => string;
}

/** Lines at a steady pace between two times, in seconds from the change. */
function linesOf({ from, to, every, message, level }: Spec): string[] {
  const lines: string[] = [];
  for (let second = from, index = 0; second < to; second += every, index++) {
    lines.push(JSON.stringify({ time: iso(CHANGE + second * 1_000), level: level(index), message: message(index) }));
  }
  return lines;
}

const steady = (from: number, to: number, share: number, error = "payment failed: gateway timed out"): string[] =>
  linesOf({
    from,
    to,
    every: 1,
    level: (index) => (share > 0 && index % Math.round(1 / share) === 0 ? "error" : "info"),
    message: (index) => (share > 0 && index % Math.round(1 / share) === 0 ? error : `priced ${index} lines`),
  });

async function analyse(lines: string[], params: object = { change_at: iso(CHANGE), change: "version 2" }) {
  const context = contextOf(configOf());
  const logs = await context.blobs.put(lines.map((line) => `${line}\n`).join(""));
  return analysis.output.parse(await analysis.run(analysis.params.parse({ logs, ...params }), context));
}

test("errors that begin with a change correlate with it, with their template, counts and times as evidence", async () => {
  const output = await analyse([
    ...steady(-200, 0, 0),
    ...steady(3, 203, 0.25, "checkout failed: Cannot read properties of undefined (reading 'tier')"),
  ]);
  expect(output).toMatchObject({
    total: 400,
    correlates_with_change: true,
    new_templates: 1,
    error_ratio_before: 0,
    error_ratio_after: 0.25,
    errors: { total: 50, before: 0, after: 50, per_minute_before: 0 },
  });
  expect(output.templates[0]).toMatchObject({
    template: "checkout failed: Cannot read properties of undefined (reading 'tier')",
    count: 50,
    level: "error",
    first: iso(CHANGE + 3_000),
    before: 0,
    after: 50,
  });
  expect(output.findings[1]?.statement).toMatch(/^Errors correlate with version 2/);
  expect(output.findings[2]).toMatchObject({
    statement: expect.stringContaining("Began with version 2: checkout failed"),
  });
  expect(output.findings[2]?.evidence).toContain(`first 3 seconds after it, at ${iso(CHANGE + 3_000)}`);
});

test.each([
  ["the same share of errors before and after", [...steady(-200, 0, 0.2), ...steady(0, 200, 0.2)]],
  ["errors that begin long after the change", [...steady(-200, 0, 0), ...steady(0, 150, 0), ...steady(150, 290, 0.2)]],
  ["errors that end with the change", [...steady(-200, 0, 0.2), ...steady(0, 200, 0)]],
  ["too few lines before the change", [...steady(-10, 0, 0), ...steady(0, 200, 0.25)]],
  ["too few errors after it", [...steady(-200, 0, 0), ...steady(0, 200, 0.02)]],
  ["a small rise", [...steady(-280, 0, 0.2), ...steady(0, 280, 0.25)]],
  ["no lines at all", []],
])("%s do not correlate", async (_, lines) => {
  const output = await analyse(lines);
  expect(output.correlates_with_change).toBe(false);
  expect(output.verdict).not.toBe("");
});

test("a log of errors alone is judged by errors a minute, in the span it was collected for", async () => {
  const errors = (from: number, to: number, every: number) =>
    linesOf({ from, to, every, level: () => "error", message: (index) => `order ${index} failed` });
  const span = { change_at: iso(CHANGE), since: iso(CHANGE - 600_000), until: iso(NOW) };
  expect((await analyse([...errors(-600, 0, 100), ...errors(1, 300, 2)], span)).correlates_with_change).toBe(true);
  expect((await analyse([...errors(-600, 0, 2), ...errors(1, 300, 2)], span)).correlates_with_change).toBe(false);
});

test("without a change there are counts and templates, and nothing is said of before and after", async () => {
  const output = await analyse(steady(-200, 0, 0.25), {});
  expect(output).toMatchObject({ correlates_with_change: false, verdict: null, error_ratio_before: null });
  expect(output.templates.map(({ level, before }) => [level, before])).toEqual([
    ["error", null],
    ["info", null],
  ]);
  expect(output.findings.map(({ statement }) => statement)).toContain("Error: payment failed: gateway timed out");
});

test("plain lines count too, stack traces belong to their entry, and secrets in them do not come back", async () => {
  const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
  const lines = [
    `2026-11-22 11:59:00 ERROR login failed with token=${secret}`,
    "java.io.IOException: x",
    "\tat a.b(C.java:1)",
    "2026-11-22 11:59:01 INFO ok",
  ];
  const output = await analysis.run(analysis.params.parse({ logs: lines }), contextOf(configOf()));
  expect(output).toMatchObject({ total: 2, errors: { total: 1 } });
  expect(JSON.stringify(output)).not.toContain(secret);
});

test("at most the asked number of templates is returned, the errors among them first", async () => {
  const lines = linesOf({
    from: -60,
    to: 0,
    every: 1,
    level: (index) => (index === 30 ? "error" : "info"),
    message: (index) => `${"abcdefghijklmnopqrst".slice(0, (index % 20) + 1)} word${"s ".repeat(index % 20)}`,
  });
  const output = await analyse(lines, { max_templates: 3 });
  expect(output.templates).toHaveLength(3);
  expect(output.templates[0]?.count).toBeLessThan(60);
});

test("a reference to a blob that does not exist is a failure, and other text is refused", async () => {
  const context = contextOf(configOf());
  const logs = `blob:sha256:${"0".repeat(64)}`;
  expect((await failureOf(analysis.run(analysis.params.parse({ logs }), context))).code).toBe("not-found");
  expect(analysis.params.safeParse({ logs: "/etc/passwd" }).success).toBe(false);
  expect(analysis.params.safeParse({ logs: [], change_at: "yesterday" }).success).toBe(false);
});

test("equal shares are rarely called raised, and a comparison is never raised where the share fell", () => {
  const counts = fc
    .record({ count: fc.nat(500), more: fc.nat(500) })
    .map(({ count, more }) => ({ count, exposure: count + more }));
  fc.assert(
    fc.property(counts, counts, (before, after) => {
      for (const compare of [compareShares, compareRates]) {
        const { raised, z } = compare(before, after);
        expect(Number.isFinite(z)).toBe(true);
        if (raised) expect(after.count * before.exposure).toBeGreaterThanOrEqual(2 * before.count * after.exposure);
        if (raised) expect(z).toBeGreaterThanOrEqual(Z_MIN);
      }
      expect(compareShares(before, before).raised).toBe(false);
    }),
  );
  expect(compareShares({ count: 0, exposure: 100 }, { count: 25, exposure: 100 })).toMatchObject({ raised: true });
  expect(compareShares({ count: 0, exposure: 100 }, { count: 25, exposure: 100 }).z).toBeCloseTo(5.345, 3);
});
