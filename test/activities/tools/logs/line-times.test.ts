/** When an entry was written: zones, shapes of common programs, entries over several lines, and what tells no time. */
import { describe, expect, test } from "vitest";
import { DEFAULT_FIELDS, EntryReader, type LogEntry } from "../../../../src/activities/tools/logs/entries.js";
import { fieldTimeMs, findTime } from "../../../../src/activities/tools/logs/times.js";

const REFERENCE = Date.parse("2026-11-29T12:00:30Z");
const text = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
const NOON = "2026-11-29T12:00:00.000Z";

describe("zones", () => {
  test.each([
    "2026-11-29 13:00:00 CET boom",
    "2026-11-29 13:00:00.000 CET [71] LOG:  boom",
    "2026-11-29 09:00:00-03 boom",
    "2026-11-29 09:00:00.000 -03 [12] boom",
    "2026-11-29 15:00:00 GMT+3 boom",
    "2026-11-29 15:00:00 UTC+03:00 boom",
    "2026-11-29 07:00:00 EST boom",
    "2026-11-29 04:00:00 PST boom",
    "2026-11-29 17:30:00 +05:30 boom",
    "2026-11-29 17:30:00 IST boom",
    "2026-11-29 21:00:00 JST boom",
    "2026-11-29 15:00:00 MSK boom",
    "2026-11-29 23:00:00 AEDT boom",
    "2026-11-29T13:00:00+01:00[Europe/Berlin] boom",
    "2026-11-29 13:00:00 Europe/Berlin boom",
    "[29-Nov-2026 13:00:00 Europe/Berlin] PHP Warning:  boom",
    "Sun Nov 29 13:00:00 CET 2026 boom",
    "Sun, 29 Nov 2026 07:00:00 EST boom",
    "Nov 29 12:00:00 UTC host boom",
  ])("%s", (line) => {
    expect(text(findTime(line, REFERENCE)?.ms)).toBe(NOON);
  });

  test.each([
    "2026-11-29T13:00:00CET",
    "2026-11-29 13:00:00 CET",
    "2026-11-29T09:00:00-03",
    "2026-11-29T15:00:00 GMT+3",
  ])("in a field: %s", (value) => expect(text(fieldTimeMs(value, REFERENCE))).toBe(NOON));

  test.each(["2026-11-29 12:00:00 INFO boom", "2026-11-29 12:00:00 GET /x", "2026-11-29 12:00:00 FOO boom"])(
    "a word that is no zone is none: %s",
    (line) => expect(text(findTime(line, REFERENCE)?.ms)).toBe(NOON),
  );
});

test.each([
  ["01-Nov-2026 08:00:00.000 SEVERE [main] org.apache.catalina.x boom", "2026-11-01T08:00:00.000Z"],
  ["1:M 29 Nov 2026 12:00:00.000 # boom", NOON],
  ["Nov 29, 2026 12:00:00 PM com.shop.Cart add", NOON],
  ["Nov 29, 2026 1:05:00 AM com.shop.Cart add", "2026-11-29T01:05:00.000Z"],
  ["29-Nov-2026 12:00:00.000 queries: info: client @0x7f 10.0.0.1#53: boom", NOON],
  ["11-29 12:00:00.000  1234  1250 E Tag: boom", NOON],
  ["29.11.2026 12:00:00 boom", NOON],
  ["29.11.2026 12:00 boom", NOON],
  ["2026-11-29T12:00Z boom", NOON],
  ["2026-11-29 12:00 boom", NOON],
  ["Sun, 29 Nov 2026 12:00:00 +0000 boom", NOON],
  ["type=AVC msg=audit(1795953600.000:42): avc: denied", NOON],
  ["29/11/2026 12:00:00 boom", NOON],
  ["11/29/2026 12:00:00 PM boom", NOON],
  ["11/28/2026, 9:05:03 PM boom", "2026-11-28T21:05:03.000Z"],
  ["20261129-12:00:00:606|Step_LSC|30002312|boom", "2026-11-29T12:00:00.606Z"],
  ["20261129T120000Z boom", NOON],
  ["26/11/29 12:00:00 INFO executor.Executor: boom", NOON],
  ["[11.29 12:00:00] chrome.exe - boom", NOON],
  ["2026-11-29-12.00.00.363779 R02 RAS KERNEL INFO boom", "2026-11-29T12:00:00.363Z"],
  ["134681 node-246 unix.hw state_change.unavailable 1795953600 1 boom", NOON],
  ["[29/Nov/2026:12:00:00.123] boom", "2026-11-29T12:00:00.123Z"],
  ['[29/Nov/2026 12:00:00] "GET / HTTP/1.1" 200 5', NOON],
  ["[GIN] 2026/11/29 - 12:00:00 | 200 |", NOON],
  ["INFO [11-29|12:00:00.000] Imported", NOON],
  ["[1234:1129/120000.123456:ERROR:gpu.cc(1)] boom", "2026-11-29T12:00:00.123Z"],
  ["12:00:00.000 [main] INFO c.s.Cart -- boom", NOON],
  ["23:59:59.000 [main] INFO c.s.Cart -- boom", "2026-11-28T23:59:59.000Z"],
  ["2026-11-29 12:00:00:123 boom", "2026-11-29T12:00:00.123Z"],
  ["261129 12:00:00 mysqld_safe boom", NOON],
  ["@400000006b0c3bca00000000 boom", undefined],
  ["[12345.678901] EXT4-fs error", undefined],
  ["13/13/2026 12:00:00 boom", undefined],
  ["retry in 12:00:00 or later", undefined],
])("the time of %j is %s", (line, time) => {
  const found = text(findTime(line, REFERENCE)?.ms)?.replace(/\.363\d*Z/, ".363Z");
  expect(found).toBe(time);
});

const read = (format: "json" | "text", lines: string[]): LogEntry[] => {
  const reader = new EntryReader(format, DEFAULT_FIELDS, REFERENCE);
  return [...lines.map((line) => reader.push(line)), reader.end()].filter((entry) => entry !== undefined);
};

describe("entries over several lines", () => {
  const pretty = (value: object): string[] => JSON.stringify(value, null, 2).split("\n");
  const boom = { time: "2026-11-29T12:00:00Z", level: "error", message: "boom", at: { file: "a{b", line: 1 } };

  test.each(["json", "text"] as const)("pretty JSON in a log of kind %s", (format) => {
    const entries = read(format, [...pretty(boom), ...pretty({ ...boom, level: "info", message: "next" })]);
    expect(entries).toMatchObject([
      { level: "error", message: "boom", timeMs: Date.parse(NOON) },
      { level: "info", message: "next" },
    ]);
  });

  test("a pretty array of entries", () => {
    const entries = read("json", pretty([boom, { ...boom, level: "warn" }]));
    expect(entries.map(({ level }) => level)).toEqual(["error", "warn"]);
  });

  test("an object that a dated line shows belongs to that line", () => {
    const entries = read("text", ["2026-11-29 12:00:00 INFO config:", ...pretty({ level: "error" })]);
    expect(entries).toMatchObject([{ level: "info" }]);
  });

  test("an object that never ends is kept as its lines", () => {
    const entries = read("json", [
      "{",
      '  "level": "error",',
      '{"time":"2026-11-29T12:00:00Z","level":"info","message":"next"}',
    ]);
    expect(entries.at(-1)).toMatchObject({ level: "info", message: "next" });
    expect(entries.map(({ message }) => message).join(" ")).toContain('"level": "error"');
  });

  test("java.util.logging writes an entry on two lines", () => {
    const entries = read("text", [
      "Nov 29, 2026 12:00:00 PM com.shop.Cart add",
      "SEVERE: boom",
      "Nov 29, 2026 12:00:01 PM com.shop.Cart add",
      "INFO: fine",
    ]);
    expect(entries.map(({ level }) => level)).toEqual(["error", "info"]);
  });
});

describe("traces of a log without times are one entry each", () => {
  const python = [
    "Traceback (most recent call last):",
    '  File "x.py", line 1, in <module>',
    "    run()",
    "shop.Fault: boom",
  ];
  const chained = [...python, "", "During handling of the above exception, another exception occurred:", "", ...python];
  const go = [
    "panic: boom",
    "",
    "goroutine 1 [running]:",
    "main.run(0x1, {0x2, 0x3})",
    "\t/app/main.go:9 +0x1d",
    "created by main.main",
    "\t/app/main.go:3 +0x2b",
    "exit status 2",
  ];
  const signal = [
    "panic: runtime error: invalid memory address",
    "[signal SIGSEGV: segmentation violation code=0x1]",
    "",
    "goroutine 7 [running]:",
    "main.main()",
  ];
  test.each([
    ["Python", python],
    ["Python, one behind another", chained],
    ["Go", go],
    ["Go by a signal", signal],
  ])("%s", (_, trace) => {
    const entries = read("text", ["started", ...trace, "stopped", ...trace]);
    expect(entries.map(({ message }) => message.split("\n", 1)[0])).toEqual(["started", trace[0], "stopped", trace[0]]);
    expect(entries.map(({ level }) => level)).toEqual([
      "unknown",
      expect.stringMatching(/error|fatal/),
      "unknown",
      expect.anything(),
    ]);
    expect(entries[1]?.message).toBe(trace.filter((line) => line !== "").join("\n"));
  });

  test("two of them in a row are two", () => {
    expect(read("text", [...python, ...python])).toHaveLength(2);
  });
});

test("an entry says whether it told its own time", () => {
  const entries = read("text", ["no time here", "2026-11-29 12:00:00 INFO one"]);
  expect(entries.map(({ timeMs }) => timeMs)).toEqual([undefined, Date.parse(NOON)]);
});
