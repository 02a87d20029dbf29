/** Timestamps, levels and entries: what a line says about when and how bad. */
import { describe, expect, test } from "vitest";
import { durationMs, instantMs, isoText, spanText } from "../../../../src/activities/tools/kit/instant.js";
import { DEFAULT_FIELDS, EntryReader, type LogEntry } from "../../../../src/activities/tools/logs/entries.js";
import { fieldLevel } from "../../../../src/activities/tools/logs/levels.js";
import { lineLevel } from "../../../../src/activities/tools/logs/line-level.js";
import { fieldTimeMs, findTime, TimeFinder } from "../../../../src/activities/tools/logs/times.js";

const reference = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["2026-11-22T10:00:00.123Z rest", "2026-11-22T10:00:00.123Z"],
  ["[2026-11-22 10:00:00,5] rest", "2026-11-22T10:00:00.500Z"],
  ["2026-11-22T10:00:00+02:00 rest", "2026-11-22T08:00:00.000Z"],
  ["2026-11-22 10:00:00 -0130 rest", "2026-11-22T11:30:00.000Z"],
  ["2026/11/22 10:00:00 rest", "2026-11-22T10:00:00.000Z"],
  ['10.0.0.1 - - [22/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5', "2026-11-22T09:00:00.000Z"],
  ["[Sun Nov 22 10:00:00.250000 2026] [error] rest", "2026-11-22T10:00:00.250Z"],
  ["Nov 22 10:00:00 host app[1]: rest", "2026-11-22T10:00:00.000Z"],
  ["Dec  3 10:00:00 host app: rest", "2025-12-03T10:00:00.000Z"],
  ["<34>1 2026-11-22T10:00:00.003Z host app - - rest", "2026-11-22T10:00:00.003Z"],
  ["E1122 10:00:00.000000    7 file.go:1] rest", "2026-11-22T10:00:00.000Z"],
  ["081109 203615 148 INFO rest", "2008-11-09T20:36:15.000Z"],
  ["1795341600 rest", "2026-11-22T10:00:00.000Z"],
  ["1795341600.25 rest", "2026-11-22T10:00:00.250Z"],
  ["1795341600123 rest", "2026-11-22T10:00:00.123Z"],
])("the time of %j is %s", (line, time) => {
  expect(isoText(findTime(line, reference)?.ms ?? 0)).toBe(time);
});

test("a finder that knows how the lines of a log begin finds the same as one that knows nothing", () => {
  const knows = new TimeFinder(reference);
  const lines = [
    ...["10.0.0.1", "10.0.0.22", "10.0.0.1"].map(
      (host) => `${host} - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5`,
    ),
    "10.0.0.1:43210 [22/Nov/2026:10:00:01.250] in app/a 0/0/1 200",
    "10.0.0.1:43211 [22/Nov/2026:10:00:01.250] in app/a 0/0/1 200",
    "2026-11-22T10:00:00Z 10.0.0.1 - - [22/Nov/2026:11:00:00 +0000] forwarded",
    "10.0.0.1:43211 in app/a 0/0/1 503 without a time",
    'File "/usr/lib/python3.11/socketserver.py", line 1691, in handle',
    "Nov 22 10:00:00 host app[12]: [22/Nov/2026:11:00:00 +0000] nested",
  ];
  for (const line of [...lines, ...lines]) expect([line, knows.find(line)]).toEqual([line, findTime(line, reference)]);
});

describe("only a time at the head of a line is its time", () => {
  test.each([
    "ERROR tls: certificate of api.test expired on 2026-11-01 00:00:00",
    "  row: id=7 created_at=2020-01-01 00:00:00 state=new",
    "certificate valid until Nov 22 10:00:00 2027 GMT",
    "ERROR job: next run at 2026-12-01T00:00:00Z",
    'level=error msg="token expired" not_after=2026-11-01T00:00:00Z',
    "user said: see you on 2026-11-30 12:00:00",
    "    at step 3 of [22/Nov/2026:10:00:00 +0100]",
    "WARN last backup is of 2026/10/01 03:00:00",
    'panic: parsing time "2026-11-01 00:00:00": extra text',
  ])("%s", (line) => {
    expect(findTime(line, reference)).toBeUndefined();
  });

  test.each([
    ['time="2026-11-22T10:00:00Z" level=info msg=x'],
    ['level=info msg="a b" ts=2026-11-22T10:00:00Z'],
    ['{"level":"info", "time": "2026-11-22T10:00:00Z", cut off'],
    ["[ERROR] [main] 2026-11-22 10:00:00 boom"],
    ["INFO:root:2026-11-22 10:00:00 boom"],
    ["ERROR 2026-11-22 10:00:00 boom"],
    ["web-app  | 2026-11-22 10:00:00 boom"],
    ["nova-api.log.1 2026-11-22 10:00:00.000 25746 INFO boom"],
    ["- 1795341600 2026.11.22 dn228 Nov 22 10:00:00 dn228/dn228 crond: x"],
    ["haproxy[123]: 10.0.0.1:4000 [22/Nov/2026:10:00:00] front"],
    ['shop.test:80 10.0.0.1 - frank [22/Nov/2026:10:00:00 +0000] "GET /"'],
  ])("%s", (line) => {
    expect(isoText(findTime(line, reference)?.ms ?? 0)).toBe("2026-11-22T10:00:00.000Z");
  });

  const read = (text: string): LogEntry[] => {
    const reader = new EntryReader("text", DEFAULT_FIELDS, reference);
    const all = text.split("\n").map((line) => reader.push(line));
    return [...all, reader.end()].filter((entry) => entry !== undefined);
  };

  test("a continuation that names another time is kept with its entry", () => {
    const rows = "  row: id=7 created_at=2020-01-01 00:00:00 state=new\n  expires 2020-01-01 00:00:00";
    const entries = read(`2026-11-22 10:00:00 ERROR bad row\n${rows}\n2026-11-22 10:00:01 INFO next`);
    expect(entries.map(({ message }) => message)).toEqual([`ERROR bad row\n${rows}`, "INFO next"]);
  });

  test("a line of a log without times keeps its text whole, and no time", () => {
    const line = "ERROR tls: certificate of api.test expired on 2026-11-01 00:00:00";
    expect(read(line)).toMatchObject([{ timeMs: undefined, level: "error", message: line }]);
  });
});

test("a line whose numbers are no time has none", () => {
  for (const line of [
    "order 2026-13-45T99:00:00Z",
    "Feb 31 10:00:00 x",
    "12345 items",
    `${"x".repeat(130)} 2026-11-22T10:00:00Z`,
  ]) {
    expect(findTime(line, reference), line).toBeUndefined();
  }
});

test("a field tells its time as text or as seconds, milli-, micro- or nanoseconds", () => {
  const ms = Date.parse("2026-11-22T10:00:00Z");
  for (const value of [ms, ms / 1_000, ms * 1_000, ms * 1e6, "2026-11-22T10:00:00Z", "2026-11-22 10:00:00"]) {
    expect(fieldTimeMs(value, reference)).toBe(ms);
  }
  for (const value of [null, true, 5, -1, Number.NaN, "yesterday", {}])
    expect(fieldTimeMs(value, reference)).toBeUndefined();
});

test("instants are ISO times or durations back from now; anything else is none", () => {
  expect(instantMs("15m", reference)).toBe(reference - 900_000);
  expect(instantMs("90s", reference)).toBe(reference - 90_000);
  expect(instantMs("2026-11-22", reference)).toBe(Date.parse("2026-11-22"));
  expect(instantMs("2026-11-22T10:00:00+01:00", reference)).toBe(Date.parse("2026-11-22T09:00:00Z"));
  for (const text of ["", "m", "15", "-5m", "15 minutes", "now", "2026", "2026-99-99"]) {
    expect(instantMs(text, reference), text).toBeUndefined();
  }
  expect(durationMs("2h")).toBe(7_200_000);
  expect([spanText(45_000), spanText(180_000), spanText(7_200_000), spanText(1e9)]).toEqual([
    "45 seconds",
    "3 minutes",
    "2 hours",
    "12 days",
  ]);
});

test.each([
  ['time="x" level=warning msg="y"', "warn"],
  ["[Sun Nov 22 10:00:00 2026] [error] [client 1.2.3.4] File does not exist", "error"],
  ["[core:crit] boom", "fatal"],
  ["2026-11-22 10:00:00 INFO error rate is fine", "info"],
  ["2026-11-22 10:00:00 WARN  pool nearly full", "warn"],
  ["W1122 10:00:00.000000 7 file.go:1] slow", "warn"],
  ["<11>Nov 22 10:00:00 host app: x", "error"],
  ['10.0.0.1 - - [22/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 503 5', "error"],
  ['10.0.0.1 - - [22/Nov/2026:10:00:00 +0100] "GET /error HTTP/1.1" 200 5', "info"],
  ["java.lang.NullPointerException: x", "error"],
  ["all is well, no errors", "unknown"],
])("the level of %j is %s", (line, level) => {
  const found = findTime(line, reference);
  expect(lineLevel(line, found === undefined ? line : line.slice(found.end).trim())).toBe(level);
});

test("a level field may be a name in any case, pino's number or syslog's", () => {
  expect(["WARNING", "Error", "notice", 50, 30, 3, 0, "loud", null].map(fieldLevel)).toEqual([
    "warn",
    "error",
    "info",
    "error",
    "info",
    "error",
    "fatal",
    "unknown",
    "unknown",
  ]);
});

describe("entries", () => {
  const read = (format: "json" | "text", lines: string[]): { entries: LogEntry[]; bad: number } => {
    const reader = new EntryReader(format, DEFAULT_FIELDS, reference);
    const entries = [...lines.map((line) => reader.push(line)), reader.end()].filter((entry) => entry !== undefined);
    return { entries, bad: reader.badLines };
  };

  test("a stack trace belongs to the entry before it", () => {
    const { entries, bad } = read("text", [
      "2026-11-22 10:00:00 ERROR request failed",
      "java.lang.IllegalStateException: closed",
      "    at com.shop.Pool.take(Pool.java:12)",
      "Caused by: java.io.IOException: gone",
      "2026-11-22 10:00:01 INFO next",
    ]);
    expect(entries.map(({ level }) => level)).toEqual(["error", "info"]);
    expect(entries[0]?.message).toContain("Caused by: java.io.IOException: gone");
    expect(bad).toBe(0);
  });

  test("a line without a time between JSON lines is kept, counted as bad, at the time of the line before it", () => {
    const { entries, bad } = read("json", [
      '{"time":"2026-11-22T10:00:00Z","level":"info","message":"a","status":200}',
      "Segmentation fault",
      '{"broken',
      '{"time":"2026-11-22T10:00:01Z","level":"info","message":"b"}',
    ]);
    expect(bad).toBe(2);
    expect(entries.map(({ message }) => message)).toEqual(["a", "Segmentation fault", '{"broken', "b"]);
    expect(entries[1]?.timeMs).toBe(Date.parse("2026-11-22T10:00:00Z"));
    expect(entries[0]?.fields).toEqual({ status: 200 });
  });

  test("a log whose lines tell no time has one entry a line", () => {
    const { entries, bad } = read("text", ["first", "second", "  indented", "third"]);
    expect(entries.map(({ message }) => message)).toEqual(["first", "second\n  indented", "third"]);
    expect(bad).toBe(3);
  });

  test("other loggers' field names are known, and a prototype key is no field", () => {
    const { entries } = read("json", [
      '{"ts":1795341600,"severity":"ERROR","msg":"x","__proto__":{"a":1},"n":{"a":1}}',
    ]);
    expect(entries[0]).toEqual({
      timeMs: 1_795_341_600_000,
      level: "error",
      message: "x",
      fields: { n: '{"a":1}' },
    });
  });
});
