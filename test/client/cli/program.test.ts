/** The command line as it is parsed: usage errors, help, and what they load. */
import { expect, test } from "vitest";
import { COMMANDS } from "../../../src/client/cli/commands.js";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

async function call(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    return {
      print,
      stdout,
      environment: {},
      canAsk: false,
      interrupt: new AbortController().signal,
    } as unknown as Session;
  });
  return { exit, stdout: out.join(""), stderr: err.join("") };
}

test("help names every command and exit code, examples first, and ends with 0", async () => {
  const { exit, stdout } = await call("--help");
  expect(exit).toBe(0);
  for (const { usage } of COMMANDS) expect(stdout).toContain(usage.split(" ")[0]);
  expect(stdout.indexOf("Examples:")).toBeLessThan(stdout.indexOf("Usage:"));
  expect(stdout).toContain("130 interrupted");
});

test("every command has help of its own that starts with examples where it has some", async () => {
  for (const { usage, examples } of COMMANDS) {
    const name = usage.split(" ")[0] ?? "";
    const { exit, stdout } = await call(name, "--help");
    expect(exit).toBe(0);
    expect(stdout).toContain("--json");
    if (examples.length > 0) expect(stdout.startsWith("Examples:")).toBe(true);
  }
});

test.each([
  [["nonsense"]],
  [["tools", "--nonsense"]],
  [["validate"]],
  [["validate", "a", "b"]],
  [["approve", "run"]],
  [["plan", "goal", "--param", "novalue"]],
  [["plan", "goal", "--yaml", "--mermaid"]],
  [["run", "f", "--wait", "--detach"]],
  [["run", "f", "--wait-seconds", "soon"]],
  [["history", "--limit", "0"]],
  [["dev", "--port", "70000"]],
  [["policy"]],
  [[]],
])("%j is a usage error: exit 2, told on standard error with its code and a hint", async (argv) => {
  const { exit, stdout, stderr } = await call(...argv);
  expect(exit).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("[usage]");
  expect(stderr).toContain("autoops --help");
});

test("a usage error with --json is one JSON document", async () => {
  const { exit, stdout } = await call("approve", "--json");
  expect(exit).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, problems: [{ code: "usage" }] });
});

test("a mistyped command is told the one that was meant", async () => {
  expect((await call("validat", "f")).stderr).toContain("validate");
});

test("no option takes a secret", () => {
  const flags = COMMANDS.flatMap(({ options }) => options ?? []).map((option) => option.flags);
  expect(flags.filter((flag) => /key|token|secret|password/i.test(flag))).toEqual([]);
});
