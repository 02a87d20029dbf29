/** Incidents as they are recorded: a large cluster with all that lies about in it, by the reading of a folder and by the analysers. */
import { describe, expect, test } from "vitest";
import { DISTRIBUTIONS, recorded } from "../../support/recorded/cluster.js";
import { RECORDED } from "../../support/recorded/families.js";
import { outcomesOf, verdictOfFolder } from "../../support/recorded/outcomes.js";

const WAIT_MS = 30_000;

describe.each(Object.entries(RECORDED))("%s", (_, family) => {
  test.each(Object.entries(family))("%s", { timeout: WAIT_MS }, async (title, recording) => {
    expect(recording.ways.length).toBeGreaterThanOrEqual(3);
    const outcomes = await outcomesOf(title, recording);
    const wrong = outcomes
      .filter(({ isRight }) => !isRight)
      .map(({ way, named }) => `way ${way}: ${named || "nothing"}`);
    expect(wrong).toEqual([]);
  });
});

test.each(DISTRIBUTIONS.map((name, index) => [name, index] as const))(
  "a cluster of %s is well",
  { timeout: WAIT_MS },
  async (name, form) => {
    expect((await verdictOfFolder(recorded(name), form)).causes).toEqual([]);
  },
);
