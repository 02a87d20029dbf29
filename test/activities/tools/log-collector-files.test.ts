/** The log collector on files as programs and systems leave them: encodings, line ends, long lines, lines without a time. */
import { mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logCollector } from "../../../src/activities/tools/log-collector.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "logs-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();

async function collect(data: string | Buffer, params: object = {}, format: "json" | "text" = "text", name = "app.log") {
  writeFileSync(join(dir, name), data);
  utimesSync(join(dir, name), new Date(NOW), new Date(NOW));
  const fields = { time_field: "time", level_field: "level", message_field: "message" };
  const source = { kind: "files", path: join(dir, "app.log"), format, ...fields } as const;
  const context = contextOf(configOf({ files: { roots: [dir] }, sources: { app: source } }));
  const output = await logCollector.run(logCollector.params.parse({ source: "app", ...params }), context);
  const lines = (await context.blobs.get(output.blob)).trim().split("\n");
  return {
    output,
    lines: lines.filter((line) => line !== "").map((line) => JSON.parse(line) as { level: string; message: string }),
  };
}

const swapped = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const LINES = `${at(20)} ERROR Überlauf\n${at(10)} INFO fine\n`;
test.each([
  ["UTF-16, little end first", Buffer.from(`\uFEFF${LINES}`, "utf16le"), "app.log"],
  ["UTF-16, big end first", swapped(`\uFEFF${LINES}`), "app.log"],
  ["UTF-16 without a mark", Buffer.from(LINES, "utf16le"), "app.log"],
  ["UTF-16, packed", gzipSync(Buffer.from(`\uFEFF${LINES}`, "utf16le")), "app.log.1.gz"],
  ["UTF-8 with a mark", Buffer.from(`\uFEFF${LINES}`), "app.log"],
  ["carriage returns alone", LINES.replaceAll("\n", "\r"), "app.log"],
  ["carriage returns and line feeds", LINES.replaceAll("\n", "\r\n"), "app.log"],
])("%s", async (_, data, name) => {
  const { output, lines } = await collect(data, {}, "text", name);
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ["error", "ERROR Überlauf"],
    ["info", "INFO fine"],
  ]);
  expect(output.total).toBe(2);
});

test("a JSON line of more than 64 KiB tells its level at its end", async () => {
  const long = JSON.stringify({ time: at(5), message: "x".repeat(200_000), level: "error" });
  const { output } = await collect(`${long}\n`, { level: "error" }, "json");
  expect(output.by_level).toEqual({ error: 1 });
});

test("a line that is cut for its length still tells the level that stands in its beginning", async () => {
  const long = JSON.stringify({ time: at(5), level: "error", message: "x".repeat(1_200_000) });
  const { output } = await collect(`${long}\n`, { level: "error" }, "json");
  expect(output.by_level).toEqual({ error: 1 });
});

test("lines that tell no time are said to, with how many", async () => {
  const { output } = await collect("first\nsecond\n");
  expect(output.findings.map(({ statement }) => statement)).toContain("app: 2 of 2 lines tell no time that is known");
  const known = await collect(LINES);
  expect(known.output.findings.some(({ statement }) => statement.includes("no time"))).toBe(false);
});

test("a line of two minutes ago whose zone is a name is in range", async () => {
  const local = new Date(NOW - 120_000 + 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  const { output } = await collect(`${local} CET ERROR boom\n`, { since: "15m" });
  expect(output.by_level).toEqual({ error: 1 });
});
