/** Gates: what becomes of each decision, by its time, its digest, its signature and what came before it. */
import { describe, expect, test } from "vitest";
import { readAnswer } from "../../../src/core/gate/answer.js";
import { redact } from "../../../src/core/redact.js";
import { viewOf } from "../../../src/core/report/view.js";
import { apply } from "../../../src/core/run/apply.js";
import { createRun, type Run, stateOf } from "../../../src/core/run/run.js";
import type { DecisionResult, Vote } from "../../../src/core/run/state.js";
import { DECISIONS_MAX_PER_GATE } from "../../../src/vocabulary/limits.js";
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

  test("that skips ends the node as skipped, with who and why, and what follows from it alone is skipped too", () => {
    const run = opened();
    expect(decide(run, { decision: "skip", comment: "it recovered" })).toBe("accepted");
    expect(statusOf(run)).toEqual({ node: "skipped", gate: "skipped" });
    expect(stateOf(run, "w").reason).toBe("skipped by ann: it recovered");
    expect(stateOf(run, "after")).toMatchObject({ status: "skipped", reason: "w was skipped" });
    expect(run.state.outcome).toBe("succeeded");
    expect(decide(run, { approver: "bob" })).toBe("already-decided");
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

describe("a decision that meets no gate stands in the run", () => {
  const strays = (run: ReturnType<typeof opened>) =>
    viewOf(run, { runId: "r", runKey: "k", requester: "rita" }).strays?.map(({ node, approver, result, why }) => {
      return [node, approver, result, why];
    });

  test("before its gate, without a digest", () => {
    const run = createRun(checked(graphOf([write("w")])), 0);
    decide(run, { atMs: 500 });
    expect(strays(run)).toEqual([
      ["w", "ann", "gate-not-open", "it came before its gate was open, and names no digest"],
    ]);
  });

  test("for a node that does not exist", () => {
    const run = opened();
    decide(run, { node: "nobody" });
    expect(strays(run)).toEqual([["nobody", "ann", "node-not-found", "the run has no such node"]]);
  });

  test("of another digest than its gate got: refused at the gate, where its like is refused, too", () => {
    const run = createRun(checked(graphOf([write("w")])), 0);
    decide(run, { digest: "b".repeat(64), atMs: 500 });
    open(run, DIGEST);
    expect(stateOf(run, "w").gate?.refused).toEqual({ "stale-digest": 1 });
  });

  test("with a digest, where the run ended before the gate", () => {
    const run = createRun(checked(graphOf([write("w")])), 0);
    decide(run, { digest: DIGEST, atMs: 500 });
    expect(strays(run)).toBeUndefined();
    apply(run, { kind: "cancel-requested", atMs: 600 });
    expect(strays(run)).toEqual([["w", "ann", "gate-not-open", "the run ended before it asked about this node"]]);
  });

  test("many are counted, the first are kept", () => {
    const run = opened();
    for (let count = 0; count < 500; count++) decide(run, { node: "nobody" });
    expect(run.state.strayDecisions).toBe(500);
    expect(strays(run)?.length).toBe(DECISIONS_MAX_PER_GATE);
  });
});

test.each([
  ["a comment that is too long", { comment: "x".repeat(2_001) }, "comment"],
  [
    "a comment that grows too long when its secrets are taken out",
    { comment: "password=a1b2 ".repeat(142) },
    "comment",
  ],
  ["a name that is too long", { approver: "a".repeat(201) }, "approver"],
  ["a channel that is too long", { channel: "c".repeat(41) }, "channel"],
  ["a token that is too long", { token: "t".repeat(4_001) }, "token"],
  ["params that are too large", { params: { text: "p".repeat(70_000) } }, "params"],
])("%s is refused by the name of its field", (_, more, at) => {
  const given: Record<string, unknown> = { node_id: "w", approver: "ann", ...more };
  // As a client sends it.
  if (typeof given.comment === "string") given.comment = redact(given.comment);
  expect(readAnswer(given)).toMatchObject({ ok: false, at });
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

describe("to skip", () => {
  /** A review and a look lead to a write. */
  const EDGES = ["review>mend", "look>mend"];
  const graph = graphOf(
    [
      { id: "review", type: "human_review", params: { prompt: "may it be mended?" } },
      "look",
      write("mend"),
      write("else"),
    ],
    [...EDGES, "review>else"],
  );
  const withRule = (more: object = {}) => {
    const policy = openPolicy();
    const rules = [{ name: "two", match: { node_types: ["human_review" as const] }, required: 2, ...more }];
    return createRun(checked(graph, { ...policy, approval: { ...policy.approval, rules } }), 0, "rita");
  };
  const asked = (run: Run) => {
    apply(run, { kind: "gate-asked", node: "review", deadlineMs: DEADLINE, atMs: OPENED_AT });
    const opening = { nonce: "n", digest: DIGEST, askedIn: "r", shown: {}, notices: [] };
    apply(run, { kind: "gate-opened", node: "review", ...opening, atMs: OPENED_AT });
    return run;
  };
  const skip = (run: Run, approver: string, more: Partial<Vote> = {}) =>
    decide(run, { node: "review", decision: "skip", approver, ...more });
  const review = (run: Run) => stateOf(run, "review").status;

  test("takes as many people as to approve, so that no review is taken out of a run's way by fewer", () => {
    const run = asked(withRule());
    skip(run, "ann");
    skip(run, "Ann");
    expect(review(run)).toBe("asking");
    skip(run, "bob", { comment: "known" });
    expect(review(run)).toBe("skipped");
    expect(stateOf(run, "review").reason).toBe("skipped by ann, bob: known");
    expect(stateOf(run, "else").status).toBe("skipped");
    // The other edge decides about the write, which then has its own gate.
    expect(stateOf(run, "mend").status).toBe("pending");
  });

  test("and to approve are not added up, and whoever changes their mind counts for what they said last", () => {
    const run = asked(withRule());
    decide(run, { node: "review", approver: "ann" });
    skip(run, "bob");
    expect(review(run)).toBe("asking");
    skip(run, "ann");
    expect(review(run)).toBe("skipped");
    const other = asked(withRule());
    skip(other, "ann");
    decide(other, { node: "review", approver: "ann" });
    skip(other, "bob");
    expect(review(other)).toBe("asking");
    decide(other, { node: "review", approver: "cleo" });
    expect(review(other)).toBe("succeeded");
  });

  test("holds to the rule: its groups, the requester, signatures, comments, the deadline and the digest", () => {
    const strict = asked(withRule({ required: 1, groups: ["sre"], forbid_requester: true, signed: "always" }));
    const signed = { verified: true, groups: ["sre"] };
    expect(skip(strict, "ann")).toBe("not-allowed");
    expect(skip(strict, "ann", { verified: true, groups: ["dev"] })).toBe("not-allowed");
    expect(skip(strict, "RITA", signed)).toBe("not-allowed");
    expect(skip(strict, "ann", { ...signed, atMs: DEADLINE })).toBe("late");
    expect(decide(strict, { node: "review", decision: "skip", digest: "b".repeat(64), ...signed })).toBe(
      "stale-digest",
    );
    expect(review(strict)).toBe("asking");
    const commented = asked(withRule({ required: 1, comment_required: "reject" }));
    expect(skip(commented, "ann")).toBe("comment-required");
    expect(skip(commented, "ann", { comment: "why" })).toBe("accepted");
  });
});
