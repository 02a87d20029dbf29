/** What the log collector counts beyond what it keeps. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logCollector } from "../../../src/activities/tools/log-collector.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "logs-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("every line is counted by template, level and minute, whatever is kept", async () => {
  const lines = Array.from({ length: 3_000 }, (_, at) => {
    const time = new Date(NOW - (3_000 - at) * 100).toISOString();
    return at % 10 === 0
      ? `${time} ERROR order ${at} failed: token=abcdef0123456789abcdef`
      : `${time} INFO order ${at} was paid`;
  });
  writeFileSync(join(dir, "app.log"), `${lines.join("\n")}\n`);
  const fields = { time_field: "time", level_field: "level", message_field: "message" };
  const source = { kind: "files", path: join(dir, "app.log"), format: "text", ...fields } as const;
  const context = contextOf(configOf({ files: { roots: [dir] }, sources: { app: source } }));
  const output = logCollector.output.parse(
    await logCollector.run(logCollector.params.parse({ source: "app", max_lines: 100 }), context),
  );
  expect(output).toMatchObject({ total: 3_000, kept: 100, truncated: true, by_level: { info: 2_700, error: 300 } });
  expect(output.templates?.map(({ count, by_level }) => [count, by_level])).toEqual([
    [2_700, { info: 2_700 }],
    [300, { error: 300 }],
  ]);
  const rows = (await context.blobs.get(output.counts_blob ?? "")).trim().split("\n");
  const [paid, failed] = rows.map((row) => JSON.parse(row) as { spans: Array<[string, number]>; examples: string[] });
  expect(paid?.spans.reduce((sum, [, count]) => sum + count, 0)).toBe(2_700);
  expect(paid?.spans.length).toBeGreaterThan(4);
  expect(failed?.examples.join()).not.toContain("abcdef0123456789");
  expect(output.findings.find(({ statement }) => statement.includes("not every"))?.evidence).toEqual([
    "3000 lines were counted, 100 of them are kept",
  ]);
});
