/** Kept answers of the model: a damaged one is none, and one that cannot be kept costs no plan. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAnswers } from "../../src/platform/model-answers.js";

const KEY = "a".repeat(64);
const LIMITS = { entries: 2, hours: 1 };
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "answers-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const answersIn = (folder: string) => createAnswers(join(home, folder), LIMITS, Date.now);

test("an answer is given again", async () => {
  const answers = answersIn("kept");
  await answers.put(KEY, "the plan");
  expect(await answers.get(KEY)).toBe("the plan");
});

test.each(["", "null", "{}", "[]", '{"at":"x","answer":1}', "\u0000\u0000", '{"at":1795953600000,"ans'])(
  "a file that holds %j is no answer",
  async (content) => {
    mkdirSync(join(home, "kept"));
    writeFileSync(join(home, "kept", `${KEY}.json`), content);
    expect(await answersIn("kept").get(KEY)).toBeUndefined();
  },
);

test("where a file stands in place of the folder, nothing is kept and nothing fails", async () => {
  writeFileSync(join(home, "kept"), "");
  const answers = answersIn("kept");
  await answers.put(KEY, "the plan");
  expect(await answers.get(KEY)).toBeUndefined();
});

test("where something else stands in place of the answer, neither, and nothing is left behind", async () => {
  mkdirSync(join(home, "kept", `${KEY}.json`, "deeper"), { recursive: true });
  await answersIn("kept").put(KEY, "the plan");
  expect(readdirSync(join(home, "kept"))).toEqual([`${KEY}.json`]);
});

test.skipIf(process.getuid?.() === 0)("in a home that cannot be written neither", async () => {
  chmodSync(home, 0o500);
  await answersIn("kept").put(KEY, "the plan");
  expect(await answersIn("kept").get(KEY)).toBeUndefined();
});
