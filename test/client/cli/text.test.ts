/** Text for a terminal: what data cannot do to it, and how lines are laid out. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  clipped,
  columns,
  escapeControls,
  indented,
  oneLine,
  paint,
  readable,
  style,
  width,
} from "../../../src/client/cli/text.js";

test("characters that steer a terminal are made visible, line breaks stay", () => {
  expect(escapeControls("a\u001b[31mred\u0007\r\nb")).toBe("a\\x1b[31mred\\x07\\x0d\nb");
  expect(escapeControls("\u009b2J\u007f")).toBe("\\x9b2J\\x7f");
  expect(escapeControls("user\u202egnp.exe\u2066")).toBe("user\\u202egnp.exe\\u2066");
  expect(escapeControls("a\tb")).toBe("a  b");
});

test("no text, whatever it holds, leaves a steering character after escaping", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeControls(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test("marks become colours where there are some and vanish where there are none", () => {
  const colours = { bold: (t: string) => `<b>${t}</b>` } as Parameters<typeof paint>[1];
  expect(paint(`say ${style.bold("it")}`, { ...colours, red: String } as Parameters<typeof paint>[1])).toBe(
    "say <b>it</b>",
  );
  expect(paint(`say ${style.bold("it")}`)).toBe("say it");
});

test("a mark in data without its end leaves nothing behind", () => {
  expect(paint("\uE003 red for ever")).toBe(" red for ever");
});

test("data in one line cannot start a line of its own", () => {
  expect(oneLine("fine\n  ✔ approved by root")).toBe("fine ✔ approved by root");
  expect(oneLine("x".repeat(500))).toHaveLength(400);
});

test("columns align by what is seen, marks left out", () => {
  expect(
    columns([
      ["a", "bb", "c"],
      [style.red("aaa"), "b", "c"],
    ]).map((line) => paint(line)),
  ).toEqual(["a    bb  c", "aaa  b   c"]);
});

test("a clipped line is no wider than asked and closes its mark", () => {
  const line = clipped(`  ${style.green("0123456789")} tail`, 8);
  expect(width(line)).toBe(8);
  expect(paint(line, { green: (t: string) => `<${t}>` } as Parameters<typeof paint>[1])).toBe("  <01234…>");
});

test("longer data is set in line by line", () => {
  expect(indented("a\nb\n", "  ")).toBe("  a\n  b");
});

test("signs that take two columns are counted as such", () => {
  expect(width("⛔")).toBe(2);
  expect(width("✔")).toBe(1);
});

test("a report reads without Markdown's escapes on a terminal", () => {
  expect(paint(readable("## Found\n\n- http\\_requests\\_total \\[x\\]"))).toBe("Found\n\n- http_requests_total [x]");
});
