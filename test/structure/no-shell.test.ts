/** No shell anywhere: none in the sources, and none among the processes that tools start, whatever their params hold. */
import { channel } from "node:diagnostics_channel";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { customScript } from "../../src/activities/tools/custom-script.js";
import { SHELLS } from "../../src/activities/tools/kit/sandbox/bubblewrap.js";
import { actOn } from "../../src/activities/tools/kit/targets/act.js";
import { scriptSchema } from "../../src/schema/config/scripts.js";
import type { CommandAction } from "../../src/schema/config.js";
import { configOf, contextOf } from "../support/tool-context.js";

const SRC = resolve(import.meta.dirname, "../../src");
const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file): [string, string] => [file, readFileSync(join(SRC, file), "utf8")]);

test("no source file asks Node for a shell", () => {
  // `spawn` with an argument list is the only way to start a program; `exec` and `execSync` would take a line for a shell.
  const asks = [
    /\bshell:\s*(?!false\b)[^\s"]/,
    /import\s*\{[^}]*\b(?:exec|execSync|execFile|execFileSync|spawnSync|fork)\b[^}]*\}\s*from\s*"node:child_process"/,
    /import\s*\*\s*as\s+\w+\s+from\s*"(?:node:)?child_process"/,
    /require\("(?:node:)?child_process"\)/,
    /["'`](?:\/bin\/|\/usr\/bin\/)(?:ba|da|z|k)?sh["'`]/,
    /["'`]-c["'`]/,
  ];
  const found = sources.flatMap(([file, text]) => asks.filter((ask) => ask.test(text)).map((ask) => `${file}: ${ask}`));
  expect(found).toEqual([]);
  expect(sources.some(([, text]) => text.includes('from "node:child_process"'))).toBe(true);
});

interface Started {
  spawnfile?: string;
  spawnargs?: string[];
}
let started: Started[] = [];
const listen = (message: unknown): void => {
  started.push((message as { process: Started }).process);
};
const folder = mkdtempSync(join(tmpdir(), "no-shell-"));
beforeEach(() => {
  started = [];
  channel("child_process").subscribe(listen);
});
afterEach(() => {
  channel("child_process").unsubscribe(listen);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE = [
  "$(touch PWNED)",
  "; touch PWNED",
  "`touch PWNED`",
  "| sh",
  "&& sh -c id",
  "\nsh",
  "%0aid",
  "a b'\"c",
].map((text) => text.replace("PWNED", join(folder, "pwned")));
const isShell = ({ spawnfile = "" }: Started): boolean => SHELLS.includes(spawnfile.split("/").at(-1) ?? "");

test.each(HOSTILE)("a command target starts its program alone, with %j as one argument", async (text) => {
  writeFileSync(join(folder, "program.cjs"), "process.stdout.write(JSON.stringify(process.argv.slice(2)))");
  const argv = [process.execPath, join(folder, "program.cjs"), "--value={{ params.values.x }}"];
  const action: CommandAction = { argv, expect_exit: [0], idempotency: "none" };
  const config = configOf({ targets: { shop: { kind: "command", actions: { config_update: action } } } });
  await actOn("config_update", { target: "shop", values: { x: text } }, contextOf(config));
  expect(started.map(({ spawnfile }) => spawnfile)).toEqual([process.execPath]);
  expect(started[0]?.spawnargs?.at(-1)).toBe(`--value=${text}`);
  expect(started.filter(isShell)).toEqual([]);
  expect(existsSync(join(folder, "pwned"))).toBe(false);
});

test.skipIf(!existsSync("/usr/bin/bwrap"))(
  "the sandbox is started without a shell, and hostile arguments stay arguments (skipped where bubblewrap is absent)",
  async () => {
    const config = configOf({ scripts: { print: scriptSchema.parse({ path: "/usr/bin/printf" }) } });
    const { stdout } = await customScript.run(
      { program: "print", args: ["%s|", ...HOSTILE], input: "" },
      contextOf(config),
    );
    expect(stdout).toBe(HOSTILE.map((text) => `${text}|`).join(""));
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter(isShell)).toEqual([]);
    expect(existsSync(join(folder, "pwned"))).toBe(false);
  },
);
