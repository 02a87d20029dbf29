/** The analysis of a metric: its change points, anomalies, seasons, gaps, and the changes that came before. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { analysis } from "../../../src/activities/tools/analysis.js";
import { changePoints } from "../../../src/core/statistics/change-points.js";
import { configOf, contextOf, failureOf, NOW } from "../../support/tool-context.js";

const MINUTE = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();
type Points = Array<[string, number | null]>;

/** Noise from a seed: the same in every run. */
function noiseFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

function pointsOf(count: number, valueAt: (index: number) => number | null, stepMs = MINUTE): Points {
  return Array.from({ length: count }, (_, index) => [iso(NOW - (count - index) * stepMs), valueAt(index)]);
}

async function analyse(params: object) {
  const output = await analysis.run(analysis.params.parse(params), contextOf(configOf()));
  const { metric, findings } = analysis.output.parse(output);
  if (metric === null) throw new Error("no metric was analysed");
  return { metric, findings };
}

test("a rise is told with its time, size and levels, and with the deployment that it followed", async () => {
  const noise = noiseFrom(1);
  const points = pointsOf(90, (index) => (index < 60 ? 0.2 : 1.4) + 0.05 * noise());
  const deployed_at = iso(NOW - 31.5 * MINUTE);
  const changes = [
    { version: "7", deployed_at, by: "anna" },
    { version: "6", deployed_at: iso(NOW - 85 * MINUTE) },
  ];
  const { metric, findings } = await analyse({ points, metric: "p99 of checkout", changes });
  expect(metric.change_points).toHaveLength(1);
  expect(metric.change_points[0]).toMatchObject({ at: points[60]?.[0], not_before: points[59]?.[0] });
  expect(metric.change_points[0]?.before).toBeCloseTo(0.2, 1);
  expect(metric.change_points[0]?.after).toBeCloseTo(1.4, 1);
  expect(metric.change_points[0]?.confidence).toBeGreaterThan(0.99);
  expect(metric.changes).toMatchObject([
    { what: "version 7", coincides: true, seconds_after: 90 },
    { what: "version 6", coincides: false },
  ]);
  expect(findings[0]?.statement).toBe(`p99 of checkout rose at ${points[60]?.[0]}`);
  expect(findings.map(({ statement }) => statement)).toContain("p99 of checkout changed 90 seconds after version 7");
});

test("a change that came after the rise does not coincide with it", async () => {
  const noise = noiseFrom(2);
  const points = pointsOf(90, (index) => (index < 60 ? 5 : 9) + 0.3 * noise());
  const { metric } = await analyse({ points, change_at: iso(NOW - 20 * MINUTE), change: "the fix" });
  expect(metric.changes).toMatchObject([{ what: "the fix", coincides: false, seconds_after: -600 }]);
});

test("noise alone has no change point", () => {
  let named = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const noise = noiseFrom(seed);
    if (changePoints(Array.from({ length: 90 }, noise)).length > 0) named++;
  }
  expect(named).toBeLessThanOrEqual(4);
});

test("a few wild values are anomalies and no change of level", async () => {
  const noise = noiseFrom(3);
  const points = pointsOf(120, (index) => (index === 40 || index === 90 ? 30 : 10 + noise()));
  const { metric } = await analyse({ points });
  expect(metric.change_points).toEqual([]);
  expect(metric.anomalies.map(({ at }) => at)).toEqual([points[40]?.[0], points[90]?.[0]]);
  expect(metric.anomalies[0]?.expected).toBeCloseTo(10, 0);
});

test("a short pulse has two change points", async () => {
  const noise = noiseFrom(4);
  const points = pointsOf(120, (index) => (index >= 70 && index < 85 ? 50 : 10) + 2 * noise());
  const { metric } = await analyse({ points });
  expect(metric.change_points.map(({ at }) => at)).toEqual([points[70]?.[0], points[85]?.[0]]);
});

test("a daily season is no anomaly, and a shift on top of it is found", async () => {
  const noise = noiseFrom(5);
  const daily = (index: number): number => 100 + 60 * Math.sin((index / 48) * 2 * Math.PI) + 4 * noise();
  const calm = await analyse({ points: pointsOf(48 * 7, daily, 30 * MINUTE) });
  expect(calm.metric.baseline).toMatchObject({ kind: "seasonal", period_seconds: 86_400 });
  expect(calm.metric).toMatchObject({ change_points: [], anomalies: [] });
  const shifted = pointsOf(48 * 7, (index) => daily(index) + (index >= 310 ? 45 : 0), 30 * MINUTE);
  const { metric } = await analyse({ points: shifted });
  expect(metric.change_points).toHaveLength(1);
  expect(
    Math.abs(Date.parse(metric.change_points[0]?.at ?? "") - Date.parse(shifted[310]?.[0] ?? "")),
  ).toBeLessThanOrEqual(2 * 30 * MINUTE);
});

test("a range too short for a season is held against its own level", async () => {
  const { metric } = await analyse({ points: pointsOf(48, (index) => Math.sin(index / 8), 30 * MINUTE) });
  expect(metric.baseline).toEqual({ kind: "constant", period_seconds: null, strength: null });
});

test("missing points are told and never taken for 0", async () => {
  const noise = noiseFrom(6);
  const all = pointsOf(100, (index) => (index === 20 ? null : 50 + noise()));
  const points = all.filter((_, index) => index < 60 || index >= 75).slice(0, 80);
  const { metric, findings } = await analyse({ points, until: iso(NOW) });
  expect(metric.missing.gaps.map(({ points: count, to }) => [count, to === null])).toEqual([
    [1, false],
    [15, false],
    [5, true],
  ]);
  expect(metric).toMatchObject({ points: 79, change_points: [], anomalies: [], missing: { points: 21 } });
  expect(findings.at(-1)?.statement).toContain("lacks 21 points (21.0 %); they are not taken for 0");
});

test("no points, one point and equal points are analysed without a change", async () => {
  for (const points of [[], pointsOf(1, () => 3), pointsOf(50, () => 0)]) {
    const { metric } = await analyse({ points });
    expect(metric).toMatchObject({ change_points: [], anomalies: [], points: points.length });
  }
});

test("neither logs nor points are refused", () => {
  const parsed = analysis.params.safeParse({});
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]?.message).toContain("given logs, or points, or both");
});

test("points and logs that name nothing stored fail with a code", async () => {
  const logs = `blob:sha256:${"0".repeat(64)}`;
  const failure = await failureOf(analysis.run(analysis.params.parse({ logs }), contextOf(configOf())));
  expect(failure.code).toBe("not-found");
});

test("whatever the values, change points are in order, in the range, and the same for reversed signs", () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constantFrom(0, 1, 5));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 120 }), (values) => {
      const found = changePoints(values);
      const places = found.map(({ index }) => index);
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      expect(places.every((index) => index > 0 && index < values.length)).toBe(true);
      expect(found.every(({ confidence }) => confidence > 0.9 && confidence <= 1)).toBe(true);
      expect(changePoints(values.map((one) => -one)).map(({ index }) => index)).toEqual(places);
    }),
    { numRuns: 200 },
  );
});
