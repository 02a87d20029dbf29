/**
 * Holds all processes of a sandbox together to one amount of memory: the kernel's limit (RLIMIT_AS) is of each process
 * alone. They are looked at several times a second; between two looks the limit of each process and their number hold.
 */
import { readdir, readFile } from "node:fs/promises";

const LOOK_EVERY_MS = 100;
const KILOBYTE = 1_024;

/** Calls `onOver` once when what descends from `pid` has more than `maxBytes`; the answer ends the watch. */
export function watchMemory(pid: number, maxBytes: number, onOver: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const sample = async (): Promise<void> => {
    const used = await memoryBelow(pid);
    if (ended) return;
    if (used > maxBytes) return onOver();
    timer = setTimeout(() => void sample(), LOOK_EVERY_MS);
  };
  timer = setTimeout(() => void sample(), LOOK_EVERY_MS);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

async function memoryBelow(pid: number): Promise<number> {
  let sum = 0;
  for (let level = await childrenOf(pid); level.length > 0; ) {
    for (const one of level) sum += await memoryOf(one);
    level = (await Promise.all(level.map(childrenOf))).flat();
  }
  return sum;
}

/** What a process leaves behind becomes a child of the sandbox's first one, so that none is out of sight. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => textOf(`/proc/${pid}/task/${thread}/children`)));
  return lists.flatMap((list) => list.trim().split(" ").filter(Boolean).map(Number));
}

/** Its share of what it has with others; where the kernel keeps that back, all that is not of files. */
async function memoryOf(pid: number): Promise<number> {
  const shares = /^Pss:\s+(\d+) kB$/m.exec(await textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  if (shares !== undefined) return Number(shares) * KILOBYTE;
  const status = await textOf(`/proc/${pid}/status`);
  const own = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  return own.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * KILOBYTE, 0);
}

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
