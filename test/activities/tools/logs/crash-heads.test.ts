/** Crashes as the programs write them: one entry from the head to the end, never part of the quiet line before it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_FIELDS, EntryReader, type LogEntry } from "../../../../src/activities/tools/logs/entries.js";

function entries(text: string, format: "json" | "text" = "text"): LogEntry[] {
  const reader = new EntryReader(format, DEFAULT_FIELDS, Date.parse("2026-11-29T12:10:00Z"));
  const done = text.split("\n").map((line) => reader.push(line));
  return [...done, reader.end()].filter((entry) => entry !== undefined);
}

const SCRIPTS: ReadonlyArray<readonly [string, string]> = [
  ["a throw", "function f() { throw new TypeError('boom') }\nf();"],
  ["a value that is no error", "throw 'text'"],
  ["a rejection", "Promise.reject(new Error('nope'))"],
  ["a rejected value", "Promise.reject('nope')"],
  ["an event", "require('net').createServer().listen(1, '192.0.2.1')"],
  ["properties", "const e = new Error('down'); e.code = 'E1'; e.detail = { a: 1, b: [1, 2] }; throw e"],
  ["a cause", "throw new Error('outer', { cause: new Error('inner') })"],
  ["many errors", "throw new AggregateError([new Error('a'), new Error('b')], 'many')"],
  ["a file that does not parse", "const a = ;"],
  ["a module that is missing", "require('nothere')"],
  ["an assertion", "require('assert').deepStrictEqual({ a: 1 }, { a: 2 })"],
];

test.each(SCRIPTS)("Node's own output of %s is one fatal entry", (_name, script) => {
  const file = join(mkdtempSync(join(tmpdir(), "crash-")), "app.cjs");
  writeFileSync(file, script);
  const crash = spawnSync(process.execPath, [file], { encoding: "utf8" }).stderr;
  const logs = {
    text: [
      `listening on 8080\n${crash}listening on 8080\n`,
      `2026-11-29T12:00:00Z INFO serving\n${crash}2026-11-29T12:00:05Z INFO serving\n`,
    ],
    json: [`{"level":"info","msg":"serving"}\n${crash}{"level":"info","msg":"serving"}\n`],
  };
  for (const format of ["text", "json"] as const)
    for (const log of logs[format]) {
      const read = entries(log, format);
      expect.soft(read.length, log).toBe(3);
      expect.soft(read[1]?.level, log).toBe("fatal");
      expect.soft(read[2]?.message, log).not.toContain("Node.js");
    }
});

test("the beginnings of other languages' crashes stand apart from a quiet line", () => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["error", "/app/run.rb:3:in `call': boom (RuntimeError)\n\tfrom /app/run.rb:6:in `<main>'"],
    ["error", "app.rb:12:in 'Shop::Cart#add': no cart (Shop::Cart::Missing)\n\tfrom app.rb:20:in '<main>'"],
    [
      "fatal",
      "PHP Fatal error:  Uncaught Exception: boom in /app/a.php:3\nStack trace:\n#0 /app/a.php(6): foo()\n#1 {main}\n  thrown",
    ],
    ["fatal", "PHP Parse error:  syntax error, unexpected end of file in /app/b.php on line 9"],
    ["error", "** (RuntimeError) boom\n    app.exs:1: (file)"],
    ["error", '  File "/app/x.py", line 3\n    a = = 1\n        ^\nSyntaxError: invalid syntax'],
  ];
  for (const [level, crash] of rows) {
    const read = entries(`2026-11-29T12:00:00Z INFO serving\n${crash}\n2026-11-29T12:00:05Z INFO serving\n`);
    expect
      .soft(
        read.map((entry) => entry.level),
        crash,
      )
      .toStrictEqual(["info", level, "info"]);
  }
});

test("a place that a quiet log names by the way begins no crash", () => {
  for (const line of ["see /app/server.js:12 for more", "/app/data:12", "node:20", "/var/log/app.log:3", "app.js:12"])
    expect
      .soft(
        entries(`${line}\nready\n`).every((entry) => entry.level === "unknown"),
        line,
      )
      .toBe(true);
});

test("an undated line that begins with its level is not hidden in a quiet line before it", () => {
  const quiet = "2026-11-29T12:00:00Z INFO serving";
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["error", "ERROR tls: certificate of api.test expired on 2026-11-01 00:00:00"],
    ["error", "[ERROR] cannot bind to port 80"],
    ["error", "error: connect ECONNREFUSED"],
    ["fatal", "FATAL could not open relation mapping file"],
    ["warn", "WARNING: out of shared memory"],
  ];
  for (const [level, line] of rows) {
    const read = entries(`${quiet}\n${line}\n  row: id=7 created_at=2020-01-01 00:00:00 state=new\n`);
    expect
      .soft(
        read.map((entry) => entry.level),
        line,
      )
      .toStrictEqual(["info", level]);
    expect.soft(read[1]?.message, line).toContain("id=7");
    expect.soft(new Date(read[1]?.timeMs ?? 0).toISOString(), line).toBe("2026-11-29T12:00:00.000Z");
  }
  for (const line of ["ERROR count: 0", "error rate 0.1", "Errors 0", "  ERROR shown in a table", "warnings: 0"])
    expect.soft(entries(`${quiet}\n${line}\n`), line).toHaveLength(1);
});

test("of an error's own lines none is torn off", () => {
  expect(
    entries("2026-11-29T12:00:00Z ERROR query failed\nERROR: relation x does not exist\nWARNING: rolled back\n"),
  ).toHaveLength(1);
});
