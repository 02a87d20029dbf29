/** Words that docs/glossary.md replaces: no file is named by one, and no function or type. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");
const WORDS =
  "desk|settle|guards|notices|so-far|inline|carry|asked-at|here|doer|look|once|shelf|witness|witnesses|testimony|trouble|material|heard";
const inFileName = new RegExp(`(?:^|[/-])(?:${WORDS})(?=[-.]|$)`);
const inName = new RegExp(
  `(?:^|-)(?:${WORDS}|desks|doers|shelves|settled|settles|looks|looked|troubles|materials)(?=-|$)`,
);
/** Words of the field: a table is looked up, a plan carried out, and Markdown has inline parts. */
const OF_THE_FIELD = /(?:^|-)(?:look-up|carry-out|inline-(?:text|nodes))(?=-|$)|^inline$/;
const DECLARED =
  /(?:\b(?:function|class|interface|type) (\w+)|\bconst (\w+) = (?:async )?(?:<\w+>)?(?:\([^()]*\)(?:: [^=]+)?|\w+) =>)/g;

const kebab = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
const isReplaced = (name: string): boolean => inName.test(kebab(name)) && !OF_THE_FIELD.test(kebab(name));
const namesIn = (text: string): string[] =>
  [...text.matchAll(DECLARED)].map(([, declared, constant]) => declared ?? constant ?? "").filter(isReplaced);

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

test("no file is named by a word that the glossary replaces", () => {
  expect(files.filter((file) => inFileName.test(file))).toEqual([]);
});

test("no function or type is", () => {
  const named = files.flatMap((file) =>
    namesIn(readFileSync(join(SRC, file), "utf8")).map((name) => `${file}: ${name}`),
  );
  expect(named).toEqual([]);
});

test("such names would be seen", () => {
  expect(
    ["workflows/desk.ts", "core/run/so-far.ts", "platform/blobs/here.ts"].every((file) => inFileName.test(file)),
  ).toBe(true);
  const code =
    "export function createDesk(\nfunction changeWitnesses(\nconst look = async (): Promise<void> => {\ntype SoFar =";
  expect(namesIn(code)).toEqual(["createDesk", "changeWitnesses", "look", "SoFar"]);
  expect(namesIn("function lookUp(\nconst only = (text: string) => text")).toEqual([]);
});
