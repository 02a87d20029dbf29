/** The log collector on real files: range, level, text, rotation, gzip, caps, what cannot be read, what must not leave. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { siblingPattern } from "../../../src/activities/connectors/files/log-files.js";
import { logCollector } from "../../../src/activities/tools/log-collector.js";
import type { Source } from "../../../src/schema/config.js";
import { configOf, contextOf, failureOf, NOW } from "../../support/tool-context.js";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "logs-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();
const line = (secondsAgo: number, level: string, message: string, more = {}): string =>
  `${JSON.stringify({ time: at(secondsAgo), level, message, ...more })}\n`;

function write(name: string, data: string | Buffer, changedSecondsAgo = 0): void {
  writeFileSync(join(dir, name), data);
  const changed = new Date(NOW - changedSecondsAgo * 1_000);
  utimesSync(join(dir, name), changed, changed);
}

const context = (path = join(dir, "app.log"), more: Partial<Extract<Source, { kind: "files" }>> = {}) => {
  const fields = { time_field: "time", level_field: "level", message_field: "message" };
  const source: Source = { kind: "files", path, format: "json", ...fields, ...more };
  return contextOf(configOf({ files: { roots: [dir] }, sources: { app: source } }));
};

async function collect(params: object, with_ = context()) {
  const output = logCollector.output.parse(
    await logCollector.run(logCollector.params.parse({ source: "app", ...params }), with_),
  );
  const blob = await with_.blobs.get(output.blob);
  const lines =
    blob === ""
      ? []
      : blob
          .trim()
          .split("\n")
          .map((text) => JSON.parse(text) as { message: string; fields?: object });
  return { output, lines, messages: lines.map(({ message }) => message) };
}

test("lines in range are counted by level, kept in order, and the newest errors come first in the sample", async () => {
  write(
    "app.log",
    line(2_000, "error", "long ago") +
      line(60, "info", "a") +
      line(50, "error", "b", { status: 500 }) +
      line(10, "fatal", "c"),
  );
  const { output, messages, lines } = await collect({});
  expect(messages).toEqual(["a", "b", "c"]);
  expect(lines[1]?.fields).toEqual({ status: 500 });
  expect(output).toMatchObject({
    total: 3,
    by_level: { info: 1, error: 1, fatal: 1 },
    first: at(60),
    last: at(10),
    truncated: false,
  });
  expect(output.sample.map(({ message }) => message)).toEqual(["c", "b", "a"]);
  expect(output.findings[0]?.statement).toBe("app: 2 of 3 lines are errors");
});

test("since, until, level and contains narrow what is collected", async () => {
  write(
    "app.log",
    line(100, "info", "Alpha") +
      line(90, "warn", "alpha beta") +
      line(80, "error", "beta") +
      line(70, "fatal", "alpha"),
  );
  expect((await collect({ level: "warn" })).messages).toEqual(["alpha beta", "beta", "alpha"]);
  expect((await collect({ contains: "ALPHA" })).messages).toEqual(["Alpha", "alpha beta", "alpha"]);
  expect((await collect({ since: at(95), until: "75s" })).messages).toEqual(["alpha beta", "beta"]);
  expect((await collect({ contains: "nothing like it" })).output).toMatchObject({ total: 0, first: null, sample: [] });
});

test("rotated and gzipped siblings are read, other files are not, and those too old to matter are left", async () => {
  write("app.log", line(10, "info", "now"));
  write("app.log.1", line(100, "info", "one"), 90);
  write("app.log.2.gz", gzipSync(line(200, "info", "two")), 190);
  write("app-2026-11-21.log.gz", gzipSync(line(300, "info", "dated")), 290);
  write("app.log.3.gz", "not gzip at all", 90_000);
  write("other.log", line(10, "info", "other"));
  write("app.log.bak", line(10, "info", "backup"));
  const { output, messages } = await collect({});
  expect(messages).toEqual(["dated", "two", "one", "now"]);
  expect(output.files).toHaveLength(4);
  expect(output.unreadable).toEqual([]);
});

test("names of siblings follow the common ways to rotate", () => {
  const pattern = siblingPattern("app.log");
  for (const name of [
    "app.log",
    "app.log.1",
    "app.log.12.gz",
    "app.log-20261122.gz",
    "app-2026-11-22.log",
    "app.1.log",
    "app.log.2026-11-22",
    "app-2026-11-22T10-00-00.000.log.gz",
    "app-2026-11-22-1.log",
  ]) {
    expect(pattern.test(name), name).toBe(true);
  }
  for (const name of ["app.log.old", "xapp.log", "app2.log", "app.log.gz.tmp", "app_error.log", "app-x.log"]) {
    expect(pattern.test(name), name).toBe(false);
  }
  expect(siblingPattern("app*.log").test("app-eu.log.1.gz")).toBe(true);
});

test("a glob takes several logs and puts their lines in order of time", async () => {
  write("a-1.log", line(40, "info", "second") + line(20, "info", "fourth"));
  write("a-2.log", line(50, "info", "first") + line(30, "info", "third"));
  const { messages } = await collect({}, context(join(dir, "a-*.log")));
  expect(messages).toEqual(["first", "second", "third", "fourth"]);
});

test("of more lines than are asked for the newest are kept, and the output says so", async () => {
  write("app.log", Array.from({ length: 500 }, (_, index) => line(600 - index, "info", `n${index}`)).join(""));
  const { output, messages } = await collect({ max_lines: 3 });
  expect(messages).toEqual(["n497", "n498", "n499"]);
  expect(output).toMatchObject({ total: 500, truncated: true });
  expect(output.findings.map(({ statement }) => statement).join()).toContain("not every matching line was kept");
});

test("a line without an end or of any length does not fill the memory, and bad lines are counted and kept", async () => {
  write(
    "app.log",
    `${line(30, "info", "a")}garbage\n${"x".repeat(300_000)}\n${line(20, "info", "b")}{"time":"${at(10)}","message":"last"}`,
  );
  const { output, messages } = await collect({});
  expect(output).toMatchObject({ total: 5, bad_lines: 2 });
  expect(messages.map((text) => text.slice(0, 7))).toEqual(["a", "garbage", "xxxxxxx", "b", "last"]);
  expect(Math.max(...messages.map((text) => text.length))).toBeLessThanOrEqual(8_000);
});

test("plain text with stack traces becomes entries", async () => {
  const stamp = (secondsAgo: number): string => at(secondsAgo).replace("T", " ").replace("Z", "");
  write("app.log", `${stamp(20)} ERROR boom\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)\n${stamp(10)} INFO fine\n`);
  const { output, messages } = await collect({}, context(undefined, { format: "text" }));
  expect(output).toMatchObject({ total: 2, by_level: { error: 1, info: 1 }, bad_lines: 0 });
  expect(messages[0]).toBe("ERROR boom\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)");
});

test("one file that cannot be read to its end among several is listed, and the others count", async () => {
  write("app.log", line(10, "info", "whole"));
  const packed = gzipSync(
    Array.from({ length: 2_000 }, (_, index) => line(100, "info", `r${Math.sin(index)}`)).join(""),
  );
  write("app.log.1.gz", packed.subarray(0, packed.length / 2), 50);
  mkdirSync(join(dir, "app.log.2"));
  const { output } = await collect({});
  expect(output.files).toEqual([join(dir, "app.log")]);
  expect(output.unreadable.map(({ path, code }) => [path, code])).toEqual([
    [join(dir, "app.log.2"), "path-not-allowed"],
    [join(dir, "app.log.1.gz"), "file-unreadable"],
  ]);
  expect(output.total).toBeGreaterThan(1);
});

test("a link out of the roots is not followed, and nothing of its target is told", async () => {
  mkdirSync(join(dir, "root"));
  write("secret.log", line(10, "error", "outside"));
  symlinkSync(join(dir, "secret.log"), join(dir, "root", "app.log"));
  const outside = context(join(dir, "root", "app.log"));
  outside.config.files.roots = [join(dir, "root")];
  const failure = await failureOf(collect({}, outside));
  expect(failure.code).toBe("path-not-allowed");
  expect(failure.message).not.toContain("secret.log");
});

test("a missing file, no declared roots and an undeclared source are told apart", async () => {
  expect((await failureOf(collect({}))).code).toBe("file-not-found");
  write("app.log", "");
  const rootless = context();
  rootless.config.files.roots = [];
  expect((await failureOf(collect({}, rootless))).code).toBe("path-not-allowed");
  const failure = await failureOf(collect({ source: "absent" }));
  expect([failure.code, failure.hint]).toEqual([
    "source-not-configured",
    expect.stringMatching(/^declared sources of kind files or loki or .*: app$/),
  ]);
  expect((await collect({})).output).toMatchObject({ total: 0, bad_lines: 0, files: [join(dir, "app.log")] });
});

test.skipIf(process.getuid?.() === 0)(
  "a file that the worker's user may not read is named (skipped: root reads all)",
  async () => {
    write("app.log", line(10, "info", "a"));
    chmodSync(join(dir, "app.log"), 0);
    expect((await failureOf(collect({}))).code).toBe("file-unreadable");
  },
);

test("secrets leave neither in the sample nor in the blob, and cannot be searched for", async () => {
  const secret = "hunter2hunter2hunter2";
  write("app.log", line(10, "error", `login failed: password=${secret}`, { authorization: `Bearer ${secret}abcdef` }));
  const { output, lines } = await collect({});
  expect(JSON.stringify([output, lines])).not.toContain("hunter2");
  expect(output.total).toBe(1);
  expect((await collect({ contains: "hunter2" })).output.total).toBe(0);
});

test("a span that is none, and a cancelled call, end without an answer", async () => {
  write("app.log", line(10, "info", "a"));
  expect((await failureOf(collect({ since: "5m", until: "10m" }))).code).toBe("params-invalid");
  const cancelled = { ...context(), signal: AbortSignal.abort() };
  expect((await failureOf(collect({}, cancelled))).code).toBe("cancelled");
});

test("the check knows a source's environment, leaves templates alone, and names what is missing", () => {
  const { config } = context(undefined, { environment: "staging" });
  expect(logCollector.reach?.({ source: "app" }, config, "nodes[0].params")).toEqual({
    urls: [],
    environment: "staging",
    problems: [],
  });
  expect(logCollector.reach?.({ source: "{{ a.b }}" }, config, "nodes[0].params").problems).toEqual([]);
  expect(logCollector.reach?.({ source: "x" }, config, "nodes[0].params").problems[0]).toMatchObject({
    code: "source-not-configured",
    at: "nodes[0].params.source",
  });
});
