/** Many who look at once share what is asked of Temporal, and none is told what is not so any more. */
import { expect, test } from "vitest";
import { sharedRuns } from "../../../src/client/http/shared-runs.js";
import type { RunHappening, Runs } from "../../../src/client/runs.js";

interface Told {
  calls: string[];
  runs: Runs;
  /** Answers the reads that are on their way. */
  answer(): void;
  /** Something happens in the run. */
  happen(...ids: string[]): void;
  end(error?: Error): void;
  tick(ms: number): void;
}

const turn = () => new Promise((resume) => setImmediate(resume));

function told(): Told {
  const calls: string[] = [];
  const waiting: Array<() => void> = [];
  const queue: string[] = [];
  let ended: { error?: Error } | undefined;
  let wake = (): void => undefined;
  let nowMs = 0;
  const read = (name: string) => {
    calls.push(name);
    const count = calls.length;
    return new Promise((resolve) => waiting.push(() => resolve({ ok: true, value: count })));
  };
  const fake = {
    view: (id: string) => read(`view ${id}`),
    list: () => read("list"),
    inbox: () => read("inbox"),
    hasWorker: () => read("worker"),
    report: (id: string, waitMs: number) => read(`report ${id} ${waitMs}`),
    decide: () => read("decide"),
    async *happenings(runId: string, { signal }: { signal: AbortSignal }) {
      calls.push(`follow ${runId}`);
      signal.addEventListener("abort", () => {
        calls.push("left");
        wake();
      });
      while (!signal.aborted) {
        const id = queue.shift();
        if (id !== undefined) yield { id, atMs: 0, kind: "node-started", text: id } satisfies RunHappening;
        else if (ended?.error !== undefined) throw ended.error;
        else if (ended !== undefined) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  return {
    calls,
    runs: sharedRuns(fake as unknown as Runs, () => nowMs),
    answer: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
    happen: (...ids) => {
      queue.push(...ids);
      wake();
    },
    end: (error) => {
      ended = error === undefined ? {} : { error };
      wake();
    },
    tick: (ms) => {
      nowMs += ms;
    },
  };
}

async function watch(runs: Runs, after?: string, signal?: AbortSignal): Promise<string[]> {
  const seen: string[] = [];
  for await (const { id } of runs.happenings("r", { after, signal })) seen.push(id);
  return seen;
}

test("those who ask at once are answered by one read, each run for itself", async () => {
  const { runs, calls, answer } = told();
  const asked = [runs.view("a"), runs.view("a"), runs.view("b")];
  answer();
  expect(await Promise.all(asked)).toEqual([1, 1, 2].map((value) => ({ ok: true, value })));
  expect(calls).toEqual(["view a", "view b"]);
});

test("an answer is given for a moment longer, and then asked for anew", async () => {
  const { runs, calls, answer, tick } = told();
  for (const ms of [0, 999, 1]) {
    tick(ms);
    const asked = runs.inbox();
    answer();
    await asked;
  }
  expect(calls).toEqual(["inbox", "inbox"]);
});

test("whether a worker is there is asked each time", async () => {
  const { runs, calls, answer } = told();
  for (let time = 0; time < 2; time++) {
    const asked = runs.hasWorker();
    answer();
    await asked;
  }
  expect(calls).toEqual(["worker", "worker"]);
});

test("what was asked before a decision was taken in answers nobody who asks after it", async () => {
  const { runs, calls, answer } = told();
  const before = runs.view("a");
  const decided = runs.decide({ runId: "a", node: "n", decision: "approve", approver: "ann", channel: "http" });
  const during = runs.view("a");
  answer();
  await decided;
  const after = runs.view("a");
  answer();
  expect((await Promise.all([before, during, after])).map((one) => one.ok && one.value)).toEqual([1, 3, 4]);
  expect(calls).toEqual(["view a", "decide", "view a", "view a"]);
});

test("a failure is told to those who asked together, and to nobody else", async () => {
  let asked = 0;
  const fail = async () => ({ ok: false, problems: [{ code: "temporal-unreachable", at: `${++asked}`, message: "" }] });
  const runs = sharedRuns({ view: fail } as unknown as Runs);
  await Promise.all([runs.view("a"), runs.view("a")]);
  await runs.view("a");
  expect(asked).toBe(2);
});

test("all who watch a run share one follow, and each sees everything once and in order from where they were", async () => {
  const { runs, calls, happen, end } = told();
  const first = watch(runs);
  happen("0.1", "0.2.0", "0.2.1");
  await turn();
  const second = watch(runs, "0.2.0");
  const third = watch(runs);
  await turn();
  happen("0.10");
  await turn();
  end();
  expect(await first).toEqual(["0.1", "0.2.0", "0.2.1", "0.10"]);
  expect(await second).toEqual(["0.2.1", "0.10"]);
  expect(await third).toEqual(await first);
  expect(calls).toEqual(["follow r", "left"]);
});

test("who leaves is let go, and the last one ends the follow", async () => {
  const { runs, calls, happen } = told();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = watch(runs, undefined, one.signal);
  const second = watch(runs, undefined, two.signal);
  happen("0.1");
  await turn();
  one.abort();
  expect(await first).toEqual(["0.1"]);
  happen("0.2");
  await turn();
  expect(calls).toEqual(["follow r"]);
  two.abort();
  expect(await second).toEqual(["0.1", "0.2"]);
  expect(calls).toEqual(["follow r", "left"]);
});

test("a follow that breaks breaks for all, and whoever comes back begins a new one", async () => {
  const { runs, calls, happen, end } = told();
  const both = [watch(runs), watch(runs)];
  happen("0.1");
  await turn();
  end(new Error("gone"));
  for (const one of both) await expect(one).rejects.toThrow("gone");
  await expect(watch(runs)).rejects.toThrow("gone");
  expect(calls.filter((call) => call === "follow r")).toHaveLength(2);
});

test("who is told that something happened and looks is not shown what was before", async () => {
  const { runs, calls, answer, happen, end } = told();
  const before = runs.view("r");
  answer();
  await before;
  const seen = watch(runs);
  happen("0.1");
  await turn();
  const after = runs.view("r");
  answer();
  await after;
  end();
  await seen;
  expect(calls.filter((call) => call === "view r")).toHaveLength(2);
});
