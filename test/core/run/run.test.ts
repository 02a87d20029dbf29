/** What a run does with its nodes, edges, joins, failures and gates. */
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/schema/graph.js";
import { type Driven, drive, type Script } from "../../support/driver.js";
import { checked, graphOf, openPolicy, write } from "../../support/graphs.js";

function check(
  graph: Graph,
  script: Script,
  expected: { outcome: string; nodes: Record<string, string>; started?: string[] },
): Driven {
  const driven = drive(checked(graph), script);
  const nodes = Object.fromEntries(Object.entries(driven.run.state.nodes).map(([id, own]) => [id, own.status]));
  expect(nodes).toEqual(expected.nodes);
  expect(driven.run.state.outcome).toBe(expected.outcome);
  if (expected.started !== undefined) expect(driven.started).toEqual(expected.started);
  return driven;
}

const edge = (from: string, to: string, more: Partial<Graph["edges"][number]> = {}) => ({
  from_node_id: from,
  to_node_id: to,
  ...more,
});

describe("order", () => {
  test("ready nodes start in file order", () => {
    const graph = graphOf(["c", "a", "b", "end"], ["c>end", "a>end", "b>end"]);
    check(
      graph,
      {},
      {
        outcome: "succeeded",
        nodes: { c: "succeeded", a: "succeeded", b: "succeeded", end: "succeeded" },
        started: ["c", "a", "b", "end"],
      },
    );
  });

  test("no more than max_concurrency nodes run at once, and gates hold no slot", () => {
    const graph = graphOf([write("w"), "a", "b", "c", "end"], ["w>end", "a>end", "b>end", "c>end"]);
    const driven = drive(checked(graph, openPolicy({ max_concurrency: 2 })), { pick: (open) => open - 1 });
    expect(driven.mostAtOnce).toBe(2);
    expect(driven.run.state.outcome).toBe("succeeded");
  });
});

describe("branches and joins", () => {
  const branches = graphOf(
    ["start", { id: "left" }, { id: "right" }, "after"],
    [
      edge("start", "left", { condition: "start.go == 'left'" }),
      edge("start", "right", { condition: "start.go == 'right'" }),
      "left>after",
      "right>after",
    ],
  );

  test("a merge runs after the branch that was taken, without extra words", () => {
    check(
      branches,
      { outputs: { start: { go: "left" } } },
      {
        outcome: "succeeded",
        nodes: { start: "succeeded", left: "succeeded", right: "skipped", after: "succeeded" },
      },
    );
  });

  test("a merge is skipped where no branch was taken", () => {
    check(
      branches,
      { outputs: { start: { go: "nowhere" } } },
      {
        outcome: "succeeded",
        nodes: { start: "succeeded", left: "skipped", right: "skipped", after: "skipped" },
      },
    );
  });

  test("a condition on a missing value is not taken and is recorded", () => {
    const { run } = check(
      branches,
      { outputs: { start: {} } },
      {
        outcome: "succeeded",
        nodes: { start: "succeeded", left: "skipped", right: "skipped", after: "skipped" },
      },
    );
    expect(run.state.problems.map((problem) => problem.code)).toEqual(["condition-failed", "condition-failed"]);
  });

  test("join any starts at the first taken edge", () => {
    const graph = graphOf(["a", "b", { id: "end", join: "any" }], ["a>end", "b>end"]);
    const driven = drive(checked(graph), { pick: () => 0 });
    expect(driven.events.findIndex((event) => event.kind === "node-started" && event.node === "end")).toBeLessThan(
      driven.events.findIndex((event) => event.kind === "node-succeeded" && event.node === "b"),
    );
  });

  test("join n starts once n edges are taken, and is skipped when they can no longer be", () => {
    const graph = graphOf(["a", "b", "c", { id: "end", join: 2 }], ["a>end", "b>end", "c>end"]);
    check(
      graph,
      { ends: { a: ["fail"] } },
      {
        outcome: "failed",
        nodes: { a: "failed", b: "succeeded", c: "succeeded", end: "succeeded" },
      },
    );
    check(
      graph,
      { ends: { a: ["fail"], b: ["fail"] } },
      {
        outcome: "failed",
        nodes: { a: "failed", b: "failed", c: "succeeded", end: "skipped" },
      },
    );
  });

  test("an edge on skipped is taken when its source is skipped", () => {
    const graph = graphOf(
      ["a", "b", "instead"],
      [edge("a", "b", { condition: "false" }), edge("b", "instead", { on: "skipped" })],
    );
    check(graph, {}, { outcome: "succeeded", nodes: { a: "succeeded", b: "skipped", instead: "succeeded" } });
  });

  test("a thousand skipped nodes in a row settle without recursion", () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    const edges = ids.slice(1).map((id, index) => edge(`n${index}`, id));
    check(
      graphOf(ids, edges),
      { ends: { n0: ["fail"] } },
      {
        outcome: "failed",
        nodes: Object.fromEntries(ids.map((id, index) => [id, index === 0 ? "failed" : "skipped"])),
      },
    );
  });
});

describe("after a failure", () => {
  test("independent branches that do not write go on, and no further write starts", () => {
    const graph = graphOf(["a", "b", "c", write("w")], ["b>c", "b>w", edge("a", "c", { on: "always" })]);
    const { run, started } = drive(checked(graph), { ends: { a: ["fail"] } });
    expect(run.state.nodes.w?.status).toBe("skipped");
    expect(run.state.nodes.w?.reason).toContain("nothing more is changed after a failed");
    expect(run.state.nodes.c?.status).toBe("succeeded");
    expect(started).not.toContain("w");
  });

  test("an open gate of a write is withdrawn", () => {
    const graph = graphOf(["a", write("w"), "end"], [edge("a", "end"), edge("w", "end", { on: "always" })]);
    const { run, started } = drive(checked(graph), { ends: { a: ["fail"] }, pick: () => 0 });
    expect(run.state.nodes.w?.gate?.status).toBe("withdrawn");
    expect(started).not.toContain("w");
  });

  test("a write starts where a failure edge leads to it, and the failure is handled", () => {
    const graph = graphOf(["a", write("w")], [edge("a", "w", { on: "failure" })]);
    check(graph, { ends: { a: ["fail"] } }, { outcome: "succeeded", nodes: { a: "failed", w: "succeeded" } });
  });

  test("continue_on_failure lets the success edges be taken", () => {
    const graph = graphOf([{ id: "a", continue_on_failure: true }, "b"], ["a>b"]);
    check(graph, { ends: { a: ["fail"] } }, { outcome: "succeeded", nodes: { a: "failed", b: "succeeded" } });
  });
});

describe("gates", () => {
  const gated = graphOf([write("w"), "after"], ["w>after"]);

  test("a write starts only after its gate was approved", () => {
    const { events } = check(gated, {}, { outcome: "succeeded", nodes: { w: "succeeded", after: "succeeded" } });
    const kinds = events.filter((event) => "node" in event && event.node === "w").map((event) => event.kind);
    expect(kinds).toEqual(["gate-asked", "gate-opened", "decided", "node-started", "node-succeeded"]);
  });

  test("a rejected write does not start, and the run is rejected", () => {
    check(
      gated,
      { ends: { w: ["reject"] } },
      { outcome: "rejected", nodes: { w: "rejected", after: "skipped" }, started: [] },
    );
  });

  test("a gate that nobody answers expires, and the run is expired", () => {
    check(
      gated,
      { ends: { w: ["expire"] } },
      { outcome: "expired", nodes: { w: "expired", after: "skipped" }, started: [] },
    );
  });

  test("a failure edge from a rejected write is taken", () => {
    const graph = graphOf([write("w"), "tell"], [edge("w", "tell", { on: "failure" })]);
    check(graph, { ends: { w: ["reject"] } }, { outcome: "rejected", nodes: { w: "rejected", tell: "succeeded" } });
  });

  test("a review's answer can be read by a condition", () => {
    const review = { id: "ask", type: "human_review" as const, tool: undefined, params: { prompt: "Is it safe?" } };
    const graph = graphOf([review, "next"], [edge("ask", "next", { condition: "ask.decision == 'approved'" })]);
    check(graph, {}, { outcome: "succeeded", nodes: { ask: "succeeded", next: "succeeded" } });
  });
});

describe("the end", () => {
  test("a cancelled run starts nothing more, withdraws its gates and is cancelled", () => {
    const graph = graphOf(["a", write("w"), "end"], ["a>end", "w>end"]);
    const driven = drive(checked(graph), {
      before: (_, step, report) => {
        if (step === 1) report({ kind: "cancel-requested", atMs: 11 });
      },
      pick: () => 1,
    });
    expect(driven.run.state.outcome).toBe("cancelled");
    expect(driven.run.state.nodes.end?.status).toBe("cancelled");
    expect(driven.started).not.toContain("end");
  });

  test("a dry run plans every branch, asks nobody and starts nothing", () => {
    const graph = graphOf(
      ["a", write("w"), "b", "never"],
      [
        edge("a", "w", { condition: "a.bad == true" }),
        edge("a", "b", { on: "failure" }),
        edge("a", "never", { condition: "1 > 2" }),
      ],
    );
    const { run, started } = drive(checked(graph, openPolicy({ dry_run: true })));
    const nodes = Object.fromEntries(Object.entries(run.state.nodes).map(([id, own]) => [id, own.status]));
    expect(nodes).toEqual({ a: "planned", w: "planned", b: "planned", never: "skipped" });
    expect(started).toEqual([]);
  });
});

describe("why a condition did not lead on is said as it is", () => {
  const reasonOf = (condition: string, outputs: Script["outputs"]): string | undefined => {
    const driven = drive(checked(graphOf(["a", "b"], [edge("a", "b", { condition })])), { outputs });
    return driven.run.state.nodes.b?.reason;
  };

  test.each([
    ["a.n > 3", { a: { n: 1 } }, "the condition after a does not hold"],
    ["a.n > 3", { a: {} }, "the condition after a could not be evaluated"],
    ["a.n > 3", { a: { n: "4" } }, "the condition after a could not be evaluated"],
    ["a.n", { a: { n: 1 } }, "the condition after a could not be evaluated"],
  ])("%s over %j", (condition, outputs, reason) => {
    expect(reasonOf(condition, outputs)).toBe(reason);
  });

  test("a node that ended without an output is not one that does not exist", () => {
    const graph = graphOf(
      [write("g1"), "a", "b"],
      [edge("g1", "b", { on: "always", condition: "g1.action == 'x'" }), edge("g1", "a", { on: "always" })],
    );
    const { run } = drive(checked(graph), { ends: { g1: ["expire"] } });
    const [problem] = run.state.problems.filter(({ code }) => code === "condition-failed");
    expect(problem?.message).toContain("g1 was expired and has no output");
  });
});
