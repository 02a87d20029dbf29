/** Two looks at Linux's /proc, some time apart: what was used in between. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { HOST_PROCESSES_MAX } from "../../../../vocabulary/probe-limits.js";
import {
  type CpuTimes,
  cpuTimes,
  type InterfaceCounts,
  interfaceCounts,
  type ProcessTimes,
  processTimes,
} from "./proc-format.js";

export interface Reading {
  atMs: number;
  cpu?: CpuTimes;
  interfaces: InterfaceCounts[];
  processes: Map<number, ProcessTimes>;
  /** Of a page of memory, which processors differ in. */
  pageBytes: number;
  /** How many there are, whether looked at or not. */
  processCount: number;
}
export interface Sample {
  before: Reading;
  after: Reading;
}

export async function takeSample(seconds: number, signal: AbortSignal): Promise<Sample> {
  const before = await takeReading();
  await pause(seconds * 1_000, undefined, { signal });
  return { before, after: await takeReading() };
}

/** The text of a file below /proc, or undefined where there is none (another system, a process that ended). */
export async function procText(path: string): Promise<string | undefined> {
  return readFile(`/proc/${path}`, "utf8").catch(() => undefined);
}

async function takeReading(): Promise<Reading> {
  const [stat = "", net = ""] = await Promise.all([procText("stat"), procText("net/dev")]);
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const processes = new Map<number, ProcessTimes>();
  for (const pid of pids.slice(0, HOST_PROCESSES_MAX)) {
    const times = processTimes((await procText(`${pid}/stat`)) ?? "");
    if (times !== undefined) processes.set(times.pid, times);
  }
  const atMs = performance.now();
  const pageBytes = pageBytesOf(processes.get(process.pid)?.pages);
  return {
    atMs,
    cpu: cpuTimes(stat),
    interfaces: interfaceCounts(net),
    processes,
    pageBytes,
    processCount: pids.length,
  };
}

/** By what this program itself takes, once in bytes and once in pages: a power of two. */
function pageBytesOf(ownPages: number | undefined): number {
  if (ownPages === undefined || ownPages < 1) return 4_096;
  return 2 ** Math.round(Math.log2(process.memoryUsage.rss() / ownPages));
}
