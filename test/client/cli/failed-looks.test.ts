/** An investigation whose looks all failed ends with their failures, and one that saw anything with its answer. */
import { expect, test } from "vitest";
import { failuresOfAll } from "../../../src/client/cli/failed-looks.js";

const failure = {
  code: "source-unreachable" as const,
  message: "the cluster prod does not answer",
  hint: "look at it",
};
const node = (id: string, tool: string, status: "succeeded" | "failed" | "skipped") => ({
  ...{ id, tool, status },
  ...(status === "failed" ? { failure } : {}),
});

test("the only look failed: its failure, with the node that had it", () => {
  expect(failuresOfAll([node("state", "kubernetes_state", "failed"), node("cause", "autoRCA", "succeeded")])).toEqual([
    { code: "source-unreachable", at: "state", message: failure.message, hint: "look at it" },
  ]);
});

test("each of several", () => {
  const nodes = [
    node("a", "metric_query", "failed"),
    node("b", "log_collector", "failed"),
    node("d", "diagnosis", "succeeded"),
  ];
  expect(failuresOfAll(nodes).map(({ at }) => at)).toEqual(["a", "b"]);
});

test("one look that succeeded is an answer", () => {
  const nodes = [node("state", "kubernetes_state", "succeeded"), node("memory", "metric_query", "failed")];
  expect(failuresOfAll(nodes)).toEqual([]);
});

test("a run of which nothing is known is none that failed", () => {
  expect(failuresOfAll([])).toEqual([]);
});
