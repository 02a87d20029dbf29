/** Several processes that keep runs at once: each one's runs are there, whatever becomes of the others. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { describeMemory, entryOf, got, openMemory, PAGE_KEY } from "../../support/memory.js";

const WRITER = fileURLToPath(new URL("fixtures/writer.mjs", import.meta.url));
const soon = { timeout: 60_000, interval: 20 };
let writers: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const writer of writers) writer.kill("SIGKILL");
  writers = [];
});

function startWriter(home: string, name: string, count: number) {
  const env = { ...process.env, ENTRY: JSON.stringify(entryOf("x")) };
  const child = spawn(process.execPath, [WRITER, home, name, String(count), PAGE_KEY], { env });
  writers.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  child.stdin.on("error", () => undefined);
  return { child, said: () => said, go: () => child.stdin.write("go\n") };
}

describeMemory("processes that share a memory (needs better-sqlite3-multiple-ciphers)", () => {
  test("two that keep runs at once lose none, and the file outside agrees with the database", async () => {
    const { store, home } = openMemory();
    const both = ["a", "b"].map((name) => startWriter(home, name, 25));
    await vi.waitFor(() => expect(both.every(({ said }) => said().includes("ready"))).toBe(true), soon);
    for (const { go } of both) go();
    await vi.waitFor(() => expect(both.map(({ said }) => said())).toEqual(Array(2).fill("ready\ndone\n")), soon);
    expect(got(await store.verify())).toEqual({ generation: 50, entries: 50, setAside: [] });
  }, 120_000);

  test("one that is killed at any moment holds up nobody, and what was kept before stays", async () => {
    const { store, home } = openMemory();
    for (let round = 1; round <= 3; round++) {
      const victim = startWriter(home, `v${round}`, 0);
      await vi.waitFor(() => expect(victim.said()).toContain("ready"), soon);
      victim.go();
      const count = async () => got(await store.list()).kept.filter(({ entry }) => entry.run.startsWith(`v${round}-`));
      await vi.waitFor(async () => expect((await count()).length).toBeGreaterThan(3), soon);
      const before = (await count()).length;
      const ended = once(victim.child, "exit");
      victim.child.kill("SIGKILL");
      await ended;
      expect((await count()).length).toBeGreaterThanOrEqual(before);
      got(await store.put(entryOf(`survivor-${round}`)));
    }
    expect(got(await store.verify()).setAside).toEqual([]);
  }, 120_000);
});
