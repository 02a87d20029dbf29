/**
 * Incidents as fault injectors and daily work make them: sufferers are louder than what is to mend, old trouble stands beside
 * new, and much is not known. The first guess must be the object to mend.
 */
import { describe, expect, test } from "vitest";
import { refText } from "../../../src/core/cluster/cause.js";
import type { CauseCode } from "../../../src/core/cluster/codes.js";
import { alwaysFailing, INCIDENTS } from "../../support/cluster-incidents.js";
import { QUIET } from "../../support/cluster-quiet.js";
import { event, podsOf, shop, verdictIn, type World } from "../../support/cluster-world.js";

describe.each(Object.entries(INCIDENTS))("%s", (_, { code, object, ways }) => {
  const codes: CauseCode[] = Array.isArray(code) ? code : [code];
  test("has at least three ways", () => expect(Object.keys(ways).length).toBeGreaterThanOrEqual(3));
  test.each(Object.entries(ways))("%s", (_, breaks) => {
    const world = shop();
    breaks(world);
    const { causes, symptoms, notices } = verdictIn(world);
    const all = [...causes, ...symptoms, ...notices].map(
      (one) =>
        `${one.code} ${refText(one.object)} ${one.score} ${one.what} <- ${one.explainedBy === undefined ? "" : one.explainedBy.code}`,
    );
    const [first] = causes;
    expect(first === undefined ? "nothing" : refText(first.object), all.join("\n")).toBe(object);
    expect(codes, all.join("\n")).toContain(first?.code);
  });
});

test.each(Object.entries(QUIET))("%s names nothing", (_, makes) => {
  const world = shop();
  makes(world);
  expect(verdictIn(world).causes.map(({ code, what }) => `${code}: ${what}`)).toEqual([]);
});

/** What recordings leave out, and what stands beside every incident. */
const LESS: Record<string, (world: World) => void> = {
  "without ReplicaSets": (world) => {
    world.items.ReplicaSet = [];
    world.unread.add("ReplicaSet");
  },
  "without owners": (world) => {
    for (const pod of world.items.Pod ?? []) delete pod.metadata.ownerReferences;
    world.items.ReplicaSet = [];
    world.unread.add("ReplicaSet");
  },
  "without endpoint slices": (world) => {
    world.items.EndpointSlice = [];
    world.unread.add("EndpointSlice");
  },
  "with what always failed and old warnings": (world) => {
    for (const name of ["legacy-sync", "old-report"]) alwaysFailing(world, name);
    for (const pod of podsOf(world, "cart")) {
      event(world, "Pod", pod.metadata.name, "BackOff", "Back-off restarting failed container", { seconds: 9_000 });
      event(world, "Pod", pod.metadata.name, "Unhealthy", "Readiness probe failed: statuscode: 503", {
        seconds: 8_000,
      });
    }
  },
};

test.each(Object.entries(LESS))("the object to mend is the first guess %s", (_, changes) => {
  const wrong = Object.entries(INCIDENTS).flatMap(([title, { object, ways }]) =>
    Object.entries(ways).flatMap(([way, breaks]) => {
      const world = shop();
      breaks(world);
      changes(world);
      const [first] = verdictIn(world).causes;
      const named = first === undefined ? "nothing" : refText(first.object);
      return named === object ? [] : [`${title}, ${way}: ${named} (${first?.code})`];
    }),
  );
  expect(wrong).toEqual([]);
});
