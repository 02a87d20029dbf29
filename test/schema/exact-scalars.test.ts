/** What would reach production changed is refused where it comes in: in graphs, playbooks, params, edits and requests. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillParameters } from "../../src/activities/planner/fill.js";
import { parseDocumentText } from "../../src/schema/document.js";
import { inexactIn, misreadInJson } from "../../src/schema/exact-scalars.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import type { Playbook } from "../../src/schema/playbook.js";

const graphWith = (value: string, key = "KEY") => `id: g
name: n
goal_description: d
nodes:
  - id: a
    name: a
    type: config_update
    tool: config_update
    params: { target: t, values: { ${key}: ${value} } }
edges: []
`;
const told = (text: string): string[] => {
  const parsed = parseGraph(text);
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe("a scalar that does not read back as it is written", () => {
  test.each([
    ["7615917337495251231", "7615917337495251000"],
    ["1.10", "1.1"],
    ["0e12345", "0"],
    ["1e5", "100000"],
    ["1.0", "1"],
    ["-0", "0"],
    ["9007199254740993", "9007199254740992"],
    ["0.1000000000000000055511151231257827", "0.1"],
    ["TRUE", "true"],
    ["False", "false"],
    ["NULL", "null"],
    ["~", "null"],
  ])("%s is refused, for it would be %s", (source, read) => {
    expect(told(graphWith(source))).toEqual([
      `line 9, column 41: ${source} would be read as ${read}; write it in quotes to keep it as text, or as ${read}`,
    ]);
    expect(told(graphWith(`"${source}"`))).toEqual([]);
  });

  test("as a key", () => {
    expect(told(graphWith("x", "1.10"))[0]).toContain("1.10 would be read as 1.1");
  });

  test.each(["0x3C", "060", "+1", ".5", "0o17"])("%s, a number of another kind, has the same way out", (source) => {
    expect(told(graphWith(source))[0]).toMatch(/must be written as in JSON.*in quotes/);
  });

  test.each(["7", "-3", "0.5", "1500000", "true", "false", "null", "1.10.0", "v1.10", "0e", "2026-11-29", "12:30:45"])(
    "%s passes",
    (source) => expect(told(graphWith(source))).toEqual([]),
  );

  test("in JSON, too, and every one is told", () => {
    const json = '{"id": "g", "nodes": [{"params": {"a": 7615917337495251231, "b": 1.10, "c": "1.10"}}]}';
    expect(told(json)).toHaveLength(2);
  });
});

test.each([
  ["%YAML 1.1\n---\nexecution: { dry_run: on }\n", /must be YAML 1\.2/],
  ["%YAML 1.1\n---\nversion: NO\n", /must be YAML 1\.2/],
  ["%YAML 1.0\n---\na: 1\n", /YAML|version/],
])("%j is refused, whatever reads it", (text, says) => {
  const parsed = parseDocumentText(text);
  expect(parsed.ok ? "" : parsed.problems[0]?.message).toMatch(says);
});

test("YAML 1.2 may be said, and settings and alerts may write their numbers as they like", () => {
  const parsed = parseDocumentText("%YAML 1.2\n---\na: 1.0\nb: no\n");
  expect(parsed.ok && parsed.value).toEqual({ a: 1, b: "no" });
});

describe("JSON text of a request or an edit", () => {
  test.each([
    ['{"BIG_ID": 7615917337495251231}', ["7615917337495251231"]],
    ['{"v": 1.10, "w": [1E5, -0]}', ["1.10", "1E5", "-0"]],
    ['{"v": "1.10 and \\" 0e1", "w": 3}', []],
    ['{"1.10": 1.5}', []],
  ])("%s", (text, sources) => {
    expect(misreadInJson(text).map((message) => message.split(" ")[0])).toEqual(sources);
  });

  test("whatever JavaScript itself writes passes", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => misreadInJson(JSON.stringify(value)).length === 0));
  });

  test("a string without an end, of a megabyte, is passed over once", () => {
    expect(misreadInJson(`"${'\\"'.repeat(500_000)}`)).toEqual([]);
  });
});

test.each(["1e400", "-1e400", "1e999"])(
  "%s, beyond every number, is never told to be written as Infinity",
  (source) => {
    const [message = ""] = told(graphWith(source));
    expect(message).toContain("write it in quotes to keep it as text, or a number of at most 1.79e308");
    expect(message).not.toContain("or as");
  },
);

test("a value without its text is refused where it cannot be exact", () => {
  const value = JSON.parse('{"values": {"a": 7615917337495251231, "b": [1, 9007199254740993], "c": 1.5}}');
  expect(inexactIn(value, "params").map(({ at }) => at)).toEqual(["params.values.b[1]", "params.values.a"]);
});

test("a number of a playbook that cannot keep its digits is refused on the command line", () => {
  const parameter = { type: "number", required: true, description: "an id" };
  const playbook = { id: "p", parameters: { id: parameter } } as unknown as Playbook;
  const filled = (id: string) =>
    fillParameters(playbook, { given: { id }, entities: {} as never, config: { sources: {}, targets: {} } as never });
  expect(filled("7615917337495251231")).toMatchObject({ ok: false, problems: [{ code: "parameter-invalid" }] });
  expect(filled("12.50")).toMatchObject({ ok: true, value: { id: 12.5 } });
});
