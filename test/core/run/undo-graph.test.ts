/** The graph that takes a run's effects back: which ones, in which order, with which params. */
import { expect, test } from "vitest";
import type { NodeView } from "../../../src/core/report/view.js";
import { undoGraph } from "../../../src/core/run/undo-graph.js";
import { checked, graphOf, write } from "../../support/graphs.js";

const undo = (version: string) => ({ tool: "rollback", params: { version } });
const graph = graphOf(
  [
    write("one", { undo: undo("{{ one.before }}") }),
    write("two", { undo: undo("2") }),
    write("three", { undo: undo("3") }),
    write("plain"),
  ],
  ["one>two", "two>three", "three>plain"],
);
const node = (id: string, endedAtMs: number, more: Partial<NodeView> = {}): NodeView => ({
  id,
  name: id,
  type: "rollback",
  effect: "write",
  gated: true,
  status: "succeeded",
  endedAtMs,
  ...more,
});
const typeOf = (tool: string) => (tool === "rollback" ? ("rollback" as const) : undefined);
const made = (...nodes: NodeView[]) => undoGraph(graph, { runId: "run-1", nodes }, typeOf);

test("finished effects come back in reverse, with params that hold what the run found", () => {
  const result = made(node("one", 10, { output: { before: "7" } }), node("two", 20), node("plain", 30));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.graph.nodes.map(({ id, params }) => [id, params])).toEqual([
    ["two", { version: "2" }],
    ["one", { version: "7" }],
  ]);
  expect(result.graph.edges).toEqual([{ from_node_id: "two", to_node_id: "one", on: "success" }]);
  expect(checked(result.graph).nodes.every(({ gate }) => gate !== undefined)).toBe(true);
});

test("what failed, was left out or was taken back already stays; what was not verified comes back", () => {
  const failure = { code: "not-verified" as const, message: "" };
  const result = made(
    node("one", 10, { status: "failed", failure }),
    node("two", 20),
    node("three", 30, { status: "skipped" }),
    node("two.undo", 40, { undoes: "two" }),
  );
  expect(result).toMatchObject({ ok: false, problems: [{ code: "template-failed", at: "one" }] });
  const fine = made(
    node("one", 10, { status: "failed", failure, output: { before: "7" } }),
    node("two", 20, { status: "failed" }),
  );
  expect(fine.ok && fine.graph.nodes.map(({ id }) => id)).toEqual(["one"]);
});

test("a run with nothing to take back says so", () => {
  expect(made(node("plain", 1))).toMatchObject({ ok: false, problems: [{ code: "nothing-to-undo" }] });
});
