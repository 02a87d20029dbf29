/** Somebody exchanges a folder and a link while files are read: nothing outside the roots is read, however often. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namesUnderRoots, openUnderRoots, readBounded } from "../../src/platform/files.js";

/** Enough for hundreds of reads outside before there was a look at what was opened. */
const READS = 4_000;
const exchanges =
  process.platform === "linux" &&
  spawnSync("python3", ["-c", "import ctypes; ctypes.CDLL(None).renameat2"]).status === 0;

let place: string;
let racer: ChildProcess | undefined;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "autoops-race-")));
  for (const folder of ["root/folder/deep", "outside/deep"]) mkdirSync(join(place, folder), { recursive: true });
  for (const name of ["app.log", "deep/app.log"]) {
    writeFileSync(join(place, "root/folder", name), "inside");
    writeFileSync(join(place, "outside", name), "OUTSIDE");
  }
  writeFileSync(join(place, "outside/outside.log"), "OUTSIDE");
  symlinkSync(join(place, "outside"), join(place, "root/link"));
  symlinkSync(join(place, "outside/app.log"), join(place, "root/file-link"));
  writeFileSync(join(place, "root/file"), "inside");
});

afterEach(async () => {
  if (racer?.exitCode === null && racer.kill()) await once(racer, "exit");
  rmSync(place, { recursive: true });
});

async function exchange(...words: string[]): Promise<void> {
  const names = words.map((word) => (word.startsWith("--") ? word : join(place, word)));
  racer = spawn("python3", ["test/support/exchange.py", ...names], { stdio: ["ignore", "pipe", "inherit"] });
  if (racer.stdout !== null) await once(racer.stdout, "data");
}

async function textOf(path: string): Promise<string> {
  const opened = await openUnderRoots(path, [join(place, "root")]);
  if (!opened.ok) return opened.problem.code;
  try {
    return await opened.handle.readFile("utf8");
  } finally {
    await opened.handle.close();
  }
}

async function counted(read: () => Promise<string>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let at = 0; at < READS; at++) {
    const text = await read();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  expect(racer?.exitCode, "the exchange went on to the end").toBeNull();
  return counts;
}

test("a second name of a file outside, a pipe and a device are refused, each in words", async () => {
  linkSync(join(place, "outside/app.log"), join(place, "root/second"));
  symlinkSync("/dev/zero", join(place, "root/device"));
  const told = async (name: string): Promise<string> => {
    const opened = await openUnderRoots(join(place, "root", name), [join(place, "root")]);
    if (!opened.ok) return opened.problem.message;
    await opened.handle.close();
    return "opened";
  };
  expect(await told("second")).toContain("it has 2 names (hard links), and one may lie outside; copy it");
  expect(await told("device")).toContain("a link leads it outside");
  expect(await told("file")).toBe("opened");
  if (spawnSync("mkfifo", [join(place, "root/pipe")]).status !== 0) return;
  expect(await told("pipe")).toContain("it is not a regular file");
});

test("a file that grows while it is read is not read beyond its bound", async () => {
  const path = join(place, "root/file");
  const opened = await openUnderRoots(path, [join(place, "root")]);
  if (!opened.ok) throw new Error(opened.problem.message);
  expect(opened.size).toBe("inside".length);
  truncateSync(path, 5_000_000_000);
  expect(await readBounded(opened.handle, 1_000)).toBeUndefined();
  truncateSync(path, 1_000);
  expect((await readBounded(opened.handle, 1_000))?.length).toBe(1_000);
  await opened.handle.close();
});

describe.skipIf(!exchanges)("while names are exchanged (skipped: needs Linux and python3)", () => {
  test.each([
    ["a folder and a link", "root/folder", "root/link", "root/folder/app.log"],
    ["a folder and a link, further down", "root/folder", "root/link", "root/folder/deep/app.log"],
    ["a file and a link", "root/file", "root/file-link", "root/file"],
  ])("%s: no file outside is opened", async (_, one, other, asked) => {
    await exchange(one, other);
    const counts = await counted(() => textOf(join(place, asked)));
    expect(counts.get("OUTSIDE") ?? 0).toBe(0);
    expect(counts.get("inside") ?? 0).toBeGreaterThan(0);
    expect(counts.get("path-not-allowed") ?? 0).toBeGreaterThan(0);
  });

  test("a file of the root and a second name of one outside: the one outside is not opened", async () => {
    await exchange("--second", "root/file", "outside/app.log");
    const counts = await counted(() => textOf(join(place, "root/file")));
    expect(counts.get("OUTSIDE") ?? 0).toBe(0);
    expect(counts.get("path-not-allowed") ?? 0).toBeGreaterThan(0);
  });

  test("a folder and a link: no folder outside is listed", async () => {
    await exchange("root/folder", "root/link");
    const counts = await counted(async () => {
      const listed = await namesUnderRoots(join(place, "root/folder"), [join(place, "root")]);
      return listed.ok ? listed.names.join(" ") : listed.problem.code;
    });
    expect(counts.get("app.log deep outside.log") ?? 0).toBe(0);
    expect(counts.get("app.log deep") ?? 0).toBeGreaterThan(0);
    expect(counts.get("path-not-allowed") ?? 0).toBeGreaterThan(0);
  });
});
