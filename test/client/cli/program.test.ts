/** The command line as it is parsed: usage errors, help, and what they load. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../../src/client/cli/commands.js";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

const call = (...argv: string[]) => callIn({}, ...argv);

async function callIn(environment: Record<string, string>, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    return {
      print,
      stdout,
      environment,
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

test.each([
  [["sources", "list"], "autoops sources --help"],
  [["memory", "find", "x"], "autoops memory --help"],
  [["history", "--status", "failed"], "autoops history --help"],
  [["schedules", "create"], "autoops schedules create --help"],
  [["run", "f", "--service", "checkout"], "plan --service NAME"],
  [["nonsense"], "autoops --help"],
])("%j: the hint names the help of the command that was meant", async (argv, hint) => {
  expect((await call(...argv)).stderr).toContain(hint);
});

test.each([
  [["plan"], "a goal is missing"],
  [["plan", "x", "--replay", "plan.json"], "must not both be given"],
  [["schedules", "create", "a"], "exactly one of --cron and --every"],
  [["schedules", "create", "a", "--goal", "x", "--every", "1s"], "--every must be a duration of at least a minute"],
  [["demo", "--policy", "/nonexistent/safety.yaml"], "there is no readable file /nonexistent/safety.yaml"],
])("%j says what is missing or wrong", async (argv, says) => {
  const { exit, stderr } = await call(...argv);
  expect(exit).toBe(2);
  expect(stderr).toContain(says);
});

test("a mistyped command is told the one that was meant", async () => {
  expect((await call("validat", "f")).stderr).toContain("validate");
});

test("no option takes a secret", () => {
  const flags = COMMANDS.flatMap(({ options }) => options ?? []).map((option) => option.flags);
  expect(flags.filter((flag) => /key|token|secret|password/i.test(flag))).toEqual([]);
});

test.each([[["--version"]], [["-V"]], [["version"]]])("%j tells the version", async (argv) => {
  const { exit, stdout } = await call(...argv);
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^autoops \d+\.\d+\.\d+/)]);
});

test("what the disk refuses is a problem with its file, and no stack", async () => {
  // Nobody makes a folder there, not even root.
  const { exit, stderr } = await callIn({ AUTOOPS_HOME: "/sys/autoops-home" }, "keys", "init");
  expect(exit).toBe(2);
  expect(stderr).toMatch(/\/sys\/autoops-home.* cannot be used \(mkdir: E[A-Z]+\)/);
  expect(stderr).not.toMatch(/internal| {4}at /);
});

test("a file in another encoding is named as such", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autoops-text-"));
  try {
    writeFileSync(join(folder, "g.yaml"), Buffer.from("id: münchen", "latin1"));
    const { stderr } = await call("validate", join(folder, "g.yaml"));
    expect(stderr).toContain("must be UTF-8 text, and is in another encoding (such as Latin-1)");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("Ctrl-C at a question is 130, whatever was asked", () => {
  async function leave(...argv: string[]): Promise<{ exit: number; out: string }> {
    const folder = mkdtempSync(join(tmpdir(), "autoops-left-"));
    const stop = new AbortController();
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    let out = "";
    stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      if (/> $|\[y\/N\] $/.test(out)) stop.abort();
    });
    try {
      const exit = await runProgram(argv, () => {
        const print = createPrinter({ stdout, stderr: { write: () => true }, json: false, plain: true });
        const environment = { AUTOOPS_HOME: join(folder, "home") };
        return { print, stdout, stdin, environment, canAsk: true, interrupt: stop.signal } as unknown as Session;
      });
      return { exit, out };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test("a parameter", async () => {
    const { exit, out } = await leave("plan", "checkout does not respond", "--playbook", "service-unreachable");
    expect(out).toContain("url> ");
    expect(exit).toBe(130);
  });

  test("the start", async () => {
    const asked = ["--playbook", "service-unreachable", "--param", "url=https://shop.example.com/", "--look-only"];
    const { exit, out } = await leave("plan-and-run", "checkout does not respond", ...asked, "--worker-decides");
    expect(out).toContain("Start this run? [y/N]");
    expect(exit).toBe(130);
  });
});
