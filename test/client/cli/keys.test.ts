/** `autoops keys`, through the command line as it is parsed. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { tailAudit } from "../../../src/platform/audit/read.js";

let home: string;
const file = () => join(home, "approval-key.json");
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(argv: string[], more: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    return { print, stdout, environment: { AUTOOPS_HOME: home, ...more }, canAsk: false } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}
const json = async (words: string[], more?: Record<string, string>) => {
  const { exit, out } = await call([...words, "--json"], more);
  return { exit, ...JSON.parse(out) };
};

test("init makes the key for its owner alone and says where; a second one makes none", async () => {
  const first = await call(["keys", "init"]);
  expect(first.exit).toBe(0);
  expect(first.out).toContain(file());
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const again = await json(["keys", "init"]);
  expect(again).toMatchObject({ exit: 0, made: false, file: file() });
  expect(first.out).toContain(again.kid);
});

test("show lists public keys and which one signs, never a private one; without any it says how to make one", async () => {
  expect(await json(["keys", "show"])).toMatchObject({
    exit: 5,
    problems: [{ code: "not-found", hint: "autoops keys init" }],
  });
  expect(existsSync(file())).toBe(false);
  const { kid } = await json(["keys", "init"]);
  const shown = await call(["keys", "show"]);
  expect(shown.out).toMatch(new RegExp(`${kid} +signs`));
  expect(await json(["keys", "show"])).toMatchObject({
    signing: kid,
    keys: [{ kid, signs: true, jwk: { crv: "Ed25519" } }],
  });
  expect((await call(["keys", "show", "--json"])).out).not.toContain('"d"');
});

test("rotate names both keys, show has both, and both steps stand in the audit log with who took them", async () => {
  const { kid } = await json(["keys", "init"]);
  const rotated = await json(["keys", "rotate"]);
  expect(rotated).toMatchObject({ exit: 0, previous: kid });
  const { keys, signing } = await json(["keys", "show"]);
  expect(signing).toBe(rotated.kid);
  expect(keys.map((key: { kid: string; signs: boolean }) => [key.kid, key.signs])).toEqual([
    [rotated.kid, true],
    [kid, false],
  ]);
  const records = (await tailAudit(join(home, "audit"), 10)).map(({ record }) => record);
  expect(records).toMatchObject([
    { event: "keys-changed", channel: "cli", details: { what: "made", kid } },
    { event: "keys-changed", channel: "cli", details: { what: "rotated", kid: rotated.kid, previous: kid } },
  ]);
});

test("rotate without a key, and a key that others may read, are refused with the way out", async () => {
  expect(await json(["keys", "rotate"])).toMatchObject({ exit: 2, problems: [{ hint: "autoops keys init" }] });
  await call(["keys", "init"]);
  chmodSync(file(), 0o644);
  for (const word of ["init", "show", "rotate"]) {
    const { exit, problems } = await json(["keys", word]);
    expect([exit, problems[0].hint], word).toEqual([2, `chmod 600 ${file()}`]);
  }
});

test("with public keys alone, show lists them and no command makes a private key", async () => {
  await call(["keys", "init"]);
  const publicKeys = join(home, "approval-key.public");
  rmSync(file());
  const more = { AUTOOPS_APPROVAL_PUBLIC_KEYS: publicKeys };
  const shown = await json(["keys", "show"], more);
  expect(shown).toMatchObject({ exit: 0, keys: [{ signs: false }] });
  expect(shown.signing).toBeUndefined();
  await call(["audit", "verify"], more);
  expect(readdirSync(home)).not.toContain("approval-key.json");
});
