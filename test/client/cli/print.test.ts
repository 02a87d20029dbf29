/** The printer: what goes where, with and without --json, on a terminal and elsewhere. */
import { expect, test } from "vitest";
import { createPrinter, type Output, problemText } from "../../../src/client/cli/print.js";
import { paint, style } from "../../../src/client/cli/text.js";

function stream(isTTY = false): Output & { text: string } {
  const own = {
    text: "",
    isTTY,
    columns: 40,
    rows: 6,
    write: (text: string) => {
      own.text += text;
      return true;
    },
  };
  return own;
}

function setUp({ json = false, isTTY = false, plain = false, dumb = false } = {}) {
  const stdout = stream(isTTY);
  const stderr = stream(isTTY);
  return { stdout, stderr, print: createPrinter({ stdout, stderr, json, plain, dumb }) };
}

test("with --json standard output carries one document and nothing else", () => {
  const { stdout, stderr, print } = setUp({ json: true });
  print.say("started");
  print.result("a table");
  print.raw("yaml: 1\n");
  print.note("a hint");
  print.problems([{ code: "usage", at: "", message: "no" }]);
  print.live(["a", "b"]);
  print.document({ ok: true });
  expect(JSON.parse(stdout.text)).toEqual({ ok: true });
  expect(stderr.text).toContain("started\n");
  expect(stderr.text).toContain("a hint\n");
  expect(stderr.text).not.toContain("a table");
});

test("without --json no document is printed; results go to standard output, hints and errors to standard error", () => {
  const { stdout, stderr, print } = setUp();
  print.result("a table");
  print.note("a hint");
  print.problems([{ code: "usage", at: "", message: "no" }]);
  print.document({ ok: true });
  expect(stdout.text).toBe("a table\n");
  expect(stderr.text).toBe("a hint\nerror no [usage]\n");
});

test("a pipe gets no colour, a terminal does, and NO_COLOR takes it away", () => {
  const text = style.red("failed");
  for (const [options, expected] of [
    [{ isTTY: false }, "failed\n"],
    [{ isTTY: true }, "\u001b[31mfailed\u001b[39m\n"],
    [{ isTTY: true, plain: true }, "failed\n"],
  ] as const) {
    const { stdout, print } = setUp(options);
    print.result(text);
    expect(stdout.text).toBe(expected);
  }
});

test("escape sequences in data reach no stream", () => {
  const { stdout, stderr, print } = setUp({ isTTY: true });
  print.result("name\u001b]0;owned\u0007");
  print.problems([{ code: "tool-failed", at: "", message: "first\u001b[2J\nsecond" }]);
  expect(stdout.text).toBe("name\\x1b]0;owned\\x07\n");
  expect(stderr.text).toContain("first\\x1b[2J");
  expect(stderr.text).toContain("\n  second\n");
});

test("live lines are redrawn in place, clipped to the terminal, with other lines above them", () => {
  const { stdout, print } = setUp({ isTTY: true });
  print.live(["one", "x".repeat(100)]);
  stdout.text = "";
  print.say("above");
  expect(stdout.text).toBe(`\u001b[2A\u001b[0Jabove\none\n${"x".repeat(38)}…\n`);
  stdout.text = "";
  print.finishLine();
  print.say("below");
  expect(stdout.text).toBe("below\n");
});

test("without colours a terminal is redrawn all the same; a dumb one never is", () => {
  const plain = setUp({ isTTY: true, plain: true });
  plain.print.live([style.red("one")]);
  plain.print.live([style.red("two")]);
  expect(plain.stdout.text).toBe("one\n\u001b[1A\u001b[0Jtwo\n");
  const dumb = setUp({ isTTY: true, dumb: true });
  dumb.print.live(["one"]);
  expect([dumb.print.isTerminal, dumb.stdout.text]).toEqual([false, ""]);
});

test("live lines never fill more than the terminal", () => {
  const { stdout, print } = setUp({ isTTY: true });
  print.live(Array.from({ length: 20 }, (_, index) => `line ${index}`));
  expect(stdout.text.split("\n").filter((line) => line !== "")).toHaveLength(5);
  expect(stdout.text).toContain("20 lines");
});

test("a problem shows its place, its message, its hint and its code", () => {
  const problem = { code: "field-invalid" as const, at: "nodes[0]", message: "it must be text", hint: "quote it" };
  expect(paint(problemText({ ...problem, file: "a.yaml", line: 3, column: 7 }))).toBe(
    "error a.yaml:3:7: it must be text [field-invalid]\n  hint quote it",
  );
});
