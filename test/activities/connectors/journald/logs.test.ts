/** Journald as a log source, on real journals: what is asked, what is read, what is refused. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSource } from "../../../../src/activities/connectors/check-source.js";
import { journalEntry } from "../../../../src/activities/connectors/journald/entry.js";
import { journalArguments } from "../../../../src/activities/connectors/journald/logs.js";
import { logCollector } from "../../../../src/activities/tools/log-collector.js";
import { type Source, sourceSchema } from "../../../../src/schema/config.js";
import { hasJournals, type JournalRecord, writeJournal } from "../../../support/journal.js";
import { configOf, contextOf, failureOf, NOW } from "../../../support/tool-context.js";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "journal-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const source = (more: object = {}): Extract<Source, { kind: "journald" }> =>
  sourceSchema.parse({ kind: "journald", path: dir, ...more }) as Extract<Source, { kind: "journald" }>;
const context = (own: Source = source(), roots = [dir]) =>
  contextOf(configOf({ files: { roots }, sources: { host: own } }));

async function collect(params: object = {}, given = context()) {
  const output = logCollector.output.parse(
    await logCollector.run(logCollector.params.parse({ source: "host", ...params }), given),
  );
  const text = (await given.blobs.get(output.blob)).trim();
  const lines = text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  return { output, lines, messages: lines.map(({ message }) => message) };
}

const record = (secondsAgo: number, message: string, fields: JournalRecord["fields"] = {}): JournalRecord => ({
  atMs: NOW - secondsAgo * 1_000,
  message,
  fields: { PRIORITY: 6, _SYSTEMD_UNIT: "checkout.service", _HOSTNAME: "web-1", ...fields },
});

test("each value of a call is an argument of its own", () => {
  const selection = { sinceMs: NOW - 1_500, untilMs: NOW };
  const declared = { units: ["a.service", "b@*.service"], identifiers: ["sshd"] };
  expect(journalArguments(declared, { selection, maxLines: 10, query: "_PID=7" })).toEqual([
    `--since=@${(NOW - 1_500) / 1_000}00`,
    `--until=@${NOW / 1_000}.000`,
    "--unit=a.service",
    "--unit=b@*.service",
    "--identifier=sshd",
    "_PID=7",
  ]);
});

test.each(["+", "_PID=1 + _PID=2", "--file=/etc/shadow", "/usr/bin/dbus-daemon", "_pid=1", "_PID"])(
  "the query %j is refused before anything is read",
  async (query) => {
    const failure = await failureOf(collect({ query }));
    expect([failure.code, failure.message]).toEqual(["params-invalid", expect.stringContaining("journal fields")]);
    const reach = logCollector.reach?.({ source: "host", query }, context().config, "params");
    expect(reach?.problems.map(({ code }) => code)).toEqual(["params-invalid"]);
  },
);

test.each([
  ["a unit that is an option", { units: ["--file=/x"] }],
  ["a unit with a space", { units: ["a b"] }],
  ["no units", { units: [] }],
  ["an identifier that is an option", { identifiers: ["-t"] }],
])("a source with %s is refused", (_, more) => {
  expect(sourceSchema.safeParse({ kind: "journald", ...more }).success).toBe(false);
});

test.each([
  ["printed text that tells a level", { PRIORITY: "6", _TRANSPORT: "stdout", MESSAGE: "ERROR no stock" }, "error"],
  ["printed text that tells none", { PRIORITY: "6", _TRANSPORT: "stdout", MESSAGE: "no stock" }, "info"],
  ["a priority that was chosen", { PRIORITY: "4", _TRANSPORT: "journal", MESSAGE: "ERROR no stock" }, "warn"],
  ["no priority", { MESSAGE: "level=error no stock" }, "error"],
  ["nothing", {}, "unknown"],
])("the level of an entry with %s", (_, fields, level) => {
  const entry = journalEntry(JSON.stringify({ __REALTIME_TIMESTAMP: `${NOW}000`, ...fields }));
  expect([entry?.level, entry?.timeMs]).toEqual([level, NOW]);
});

test("a line that is no record is none", () => {
  for (const line of ["", "-- No entries --", "[]", '{"MESSAGE":"x"}']) expect(journalEntry(line)).toBeUndefined();
});

const named = hasJournals ? "on real journals" : "on real journals (needs systemd and systemd-journal-remote)";
describe.skipIf(!hasJournals)(named, () => {
  test("entries in range come oldest first, with unit, host and level", async () => {
    writeJournal(join(dir, "a.journal"), [
      record(7_200, "long ago"),
      record(60, "started"),
      record(30, "no stock", { PRIORITY: 3, _PID: 7 }),
    ]);
    const { output, lines } = await collect();
    expect(lines.map(({ message, level }) => [message, level])).toEqual([
      ["started", "info"],
      ["no stock", "error"],
    ]);
    expect(lines[1]?.fields).toMatchObject({ unit: "checkout.service", host: "web-1", pid: "7" });
    expect(output).toMatchObject({ total: 2, truncated: false, path: dir, files: [join(dir, "a.journal")] });
    expect(output.query).toBe(
      `journalctl --directory=${dir} --since=@${(NOW - 900_000) / 1_000}.000 --until=@${NOW / 1_000}.000`,
    );
    expect(output.findings[0]?.statement).toBe("host: 1 of 2 lines are errors");
    expect(output.findings[0]?.evidence.at(-1)).toContain("journalctl");
  });

  test("several files, rotated ones and those of machines, are one journal", async () => {
    const machine = join(dir, "0123456789abcdef0123456789abcdef");
    mkdirSync(machine);
    writeJournal(join(machine, "system.journal"), [record(50, "second")]);
    writeJournal(join(dir, "system@1.journal"), [record(60, "first"), record(40, "third")]);
    expect((await collect()).messages).toEqual(["first", "second", "third"]);
  });

  test("units and identifiers of the source bound what can be read, and a query only narrows it", async () => {
    writeJournal(join(dir, "a.journal"), [
      record(50, "ours", { SYSLOG_IDENTIFIER: "app", _PID: 1 }),
      record(40, "ours too", { SYSLOG_IDENTIFIER: "app", _PID: 2 }),
      record(30, "theirs", { _SYSTEMD_UNIT: "other.service", SYSLOG_IDENTIFIER: "app", _PID: 1 }),
      record(20, "not the app", { SYSLOG_IDENTIFIER: "side", _PID: 1 }),
    ]);
    const given = context(source({ units: ["checkout"], identifiers: ["app"] }));
    expect((await collect({}, given)).messages).toEqual(["ours", "ours too"]);
    expect((await collect({ query: "_PID=1" }, given)).messages).toEqual(["ours"]);
    expect((await collect({ query: "_SYSTEMD_UNIT=other.service" }, given)).messages).toEqual([]);
  });

  test("a level asks for priorities, and for printed lines whose text tells it", async () => {
    writeJournal(join(dir, "a.journal"), [
      record(60, "ERROR printed", { _TRANSPORT: "stdout", _PID: 1 }),
      record(50, "printed", { _TRANSPORT: "stdout", _PID: 1 }),
      record(40, "sent", { PRIORITY: 2, _TRANSPORT: "journal", _PID: 1 }),
      record(30, "ERROR by word only", { _TRANSPORT: "journal", _PID: 1 }),
      record(20, "ERROR of another", { _TRANSPORT: "stdout", _PID: 2 }),
    ]);
    const { messages, output } = await collect({ level: "error" });
    expect(messages).toEqual(["ERROR printed", "sent", "ERROR of another"]);
    expect(output.query).toContain("PRIORITY=3 + _TRANSPORT=stdout");
    expect((await collect({ level: "error", query: "_PID=1" })).messages).toEqual(["ERROR printed", "sent"]);
  });

  test("beyond max_lines the newest are kept, and what was left is told", async () => {
    const many = Array.from({ length: 500 }, (_, index) => record(600 - index, `line ${index}`));
    writeJournal(join(dir, "a.journal"), many);
    const { output, messages } = await collect({ max_lines: 3 });
    expect(messages).toEqual(["line 497", "line 498", "line 499"]);
    expect(output.truncated).toBe(true);
  });

  test("text in any bytes is read, JSON in a message too, and secrets are not kept", async () => {
    writeJournal(join(dir, "a.journal"), [
      { ...record(30, ""), message: Buffer.from([0x66, 0xff, 0x00, 0x21]) },
      record(20, '{"level":"error","msg":"no stock","order":7}', { _TRANSPORT: "stdout" }),
      record(10, `password=hunter2 two\nlines ${"x".repeat(10_000)}`),
    ]);
    const { lines, messages } = await collect();
    expect(messages[0]).toBe("f\uFFFD\u0000!");
    expect(lines[1]).toMatchObject({ message: "no stock", level: "error", fields: { order: 7 } });
    expect(messages[2]).not.toContain("hunter2");
    expect(messages[2]).toMatch(/two\nlines x+/);
  });

  test("a file that is no journal is told, and the rest is read", async () => {
    writeJournal(join(dir, "a.journal"), [record(30, "read")]);
    writeFileSync(join(dir, "b.journal"), Buffer.alloc(4_096, 1));
    const { output, messages } = await collect();
    expect(messages).toEqual(["read"]);
    expect(output).toMatchObject({ truncated: true, unreadable: [{ path: join(dir, "b.journal") }] });
    expect(output.findings.some(({ statement }) => statement.includes("b.journal could not be read"))).toBe(true);
  });

  test("only what is no journal, and a folder of nothing, are distinct problems", async () => {
    expect((await failureOf(collect())).code).toBe("file-not-found");
    writeFileSync(join(dir, "b.journal"), Buffer.alloc(4_096, 1));
    expect((await failureOf(collect())).code).toBe("source-answer-invalid");
  });

  test("no journal outside the roots is read, neither by path nor by link", async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), "outside-")));
    try {
      writeJournal(join(outside, "a.journal"), [record(30, "hidden")]);
      expect((await failureOf(collect({}, context(source({ path: outside }))))).code).toBe("path-not-allowed");
      symlinkSync(join(outside, "a.journal"), join(dir, "link.journal"));
      symlinkSync(outside, join(dir, "0123456789abcdef0123456789abcdef"));
      expect((await failureOf(collect())).code).toBe("path-not-allowed");
      writeJournal(join(dir, "own.journal"), [record(30, "own")]);
      const { output, messages } = await collect();
      expect(messages).toEqual(["own"]);
      expect(output.unreadable.map(({ code }) => code)).toEqual(["path-not-allowed", "path-not-allowed"]);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  test("a call that is cancelled ends as such", async () => {
    writeJournal(join(dir, "a.journal"), [record(30, "read")]);
    const cancelled = { ...context(), signal: AbortSignal.abort() };
    expect((await failureOf(collect({}, cancelled))).code).toBe("cancelled");
  });

  test("the check of the source tells its newest entry, or that it is empty", async () => {
    writeJournal(join(dir, "a.journal"), [record(30, "read")]);
    const at = new Date(NOW - 30_000).toISOString();
    expect(await checkSource("host", source(), context())).toEqual({ ok: true, says: `the newest line is of ${at}` });
    const others = source({ units: ["other.service"] });
    const verdict = await checkSource("host", others, context(others));
    expect(verdict).toMatchObject({ ok: false, problem: { code: "source-empty" } });
  });
});
