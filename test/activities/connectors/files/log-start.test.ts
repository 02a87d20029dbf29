/** Of a large log only the time that was asked for is read, and it is found the same as when all is read. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openLogFiles } from "../../../../src/activities/connectors/files/log-files.js";
import { startOf } from "../../../../src/activities/connectors/files/log-start.js";
import { readLogFiles } from "../../../../src/activities/connectors/files/logs.js";
import { DEFAULT_FIELDS } from "../../../../src/activities/tools/logs/entries.js";
import { configOf, contextOf } from "../../../support/tool-context.js";

const folder = mkdtempSync(join(tmpdir(), "log-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const HOUR = 3_600_000;
const PADDING = "x".repeat(150);
const json = (ms: number, text: string) => JSON.stringify({ ts: new Date(ms).toISOString(), level: "info", msg: text });
const plain = (ms: number, text: string) => `${new Date(ms).toISOString()} INFO ${text}`;

/** A line a second for so many hours, the newest now. */
function written(name: string, hours: number, line = plain): string {
  const seconds = hours * 3_600;
  const lines = Array.from({ length: seconds }, (_, at) => line(NOW - (seconds - at) * 1_000, `line ${at} ${PADDING}`));
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

async function read(path: string, format: "text" | "json" = "text") {
  const opened = await openLogFiles(path, [folder]);
  if (!opened.ok || opened.files[0] === undefined) throw new Error("not opened");
  const [file] = opened.files;
  const from = await startOf(file, NOW - HOUR, format, DEFAULT_FIELDS);
  const { size } = file;
  await file.handle.close();
  const source = { kind: "files" as const, path, format, ...DEFAULT_FIELDS };
  const config = configOf({ files: { roots: [folder] } });
  const question = { selection: { sinceMs: NOW - HOUR, untilMs: NOW }, maxLines: 20_000 };
  const { kept, cut } = await readLogFiles(source as never, question, 100_000_000, contextOf(config));
  return { from, size, lines: kept.total, first: kept.firstMs, cut };
}

test.each(["text", "json"] as const)(
  "a long %s log is read from before the hour that was asked for",
  async (format) => {
    const { from, size, lines, first, cut } = await read(
      written(`long-${format}.log`, 24, format === "json" ? json : plain),
      format,
    );
    expect(from).toBeGreaterThan(size / 2);
    expect([lines, first, cut]).toEqual([3_600, NOW - HOUR, false]);
  },
);

test("a short one is read whole, and so is one whose times do not tell where to begin", async () => {
  expect((await read(written("short.log", 2))).from).toBe(0);
  const mixed = written("mixed.log", 24, (ms, text) =>
    plain(Math.floor(ms / 1_000) % 50 === 0 ? NOW - 60_000 : ms, text),
  );
  expect((await read(mixed)).from).toBe(0);
  const timeless = written("timeless.log", 24, (_, text) => text);
  expect((await read(timeless)).from).toBe(0);
});
