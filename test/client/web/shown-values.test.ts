/** What the page shows of a deep value reads back to the same value. */
import { expect, test } from "vitest";
import { parse } from "yaml";
import { shown } from "../../../src/client/web/words.js";

const BIDI = "a\u202eb\u200bc";
const VALUES: unknown[] = [
  {
    prompt: "May this plan run?",
    plan: { version: 1, nodes: [{ id: "a", params: { q: 'up{job="x"}' } }, { id: "b" }], edges: [] },
  },
  { empty: {}, none: [], nothing: null, no: "no", yes: true, number: "1.10", text: "" },
  [
    [1, [2, { deep: [{ er: "x" }] }]],
    [],
    "- a",
    "# b",
    "a: b",
    "a #b",
    " a",
    "a ",
    "'",
    '"',
    "|",
    ">",
    "&a",
    "*a",
    "!x",
    "%",
    "@",
    "`",
  ],
  { script: "set -e\n\n  echo hi\nexit 0", tabs: "a\tb\nc", ends: "a\n", begins: "\na", many: ["x\ny", { z: "x\ny" }] },
  { [BIDI]: BIDI, "a b": 1, "a: b": 2, true: 3, "1": 4, "-": 5, "": 6 },
  [
    "2026-11-29",
    "0x1F",
    "1e3",
    ".5",
    "~",
    "null",
    "NaN",
    ".inf",
    "12:30:45",
    "ends: ",
    "a:",
    "https://api.test/a?b=c#d",
    "{{ a.b }}",
  ],
  -0.5,
  "text",
];

test.each(VALUES.map((value) => [value]))("%j", (value) => {
  const deep = { value, long: "x".repeat(100) };
  expect(parse(shown(deep))).toEqual(deep);
});

test("no hidden character stands in it as itself", () => {
  expect(shown({ [BIDI]: [BIDI, `${BIDI}\nx`], long: "x".repeat(100) })).not.toMatch(/[\u202e\u200b]/);
});

test("a plan is read line by line, a short mapping on one line, and text as it is", () => {
  const plan = {
    nodes: [
      { id: "look", name: "Sample the error rate", type: "metric_query", params: { query: "up", window: "15m" } },
    ],
  };
  expect(shown(plan)).toBe(
    "nodes:\n  - id: look\n    name: Sample the error rate\n    type: metric_query\n    params:\n      query: up\n      window: 15m",
  );
  expect(shown({ a: 1 })).toBe('{"a":1}');
  expect(shown("a\nb")).toBe("a\nb");
});
