/** What becomes of a decision, and the exit code that says so. */
import { expect, test } from "vitest";
import { problemOfDecision } from "../../../src/client/cli/decided.js";
import { exitFor } from "../../../src/vocabulary/problems.js";

const base = { runId: "r", node: "n", counted: true };

test("an accepted decision is no problem", () => {
  expect(problemOfDecision({ ...base, result: "accepted" })).toBeUndefined();
});

test.each([
  ["already-decided", "already-decided", 6],
  ["late", "decision-late", 6],
  ["not-allowed", "decision-not-allowed", 6],
  ["stale-digest", "decision-stale", 6],
  ["gate-not-open", "gate-not-open", 6],
  ["node-not-found", "node-not-found", 5],
] as const)("a decision that is %s is the problem %s with exit code %i and a way out", (result, code, exit) => {
  const problem = problemOfDecision({ ...base, result });
  expect(problem).toMatchObject({ code, at: "r n" });
  expect(problem?.hint).toBeTruthy();
  expect(exitFor(problem === undefined ? [] : [problem])).toBe(exit);
});

test("a decision that no worker has counted yet is not called accepted: exit 8", () => {
  const problem = problemOfDecision({ ...base, counted: false });
  expect(problem?.code).toBe("decision-not-counted");
  expect(exitFor(problem === undefined ? [] : [problem])).toBe(8);
});
