/** `autoops audit`: verify, checkpoint, tail and export, through the command line as it is parsed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPrinter } from "../../../src/client/cli/print.js";
import { runProgram } from "../../../src/client/cli/program.js";
import type { Session } from "../../../src/client/cli/session.js";
import { type AuditLog, createAuditLog } from "../../../src/platform/audit/log.js";
import { loadSigner } from "../../../src/platform/signing.js";
import { localServer } from "../../support/local-server.js";

let home: string;
let log: AuditLog;
const directory = () => join(home, "audit");
const firstFile = () => join(directory(), "audit-000001.jsonl");

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "autoops-home-"));
  const loaded = await loadSigner(join(home, "approval-key.json"));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  log = createAuditLog({ directory: directory(), signer: loaded.signer, now: Date.now, onProblem: () => undefined });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function start(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const interrupt = new AbortController();
  const ended = runProgram(argv, ({ json }) => {
    const print = createPrinter({ stdout, stderr, json, plain: true });
    const environment = { AUTOOPS_HOME: home };
    return { print, stdout, environment, canAsk: false, interrupt: interrupt.signal } as unknown as Session;
  });
  return { ended, interrupt, out: () => out.join(""), err: () => err.join("") };
}

async function call(...argv: string[]) {
  const started = start(...argv);
  const exit = await started.ended;
  return { exit, out: started.out(), err: started.err() };
}

async function write(count: number): Promise<void> {
  for (let n = 1; n <= count; n++)
    await log.record({ event: "node-started", actor: "rita", run: "checkout", node: `n${n}` });
}

test("verify says that a log is unbroken, and how to keep a checkpoint elsewhere", async () => {
  await write(3);
  const { exit, out } = await call("audit", "verify");
  expect(exit).toBe(0);
  expect(out).toContain("unbroken: 3 records");
  expect(out).toContain("autoops audit checkpoint > FILE");
});

test("verify finds an edit: exit 1, file, line and code, for people and as JSON", async () => {
  await write(3);
  writeFileSync(firstFile(), readFileSync(firstFile(), "utf8").replace('"node":"n2"', '"node":"n9"'));
  const told = await call("audit", "verify");
  expect(told.exit).toBe(1);
  expect(told.err).toContain("audit-000001.jsonl:2");
  expect(told.err).toContain("[audit-broken]");
  expect(told.out).toBe("");
  const { exit, out } = await call("audit", "verify", "--json");
  expect(exit).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    problems: [{ code: "audit-broken", at: "audit-000001.jsonl:2" }, { code: "audit-broken" }],
    findings: [{ file: "audit-000001.jsonl", line: 2, kind: "line-changed" }, { kind: "chain-broken" }],
  });
});

test("a checkpoint that is printed and kept finds a log that was taken away with everything beside it", async () => {
  await write(3);
  const kept = join(home, "kept.jsonl");
  const made = await call("audit", "checkpoint");
  expect(made.exit).toBe(0);
  writeFileSync(kept, made.out);
  expect((await call("audit", "verify", "--checkpoint", kept)).exit).toBe(0);
  rmSync(directory(), { recursive: true });
  expect((await call("audit", "verify")).exit).toBe(0);
  const found = await call("audit", "verify", "--checkpoint", kept, "--json");
  expect(found.exit).toBe(1);
  expect(JSON.parse(found.out)).toMatchObject({ findings: [{ file: "given checkpoint", line: 1, kind: "cut" }] });
});

test("a checkpoint file that holds something else is a usage error, and one that is not there is told", async () => {
  await write(1);
  const wrong = join(home, "wrong.jsonl");
  for (const text of ["", "{}", "not json", `${(await call("audit", "checkpoint")).out}nonsense\n`]) {
    writeFileSync(wrong, text);
    const { exit, err } = await call("audit", "verify", "--checkpoint", wrong);
    expect([exit, err.includes("[usage]")], text).toEqual([2, true]);
  }
  expect((await call("audit", "verify", "--checkpoint", join(home, "absent"))).exit).toBe(2);
});

test("where nothing was recorded yet, reading makes neither directory nor key", async () => {
  rmSync(join(home, "approval-key.json"));
  expect(await call("audit", "verify")).toMatchObject({
    exit: 0,
    out: expect.stringContaining("there is no audit log"),
  });
  expect(await call("audit", "tail")).toMatchObject({ exit: 0, out: "" });
  expect(await call("audit", "export")).toMatchObject({ exit: 0, out: "" });
  expect((await call("audit", "checkpoint")).exit).toBe(5);
  expect(existsSync(directory())).toBe(false);
  expect(existsSync(join(home, "approval-key.json"))).toBe(false);
});

test("tail shows the last records in order, one a line, and nothing that steers a terminal", async () => {
  await write(4);
  await log.record({ event: "grant-refused", actor: "rita\n\u001b[2J", code: "grant-invalid" });
  const { exit, out } = await call("audit", "tail", "-n", "3");
  expect(exit).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/#3 {2}node-started {2}rita {2}checkout\/n3$/);
  expect(lines[2]).toContain("grant-refused grant-invalid");
  expect(out).not.toContain("\u001b");
  const json = await call("audit", "tail", "-n", "2", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ ok: true, records: [{ sequence: 4 }, { sequence: 5 }] });
});

test("tail --follow goes on with what comes until the user leaves", async () => {
  await write(1);
  const followed = start("audit", "tail", "--follow");
  await vi.waitFor(() => expect(followed.out()).toContain("checkout/n1"), { timeout: 10_000 });
  await log.record({ event: "run-ended", run: "checkout-later" });
  await vi.waitFor(() => expect(followed.out()).toContain("checkout-later"), { timeout: 10_000 });
  followed.interrupt.abort();
  expect(await followed.ended).toBe(0);
  expect(followed.out().match(/checkout\/n1/g)).toHaveLength(1);
});

test("export gives every record as it stands, and stands in the log itself with who took it", async () => {
  await write(2);
  const { exit, out } = await call("audit", "export");
  expect(exit).toBe(0);
  expect(out).toBe(readFileSync(firstFile(), "utf8"));
  const last = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
  expect(last).toMatchObject({ event: "export", channel: "cli", actor: expect.any(String) });
  const json = await call("audit", "export", "--json");
  expect(JSON.parse(json.out).records).toHaveLength(4);
});

test("export as CEF gives one line a record", async () => {
  await write(2);
  const { out } = await call("audit", "export", "--format", "cef");
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^CEF:0\|AutoOps\|AutoOps Architect\|[\d.]+\|node-started\|node started\|3\|rt=\d+ externalId=1 /,
  );
});

test("export leaves out what is no record and says so: exit 1", async () => {
  await write(3);
  writeFileSync(firstFile(), readFileSync(firstFile(), "utf8").replace('"node":"n2"', '"node":"n9"'));
  const { exit, out, err } = await call("audit", "export");
  expect(exit).toBe(1);
  expect(out).not.toContain("n9");
  expect(err).toContain("audit-000001.jsonl:2");
});

test("ship sends what is there once, and at the next call only what is new", async () => {
  await write(3);
  const server = await localServer((_, response) => response.writeHead(200).end());
  const words = ["audit", "ship", "--once", "--json", "--to", `${server.url}/in`, "--header", "x-from=test"];
  const first = await call(...words);
  // The three, and the line that tells of the new receiver.
  expect([first.exit, JSON.parse(first.out)]).toEqual([0, { ok: true, delivered: 4 }]);
  expect(server.received.map(({ body }) => body).join("")).toContain(`"to":"${server.url}"`);
  await write(1);
  expect(JSON.parse((await call(...words)).out)).toEqual({ ok: true, delivered: 1 });
  expect(server.received.map(({ body }) => body).join("")).toBe(readFileSync(firstFile(), "utf8"));
  expect(server.received[0]?.headers["x-from"]).toBe("test");
});

test.each([
  [["audit", "ship"]],
  [["audit", "ship", "--once", "--to", "ftp://logs.internal"]],
  [["audit"]],
  [["audit", "tail", "-n", "0"]],
  [["audit", "tail", "--follow", "--json"]],
  [["audit", "export", "--format", "xml"]],
])("%j is a usage error", async (argv) => {
  expect((await call(...argv)).exit).toBe(2);
});

test("a log that was emptied is not taken for none, and a broken one says what to do with it", async () => {
  await write(3);
  writeFileSync(firstFile(), "");
  const emptied = await call("audit", "verify");
  expect(emptied.exit).toBe(1);
  expect(emptied.err).toMatch(/audit-000001\.jsonl is there and holds no line.*\[audit-broken\]/);
  expect(emptied.err).toContain("move it away whole");
  writeFileSync(firstFile(), "garbage\n");
  const broken = await call("audit", "verify");
  expect(broken.exit).toBe(1);
  expect(broken.err).toContain("move it away whole");
});
