/** A view that somebody else made is shown whole or not at all: it must not keep the other incidents from being listed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type IncidentView, newIncident, takeAlerts, viewOf } from "../../../src/core/incident/incident.js";
import { readIncidentView } from "../../../src/core/incident/read-view.js";
import { standsIn } from "../../../src/core/incident/words.js";

const input = { hook: "pager", key: { alertname: "Down" }, settings: { debounceMs: 1, cooldownMs: 1 } };
function honest(): IncidentView {
  const state = newIncident(1, 1);
  takeAlerts(state, [{ id: "a", name: "Down", says: "", labels: { pod: "a" }, status: "firing" }], 2);
  state.run = { id: "r", mode: "run", startedMs: 2, outcome: "succeeded", answer: "it was full", endedMs: 3 };
  return { ...viewOf(state, input), resolvedMs: 4, notStarted: "resolved" };
}

test("one of ours is read as it is, also as JSON", () => {
  expect(readIncidentView(honest())).toEqual(honest());
  expect(readIncidentView(JSON.parse(JSON.stringify(viewOf(newIncident(1, 1), input))))).toBeDefined();
});

const parts: Array<[string, unknown]> = [
  ["key", null],
  ["key", { a: null }],
  ["members", [null]],
  ["members", [{ name: "a" }]],
  ["members", {}],
  ["notes", [1]],
  ["notes", undefined],
  ["run", null],
  ["run", { id: {} }],
  ["startedMs", "1"],
  ["firing", Number.NaN],
  ["phase", {}],
  ["notStarted", []],
  ["hook", undefined],
];
test.each(parts)("one whose %s is %j is none", (part, value) => {
  expect(readIncidentView({ ...honest(), [part]: value })).toBeUndefined();
});

test("what is read can be told in words, whatever it came from", () => {
  const known = Object.keys(honest());
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.jsonValue(), (part, value) => {
      const view = readIncidentView({ ...honest(), [part]: value });
      if (view !== undefined) standsIn(view).slice(0, 10);
    }),
  );
});
