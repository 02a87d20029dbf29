/** The store of API keys: shown once, hashed, changed without a restart, and closed where its file cannot be trusted. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { redact } from "../../src/core/redact.js";
import { type ApiKeys, createApiKeys, isApiKey } from "../../src/platform/api-keys.js";

let home: string;
let nowMs: number;
let keys: ApiKeys;
const file = () => join(home, "api-keys.json");
const again = () => createApiKeys(file(), () => nowMs);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "autoops-keys-"));
  nowMs = Date.UTC(2026, 0, 1);
  keys = again();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function make(more: object = {}, store = keys) {
  const made = await store.create({ subject: "ann", groups: ["sre"], createdBy: "root", ...more });
  if (!made.ok) throw new Error(made.problems[0]?.message);
  return made.value;
}

test("a key finds who it is; no other text does", async () => {
  const { key, entry } = await make();
  expect(await keys.find(key)).toMatchObject({ subject: "ann", groups: ["sre"], prefix: entry.prefix });
  const last = key.endsWith("A") ? "B" : "A";
  const other = (await make({ subject: "bob" })).key;
  const mixed = `${entry.prefix}_${other.split("_")[2]}`;
  for (const text of ["", key.slice(0, -1), `${key.slice(0, -1)}${last}`, `${key} `, entry.prefix, entry.hash, mixed]) {
    expect(await keys.find(text), text).toBeUndefined();
  }
});

test("the file holds no key, only hashes, and is its owner's alone", async () => {
  const { key, entry } = await make();
  const text = readFileSync(file(), "utf8");
  expect(text).not.toContain(key);
  expect(text).not.toContain(key.split("_")[2]);
  expect(text).toContain(entry.hash);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test("a key is known as a secret wherever text is redacted", async () => {
  const { key } = await make();
  expect(isApiKey(key)).toBe(true);
  expect(redact(`they sent ${key} to me`)).toBe("they sent [redacted:autoops-key] to me");
});

test("a new key counts, and a revoked one does not, in a store that was open before", async () => {
  const reader = again();
  expect(await reader.isConfigured()).toBe(false);
  const first = await make();
  const second = await make();
  expect(await reader.find(first.key)).toBeDefined();
  expect(await reader.find(second.key)).toBeDefined();
  await keys.revoke(first.entry.prefix);
  expect(await reader.find(first.key)).toBeUndefined();
  expect(await reader.isGood(first.entry.prefix)).toBe(false);
  expect(await reader.find(second.key)).toBeDefined();
});

test("a key that has expired is refused", async () => {
  const { key, entry } = await make({ expiresMs: nowMs + 1_000 });
  nowMs += 999;
  expect(await keys.find(key)).toBeDefined();
  nowMs += 1;
  expect(await keys.find(key)).toBeUndefined();
  expect(await keys.isGood(entry.prefix)).toBe(false);
});

test("callers must sign in from the first key on, also when the last one is revoked", async () => {
  const { entry } = await make();
  await keys.revoke(entry.prefix);
  expect(await keys.isConfigured()).toBe(true);
});

test("keys that several processes make at once are all kept", async () => {
  const made = await Promise.all(Array.from({ length: 12 }, (_, n) => make({ subject: `s${n}` }, again())));
  const listed = await keys.list();
  expect(listed.ok && listed.value.map(({ subject }) => subject).sort()).toEqual(
    made.map(({ entry }) => entry.subject).sort(),
  );
});

test("what is not there cannot be revoked, and nothing is written", async () => {
  const { entry } = await make();
  const before = readFileSync(file(), "utf8");
  expect(await keys.revoke("autoops_0000000000")).toMatchObject({ ok: false, problems: [{ code: "not-found" }] });
  expect(readFileSync(file(), "utf8")).toBe(before);
  expect(await keys.isGood(entry.prefix)).toBe(true);
});

test.each<[string, (path: string) => void, string]>([
  ["that others may read", (path) => chmodSync(path, 0o644), "file-unsafe"],
  ["that is no JSON", (path) => writeFileSync(path, "{"), "file-unreadable"],
  [
    "with a key that nobody knows",
    (path) => writeFileSync(path, '{"version":1,"keys":[],"more":1}'),
    "file-unreadable",
  ],
])("a file %s lets nobody in, and keeps its content", async (_what, spoil, code) => {
  const { key, entry } = await make();
  spoil(file());
  const text = readFileSync(file(), "utf8");
  expect(await keys.find(key)).toBeUndefined();
  expect(await keys.isGood(entry.prefix)).toBe(false);
  expect(await keys.isConfigured()).toBe(true);
  expect(await keys.list()).toMatchObject({ ok: false, problems: [{ code }] });
  expect(await keys.create({ subject: "eve", groups: [], createdBy: "eve" })).toMatchObject({ ok: false });
  expect(readFileSync(file(), "utf8")).toBe(text);
});
