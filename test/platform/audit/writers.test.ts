/** Several processes that write one audit log: one chain, whatever becomes of them. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { verifyAudit } from "../../../src/platform/audit/verify.js";
import { linesIn, logFiles, openLog, recordsIn, temporaryFolder } from "./support.js";

const WRITER = fileURLToPath(new URL("fixtures/writer.mjs", import.meta.url));
const soon = { timeout: 30_000, interval: 20 };
let writers: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const writer of writers) writer.kill("SIGKILL");
  writers = [];
});

interface Writer {
  said: () => string;
  go(): void;
  kill(): Promise<void>;
}

function startWriter(directory: string, name: string, count: number): Writer {
  const child = spawn(process.execPath, [WRITER, directory, name, String(count)]);
  writers.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  child.stdin.on("error", () => undefined);
  return {
    said: () => said,
    go: () => child.stdin.write("go\n"),
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("four processes that write at once keep one unbroken chain, and each line is there once", async () => {
  const { directory } = openLog(temporaryFolder());
  const all = ["a", "b", "c", "d"].map((name) => startWriter(directory, name, 150));
  await vi.waitFor(() => expect(all.every(({ said }) => said().includes("ready"))).toBe(true), soon);
  for (const writer of all) writer.go();
  await vi.waitFor(() => expect(all.map(({ said }) => said())).toEqual(Array(4).fill("ready\ndone\n")), soon);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 600, notices: [] });
  expect(logFiles(directory).length).toBeGreaterThan(1);
  const records = recordsIn(directory);
  const inOrder = Array.from({ length: 150 }, (_, n) => String(n));
  for (const name of ["a", "b", "c", "d"]) {
    expect(records.filter(({ actor }) => actor === name).map(({ node }) => node)).toEqual(inOrder);
  }
  // They did write at once: the first of the last to begin stands before the last of the first to end.
  const spans = ["a", "b", "c", "d"].map((name) => {
    const own = records.filter(({ actor }) => actor === name).map(({ sequence }) => sequence);
    return { from: Math.min(...own), to: Math.max(...own) };
  });
  expect(Math.max(...spans.map(({ from }) => from))).toBeLessThan(Math.min(...spans.map(({ to }) => to)));
}, 90_000);

test("a writer that is killed, perhaps with the lock in its hand, holds up nobody and breaks nothing", async () => {
  const { log, directory } = openLog(temporaryFolder(), { lockWaitMs: 30_000 });
  for (let round = 1; round <= 3; round++) {
    const victim = startWriter(directory, `v${round}`, 0);
    await vi.waitFor(() => expect(victim.said()).toContain("ready"), soon);
    const before = linesIn(directory).length;
    victim.go();
    await vi.waitFor(() => expect(linesIn(directory).length).toBeGreaterThan(before + 10), soon);
    await victim.kill();
    await log.record({ event: "node-finished", actor: "survivor", node: `${round}` });
  }
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, problems: [] });
  expect(recordsIn(directory).filter(({ actor }) => actor === "survivor")).toHaveLength(3);
}, 90_000);
