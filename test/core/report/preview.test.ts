/** A graph as people read it before it runs. */
import { describe, expect, test } from "vitest";
import {
  paramLines,
  previewDot,
  previewMermaid,
  previewText,
  worstCaseSeconds,
} from "../../../src/core/report/preview.js";
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
  expect(text).toContain("waits for approval: it changes what runs: always asked · target shop");
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
  expect(text).toContain('n0["Look #34;here#34; #60;b#62;<br/>reader"]');
  expect(text).toContain('n0 -->|"look.bad == true"| n1');
  expect(text).toContain('n1 -->|"always"| n2');
});

test("DOT quotes every name", () => {
  const text = previewDot(graph);
  expect(text).toContain('"act" [shape=octagon');
  expect(text).toContain('label="Look \\"here\\" <b>\\nreader"');
});

describe("what a comparison says stays in the drawing", () => {
  test.each([
    ["look.value > 0.02", "look.value #62; 0.02"],
    ["look.value <= 3", "look.value #60;= 3"],
    ['look.name == "a"', "look.name == #34;a#34;"],
    ["look.name == '#1;'", "look.name == '#35;1#59;'"],
  ])("%s", (condition, shown) => {
    const drawn = checked(graphOf(["look", "next"], [{ from_node_id: "look", to_node_id: "next", condition }]));
    expect(previewMermaid(drawn)).toContain(`n0 -->|"${shown}"| n1`);
  });
});

test("the text shows what each node is called with, without secrets, and templates as they are", () => {
  const params = {
    query: "up",
    since: "{{ look.since }}",
    long: "x".repeat(500),
  };
  const text = previewText(checked(graphOf(["look", { id: "read", params }], ["look>read"])));
  expect(text).toContain("with query: up\n");
  expect(text).toContain("with since: {{ look.since }}\n");
  const secret = { headers: { authorization: "Bearer abcdefghijklmnop123456" } };
  expect(paramLines(secret).join()).not.toContain("abcdefghijklmnop123456");
  expect(text).toMatch(/with long: x{159}…\n/);
});

test("a dry run is told in the text", () => {
  expect(previewText(checked(graphOf(["a"]), openPolicy({ dry_run: true })))).toContain("dry run: nothing is executed");
  expect(previewText(graph)).not.toContain("dry run");
});
