/** The analysis of a log around a moment: what is new, gone, more or less frequent, and when its levels shifted. */
import { expect, test } from "vitest";
import { analysis } from "../../../../src/activities/tools/analysis.js";
import { configOf, contextOf, NOW } from "../../../support/tool-context.js";

const SPLIT = NOW - 600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
type Line = [second: number, level: string, message: string];

const every = (from: number, to: number, step: number, level: string, message: (at: number) => string): Line[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => {
    const at = from + index * step;
    return [at, level, message(at)];
  });

async function analyse(lines: Line[], params: object = {}) {
  const context = contextOf(configOf());
  const text = lines
    .sort((a, b) => a[0] - b[0])
    .map(([at, level, message]) => JSON.stringify({ time: iso(SPLIT + at * 1_000), level, message }));
  const given = { since: iso(SPLIT - 600_000), until: iso(SPLIT + 600_000), ...params };
  const logs = await context.blobs.put(text.join("\n"));
  const output = await analysis.run(analysis.params.parse({ logs, ...given }), context);
  return analysis.output.parse(output);
}

const traffic = every(-600, 600, 2, "info", (at) => `served request ${Math.abs(at)} in ${Math.abs(at) % 90} ms`);

test("templates that begin or end with a change are new and gone, with the chance that they are merely rare", async () => {
  const { shifts } = await analyse(
    [
      ...traffic,
      ...every(5, 600, 9, "error", () => "card declined by gateway"),
      ...every(-600, -5, 9, "info", () => "cache warmed from replica"),
      [300, "info", "rotated its own log"],
    ],
    { change_at: iso(SPLIT) },
  );
  expect(shifts?.split).toEqual({ at: iso(SPLIT), kind: "given" });
  expect(shifts?.appeared.map(({ template, sure }) => [template, sure])).toEqual([
    ["card declined by gateway", true],
    ["rotated its own log", false],
  ]);
  expect(shifts?.appeared[0]).toMatchObject({ count: 67, at: iso(SPLIT + 5_000) });
  expect(shifts?.vanished.map(({ template, sure }) => [template, sure])).toEqual([["cache warmed from replica", true]]);
});

test("without a change the moment is the one at which errors became more frequent", async () => {
  const output = await analyse([
    ...traffic,
    ...every(-600, 600, 40, "error", () => "lookup failed and was tried again"),
    ...every(121, 600, 2, "error", () => "pool is exhausted"),
  ]);
  expect(output.shifts?.level_shifts[0]).toMatchObject({ level: "error" });
  const at = Date.parse(output.shifts?.level_shifts[0]?.at ?? "");
  expect(Math.abs(at - (SPLIT + 121_000))).toBeLessThanOrEqual(20_000);
  expect(output.shifts?.split?.kind).toBe("found");
  expect(output.shifts?.appeared[0]).toMatchObject({ template: "pool is exhausted", sure: true });
  expect(output.findings.map(({ statement }) => statement)).toContainEqual(
    expect.stringMatching(/^Errors became more frequent at /),
  );
});

test("a template that became ten times as frequent, or a tenth, is told with both rates", async () => {
  const { shifts } = await analyse(
    [
      ...traffic,
      ...every(-600, 0, 50, "warn", () => "retrying the call"),
      ...every(0, 600, 5, "warn", () => "retrying the call"),
      ...every(-600, 0, 5, "info", () => "order was placed"),
      ...every(0, 600, 50, "info", () => "order was placed"),
    ],
    { change_at: iso(SPLIT) },
  );
  const rates = Object.fromEntries((shifts?.rate_changes ?? []).map((one) => [one.template, one.factor]));
  expect(Object.keys(rates).sort()).toEqual(["order was placed", "retrying the call"]);
  expect(rates["retrying the call"]).toBeCloseTo(10, 0);
  expect(rates["order was placed"]).toBeCloseTo(0.1, 1);
});

test("one burst is no change of rate, and a steady log shows none", async () => {
  const burst = every(200, 210, 0.1, "warn", () => "slow consumer");
  const before = every(-600, 600, 120, "warn", () => "slow consumer");
  const { shifts } = await analyse([...traffic, ...before, ...burst], { change_at: iso(SPLIT) });
  expect(shifts).toMatchObject({ rate_changes: [], level_shifts: [], vanished: [] });
});

test("a log without times or of one moment has no sides", async () => {
  const output = await analyse([[0, "info", "one line"]], { since: undefined, until: undefined });
  expect(output.shifts).toEqual({ split: null, appeared: [], vanished: [], rate_changes: [], level_shifts: [] });
  expect(output.metric).toBeNull();
});
