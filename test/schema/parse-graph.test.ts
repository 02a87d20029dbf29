/** Parsing a graph: strict, bounded, and with the place of what is wrong. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGraph } from "../../src/schema/parse-graph.js";

const YAML = `
id: g
name: A graph
goal_description: find out
nodes:
  - id: a
    name: first
    type: analysis
    tool: echo
    params: { message: hi }
edges: []
`;

const told = (input: unknown): string[] => {
  const parsed = parseGraph(input);
  return parsed.ok ? [] : parsed.problems.map((problem) => `${problem.code} ${problem.at}`);
};
const changed = (find: string, put: string): string => {
  expect(YAML).toContain(find);
  return YAML.replace(find, put);
};

test("YAML, JSON and an object give the same graph", () => {
  const fromYaml = parseGraph(YAML);
  const object = fromYaml.ok ? fromYaml.graph : undefined;
  const fromJson = parseGraph(JSON.stringify(object));
  const fromObject = parseGraph(object);
  expect(object?.nodes[0]).toMatchObject({ id: "a", join: "all", continue_on_failure: false });
  expect(fromJson.ok && fromJson.graph).toEqual(object);
  expect(fromObject.ok && fromObject.graph).toEqual(object);
});

describe("a value that is not what it must be is told with its path", () => {
  const cases: Array<[string, string, string]> = [
    ["id: g", "id: 7", "field-invalid id"],
    ["id: a", "id: ../a", "field-invalid nodes[0].id"],
    ["id: a", "id: __proto__", "field-invalid nodes[0].id"],
    ["name: first", "name: null", "field-invalid nodes[0].name"],
    ["type: analysis", "type: analyse", "field-invalid nodes[0].type"],
    ["tool: echo", "tool: [echo]", "field-invalid nodes[0].tool"],
    ["tool: echo", "timeout_seconds: 0", "field-invalid nodes[0].timeout_seconds"],
    ["tool: echo", "timeout_seconds: '60'", "field-invalid nodes[0].timeout_seconds"],
    ["tool: echo", "timeout_seconds: .inf", "document-not-parsed "],
    ["tool: echo", "retry_count: 6", "field-invalid nodes[0].retry_count"],
    ["tool: echo", "requires_human_approval: no", "field-invalid nodes[0].requires_human_approval"],
    ["tool: echo", "auto_approve: true", "unknown-key nodes[0].auto_approve"],
    ["edges: []", "edges: {}", "field-invalid edges"],
    ["edges: []", "edges: []\napproved_by: admin", "unknown-key approved_by"],
  ];
  test.each(cases)("%s → %s", (find, put, expected) => {
    expect(told(changed(find, put))).toEqual([expected]);
  });

  test("the message says what it must be and what it was", () => {
    const parsed = parseGraph(changed("tool: echo", "timeout_seconds: 0"));
    expect(parsed.ok ? "" : parsed.problems[0]?.message).toBe(
      "nodes[0].timeout_seconds must be a whole number from 1 to 3600, got 0 (number)",
    );
  });
});

describe("a document that no graph can be is refused", () => {
  const cases: Array<[string, string]> = [
    ["an empty text", ""],
    ["a duplicate key", changed("id: a", "id: a\n    id: b")],
    ["a merge key", `base: &b {id: g}\n${YAML}<<: *b\n`],
    ["a custom tag", changed("first", "!!js/regexp /x/")],
    ["a binary tag", changed("first", '!!binary "aGVsbG8="')],
    ["a recursive alias", `x: &x [*x]\n${YAML}`],
    [
      "a bomb of aliases",
      `a: &a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    ],
    ["two documents", `${YAML}---\n${YAML}`],
    ["tabs as indentation", "a:\n\tb: 1\n"],
    ["brackets without end", "[".repeat(500_000)],
    ["sequences nested on one line", `${"- ".repeat(200_000)}x`],
    ["a mapping nested by question marks", `${"? ".repeat(100_000)}x`],
    ["more than a megabyte", `# ${"x".repeat(1_000_001)}`],
    ["a prototype key", changed("message: hi", '"__proto__": {a: 1}')],
    ["a key that is a list", "? [a]\n: 1\n"],
  ];
  test.each(cases)("%s", (_, text) => {
    const codes = told(text).map((line) => line.split(" ")[0]);
    expect(codes.length).toBeGreaterThan(0);
  });

  test("ten thousand nodes, and a hundred thousand edges", () => {
    const node = (id: string) => ({ id, name: id, type: "analysis", tool: "echo" });
    const base = { id: "g", name: "n", goal_description: "" };
    const nodes = Array.from({ length: 10_000 }, (_, index) => node(`n${index}`));
    const edges = Array.from({ length: 100_000 }, () => ({ from_node_id: "a", to_node_id: "b" }));
    expect(told({ ...base, nodes, edges: [] })).toEqual(["field-invalid nodes"]);
    expect(told({ ...base, nodes: [node("a"), node("b")], edges }).length).toBeGreaterThan(0);
  });

  test("an object that refers to itself", () => {
    const value: Record<string, unknown> = { id: "g" };
    value.nodes = value;
    expect(told(value)).toEqual(["document-too-large "]);
  });
});

test("whatever it is given, it answers and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (input) => {
      const parsed = parseGraph(input);
      expect(typeof parsed.ok).toBe("boolean");
      if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["an edge's condition", YAML.replace(/edges:[\s\S]*/, "edges:\n  - condition: a.message == 'x: y'\n")],
  ["a name", YAML.replace("goal_description:", "name: look: and see\ngoal_description:")],
])("a colon in %s without quotes is said so", (_, text) => {
  expect(told(text)).not.toEqual([]);
  const parsed = parseGraph(text);
  expect(parsed.ok ? "" : parsed.problems[0]?.message).toMatch(/a colon and a blank \(: \) must be in quotes/);
});
