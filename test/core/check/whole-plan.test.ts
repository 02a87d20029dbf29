/** One approval over the whole plan: where the policy wants it, about the graph as it was read, before anything runs. */
import { describe, expect, test } from "vitest";
import { checkedGraph } from "../../../src/core/check/checked-graph.js";
import { previewText } from "../../../src/core/report/preview.js";
import { apply } from "../../../src/core/run/apply.js";
import { next } from "../../../src/core/run/next.js";
import { askNode } from "../../../src/core/run/node-start.js";
import { createRun, stateOf } from "../../../src/core/run/run.js";
import { checked, graphOf, openPolicy, write } from "../../support/graphs.js";

const GRAPH = graphOf(
  ["look", "beside", write("act", { params: { version: "{{ look.v }}" } }), "tell"],
  ["look>act", "act>tell", "beside>tell"],
);
const policyWith = (whole_plan: "never" | "writes" | "always", rules: object[] = []) => {
  const policy = openPolicy();
  return { ...policy, approval: { ...policy.approval, whole_plan, rules } } as ReturnType<typeof openPolicy>;
};
const ids = (graph = GRAPH, policy = policyWith("always")) => checked(graph, policy).nodes.map(({ id }) => id);

describe("whether the plan is asked about", () => {
  test.each([
    ["never", false, false],
    ["writes", true, false],
    ["always", true, true],
  ] as const)("%s: a plan with a write %s, one that only reads %s", (wanted, withWrite, reading) => {
    expect(ids(GRAPH, policyWith(wanted)).includes("whole-plan")).toBe(withWrite);
    expect(ids(graphOf(["a", "b"], ["a>b"]), policyWith(wanted)).includes("whole-plan")).toBe(reading);
  });

  test("its id is none of the graph's", () => {
    expect(ids(graphOf(["whole-plan", "whole-plan-2"], ["whole-plan>whole-plan-2"]))[0]).toBe("whole-plan-3");
  });
});

describe("a plan that is asked about", () => {
  const RULES = [
    { name: "plans", match: { node_types: ["human_review"] }, groups: ["sre"], required: 2, signed: "always" },
  ];
  const asked = () => {
    const run = createRun(checked(GRAPH, policyWith("writes", RULES)), 0, "rita");
    const [first, second] = next(run);
    expect([first, second]).toMatchObject([{ kind: "ask", node: "whole-plan" }, undefined]);
    const entry = run.plan.nodes.get("whole-plan");
    if (entry === undefined || first?.kind !== "ask") throw new Error("the plan is asked about");
    const params = askNode(run, entry.node, first.deadlineSeconds, 1);
    const opening = { nonce: "n", digest: "d", askedIn: "r", shown: {}, notices: [] };
    apply(run, { kind: "gate-opened", node: "whole-plan", ...opening, atMs: 1 });
    return { run, params };
  };
  const vote = (
    run: ReturnType<typeof asked>["run"],
    approver: string,
    decision: "approve" | "reject" | "skip",
    groups = ["sre"],
  ) =>
    apply(run, {
      kind: "decided",
      node: "whole-plan",
      vote: { decision, approver, groups, verified: true, atMs: 2 },
      atMs: 2,
    });

  test("stands in the question as it was read, templates and all", () => {
    const { params } = asked();
    expect(params?.plan).toEqual(JSON.parse(JSON.stringify(GRAPH)));
    expect(JSON.stringify(params)).toContain("{{ look.v }}");
  });

  test("runs only once enough people of the rule have approved, and its write then asks at its own gate", () => {
    const { run } = asked();
    expect(vote(run, "eve", "approve", ["dev"])).toBe("not-allowed");
    vote(run, "ann", "approve");
    vote(run, "Ann", "approve");
    expect(next(run)).toEqual([]);
    vote(run, "bob", "approve");
    expect(next(run)).toEqual([
      { kind: "start", node: "look" },
      { kind: "start", node: "beside" },
    ]);
    for (const node of ["look", "beside"]) {
      apply(run, { kind: "node-started", node, atMs: 3 });
      apply(run, { kind: "node-succeeded", node, output: { v: "1" }, atMs: 4 });
    }
    expect(next(run)).toMatchObject([{ kind: "ask", node: "act" }]);
  });

  test.each([
    ["reject", 1, "rejected"],
    ["skip", 2, "succeeded"],
  ] as const)("%s: nothing of it runs", (decision, people, outcome) => {
    const { run } = asked();
    for (const approver of ["ann", "bob"].slice(0, people)) vote(run, approver, decision);
    expect(run.state.outcome).toBe(outcome);
    for (const id of ["look", "beside", "act", "tell"]) expect(stateOf(run, id).status).toBe("skipped");
  });

  test("unanswered, nothing of it runs", () => {
    const { run } = asked();
    apply(run, { kind: "deadline-passed", node: "whole-plan", atMs: 1e12 });
    expect(run.state.outcome).toBe("expired");
    expect(stateOf(run, "look").status).toBe("skipped");
  });

  test("is previewed with its gate in front, and its edges keep their places", () => {
    const graph = checked(GRAPH, policyWith("always"));
    expect(previewText(graph)).toMatch(/whole-plan[\s\S]*look/);
    expect(graph.edges.slice(0, 3)).toEqual(GRAPH.edges);
    const { wholePlan: _, ...before } = graph.verdict;
    expect(checkedGraph(GRAPH, before).nodes.map(({ id }) => id)).toEqual(GRAPH.nodes.map(({ id }) => id));
  });
});
