/** A graph as people read it before it runs. */
import { expect, test } from "vitest";
import { previewDot, previewMermaid, previewText, worstCaseSeconds } from "../../../src/core/report/preview.js";
import { checked, graphOf, openPolicy, write } from "../../support/graphs.js";

const edge = { from_node_id: "look", to_node_id: "act", condition: "look.bad == true" };
const graph = checked(
  graphOf(
    [
      { id: "look", name: 'Look "here" <b>', timeout_seconds: 10, retry_count: 1 },
      write("act", { timeout_seconds: 30 }),
      { id: "tell", timeout_seconds: 5, retry_count: 0 },
    ],
    [edge, { from_node_id: "act", to_node_id: "tell", on: "always" }],
  ),
);

test("the text names every node in running order, marks gates, and says how long it may take", () => {
  const text = previewText(graph);
  expect(text.indexOf("look  ")).toBeLessThan(text.indexOf("⛔ act"));
  expect(text).toContain("after look if look.bad == true");
  expect(text).toContain("waits for approval: it changes production: always asked · target shop");
  expect(text).toContain("at worst 56 s of work, plus at most 5 min at each of 1 gate(s)");
});

test("the worst case counts retries, their pauses and the slowest path, within the run's own budget", () => {
  expect(worstCaseSeconds(graph)).toBe(10 + 1 + 10 + 30 + 5);
  const short = checked(graphOf(["a"]), openPolicy({ workflow_timeout_seconds: 7 }));
  expect(worstCaseSeconds(short)).toBe(7);
});

test("Mermaid shows gates as hexagons and cannot be broken out of by a name", () => {
  const text = previewMermaid(graph);
  expect(text).toContain('n1{{"node act<br/>rollback"}}');
  expect(text).toContain('n0["Look  here   b <br/>reader"]');
  expect(text).toContain('n0 -->|"look.bad == true"| n1');
  expect(text).toContain('n1 -->|"always"| n2');
});

test("DOT quotes every name", () => {
  const text = previewDot(graph);
  expect(text).toContain('"act" [shape=octagon');
  expect(text).toContain('label="Look \\"here\\" <b>\\nreader"');
});
