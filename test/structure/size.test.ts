/** What keeps files readable: none is long, and no line is. Functions are bounded by the linter (biome.json). */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");
const LINES_MAX = 250;
const WORKFLOW_LINES_MAX = 200;
const LINE_MAX_CHARS = 400;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, lines: readFileSync(join(SRC, file), "utf8").trimEnd().split("\n") }));

test(`no file has more than ${LINES_MAX} lines, none of a workflow more than ${WORKFLOW_LINES_MAX}`, () => {
  const most = (file: string) => (file.startsWith("workflows/") ? WORKFLOW_LINES_MAX : LINES_MAX);
  expect(files.filter(({ file, lines }) => lines.length > most(file)).map(({ file }) => file)).toEqual([]);
});

test(`no line has more than ${LINE_MAX_CHARS} characters`, () => {
  const long = files.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => (line.length > LINE_MAX_CHARS ? [`${file}:${index + 1}`] : [])),
  );
  expect(long).toEqual([]);
});
