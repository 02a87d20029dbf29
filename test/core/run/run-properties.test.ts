/** What holds for every graph, whatever its nodes, edges, conditions, joins, endings, cancels and decisions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckedGraph } from "../../../src/core/check.js";
import { apply, begin } from "../../../src/core/run/apply.js";
import { joinOf } from "../../../src/core/run/join.js";
import { createRun, isFinal, resumeRun, stateOf } from "../../../src/core/run/run.js";
import type { RunEvent, RunState } from "../../../src/core/run/state.js";
import { type Driven, drive, type Script } from "../../support/driver.js";
import { checked, openPolicy } from "../../support/graphs.js";
import { drawnArbitrary } from "../../support/random-graphs.js";

interface Case {
  graph: CheckedGraph;
  script: Script;
}

const caseArbitrary: fc.Arbitrary<Case> = drawnArbitrary.map(
  ({ graph, concurrency, ends, outputs, picks, cancelAt }) => {
    let step = 0;
    const script: Script = {
      ends,
      outputs,
      pick: () => picks[step++ % picks.length] ?? 0,
      before: (_, at, report) => {
        if (at === cancelAt) report({ kind: "cancel-requested", atMs: at });
      },
    };
    return { graph: checked(graph, openPolicy({ max_concurrency: concurrency })), script };
  },
);

function forAll(holds: (driven: Driven, tried: Case) => void): void {
  fc.assert(
    fc.property(caseArbitrary, (tried) => {
      holds(drive(tried.graph, tried.script), tried);
    }),
    { numRuns: 400 },
  );
}

/** Replays the events on a fresh run and looks at it before each one. */
function replay(
  graph: CheckedGraph,
  events: RunEvent[],
  look?: (run: ReturnType<typeof createRun>, event: RunEvent) => void,
): RunState {
  const run = createRun(graph, 0);
  begin(run, 0);
  for (const event of events) {
    look?.(run, event);
    apply(run, event);
  }
  return run.state;
}

describe("a run of any graph", () => {
  test("settles every node exactly once", () => {
    forAll(({ run, events, started }) => {
      for (const id of run.plan.nodes.keys()) expect(isFinal(stateOf(run, id))).toBe(true);
      expect(run.unsettled).toBe(0);
      expect(run.running).toBe(0);
      expect(run.gates).toBe(0);
      expect(new Set(started).size).toBe(started.length);
      const ended = events.filter((event) => ["node-succeeded", "node-failed", "node-cancelled"].includes(event.kind));
      expect(ended.length).toBe(started.length);
    });
  });

  test("never has more nodes running than max_concurrency", () => {
    forAll(({ mostAtOnce }, { graph }) => expect(mostAtOnce).toBeLessThanOrEqual(graph.verdict.limits.concurrency));
  });

  test("starts no node before its join holds", () => {
    forAll(({ events }, { graph }) => {
      replay(graph, events, (run, event) => {
        if (event.kind !== "node-started" && event.kind !== "gate-asked") return;
        const entry = run.plan.nodes.get(event.node);
        const own = stateOf(run, event.node);
        expect(
          joinOf(entry?.node.join ?? "all", entry?.incoming.length ?? 0, own.taken, own.notTaken, own.neutral),
        ).toBe("start");
      });
    });
  });

  test("gives the same state for the same events", () => {
    forAll(({ run, events }, { graph }) => expect(replay(graph, events)).toEqual(run.state));
  });

  test("is the same after its state was written down and taken up again where nothing runs", () => {
    forAll(({ run, events }, { graph }) => {
      const carried = createRun(graph, 0);
      begin(carried, 0);
      let current = carried;
      for (const event of events) {
        if (current.running === 0) current = resumeRun(graph, JSON.parse(JSON.stringify(current.state)) as RunState);
        apply(current, event);
      }
      expect(JSON.parse(JSON.stringify(current.state))).toEqual(JSON.parse(JSON.stringify(run.state)));
    });
  });

  test("starts no write without an approved gate", () => {
    forAll(({ events }, { graph }) => {
      replay(graph, events, (run, event) => {
        if (event.kind !== "node-started") return;
        const node = run.plan.nodes.get(event.node)?.node;
        if (node?.effect !== "write") return;
        const { gate } = stateOf(run, event.node);
        expect(gate?.status).toBe("approved");
        expect(gate?.votes.filter((vote) => vote.decision === "approve").length).toBeGreaterThanOrEqual(1);
      });
    });
  });

  test("starts no further write after a failure, except by a failure edge", () => {
    forAll(({ events }, { graph }) => {
      replay(graph, events, (run, event) => {
        if (event.kind !== "node-started" || run.state.failedNode === undefined) return;
        if (run.plan.nodes.get(event.node)?.node.effect !== "write") return;
        expect(reachedByFailureEdge(run.state, graph, event.node)).toBe(true);
      });
    });
  });

  test("has the outcome that the design's rule gives", () => {
    forAll(({ run, events }, { graph }) => expect(run.state.outcome).toBe(expectedOutcome(run.state, graph, events)));
  });
});

/** Written anew from the rule, so that it can disagree with the code. */
function reachedByFailureEdge(state: RunState, graph: CheckedGraph, id: string): boolean {
  return graph.edges.some((edge, position) => {
    if (edge.to_node_id !== id || state.edges[position] !== "taken") return false;
    return edge.on === "failure" || reachedByFailureEdge(state, graph, edge.from_node_id);
  });
}

function expectedOutcome(state: RunState, graph: CheckedGraph, events: RunEvent[]): string {
  if (events.some((event) => event.kind === "cancel-requested") && state.ending === "cancelled") return "cancelled";
  const unhandled = graph.nodes.filter((node) => {
    if (state.nodes[node.id]?.status !== "failed" || node.continue_on_failure) return false;
    return !graph.edges.some(
      (edge, at) => edge.from_node_id === node.id && edge.on === "failure" && state.edges[at] === "taken",
    );
  });
  if (unhandled.length > 0) return "failed";
  const statuses = Object.values(state.nodes).map((own) => own.status);
  if (statuses.includes("rejected")) return "rejected";
  return statuses.includes("expired") ? "expired" : "succeeded";
}
