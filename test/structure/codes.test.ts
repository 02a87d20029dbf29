/** The table of problem codes: each is used, and docs/codes.md tells each as the code has it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { CODE_MEANINGS } from "../../src/vocabulary/code-meanings.js";
import { CODES, EXIT } from "../../src/vocabulary/codes.js";
import { factsOf, type ProblemCode } from "../../src/vocabulary/problems.js";

const ROOT = resolve(import.meta.dirname, "../..");
const TABLES = ["vocabulary/codes.ts", "vocabulary/code-meanings.ts"];

/** In the table ahead of the work that will tell them. Take a code out of here with that work. */
const AHEAD: string[] = ["audit-broken"];

const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !TABLES.includes(file))
  .map((file) => readFileSync(join(ROOT, "src", file), "utf8"))
  .join("\n");
const document = readFileSync(join(ROOT, "docs/codes.md"), "utf8");
const rows = document
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.slice(2, -2).split(" | "));

test("every code is told somewhere", () => {
  const unused = Object.keys(CODES).filter((code) => !sources.includes(`"${code}"`));
  expect(unused.filter((code) => !AHEAD.includes(code))).toEqual([]);
});

test("docs/codes.md has a row for every code, with its meaning, HTTP status, exit code and whether to try again", () => {
  const documented = rows.map(([code = "", says, status, exit, again]) => [
    code.slice(1, -1),
    says,
    status,
    exit,
    again,
  ]);
  const inCode = (Object.keys(CODES) as ProblemCode[]).map((code) => {
    const { status, exit, retryable } = factsOf(code);
    return [code, CODE_MEANINGS[code], String(status), String(exit), retryable ? "yes" : "no"];
  });
  expect(documented).toEqual(inCode);
});

test("each row says what to do", () => {
  for (const row of rows) {
    expect(row, row[0]).toHaveLength(6);
    expect(row[5], row[0]).toMatch(/^[A-Z].{8,}\.$/);
  }
});

test("docs/codes.md lists every exit code, and no other", () => {
  const listed = /^Exit codes: ([\s\S]*?)\.\n\n/m.exec(document)?.[1]?.split("·") ?? [];
  expect(listed.map((text) => Number(/^\s*(\d+) /.exec(text)?.[1]))).toEqual(Object.values(EXIT));
});
