/** Every gate that waits for an answer, with what its run has found. */

import { setTimeout as wait } from "node:timers/promises";
import { LIST_MAX } from "../../vocabulary/limits.js";
import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import type { InboxAnswer, OpenGate, RunAnswer } from "./contract.js";
import { listRuns } from "./list.js";

/** Runs that are read at a time: each may take its whole history. */
const AT_A_TIME = 8;
/** Milliseconds for one run: one that cannot be read must not keep the others from being shown. */
const RUN_MS = 5_000;
/** Milliseconds for all: whoever asks shall decide, however many runs cannot be read. */
const INBOX_MS = 15_000;

type Read = { gates: OpenGate[] } | { unreadable: string } | { answer: Extract<InboxAnswer, { ok: false }> };

/** `view` shows one run, and asks no worker. Runs that vanish meanwhile are left out; one that cannot be read in time is named. */
export async function openGates(
  view: (runId: string) => Promise<Result<RunAnswer>>,
  options: RunsOptions,
  { runMs = RUN_MS, allMs = INBOX_MS } = {},
): Promise<InboxAnswer> {
  const listed = await listRuns({ limit: LIST_MAX, asking: true }, options);
  if (!listed.ok) return listed;
  const waiting = listed.value.runs.map(({ runId }) => runId);
  const gates: OpenGate[] = [];
  const unreadable: string[] = [];
  let broken: Extract<InboxAnswer, { ok: false }> | undefined;
  const untilMs = options.now() + allMs;
  const work = async (): Promise<void> => {
    for (let runId = waiting.shift(); runId !== undefined && broken === undefined; runId = waiting.shift()) {
      const leftMs = Math.min(runMs, untilMs - options.now());
      const read = leftMs > 0 ? await within(leftMs, runId, () => view(runId)) : { unreadable: runId };
      if ("answer" in read) broken = read.answer;
      else if ("gates" in read) gates.push(...read.gates);
      else unreadable.push(read.unreadable);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  if (broken !== undefined) return broken;
  const value = gates.sort((a, b) => a.deadlineMs - b.deadlineMs);
  return { ok: true, value, unreadable: unreadable.length === 0 ? undefined : unreadable.sort() };
}

async function within(ms: number, runId: string, view: () => Promise<Result<RunAnswer>>): Promise<Read> {
  const done = new AbortController();
  const late = wait(ms, undefined, { signal: done.signal, ref: false }).catch(() => undefined);
  try {
    const answer = await Promise.race([view(), late]);
    if (answer === undefined) return { unreadable: runId };
    if (answer.ok) return { gates: gatesOf(answer.value) };
    return answer.problems[0]?.code === "run-not-found" ? { gates: [] } : { answer };
  } catch {
    // A history that cannot be folded is one run's trouble.
    return { unreadable: runId };
  } finally {
    done.abort();
  }
}

function gatesOf({ view }: RunAnswer): OpenGate[] {
  const { runId, name: runName, goal, requester, findings, answer } = view;
  const open = view.gates.filter((gate) => gate.status === "open");
  return open.map((gate) => ({ ...gate, runId, runName, goal, requester, findings, answer }));
}
