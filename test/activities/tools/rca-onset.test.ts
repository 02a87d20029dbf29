/** When trouble began is known as an interval, and a change before it is told as that interval before. */
import { expect, test } from "vitest";
import { changeEvidence } from "../../../src/activities/tools/rca/change-evidence.js";
import { noObservations } from "../../../src/activities/tools/rca/read-outputs.js";

const at = (time: string) => Date.parse(`2026-11-29T${time}Z`);

test.each([
  ["one moment", "17:15:14", "17:15:17", "17:15:17", "3 seconds before"],
  ["a bucket of a minute with the change in it", "17:15:14", "17:15:00", "17:16:00", "at most 46 seconds before"],
  ["a bucket of a minute after the change", "17:13:30", "17:15:00", "17:16:00", "90 seconds to 3 minutes before"],
  ["at once", "17:15:14", "17:15:14", "17:15:14.300", "less than a second before"],
])("%s", (_, change, from, to, says) => {
  const material = noObservations("checkout");
  material.changes.push({
    node: "d",
    query: "q",
    atMs: at(change),
    what: "version 2",
    byItself: false,
    service: "checkout",
  });
  const onset = { notBeforeMs: at(from), atMs: at(to) };
  const trouble = { service: "checkout", guessed: false, onset, followsMs: 120_000, text: "errors", cited: [] };
  const { evidence } = changeEvidence(material, trouble);
  expect(evidence[0]?.text).toContain(`${says} the trouble began`);
});
