/** Each rollout that ended is told once, in whatever order looks see it; what was there before the first look is none. */
import { describe, expect, test } from "vitest";
import type { SeenWorkload, Sighting, WatchState } from "../../../src/core/rollout/state.js";
import { takeReading } from "../../../src/core/rollout/watch.js";

const STALLED_MS = 60_000;

function seen(revision: string, stands: SeenWorkload["stands"], more: Partial<SeenWorkload> = {}): SeenWorkload {
  const at = { target: "web", uid: "u", generation: Number(revision) || 1, image: `web:v${revision}` };
  return { ...at, revision, isUnique: true, stands, says: stands, ...more };
}

/** The events of looks ten seconds apart, state kept as a workflow keeps it: as JSON. */
function looks(...sightings: Sighting[]): string[] {
  let state: WatchState = {};
  return sightings.flatMap((sighting, at) => {
    const events = takeReading(state, [sighting], at * 10_000, STALLED_MS);
    state = JSON.parse(JSON.stringify(state));
    return events.map(({ kind, revision }) => `${kind} ${revision}`);
  });
}

describe("a rollout", () => {
  test.each<[string, Sighting[], string[]]>([
    ["that ended before the first look is none", [seen("1", "complete"), seen("1", "complete")], []],
    [
      "that goes on at the first look is told at its end",
      [seen("1", "rolling"), seen("1", "complete")],
      ["complete 1"],
    ],
    ["that has failed at the first look is told", [seen("1", "failed"), seen("1", "failed")], ["stalled 1"]],
    [
      "is told once, however often it is seen",
      [seen("1", "complete"), seen("2", "rolling"), seen("2", "complete"), seen("2", "complete")],
      ["complete 2"],
    ],
    ["that was over between two looks is told", [seen("1", "complete"), seen("2", "complete")], ["complete 2"]],
    [
      "that failed and ends well later is told as both, and no third time",
      [seen("1", "complete"), seen("2", "failed"), seen("2", "complete"), seen("2", "rolling"), seen("2", "complete")],
      ["stalled 2", "recovered 2"],
    ],
    [
      "that another one replaces is over",
      [seen("1", "complete"), seen("2", "failed"), seen("3", "rolling"), seen("3", "complete")],
      ["stalled 2", "replaced 2", "complete 3"],
    ],
    [
      "that is replaced before it ended is not told",
      [seen("1", "complete"), seen("2", "rolling"), seen("3", "rolling"), seen("3", "complete")],
      ["complete 3"],
    ],
    [
      "back to a revision that cannot be told from the first is one of its own",
      ["a", "b", "a"].map((revision, at) => seen(revision, "complete", { isUnique: false, generation: at })),
      ["complete b", "replaced b", "complete a"],
    ],
    [
      "of a workload that is made anew is told, with the same revision",
      [seen("1", "complete"), seen("1", "complete", { uid: "v" })],
      ["complete 1"],
    ],
    [
      "of a workload that comes later is told",
      [{ target: "web", missing: true }, seen("1", "rolling"), seen("1", "complete")],
      ["complete 1"],
    ],
    [
      "of a workload that is taken away is over",
      [seen("1", "complete"), seen("2", "failed"), { target: "web", missing: true }, { target: "web", missing: true }],
      ["stalled 2", "replaced 2"],
    ],
    [
      "that ends while the cluster cannot be asked is told afterwards",
      [seen("1", "complete"), { target: "web", problem: "away" }, seen("2", "complete")],
      ["complete 2"],
    ],
    [
      "is not made up where the first looks fail",
      [{ target: "web", problem: "away" }, seen("7", "complete"), seen("8", "complete")],
      ["complete 8"],
    ],
    [
      "whose pods fail after it was complete is no second one",
      [seen("1", "complete"), seen("2", "complete"), seen("2", "rolling"), seen("2", "failed")],
      ["complete 2"],
    ],
  ])("%s", (_, sightings, expected) => {
    expect(looks(...sightings)).toEqual(expected);
  });

  test("that nothing moves has stalled after the time, and scaling is no rollout", () => {
    const still = seen("2", "rolling", { says: "1 of 2 updated" });
    expect(looks(seen("1", "complete"), ...Array(6).fill(still))).toEqual([]);
    expect(looks(seen("1", "complete"), ...Array(8).fill(still))).toEqual(["stalled 2"]);
    const moving = Array.from({ length: 20 }, (_, at) => seen("2", "rolling", { says: `${at} of 20 updated` }));
    expect(looks(seen("1", "complete"), ...moving)).toEqual([]);
    const scaled = [2, 3, 4].map((generation) => seen("1", "complete", { generation }));
    expect(looks(seen("1", "complete"), ...scaled)).toEqual([]);
  });
  test("that somebody paused has not stalled, for however long", () => {
    const paused = seen("2", "paused", { says: "1 of 2 updated" });
    expect(looks(seen("1", "complete"), ...Array(30).fill(paused), seen("2", "complete"))).toEqual(["complete 2"]);
  });
  test("of one target says nothing of another, and a target that is no longer watched is forgotten", () => {
    const state: WatchState = {};
    const api = (revision: string) => seen(revision, "complete", { target: "api", uid: "w" });
    takeReading(state, [seen("1", "complete"), api("1")], 0, STALLED_MS);
    const events = takeReading(state, [seen("1", "complete"), api("2")], 1, STALLED_MS);
    expect(events.map(({ target, kind }) => [target, kind])).toEqual([["api", "complete"]]);
    takeReading(state, [seen("1", "complete")], 2, STALLED_MS);
    expect(Object.keys(state)).toEqual(["web"]);
  });
});
