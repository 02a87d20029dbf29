import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../../src/platform/folders.js";

test("makes what is missing, for its owner alone, and takes what is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "autoops-folders-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a/b/c");
  await Promise.all([makeFolder(path), makeFolder(path)]);
  await makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, "a")).mode & 0o777).toBe(0o700);
});

test.skipIf(!existsSync("/proc/self"))("ends where a file system takes no folder", async () => {
  await expect(makeFolder("/proc/nothing/below")).rejects.toMatchObject({ code: "ENOENT", syscall: "mkdir" });
});
