/** Questions on the terminal: what answers them, and that leaving one leaves the whole command with 130, nothing done. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askLine, isConfirmed } from "../../../src/client/cli/ask.js";
import { Left } from "../../../src/client/cli/leave.js";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";

// The first command of a process loads much, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-ask-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A terminal whose person does `act` when the question that ends in `at` is shown. */
function terminal(at: string, act: (person: { stdin: PassThrough; interrupt: AbortController }) => void) {
  const interrupt = new AbortController();
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let shown = "";
  let acted = false;
  stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    if (acted || !shown.includes(at)) return;
    acted = true;
    setImmediate(() => act({ stdin, interrupt }));
  });
  const print = createPrinter({
    stdout: { write: (text: string) => stdout.write(text) },
    stderr: { write: () => true },
    json: false,
    plain: true,
  });
  const environment = { AUTOOPS_HOME: home, HOME: home, PATH: process.env.PATH };
  const session = { print, stdin, stdout, environment, canAsk: true, interrupt: interrupt.signal };
  return { session: session as unknown as Session, acted: () => acted };
}

describe("one line", () => {
  test("is what was typed", async () => {
    const { session } = terminal("name> ", ({ stdin }) => stdin.write("db-1\n"));
    expect(await askLine(session, "name> ")).toBe("db-1");
  });

  test("is nothing at the end of input", async () => {
    const { session } = terminal("name> ", ({ stdin }) => stdin.end());
    expect(await askLine(session, "name> ")).toBeUndefined();
  });

  test("is nothing where the question is taken back", async () => {
    const withdrawn = new AbortController();
    const { session } = terminal("name> ", () => withdrawn.abort());
    expect(await askLine(session, "name> ", withdrawn.signal)).toBeUndefined();
  });

  test("leaves at an interrupt, also at one that came before", async () => {
    const { session } = terminal("name> ", ({ interrupt }) => interrupt.abort());
    await expect(askLine(session, "name> ")).rejects.toBeInstanceOf(Left);
    await expect(askLine(session, "name> ")).rejects.toBeInstanceOf(Left);
  });

  test.each([
    ["y\n", true],
    [" YES \n", true],
    ["\n", false],
    ["yep\n", false],
    ["n\n", false],
  ])("%j confirms: %s", async (typed, meant) => {
    const { session } = terminal("sure? ", ({ stdin }) => stdin.write(typed));
    expect(await isConfirmed(session, "sure? ")).toBe(meant);
  });
});

describe("Ctrl-C at a question ends with 130", () => {
  test.each<[string, string[], string]>([
    ["a parameter", ["plan", "disk full on db-1"], "metrics> "],
    ["a parameter of plan-and-run", ["plan-and-run", "disk full on db-1"], "metrics> "],
    ["what to look at", ["init", "--prometheus", "http://127.0.0.1:9"], "Prometheus ["],
  ])("%s", async (_, argv, at) => {
    const { session, acted } = terminal(at, ({ interrupt }) => interrupt.abort());
    expect(await runProgram(argv, () => session)).toBe(130);
    expect(acted()).toBe(true);
    expect(readdirSync(home)).toEqual([]);
  });

  test("all questions are asked in one way", () => {
    const folder = join(import.meta.dirname, "../../../src/client/cli");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const asking = files.filter((file) => readFileSync(join(folder, file), "utf8").includes("node:readline"));
    expect(asking).toEqual(["ask.ts"]);
  });
});

test.each(["abc", "", " ", "AAAA", "é", "x".repeat(5_000)])("the cursor %.20j asks no server", async (cursor) => {
  const { session } = terminal("never", () => undefined);
  const told: string[] = [];
  const print = createPrinter({
    stdout: { write: () => true },
    stderr: { write: (text: string) => told.push(text) },
    json: false,
    plain: true,
  });
  // Nothing listens there: a server that is asked would be told of.
  const environment = { ...session.environment, TEMPORAL_ADDRESS: "127.0.0.1:9" };
  const asked = () => ({ ...session, print, environment });
  expect(await runProgram(["history", "--cursor", cursor], asked)).toBe(1);
  expect(told.join("")).toContain("cursor must be one that a list gave");
  expect(told.join("")).toContain("begin again without a cursor");
});
