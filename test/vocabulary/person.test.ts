/** One person is one person on every surface, however the name is written. */
import { expect, test } from "vitest";
import { gateLines } from "../../src/client/cli/gate-text.js";
import { actionsOf } from "../../src/core/answer/actions.js";
import { peopleOf } from "../../src/vocabulary/person.js";

const SAME = ["ann", "Ann", "ann\ufe0f", " ann", "a\u200bnn", "ａｎｎ", "ann\u202e"];
const votes = SAME.map((approver) => ({ decision: "approve" as const, approver, atMs: 1, verified: true }));

test("a person is counted once, as first written", () => {
  expect(peopleOf(SAME)).toEqual(["ann"]);
  expect(peopleOf(["bob", ...SAME, "Bob"])).toEqual(["bob", "ann"]);
});

test("a gate in the terminal counts people, not votes", () => {
  const gate = {
    ...{
      nodeId: "mend",
      nodeName: "mend",
      nodeType: "rollback",
      tool: "rollback",
      status: "open",
      reason: "it writes",
    },
    ...{ environment: "production", params: {}, required: 2, signed: true, openedAtMs: 0, deadlineMs: 9e12 },
    ...{ votes, refused: {}, notices: [] },
  };
  const context = { runId: "r", findings: [], nowMs: 0, program: "autoops", asksHere: false };
  const lines = gateLines(gate as never, context as never);
  expect(lines.find((line) => line.includes("votes"))).toContain("1 of 2 needed");
});

test("an answer names a person once", () => {
  const node = { id: "mend", name: "mend", type: "rollback", tool: "rollback", effect: "write", status: "succeeded" };
  const source = {
    nodes: [{ ...node, params: { target: "shop" }, output: { changed: true }, startedAtMs: 1, endedAtMs: 2 }],
    gates: [{ nodeId: "mend", status: "approved", votes }],
    findings: [],
    edges: [],
  };
  const text = JSON.stringify(actionsOf(source as never, []));
  expect(text).toContain("approved by ann");
  expect(text).not.toContain("Ann");
});
