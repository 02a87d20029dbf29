/** A thousand runs that wait for a person: what they take to start, to keep and to take up again by a new worker. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { WorkflowHandle } from "@temporalio/client";
import type { Arena } from "../arena.js";
import { atOnce, eachRound, type Figure, type Side, timed } from "../figures.js";
import { within } from "../within.js";
import { approval, GATED } from "./gates.js";
import type { Scenario } from "./scenario.js";

const PARKED_SIDES = ["ours", "byHand"] as const;
const AT_ONCE = 50;
const WORKER_SECONDS = 60;
/** A thousand runs start, and end, within half a minute on a quiet machine. */
const COUNT_SECONDS = 120;

export const parked: Scenario = {
  name: "parked",
  what: "1,000 runs parked at gates",
  async measure(arena, { rounds, quick }) {
    const count = quick ? 20 : 1_000;
    const goal = { atMost: 1.05 };
    const memory: Figure = { name: `memory a run, ${count} parked`, unit: "KB", rounds: [], goal: { atMost: 1.15 } };
    const starting: Figure = { name: `start ${count} runs until all wait`, unit: "ms", rounds: [], goal };
    const resuming: Figure = { name: `new worker, ${count} approvals, all done`, unit: "ms", rounds: [], goal };
    // Minutes a side: one round in three.
    return eachRound([memory, starting, resuming], PARKED_SIDES, Math.ceil(rounds / 3), async (side, round) => {
      const { kilobytes, startMs, resumeMs } = await park(arena, side, count, `parked-${side}-${round}`);
      return [kilobytes, startMs, resumeMs];
    });
  },
};

interface Parked {
  kilobytes: number;
  startMs: number;
  resumeMs: number;
}

async function park(arena: Arena, side: Side, count: number, taskQueue: string): Promise<Parked> {
  const workers: ChildProcess[] = [];
  try {
    return await parkOn(arena, side, count, taskQueue, workers);
  } finally {
    for (const worker of workers) if (worker.exitCode === null) worker.kill("SIGKILL");
  }
}

async function parkOn(
  arena: Arena,
  side: Side,
  count: number,
  taskQueue: string,
  workers: ChildProcess[],
): Promise<Parked> {
  const first = await startWorker(arena, side, taskQueue);
  workers.push(first);
  const handles: WorkflowHandle[] = [];
  const start = async () => void handles.push(await arena.start(side, GATED, taskQueue));
  const waiting = (wanted: number) =>
    counted(arena, `TaskQueue = '${taskQueue}' AND AutoopsPendingApprovals = 1`, wanted);
  // A few that come first: what the worker needs once is not counted as theirs.
  await atOnce(items(10), 10, start);
  await waiting(10);
  await pause(1_000);
  const before = await rssOf(first);
  const startMs = await timed(async () => {
    await atOnce(items(count - 10), AT_ONCE, start);
    await waiting(count);
  });
  await pause(1_000);
  const kilobytes = ((await rssOf(first)) - before) / 1_024 / (count - 10);
  await stopWorker(first);
  const second = await startWorker(arena, side, taskQueue);
  workers.push(second);
  const resumeMs = await timed(async () => {
    await atOnce(handles, AT_ONCE, (handle) => handle.signal("approve", approval));
    await counted(arena, `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Completed'`, count);
  });
  await stopWorker(second);
  return { kilobytes, startMs, resumeMs };
}

const items = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Waits until so many runs are listed, at most `COUNT_SECONDS`. */
async function counted(arena: Arena, query: string, wanted: number): Promise<void> {
  const deadline = performance.now() + COUNT_SECONDS * 1_000;
  let found = 0;
  while (performance.now() < deadline) {
    found = (await arena.client.workflow.count(query)).count;
    if (found >= wanted) return;
    await pause(50);
  }
  throw new Error(`waited ${COUNT_SECONDS} s for ${wanted} runs, ${found} came to: ${query}`);
}

/** A worker in a process of its own, so that its memory is nobody else's. */
async function startWorker(arena: Arena, side: Side, taskQueue: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL("../run.mjs", import.meta.url));
  const bundle = side === "ours" ? arena.bundles.ours : arena.bundles.byHand;
  const child = fork(file, ["--parked-worker", arena.address, taskQueue, bundle], { stdio: "inherit" });
  await messageOf(child, "a worker of parked runs to be ready");
  return child;
}

async function rssOf(child: ChildProcess): Promise<number> {
  child.send("rss");
  return (await messageOf(child, "a worker to say its memory")) as number;
}

async function messageOf(child: ChildProcess, what: string): Promise<unknown> {
  const [message] = await within(WORKER_SECONDS, what, once(child, "message"));
  return message;
}

async function stopWorker(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.send("stop");
  await within(WORKER_SECONDS, "a worker of parked runs to stop", exited);
}
