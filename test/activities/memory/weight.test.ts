/** What a learned playbook is worth: it follows verified outcomes, fades with time, and ends when it stops working. */
import { expect, test } from "vitest";
import { weighted, weightOf } from "../../../src/activities/memory/weight.js";
import type { Kept } from "../../../src/platform/memory/rows.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { entryOf, NOW_MS } from "../../support/memory.js";

const DAY_MS = 86_400_000;
const ABOUT = { id: "learned-x", version: "1.0.0", learnedFrom: "first" };

function kept(run: string, daysAgo: number, status: "verified" | "failed" | "none", more: Partial<Kept> = {}): Kept {
  const ended_at = new Date(NOW_MS - daysAgo * DAY_MS).toISOString();
  const playbook = run === "first" ? { id: "by-hand" } : { id: "learned-x", version: "1.0.0" };
  return { entry: entryOf(run, { ended_at, playbook, verification: { status, checks: [] } }), origin: "run", ...more };
}
const weigh = (...runs: Kept[]) => weightOf(ABOUT, runs, NOW_MS);

test.each([
  ["fresh, from the one run that it was learned from", [kept("first", 0, "verified")], 0.5, false],
  [
    "after two more that worked",
    [kept("first", 0, "verified"), kept("a", 0, "verified"), kept("b", 0, "verified")],
    0.75,
    false,
  ],
  ["after one that did not", [kept("first", 0, "verified"), kept("a", 0, "failed")], 0.33, false],
  ["after 90 days without use", [kept("first", 90, "verified")], 0.33, false],
  ["after 200 days without use", [kept("first", 200, "verified")], 0.18, true],
  [
    "after its last two runs failed",
    [
      kept("first", 9, "verified"),
      kept("a", 8, "verified"),
      kept("b", 7, "verified"),
      kept("c", 2, "failed"),
      kept("d", 1, "failed"),
    ],
    0.49,
    true,
  ],
  [
    "after a failure that a success followed",
    [kept("first", 9, "verified"), kept("c", 2, "failed"), kept("d", 1, "verified")],
    0.49,
    false,
  ],
  ["with nothing that is known of it", [], 0, true],
])("%s", (_, runs, weight, isRetired) => {
  const found = weigh(...runs);
  expect(found.weight).toBeCloseTo(weight, 1);
  expect(found.isRetired).toBe(isRetired);
});

test("runs that only looked, that were imported, or that followed another version do not count", () => {
  const first = kept("first", 0, "verified");
  const looked = kept("a", 0, "none");
  const imported = kept("b", 0, "verified", { origin: "import" });
  const other = kept("c", 0, "failed");
  const others = [
    looked,
    imported,
    { ...other, entry: { ...other.entry, playbook: { id: "learned-x", version: "0.9.0" } } },
  ];
  expect(weigh(first, ...others)).toEqual(weigh(first));
});

test("a run whose own outcome failed proves nothing good, although a check in it came out true", () => {
  const run = kept("first", 0, "verified");
  expect(weigh({ ...run, entry: { ...run.entry, outcome: "failed" } })).toMatchObject({
    weight: 0,
    verified: 0,
    failed: 1,
  });
});

test("a weight lowers a score and never raises one; what is not learned keeps its own", () => {
  const ranked = ["learned-x", "bundled"].map((id) => ({ playbook: { id } as Playbook, score: 0.8 }));
  expect(weighted(ranked, new Map([["learned-x", 0.5]]))).toMatchObject([
    { playbook: { id: "bundled" }, score: 0.8 },
    { playbook: { id: "learned-x" }, score: 0.64 },
  ]);
  expect(weighted(ranked, undefined)).toEqual(ranked);
});
