/** Which files of a folder are declared as logs. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logSources } from "../../../src/client/cli/own-stack.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-sources-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text = "", seconds = 3_000): void {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), seconds, seconds);
}
const declared = async () => (await logSources([folder])).map(({ path }) => basename(path));

test("of empty files that differ in their numbers alone the newest stands for all", async () => {
  write("queue17@host_upgrade.log", "", 2_000);
  write("queue20@host_upgrade.log", "", 1_000);
  write("queue3@host_upgrade.log");
  expect(await declared()).toEqual(["queue3@host_upgrade.log"]);
});

test("of those of one time one stays", async () => {
  for (const name of ["run-1.log", "run-2.log", "run-3.log"]) write(name);
  expect(await declared()).toHaveLength(1);
});

test("what holds lines stays, and so does a quiet log of its own name", async () => {
  write("error.log");
  write("access.log");
  write("day-1.log", "a line\n", 1_000);
  write("day-2.log", "a line\n");
  expect(await declared()).toEqual(["access.log", "day-1.log", "day-2.log", "error.log"]);
});
