/** `autoops keys payload`, through the command line as it is parsed: no key is ever printed. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { tailAudit } from "../../../src/platform/audit/read.js";
import { newPayloadKey } from "../../../src/platform/payloads/keys.js";

let home: string;
const file = () => join(home, "payload-keys");
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(words: string[], more: Record<string, string> = {}) {
  const out: string[] = [];
  const write = { write: (text: string) => out.push(text) };
  const exit = await runProgram(["keys", "payload", ...words], ({ json }) => {
    const print = createPrinter({ stdout: write, stderr: write, json, plain: true });
    return { print, stdout: write, environment: { AUTOOPS_HOME: home, ...more }, canAsk: false } as unknown as Session;
  });
  return { exit, text: out.join("") };
}
const keys = () => readFileSync(file(), "utf8").trim().split("\n");

test("new puts each key first into a file for its owner alone, and says how to set it without showing it", async () => {
  const first = await call(["new"]);
  const second = await call(["new", "--json"]);
  expect([first.exit, second.exit]).toEqual([0, 0]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(keys()).toHaveLength(2);
  expect(first.text).toContain(`AUTOOPS_PAYLOAD_KEY="$(cat ${file()})"`);
  const { kid, keys: ids } = JSON.parse(second.text);
  expect(ids[0]).toBe(kid);
  expect(first.text).toContain(ids[1]);
  for (const key of keys()) expect(first.text + second.text).not.toContain(key.slice(0, 20));
});

test("show tells which of the keys encrypts, and which stands in the file alone", async () => {
  await call(["new"]);
  await call(["new"]);
  const [newest = "", before = ""] = keys();
  const shown = JSON.parse((await call(["show", "--json"], { AUTOOPS_PAYLOAD_KEY: before })).text);
  expect(shown).toMatchObject({ keys: [expect.any(String)], encrypts: shown.keys[0], required: false });
  expect(shown.inFile).toEqual([expect.not.stringContaining(shown.encrypts), shown.encrypts]);
  const text = (await call(["show"], { AUTOOPS_PAYLOAD_KEY: before })).text;
  expect(text).toMatch(/encrypts +AUTOOPS_PAYLOAD_KEY/);
  expect(text).toMatch(/not in use/);
  for (const key of [newest, before]) expect(text).not.toContain(key.slice(0, 20));
  expect((await call(["show"])).text).toContain("AUTOOPS_PAYLOAD_KEY is not set");
});

test("a file that others can read, or that holds something else, is left as it is", async () => {
  writeFileSync(file(), `${newPayloadKey()}\n`, { mode: 0o600 });
  chmodSync(file(), 0o644);
  const before = readFileSync(file(), "utf8");
  expect(await call(["new"])).toMatchObject({ exit: 2, text: expect.stringContaining("file-unsafe") });
  expect(readFileSync(file(), "utf8")).toBe(before);
  chmodSync(file(), 0o600);
  writeFileSync(file(), "not a key");
  expect(await call(["new"])).toMatchObject({ exit: 2, text: expect.stringContaining("file-unreadable") });
  expect(readFileSync(file(), "utf8")).toBe("not a key");
});

test("the audit log has the id of a new key, and not the key", async () => {
  await call(["new"]);
  expect(existsSync(join(home, "approval-key.json"))).toBe(false);
  const tail = await tailAudit(join(home, "audit"), 5);
  const text = JSON.stringify(tail);
  expect(text).toContain("payload key made");
  for (const key of keys()) expect(text).not.toContain(key.slice(0, 20));
});
