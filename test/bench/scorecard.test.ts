/** The scorecard's small form, which any clone can run, against its floors. */
import { expect, test } from "vitest";
import { CLUSTER_METHOD } from "../../bench/eval/clusters.js";
import { belowFloors } from "../../bench/eval/floors.js";
import { floors, scorecard } from "../../bench/eval/main.js";
import { pageOf } from "../../bench/eval/page.js";

const BEATEN = ["largest robust z", "BARO's scorer", "largest z of the target's metric", "random"];

/** Some 200 rankings: seconds on a machine with nothing else to do. */
const CARD_MS = 300_000;

test(
  "no figure of the small scorecard is below its floor, and no simple ranking is better",
  () => {
    const card = scorecard(true);
    expect(card.causes.figures.length).toBeGreaterThan(0);
    expect(belowFloors(card, floors())).toEqual([]);
    for (const set of new Set(card.causes.figures.map((figure) => figure.set))) {
      const of = (method: string) =>
        card.causes.figures.find((figure) => figure.set === set && figure.method === method);
      const ours = of("rankCauses");
      for (const method of BEATEN) {
        expect.soft(ours?.first, `${set}: ${method}`).toBeGreaterThanOrEqual(of(method)?.first ?? 0);
        expect.soft(ours?.three, `${set}: ${method}`).toBeGreaterThanOrEqual(of(method)?.three ?? 0);
      }
    }
    const given = (what: string) => card.causes.ablations.filter(({ method }) => method === what);
    for (const { set, first, three } of given("metrics alone")) {
      const graph = given("and the graph").find((one) => one.set === set);
      expect.soft(graph?.first, `${set}: the graph makes it worse`).toBeGreaterThanOrEqual(first);
      expect.soft(graph?.three, `${set}: the graph makes it worse`).toBeGreaterThanOrEqual(three);
    }
    expect(card.certainty.length).toBeGreaterThan(0);
    const released = (certainty: string) => card.released.filter((one) => one.certainty === certainty);
    const sum = (rows: typeof card.released, of: "cases" | "right") => rows.reduce((total, row) => total + row[of], 0);
    // A release that comes just then misleads nobody into being sure, and few into a guess.
    expect(sum(released("confirmed"), "cases")).toBeGreaterThan(0);
    expect(sum(released("confirmed"), "right")).toBe(sum(released("confirmed"), "cases"));
    expect(sum(released("likely"), "right")).toBeGreaterThanOrEqual(0.85 * sum(released("likely"), "cases"));
    for (const { set, certainty, cases, right } of card.certainty.filter((one) => one.certainty !== "inconclusive")) {
      // A likely cause may be wrong in one case of seven; nothing confirmed may, and nothing may be said of a quiet system.
      const least = certainty === "likely" ? 0.85 * cases : cases;
      expect.soft(right, `${set}: ${certainty}`).toBeGreaterThanOrEqual(least);
    }
    const own = card.clusters.filter(({ method }) => method === CLUSTER_METHOD);
    for (const { set, first } of own)
      for (const other of card.clusters.filter((figure) => figure.set === set && figure.method !== CLUSTER_METHOD))
        expect.soft(first, `${set}: ${other.method}`).toBeGreaterThan(other.first);
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(pageOf(card)).toContain("## Causes");
    expect(pageOf(card)).toContain("## Clusters");
  },
  CARD_MS,
);

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
  const told = belowFloors(
    { causes, certainty: [], released: [], clusters: [], logs: [], skipped: [] },
    { causes: { a: { first: 0.6, three: 0.9 } }, clusters: {}, logs: {} },
  );
  expect(told).toEqual(["a: top-1 5 of 10 is below 0.6", "b has no floor in bench/eval/floors.json"]);
});
