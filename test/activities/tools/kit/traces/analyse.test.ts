/** From spans to findings: times, circles, missing parents, where errors began. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyseTraces } from "../../../../../src/activities/tools/kit/traces/analyse.js";
import { criticalPath } from "../../../../../src/activities/tools/kit/traces/critical-path.js";
import type { Span } from "../../../../../src/activities/tools/kit/traces/span.js";
import { forestOf } from "../../../../../src/activities/tools/kit/traces/tree.js";

const span = (
  id: string,
  parent: string | undefined,
  start: number,
  duration: number,
  more: Partial<Span> = {},
): Span => ({
  id,
  ...(parent === undefined ? {} : { parent }),
  service: id,
  operation: "op",
  start,
  duration,
  isError: false,
  ...more,
});
const selfTimes = (spans: Span[]) =>
  Object.fromEntries(criticalPath(forestOf(spans)).map(({ node, self }) => [node.span.id, self]));

test("a moment belongs to the child that ended last, and to the parent where it waited for none", () => {
  const spans = [
    span("root", undefined, 0, 100),
    span("a", "root", 10, 30),
    span("b", "root", 20, 60),
    span("b1", "b", 30, 20),
  ];
  // 0-20 root (a was overtaken by b before b began: 10-20 belongs to a), 20-30 b, 30-50 b1, 50-80 b, 80-100 root.
  expect(selfTimes(spans)).toEqual({ root: 30, a: 10, b: 40, b1: 20 });
});

test("what a child does after its parent has ended is not waited for", () => {
  expect(selfTimes([span("root", undefined, 0, 50), span("later", "root", 40, 100)])).toEqual({ root: 40, later: 10 });
});

test("spans whose parent is missing, circles and doubled spans survive, and are counted", () => {
  const spans = [
    span("a", "gone", 0, 10),
    span("x", "y", 20, 10),
    span("y", "x", 21, 5),
    span("below", "y", 22, 1),
    span("self", "self", 40, 5),
    span("a", "gone", 0, 10),
  ];
  const analysis = analyseTraces([{ id: "t", spans }]);
  expect(analysis).toMatchObject({ orphans: 1, cycles: 2 });
  expect(analysis.summaries[0]).toMatchObject({ spans: 5, duration_ms: 0.045 });
});

test("an error is traced to where it began and as far up as it went", () => {
  const failing = { isError: true };
  const spans = [
    span("web", undefined, 0, 100, failing),
    span("cart", "web", 5, 80, failing),
    span("db", "cart", 10, 50, { isError: true, message: "connection refused" }),
    span("cache", "web", 90, 5, { isError: true, message: "miss" }),
    span("quiet", "web", 95, 2),
    span("swallowed", "quiet", 95, 1, { isError: true, message: "ignored" }),
  ];
  const { origins, summaries } = analyseTraces([{ id: "t", spans }]);
  expect(summaries[0]?.failed).toBe(true);
  expect(Object.fromEntries(origins.map((one) => [one.service, [one.path, one.reached_root]]))).toEqual({
    db: [["db: op", "cart: op", "web: op"], 1],
    cache: [["cache: op", "web: op"], 1],
    swallowed: [["swallowed: op"], 0],
  });
});

const spansOf = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 12 }).map(String),
    parent: fc.option(fc.integer({ min: 0, max: 15 }).map(String), { nil: undefined }),
    service: fc.constantFrom("a", "b", "c"),
    operation: fc.constant("op"),
    start: fc.integer({ min: 0, max: 1_000 }),
    duration: fc.integer({ min: 0, max: 500 }),
    isError: fc.boolean(),
  }),
  { maxLength: 20 },
);

test("self times sum to no more than the trace's duration, whatever the parents are; no span is lost", () => {
  fc.assert(
    fc.property(spansOf, (spans) => {
      const forest = forestOf(spans);
      const ids = new Set(spans.map(({ id }) => id));
      expect(forest.nodes).toHaveLength(ids.size);
      const steps = criticalPath(forest);
      expect(steps.every(({ self }) => self >= 0)).toBe(true);
      const start = Math.min(...forest.nodes.map((node) => node.span.start));
      const end = Math.max(...forest.nodes.map((node) => node.end));
      const sum = steps.reduce((total, { self }) => total + self, 0);
      expect(sum).toBeLessThanOrEqual(Math.max(0, end - start));
      const reached = new Set<string>();
      const walk = (nodes: typeof forest.roots): void => {
        for (const node of nodes) {
          expect(reached.has(node.span.id)).toBe(false);
          reached.add(node.span.id);
          walk(node.children);
        }
      };
      walk(forest.roots);
      expect(reached).toEqual(ids);
    }),
  );
});

test("a chain of many thousands of spans is read without a deep stack", () => {
  const spans = Array.from({ length: 20_000 }, (_, index) =>
    span(`${index}`, index === 0 ? undefined : `${index - 1}`, index, 40_000 - 2 * index),
  );
  expect(criticalPath(forestOf(spans))).toHaveLength(20_000);
});
