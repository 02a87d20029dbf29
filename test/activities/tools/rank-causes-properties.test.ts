/** Whatever it is given, the ranking of causes ends, is repeatable, stays within its bounds and cites what it names. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type RankCausesInput, rankCauses } from "../../../src/activities/tools/rca/rank-causes.js";

const NODES = ["a", "b", "c", "d", "e", "__proto__", "constructor"];
const METRICS = ["latency", "availability", "requests", "error_rate", "cpu", "errors_total", "mystery", "latency_ms"];

const node = fc.constantFrom(...NODES);
const time = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((step) => 1_700_000_000 + step * 60),
  fc.double(),
  fc.integer(),
);
const value = fc.oneof(fc.double({ min: 0, max: 200 }), fc.double(), fc.constant(null), fc.constantFrom(0, 1, 100, -1));

const input = fc.record({
  metrics: fc.array(
    fc.record({
      node,
      metric: fc.constantFrom(...METRICS),
      statistic: fc.option(fc.constantFrom("Average", "p99", "Sum", ""), { nil: undefined }),
      points: fc.array(fc.tuple(time, value), { maxLength: 40 }),
    }),
    { maxLength: 20 },
  ),
  graph: fc.array(fc.tuple(node, node), { maxLength: 25 }),
  target: fc.record({ node, metric: fc.constantFrom(...METRICS) }),
  time: fc.record({ from: time, to: fc.option(time, { nil: undefined }) }),
});

test("any series, graph and time give scores within bounds, in order, each with evidence", () => {
  fc.assert(
    fc.property(input, (given) => {
      const causes = rankCauses(given);
      const scores = causes.map(({ score }) => score);
      expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(new Set(causes.map((cause) => cause.node)).size).toBe(causes.length);
      for (const cause of causes) {
        expect(cause.evidence.length).toBeGreaterThan(0);
        expect(cause.evidence.every((cited) => cited.node === cause.node && Number.isFinite(cited.observed))).toBe(
          true,
        );
      }
      expect(JSON.stringify(rankCauses(given))).toBe(JSON.stringify(causes));
    }),
    { numRuns: 300 },
  );
});

test("what is not of the described shape is left out, and nothing throws", () => {
  fc.assert(
    fc.property(
      fc.record({ metrics: fc.anything(), graph: fc.anything(), target: fc.anything(), time: fc.anything() }),
      (given) => {
        expect(Array.isArray(rankCauses(given as unknown as RankCausesInput))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
  for (const nothing of [undefined, null, 1, "x", [], {}]) {
    expect(rankCauses(nothing as unknown as RankCausesInput)).toEqual([]);
  }
});

test("the input is not changed", () => {
  fc.assert(
    fc.property(input, (given) => {
      const before = JSON.stringify(given);
      rankCauses(given);
      expect(JSON.stringify(given)).toBe(before);
    }),
    { numRuns: 100 },
  );
});

test("a deep chain, a wide fan and a dense cycle all end", () => {
  const series = (name: string, factor: number) => ({
    node: name,
    metric: "latency",
    points: Array.from({ length: 12 }, (_, at): [number, number] => [at * 60, at < 8 ? 1 : factor]),
  });
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const chain = names.slice(1).map((name, index): [string, string] => [`n${index}`, name]);
  const fan = names.slice(1).map((name): [string, string] => ["n0", name]);
  const dense = names.slice(0, 60).flatMap((from) => names.slice(0, 60).map((to): [string, string] => [from, to]));
  for (const graph of [chain, fan, dense]) {
    const metrics = names.map((name) => series(name, 5));
    const causes = rankCauses({ metrics, graph, target: { node: "n0", metric: "latency" }, time: { from: 480 } });
    expect(causes.length).toBeGreaterThan(0);
    expect(causes.length).toBeLessThanOrEqual(50);
  }
});
