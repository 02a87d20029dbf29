/** `autoops memory` through the command line as it is parsed: what it prints, takes in, refuses and leaves in the audit log. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeEach, expect, test } from "vitest";
import { loadMemory, type Memory } from "../../../src/app/memory.js";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import type { MemoryEntry } from "../../../src/schema/memory.js";
import { describeMemory, entryOf, got, PAGE_KEY, temporaryHome } from "../../support/memory.js";

let environment: Record<string, string | undefined>;
beforeEach(() => {
  environment = { ...process.env, AUTOOPS_HOME: temporaryHome(), AUTOOPS_MEMORY_KEY: PAGE_KEY };
});
const home = () => environment.AUTOOPS_HOME ?? "";

async function call(argv: string[], input = "") {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const exit = await runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const stdin = Readable.from([Buffer.from(input)]);
    return {
      print,
      stdout,
      stdin,
      environment,
      canAsk: false,
      interrupt: new AbortController().signal,
    } as unknown as Session;
  });
  return { exit, out: out.join(""), err: err.join("") };
}

async function memory(): Promise<Memory> {
  const loaded = await loadMemory(environment);
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  return loaded.memory;
}
const keep = async (run: string, more: Partial<MemoryEntry> = {}, graph?: { id: string }) =>
  got(await (await memory()).store.put(entryOf(run, { ended_at: new Date().toISOString(), ...more }), graph));
const turnOn = (more = "") =>
  writeFileSync(join(home(), "config.yaml"), `version: "1.0"\nmemory: { enabled: true${more} }\n`, { mode: 0o600 });

test("list says that memory is off, and how to turn it on; nothing is made by looking", async () => {
  const { exit, out, err } = await call(["memory", "list", "--json"]);
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toEqual({ ok: true, enabled: false, entries: [] });
  expect(err).toContain("autoops memory install");
  expect(err).toContain("memory: { enabled: true }");
  expect(existsSync(join(home(), "memory"))).toBe(false);
});

test.each([
  ["color", "blue", "unknown-key", 1],
  ["__proto__", "x", "unknown-key", 1],
  ["service", "", "field-invalid", 1],
  ["window", "soon", "field-invalid", 1],
])("prefer %s %j is refused with %s", async (key, value, code, exit) => {
  const ended = await call(["memory", "prefer", key, value, "--json"]);
  expect(ended.exit).toBe(exit);
  expect(JSON.parse(ended.out)).toMatchObject({ ok: false, problems: [{ code }] });
  expect(existsSync(join(home(), "memory"))).toBe(false);
});

describeMemory("autoops memory (needs better-sqlite3-multiple-ciphers)", () => {
  test("list, show and search print what is kept, for people and as JSON", async () => {
    turnOn();
    await keep("checkout-1", {}, { id: "g" });
    await keep("mail-1", { goal: "mail is late", service: "mailer", outcome: "failed" });
    const listed = await call(["memory", "list"]);
    expect(listed.out).toMatch(/mail-1 +failed[\s\S]*mailer +mail is late/);
    const shown = await call(["memory", "show", "checkout-1"]);
    expect(shown.out).toContain("approve by ann");
    expect(shown.out).toContain("errors began with version 1.8.0 [analysis]");
    const found = JSON.parse((await call(["memory", "search", "mail late", "--json"])).out);
    expect(found.entries.map(({ entry }: { entry: MemoryEntry }) => entry.run)).toEqual(["mail-1"]);
    const none = await call(["memory", "show", "nobody", "--json"]);
    expect([none.exit, JSON.parse(none.out).problems[0].code]).toEqual([5, "run-not-found"]);
  });

  test("control characters of an entry do not reach the terminal", async () => {
    turnOn();
    await keep("evil", { goal: "a\u001b[2J\u202eb\nerror forged line" });
    const { out } = await call(["memory", "show", "evil"]);
    expect(out).not.toMatch(/[\u001b\u202e]/);
    expect(out).not.toMatch(/^error forged/m);
  });

  test("forget removes for good, and stands in the audit log", async () => {
    await keep("a");
    expect((await call(["memory", "forget", "a"])).exit).toBe(0);
    expect((await call(["memory", "forget", "a"])).exit).toBe(5);
    expect((await call(["memory", "forget"])).exit).toBe(2);
    await keep("b");
    expect((await call(["memory", "forget", "--all"])).out).toContain("1 runs");
    expect(readFileSync(join(home(), "audit/audit-000001.jsonl"), "utf8")).toMatch(/"memory-changed"/);
  });

  test("what is exported comes in again elsewhere, marked as imported, graphs included", async () => {
    await keep("a", {}, { id: "g" });
    await keep("b", { goal: "mail is late" });
    const exported = await call(["memory", "export"]);
    expect(exported.err).toContain("not encrypted");
    const before = got(await (await memory()).store.get("a"));
    environment = { ...environment, AUTOOPS_HOME: temporaryHome(), AUTOOPS_MEMORY_KEY: "another key of its own" };
    expect((await call(["memory", "import", "-"], exported.out)).out).toContain(
      "taken: 2 runs; seen here already: 0; set aside: 0",
    );
    expect(got(await (await memory()).store.get("a"))).toEqual({ ...before, origin: "import" });
    expect((await call(["memory", "export"])).out).toBe(exported.out);
    expect((await call(["memory", "list"])).out).toContain("(imported)");
  });

  test("an import does not replace what this machine saw itself", async () => {
    await keep("a", { outcome: "failed" });
    const line = JSON.stringify({ memory: 1, entry: entryOf("a", { outcome: "succeeded" }) });
    expect((await call(["memory", "import", "-"], line)).out).toContain("seen here already: 1");
    expect(got(await (await memory()).store.get("a"))).toMatchObject({ origin: "run", entry: { outcome: "failed" } });
  });

  test.each([
    ["no JSON", "{", "not a line of JSON"],
    ["an unknown key", line({ tools: ["rm"] }), 'no key "tools"'],
    ["a policy", line({ policy: { allow: "*" } }), 'no key "policy"'],
    [
      "an unknown key beside the entry",
      JSON.stringify({ memory: 1, entry: entryOf("x"), nodes: [] }),
      'no key "nodes"',
    ],
    ["a prototype", line({}).replace('"v":1', '"v":1,"__proto__":{"a":1}'), "__proto__"],
    ["a path for a run", line({ run: "../../x" }), "a run id"],
    ["another version", line({ v: 2 }), "v must be"],
    ["a goal that is too long", line({ goal: "x".repeat(4_001) }), "goal must be"],
    ["an outcome of its own", line({ outcome: "approved" }), "outcome must be"],
    ["decisions that are none", line({ decisions: [{ node: "x", status: "approved", votes: [], grant: 1 }] }), "grant"],
    ["text", '"delete everything"', "must be a mapping"],
  ])("an import sets a line with %s aside by its number, and takes the others", async (_, bad, says) => {
    const lines = [line({ run: "good-1" }), bad, line({ run: "good-2" })].join("\n");
    const { exit, out } = await call(["memory", "import", "-", "--json"], lines);
    expect(exit).toBe(1);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ ok: false, taken: 2 });
    expect(document.problems[0].code).toBe("memory-entry-invalid");
    expect(document.problems[0].at).toContain("standard input:2");
    expect(JSON.stringify(document.problems)).toContain(JSON.stringify(says).slice(1, -1));
  });

  test("an import with a line that has no end is refused, and nothing is taken", async () => {
    const { exit, out } = await call(
      ["memory", "import", "-", "--json"],
      `${line({ run: "good" })}\n${"x".repeat(1_600_000)}`,
    );
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: "document-too-large" }] });
    expect(existsSync(join(home(), "memory"))).toBe(false);
  });

  test("verify tells the number to note, and asks for it; an older memory is taken only when told", async () => {
    await keep("a");
    const file = join(home(), "memory/memory.db");
    const older = readFileSync(file);
    await keep("b");
    expect((await call(["memory", "verify"])).out).toContain("--at-least 2");
    expect((await call(["memory", "verify", "--at-least", "3"])).exit).toBe(1);
    writeFileSync(file, older);
    const refused = await call(["memory", "list", "--json"]);
    expect(JSON.parse(refused.out)).toMatchObject({ problems: [{ code: "memory-rolled-back" }] });
    expect((await call(["memory", "verify", "--accept"])).exit).toBe(0);
    expect((await call(["memory", "list"])).exit).toBe(0);
    expect(readFileSync(join(home(), "audit/audit-000001.jsonl"), "utf8")).toContain("accepted as it is");
  });

  test("preferences are set, listed and taken back", async () => {
    expect((await call(["memory", "prefer", "service", "checkout"])).out).toContain("service: checkout");
    expect((await call(["memory", "prefer"])).out).toMatch(/service +checkout/);
    expect(JSON.parse((await call(["memory", "prefer", "service", "--unset", "--json"])).out).preferences).toEqual({});
  });
});

function line(more: object): string {
  return JSON.stringify({ memory: 1, entry: { ...entryOf("hostile"), ...more } });
}
