/** What became of a decision is told as it is: a vote that changed nothing does not count, and a refusal names its rule. */
import { expect, test } from "vitest";
import { decidedText, problemOfDecision } from "../../../src/client/cli/decided.js";
import { refusalText } from "../../../src/client/http/decision-refusals.js";
import { becameOf, decided, stillToCome } from "../../../src/client/runs/became.js";
import type { Became } from "../../../src/client/runs/contract.js";
import type { GateView } from "../../../src/core/report/view.js";

const gateWith = (votes: object[], required = 2): GateView =>
  ({ nodeId: "mend", digest: "d1", required, rule: "prod", votes }) as unknown as GateView;
const vote = (approver: string, more: object = {}) => ({ decision: "approve", approver, atMs: 1, ...more });
const wish = (approver: string, more: object = {}) => ({
  ...{ runId: "r", node: "mend", decision: "approve" as const, approver, channel: "cli", digest: "d1" },
  ...more,
});
const told = (approver: string, gate: GateView, more: object = {}) => {
  const answer = decided(wish(approver, more), becameOf(wish(approver, more), "accepted", gate), gate);
  if (!answer.ok) throw new Error("it is told");
  return answer.value;
};

test.each(["ann", "Ann", " ann ", "ann\ufe0f"])(
  "a second approval of one person (as %j) changes nothing, and says so",
  (again) => {
    const value = told(again, gateWith([vote("ann")]));
    expect(value).toMatchObject({ counted: false, result: "repeated", approvals: { given: 1, required: 2 } });
    expect(problemOfDecision(value)).toBeUndefined();
    expect(decidedText(value, "approve")).toContain("nothing changed; 1 of 2 people have approved");
  },
);

test("another person's approval counts, and says how many are still wanted", () => {
  const first = told("ann", gateWith([]));
  expect(first).toMatchObject({ counted: true, result: "accepted", approvals: { given: 1, required: 2 } });
  expect(stillToCome(first, "approve")).toBe("1 of 2 people have approved");
  const second = told("bob", gateWith([vote("ann")]));
  expect(second).toMatchObject({ counted: true, approvals: { given: 2, required: 2 } });
  expect(stillToCome(second, "approve")).toBeUndefined();
});

test("one decision that is delivered twice, a rejection, and an approval of a later question are no repeats", () => {
  const gate = gateWith([vote("ann", { decisionId: "one-decision" })]);
  expect(told("ann", gate, { decisionId: "one-decision" })).toMatchObject({ counted: true, result: "accepted" });
  expect(told("ann", gate, { decision: "reject" })).toMatchObject({ counted: true, result: "accepted" });
  expect(told("ann", gate, { digest: "d2" })).toMatchObject({ counted: true, result: "accepted" });
});

test.each<Became>([
  "already-decided",
  "late",
  "not-allowed",
  "edit-refused",
  "comment-required",
  "stale-digest",
  "gate-not-open",
  "node-not-found",
])("a decision that ended as %s does not count", (result) => {
  expect(decided(wish("ann"), result)).toMatchObject({ ok: true, value: { counted: false, result } });
});

test("a refusal by a rule names it", () => {
  for (const result of ["not-allowed", "comment-required"] as const) {
    const answer = decided(wish("ann"), result, gateWith([]));
    expect(answer.ok && problemOfDecision(answer.value)?.message).toContain("(rule prod)");
    expect(refusalText(result, "prod")).toContain("(rule prod)");
  }
  expect(refusalText("late", "prod")).not.toContain("prod");
});
