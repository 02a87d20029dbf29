/** Gates: what becomes of each decision, by its time, its digest, its signature and what came before it. */
import { describe, expect, test } from "vitest";
import { readAnswer } from "../../../src/core/gate/answer.js";
import { apply } from "../../../src/core/run/apply.js";
import { createRun, type Run, stateOf } from "../../../src/core/run/run.js";
import type { DecisionResult, Vote } from "../../../src/core/run/state.js";
import { checked, graphOf, openPolicy, write } from "../../support/graphs.js";

const DIGEST = "a".repeat(64);
const OPENED_AT = 1_000;
const DEADLINE = 11_000;

function opened(round = 1): Run {
  const run = createRun(checked(graphOf([write("w"), "after"], ["w>after"])), 0);
  for (let time = 0; time < round; time++) open(run, DIGEST);
  return run;
}

function open(run: Run, digest: string): void {
  apply(run, { kind: "gate-asked", node: "w", deadlineMs: DEADLINE, atMs: OPENED_AT });
  apply(run, {
    kind: "gate-opened",
    node: "w",
    nonce: "n",
    digest,
    askedIn: "r",
    shown: {},
    notices: [],
    atMs: OPENED_AT,
  });
}

function decide(run: Run, more: Partial<Vote> & { digest?: string; node?: string } = {}): DecisionResult | undefined {
  const { digest, node = "w", ...vote } = more;
  const whole: Vote = { decision: "approve", approver: "ann", atMs: 2_000, verified: false, ...vote };
  return apply(run, { kind: "decided", node, vote: whole, digest, atMs: whole.atMs });
}

const statusOf = (run: Run) => ({ node: stateOf(run, "w").status, gate: stateOf(run, "w").gate?.status });

describe("a decision", () => {
  test("that approves opens the way", () => {
    const run = opened();
    expect(decide(run)).toBe("accepted");
    expect(statusOf(run)).toEqual({ node: "approved", gate: "approved" });
  });

  test("that rejects closes the gate with its reason", () => {
    const run = opened();
    expect(decide(run, { decision: "reject", comment: "not now" })).toBe("accepted");
    expect(statusOf(run)).toEqual({ node: "rejected", gate: "rejected" });
    expect(stateOf(run, "w").reason).toBe("rejected by ann: not now");
  });

  test.each([
    ["at the deadline is late", { atMs: DEADLINE }, "late"],
    ["after the deadline is late", { atMs: DEADLINE + 1 }, "late"],
    ["that names another digest is stale", { digest: "b".repeat(64) }, "stale-digest"],
    ["for a node that does not exist is refused", { node: "nobody" }, "node-not-found"],
    ["for a node without a gate is refused", { node: "after" }, "gate-not-open"],
  ] as const)("%s and nothing happens", (_, more, expected) => {
    const run = opened();
    expect(decide(run, more)).toBe(expected);
    expect(statusOf(run)).toEqual({ node: "asking", gate: "open" });
    expect(stateOf(run, "w").gate?.votes).toEqual([]);
  });

  test("that was verifiably signed before the deadline counts although it arrives late", () => {
    const run = opened();
    expect(decide(run, { atMs: DEADLINE + 5, verified: true, issuedMs: DEADLINE - 1 })).toBe("accepted");
    expect(statusOf(run).gate).toBe("approved");
  });

  test("that claims an early time without a verified signature stays late", () => {
    const run = opened();
    expect(decide(run, { atMs: DEADLINE + 5, verified: false, issuedMs: DEADLINE - 1 })).toBe("late");
  });

  test("after the gate has closed changes nothing", () => {
    const run = opened();
    decide(run, { decision: "reject" });
    expect(decide(run)).toBe("already-decided");
    expect(statusOf(run)).toEqual({ node: "rejected", gate: "rejected" });
  });

  test("after the gate has expired is late", () => {
    const run = opened();
    apply(run, { kind: "deadline-passed", node: "w", atMs: DEADLINE });
    expect(decide(run, { atMs: DEADLINE + 1 })).toBe("late");
    expect(statusOf(run)).toEqual({ node: "expired", gate: "expired" });
  });

  test("that is delivered twice counts once", () => {
    const run = opened();
    expect(decide(run, { decisionId: "same-decision" })).toBe("accepted");
    expect(decide(run, { decisionId: "same-decision" })).toBe("accepted");
    expect(stateOf(run, "w").gate?.votes).toHaveLength(1);
  });

  test("without a signature does not count where the policy wants one", () => {
    const graph = checked(graphOf([{ id: "w", type: "human_review", params: { prompt: "ok?" } }]), openPolicy());
    const run = createRun(graph, 0);
    open(run, DIGEST);
    expect(decide(run)).toBe("not-allowed");
    expect(stateOf(run, "w").gate?.status).toBe("open");
    expect(decide(run, { verified: true })).toBe("accepted");
  });
});

describe("a decision before its gate", () => {
  test("counts once the gate has the digest that it names", () => {
    const run = createRun(checked(graphOf([write("w")])), 0);
    expect(decide(run, { digest: DIGEST, atMs: 500 })).toBe("gate-not-open");
    open(run, DIGEST);
    expect(statusOf(run)).toEqual({ node: "approved", gate: "approved" });
  });

  test("does not count for another digest, nor without one", () => {
    const run = createRun(checked(graphOf([write("w")])), 0);
    decide(run, { digest: "b".repeat(64), atMs: 500 });
    decide(run, { atMs: 500 });
    open(run, DIGEST);
    expect(statusOf(run)).toEqual({ node: "asking", gate: "open" });
  });
});

test("after a reset people are asked afresh and old votes are gone", () => {
  const run = opened();
  decide(run);
  apply(run, { kind: "node-started", node: "w", atMs: 3_000 });
  apply(run, { kind: "run-was-reset", node: "w", atMs: 3_001 });
  expect(stateOf(run, "w").status).toBe("pending");
  expect(run.ready).toEqual(["w"]);
  open(run, "c".repeat(64));
  expect(stateOf(run, "w").gate).toMatchObject({ status: "open", round: 2, votes: [] });
  expect(decide(run, { digest: DIGEST })).toBe("stale-digest");
});

describe("a decision from anywhere", () => {
  test.each([
    [null],
    ["approve"],
    [[]],
    [{}],
    [{ node_id: "w" }],
    [{ node_id: "../w", approver: "ann" }],
    [{ node_id: "w", approver: "" }],
    [{ node_id: "w", approver: 7 }],
    [{ node_id: "w", approver: "ann", digest: "x" }],
    [{ node_id: "w", approver: "ann", comment: "x".repeat(2_001) }],
  ])("that is malformed is refused with the rule: %j", (value) => {
    const read = readAnswer(value);
    expect(read.ok).toBe(false);
    expect(read.ok ? "" : read.message).toMatch(/must be/);
  });

  test("that is well formed is read", () => {
    expect(readAnswer({ node_id: "w", approver: "ann" })).toEqual({
      ok: true,
      answer: { node_id: "w", approver: "ann" },
    });
  });
});
