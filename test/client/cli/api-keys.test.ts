/** `autoops api-keys`, through the command line as it is parsed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { createApiKeys } from "../../../src/platform/api-keys.js";
import { tailAudit } from "../../../src/platform/audit/read.js";

let home: string;
const file = () => join(home, "api-keys.json");
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function call(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    return { print, stdout, environment: { AUTOOPS_HOME: home }, canAsk: false } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}
const json = async (...argv: string[]) => {
  const { exit, out } = await call(...argv, "--json");
  return { exit, ...JSON.parse(out) };
};

test("create prints the key this once; list shows its prefix and never the key", async () => {
  writeFileSync(join(home, "safety.yaml"), 'version: "1.0"\nroles: { sre: [operator, approver] }\n', { mode: 0o600 });
  const made = await json("api-keys", "create", "--subject", "ann", "--group", "sre", "--group", "payments");
  expect(made).toMatchObject({
    exit: 0,
    ok: true,
    subject: "ann",
    groups: ["sre", "payments"],
    roles: ["operator", "approver"],
    state: "good",
  });
  expect(made).not.toHaveProperty("hash");
  const listed = await call("api-keys", "list");
  expect(listed.out).toContain(made.prefix);
  expect(listed.out).toMatch(/ann +sre, payments +good/);
  expect(listed.out).not.toContain(made.key);
  expect(await createApiKeys(file(), Date.now).find(made.key)).toMatchObject({ subject: "ann" });
});

test("create says so where the groups give no role", async () => {
  const { exit, err } = await call("api-keys", "create", "--subject", "ann");
  expect(exit).toBe(0);
  expect(err).toContain("it has no group");
});

test("a key is good for as long as it was said", async () => {
  const made = await json("api-keys", "create", "--subject", "ci", "--days", "1");
  const left = Date.parse(made.expires_at) - Date.now();
  expect(left).toBeGreaterThan(86_000_000);
  expect(left).toBeLessThanOrEqual(86_400_000);
});

test("revoke takes it back; both stand in the audit log with who did it, without the key", async () => {
  const { key, prefix } = await json("api-keys", "create", "--subject", "ann", "--group", "sre");
  expect(await json("api-keys", "revoke", prefix)).toMatchObject({ exit: 0, prefix, state: "revoked" });
  expect(await createApiKeys(file(), Date.now).find(key)).toBeUndefined();
  const records = await tailAudit(join(home, "audit"), 10);
  expect(records.map(({ record }) => record)).toMatchObject([
    { event: "api-key-created", channel: "cli", details: { prefix, subject: "ann", groups: ["sre"] } },
    { event: "api-key-revoked", channel: "cli", details: { prefix, subject: "ann" } },
  ]);
  expect(JSON.stringify(records)).not.toContain(key);
});

test("where the audit log cannot be written no key stays good", async () => {
  writeFileSync(join(home, "audit"), "a file where the directory should be");
  const made = await json("api-keys", "create", "--subject", "ann");
  expect(made).toMatchObject({ ok: false, problems: [{ code: "audit-not-written" }] });
  expect(made).not.toHaveProperty("key");
  expect(JSON.parse(readFileSync(file(), "utf8")).keys).toMatchObject([
    { subject: "ann", revoked_at: expect.any(String) },
  ]);
});

test.each([
  ["without a subject", ["create"]],
  ["for longer than a year", ["create", "--subject", "ann", "--days", "367"]],
])("create %s is refused with exit 2, and makes nothing", async (_what, words) => {
  expect((await call("api-keys", ...words)).exit).toBe(2);
  expect(existsSync(file())).toBe(false);
});

test("a subject that could pass for another line is refused, and makes nothing", async () => {
  expect(await json("api-keys", "create", "--subject", "ann\nroot")).toMatchObject({ ok: false });
  expect(existsSync(file())).toBe(false);
});

test("revoking what is not there is exit 5", async () => {
  expect(await json("api-keys", "revoke", "autoops_0000000000")).toMatchObject({ exit: 5, ok: false });
});
