/** Several processes that want the same program: one works, the others wait, and a dead one holds up nobody. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withLock } from "../../src/platform/lock.js";
import { findTemporalCli } from "../../src/platform/temporal/find-cli.js";
import { bareMachine, fakeGo, type Machine, source } from "./temporal/fixtures/fake-programs.js";

const finder = fileURLToPath(new URL("temporal/fixtures/finder.mjs", import.meta.url));
const quiet = (): void => undefined;
let machine: Machine;
let finders: ChildProcessWithoutNullStreams[];
beforeEach(async () => {
  machine = await bareMachine();
  finders = [];
});
afterEach(async () => {
  for (const process_ of finders) process_.kill("SIGKILL");
  await machine.remove();
});

/** A `go` that waits until the test says go-on, however long that takes. */
const patientGo = (): Promise<void> =>
  fakeGo(machine, "1.29.1", `while [ ! -e ${machine.root}/go-on ]; do /bin/sleep 0.05; done`);

function startFinder(): { process_: ChildProcessWithoutNullStreams; output: () => string } {
  const process_ = spawn(process.execPath, [finder, machine.root, JSON.stringify(source)]);
  finders.push(process_);
  let output = "";
  process_.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return { process_, output: () => output };
}

const calls = async (): Promise<number> =>
  (await readFile(join(machine.root, "go-calls"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "")
    .length;
const soon = { timeout: 15_000, interval: 30 };

test("two processes that need the CLI at once build it once, and the one that waits says for whom", async () => {
  await patientGo();
  const both = [startFinder(), startFinder()];
  await vi.waitFor(() => expect(both.map((each) => each.output()).join("")).toContain("waiting for process"), soon);
  const building = both.find((each) => !each.output().includes("waiting for process"));
  const waiting = both.find((each) => each !== building);
  expect(waiting?.output()).toContain(`waiting for process ${building?.process_.pid}, which downloads or builds`);
  await writeFile(join(machine.root, "go-on"), "");
  await vi.waitFor(() => expect(both.every((each) => each.output().includes("found "))).toBe(true), soon);
  expect(building?.output()).toContain('"origin":"build"');
  expect(waiting?.output()).toContain('"origin":"cache"');
  expect(await calls()).toBe(1);
}, 40_000);

test("when the process that builds is killed, the next one takes over and clears up", async () => {
  await patientGo();
  const first = startFinder();
  await vi.waitFor(async () => expect(await calls()).toBe(1), soon);
  const ended = once(first.process_, "exit");
  first.process_.kill("SIGKILL");
  await ended;
  await writeFile(join(machine.root, "go-on"), "");
  const found = await findTemporalCli({
    source,
    environment: machine.environment,
    say: quiet,
    ways: ["cache", "build"],
  });
  expect(found).toMatchObject({ ok: true });
  expect(await readdir(join(machine.cache, "temporal", "1.5.1"))).toEqual(["temporal"]);
}, 40_000);

test("holders never overlap, whoever finds the dead owner's lock first", async () => {
  const path = join(machine.root, "shared.lock");
  await writeFile(path, JSON.stringify({ pid: await deadPid(), host: hostname(), token: "gone" }));
  let inside = 0;
  let most = 0;
  const hold = (): Promise<void> =>
    withLock(path, { doing: "tests", say: quiet }, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    });
  await Promise.all(Array.from({ length: 5 }, hold));
  expect(most).toBe(1);
  expect((await readdir(machine.root)).filter((name) => name.startsWith("shared.lock"))).toEqual([]);
}, 20_000);

test("a lock that an earlier process of the same number left is taken over at once", async () => {
  const path = join(machine.root, "again.lock");
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: "before the restart" }));
  const work = vi.fn(async () => "done");
  expect(await withLock(path, { doing: "tests", say: () => expect.fail("it waits") }, work)).toBe("done");
});

test("a lock of another machine is respected until it has been silent for a minute", async () => {
  const path = join(machine.root, "far.lock");
  await writeFile(path, JSON.stringify({ pid: 1, host: "another-machine", token: "far" }));
  const giveUp = new AbortController();
  const said: string[] = [];
  const say = (text: string): void => {
    said.push(text);
    giveUp.abort();
  };
  const work = vi.fn(async () => "done");
  await expect(withLock(path, { doing: "tests", say, signal: giveUp.signal }, work)).rejects.toThrow();
  expect(said).toEqual(["waiting for process 1, which tests"]);
  expect(work).not.toHaveBeenCalled();
  const longAgo = new Date(Date.now() - 61_000);
  await utimes(path, longAgo, longAgo);
  expect(await withLock(path, { doing: "tests", say: quiet }, work)).toBe("done");
});

test("work that fails lets the lock go", async () => {
  const path = join(machine.root, "deep", "failing.lock");
  const failing = withLock(path, { doing: "tests", say: quiet }, async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await readdir(join(machine.root, "deep"))).toEqual([]);
});

async function deadPid(): Promise<number> {
  const process_ = spawn("/bin/sh", ["-c", "exit 0"]);
  await once(process_, "exit");
  return process_.pid as number;
}
