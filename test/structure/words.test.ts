/** Words that docs/glossary.md replaces: no file is named by one, and the names of types and functions that are done with stay so. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");
const FILE_WORDS =
  "desk|settle|guards|notices|so-far|inline|carry|asked-at|here|doer|look|once|shelf|witness|witnesses|testimony|trouble|material|heard";
const inFileName = new RegExp(`(?:^|[/-])(?:${FILE_WORDS})(?=[-.]|$)`);
const inName = /^(?:export )?(?:async )?(?:function|const|class|interface|type) (\w*(?:[Dd]esk|[Dd]oer|[Ss]helf)\w*)/gm;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

test("no file is named by a word that the glossary replaces", () => {
  expect(files.filter((file) => inFileName.test(file))).toEqual([]);
});

test("no type, function or constant is", () => {
  const named = files.flatMap((file) =>
    [...readFileSync(join(SRC, file), "utf8").matchAll(inName)].map(([, name]) => `${file}: ${name}`),
  );
  expect(named).toEqual([]);
});

test("such names would be seen", () => {
  expect(
    ["workflows/desk.ts", "core/run/so-far.ts", "platform/blobs/here.ts"].every((file) => inFileName.test(file)),
  ).toBe(true);
  expect("export function createDesk(".match(inName)).toHaveLength(1);
});
