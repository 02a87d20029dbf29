/** The scorecard's small form, which any clone can run, against its floors. */
import { expect, test } from "vitest";
import { belowFloors } from "../../bench/eval/floors.js";
import { floors, scorecard } from "../../bench/eval/main.js";
import { pageOf } from "../../bench/eval/page.js";

const BEATEN = ["largest robust z", "BARO's scorer", "largest z of the target's metric", "random"];

test("no figure of the small scorecard is below its floor, and no simple ranking is better", () => {
  const card = scorecard(true);
  expect(card.causes.figures.length).toBeGreaterThan(0);
  expect(belowFloors(card, floors())).toEqual([]);
  for (const set of new Set(card.causes.figures.map((figure) => figure.set))) {
    const of = (method: string) => card.causes.figures.find((figure) => figure.set === set && figure.method === method);
    const ours = of("rankCauses");
    for (const method of BEATEN) {
      expect.soft(ours?.first, `${set}: ${method}`).toBeGreaterThanOrEqual(of(method)?.first ?? 0);
      expect.soft(ours?.three, `${set}: ${method}`).toBeGreaterThanOrEqual(of(method)?.three ?? 0);
    }
  }
  expect(pageOf(card)).toContain("## Causes");
});

test("a figure below its floor, and a set without one, are told", () => {
  const causes = {
    figures: [
      { set: "a", method: "rankCauses", cases: 10, first: 5, three: 9 },
      { set: "b", method: "rankCauses", cases: 10, first: 5, three: 9 },
    ],
    ablations: [],
    leftOut: [],
    categories: [],
    bands: [],
  };
  const told = belowFloors({ causes, logs: [], skipped: [] }, { causes: { a: { first: 0.6, three: 0.9 } }, logs: {} });
  expect(told).toEqual(["a: top-1 5 of 10 is below 0.6", "b has no floor in bench/eval/floors.json"]);
});
