/** Acting on a target of kind command: with a small real program that records how it was called. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ToolContext } from "../../../../../src/activities/define-tool.js";
import { actOn } from "../../../../../src/activities/tools/kit/targets/act.js";
import { runCommand } from "../../../../../src/activities/tools/kit/targets/run-command.js";
import type { CommandAction } from "../../../../../src/schema/config.js";
import type { JsonObject } from "../../../../../src/schema/json.js";
import { reachingContext } from "../../../../support/local-server.js";
import { configOf, failureOf } from "../../../../support/tool-context.js";

/** Appends how it was called to `calls`, then does what its first argument says. */
const PROGRAM = `
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const [what, ...args] = process.argv.slice(2);
const dir = __dirname;
if (what === "state") { process.stdout.write(readFileSync(dir + "/state", "utf8") + "\\n"); process.exit(0); }
appendFileSync(dir + "/calls", JSON.stringify({ what, args, env: process.env, cwd: process.cwd() }) + "\\n");
if (what === "set") writeFileSync(dir + "/state", args[0]);
if (what === "fail") { console.error("password=hunter2hunter2 " + process.env.TOKEN + " cannot"); process.exit(3); }
if (what === "flood") { process.stdout.write("x".repeat(3e6) + "the end"); process.exitCode = 4; }
if (what === "crash") { writeFileSync(dir + "/state", args[0]); process.kill(process.pid, "SIGKILL"); }
if (what === "hang") { process.on("SIGTERM", () => process.exit(0)); console.log("ready"); setInterval(() => {}, 1000); }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "target-"));
  writeFileSync(join(folder, "program.cjs"), PROGRAM);
  writeFileSync(join(folder, "state"), "2");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Call {
  what: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}
const calls = (): Call[] => {
  const path = join(folder, "calls");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Call);
};

const argv = (...args: string[]) => [process.execPath, join(folder, "program.cjs"), ...args];
const state = () => ({ argv: argv("state"), done_when: "{{ params.version }}" });
const PATIENCE = { reads: 2, sends: 2, pauseMs: 1 };

function act(
  action: Partial<CommandAction>,
  params: JsonObject & { target: string } = { target: "shop", version: "1" },
  parts: Partial<ToolContext> = {},
) {
  const full: CommandAction = {
    argv: argv("set", "{{ params.version }}"),
    expect_exit: [0],
    idempotency: "none",
    ...action,
  };
  const config = configOf({ targets: { shop: { kind: "command", actions: { rollback: full } } } });
  const variables = { TOKEN: "t0k3n-value", SECRET_OF_WORKER: "stays" };
  return actOn("rollback", params, reachingContext(config, parts, variables), PATIENCE);
}

describe("a program", () => {
  test("runs once, and the state that another prints is told before and after", async () => {
    const output = await act({ state: state() });
    expect(output).toMatchObject({ before: "2", after: "1", changed: true, request: { program: process.execPath } });
    expect(calls().map((call) => [call.what, call.args])).toEqual([["set", ["1"]]]);
  });

  test("sees a search path and its declared values, no other variable of the worker, and the root as its folder", async () => {
    await act({ env: { TOKEN: "env:TOKEN", PLAIN: "word" } });
    const [call] = calls();
    expect(call?.env).toMatchObject({ TOKEN: "t0k3n-value", PLAIN: "word" });
    const known = new Set(["PATH", "TOKEN", "PLAIN", "PWD", "SHLVL", "_", "__CF_USER_TEXT_ENCODING"]);
    expect(Object.keys(call?.env ?? {}).filter((name) => !known.has(name))).toEqual([]);
    expect(call?.cwd).toBe("/");
  });

  test("gets the key in a variable where its target declares that it honours one", async () => {
    await act({ idempotency: "key" }, undefined, { idempotencyKey: "run.nonce.node" });
    expect(calls()[0]?.env.AUTOOPS_IDEMPOTENCY_KEY).toBe("run.nonce.node");
  });

  test("gets each filled-in argument as one, whatever stands in it, and no shell reads it", async () => {
    const hostile = `1; touch ${folder}/owned $(touch ${folder}/owned) \`id\` | x > y 'q" *`;
    await act(
      { argv: argv("set", "{{ params.version }}", "--to={{ params.version }}", "{{ params.values }}") },
      {
        target: "shop",
        version: hostile,
        values: { a: 1 },
      },
    );
    expect(calls()[0]?.args).toEqual([hostile, `--to=${hostile}`, '{"a":1}']);
    expect(existsSync(join(folder, "owned"))).toBe(false);
  });

  test.each([
    ["an argument that would be an option", "-rf", "params-invalid"],
    ["a NUL", "a\0b", "params-invalid"],
    ["nothing", null, "template-failed"],
  ])("is not started with %s from the params", async (_, version, code) => {
    expect((await failureOf(act({}, { target: "shop", version }))).code).toBe(code);
    expect(calls()).toEqual([]);
  });

  test("that is a template, or that does not exist, is not started", async () => {
    expect((await failureOf(act({ argv: ["{{ params.version }}"] }))).code).toBe("config-invalid");
    const failure = await failureOf(act({ argv: [join(folder, "absent")] }));
    expect(failure).toMatchObject({ code: "config-invalid", retryable: false });
    expect(calls()).toEqual([]);
  });

  test("that ends with another code is refused with what it said, without its secrets", async () => {
    const failure = await failureOf(act({ argv: argv("fail"), env: { TOKEN: "env:TOKEN" } }));
    expect(failure.code).toBe("target-refused");
    expect(failure.message).toContain("code 3");
    expect(failure.message).toContain("cannot");
    expect(failure.message).not.toContain("t0k3n-value");
    expect(failure.message).not.toContain("hunter2hunter2");
  });

  test("that says a lot is told by its end", async () => {
    const failure = await failureOf(act({ argv: argv("flood") }));
    expect(failure.message.length).toBeLessThan(500);
    expect(failure.message).toContain("the end");
  });

  test("that crashes has an unknown outcome, unless its state shows it", async () => {
    const crash = argv("crash", "{{ params.version }}");
    expect((await failureOf(act({ argv: crash }))).code).toBe("outcome-unknown");
    writeFileSync(join(folder, "state"), "2");
    expect(await act({ argv: crash, idempotency: "probe", state: state() })).toMatchObject({
      after: "1",
      changed: true,
    });
    expect(calls()).toHaveLength(2);
  });

  test("is not started again by a later attempt", async () => {
    expect((await failureOf(act({}, undefined, { attempt: 2 }))).code).toBe("outcome-unknown");
    await act({ idempotency: "probe", state: state() });
    await act({ idempotency: "probe", state: state() }, undefined, { attempt: 2 });
    expect(calls()).toHaveLength(1);
  });

  test("that hangs is ended with its group when the node's time is up, and its outcome is unknown", async () => {
    const stop = new AbortController();
    const hanging = failureOf(act({ argv: argv("hang") }, undefined, { signal: stop.signal }));
    await expect.poll(calls, { timeout: 10_000 }).toHaveLength(1);
    stop.abort();
    expect((await hanging).code).toBe("outcome-unknown");
  });

  test("is not left running when the run was cancelled before it started", async () => {
    const failure = await failureOf(act({}, undefined, { signal: AbortSignal.abort() }));
    expect(failure.code).toBe("cancelled");
    expect(calls()).toEqual([]);
  });
});

test("what a program started and left behind does not hold its result up", async () => {
  const script = `
    const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit", detached: true });
    console.log(child.pid);
    child.unref();`;
  const result = await runCommand([process.execPath, "-e", script], {}, new AbortController().signal);
  process.kill(Number(result.stdout), "SIGKILL");
  expect(result).toMatchObject({ started: true, exit: 0 });
});

test("a program whose arguments no system takes is told, not thrown", async () => {
  const result = await runCommand([process.execPath, "a\0b"], {}, new AbortController().signal);
  expect(result).toMatchObject({ started: false, fault: "ERR_INVALID_ARG_VALUE" });
});
