/** The inbox shows every gate that can be read, and names the runs that cannot. */
import { expect, test } from "vitest";
import type { RunsOptions } from "../../../src/client/runs/context.js";
import type { RunAnswer } from "../../../src/client/runs/contract.js";
import { openGates } from "../../../src/client/runs/inbox.js";
import type { Result } from "../../../src/vocabulary/result.js";

/** What the server lists: nothing but ids. */
function listing(runIds: readonly string[]): RunsOptions {
  const executions = runIds.map((workflowId) => ({ execution: { workflowId, runId: workflowId }, status: 1 }));
  const workflowService = { listWorkflowExecutions: async () => ({ executions }) };
  const client = { workflowService, withDeadline: (_: number, call: () => Promise<unknown>) => call() };
  return { client, namespace: "default", now: Date.now } as unknown as RunsOptions;
}

const asking = (runId: string, deadlineMs: number): Result<RunAnswer> => {
  const gates = [{ nodeId: "w", status: "open", deadlineMs }];
  const view = { runId, name: runId, goal: "g", requester: "rita", findings: [], gates };
  return { ok: true, value: { view, source: "worker", waitsForWorker: false } as unknown as RunAnswer };
};

test("runs that answer never, or with what cannot be folded, are named; the others are shown at once", async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `run-${String(index).padStart(2, "0")}`);
  const silent = new Set(["run-00", "run-01", "run-02", "run-03", "run-04"]);
  let reading = 0;
  let most = 0;
  const view = async (runId: string): Promise<Result<RunAnswer>> => {
    most = Math.max(most, ++reading);
    if (silent.has(runId)) return new Promise(() => undefined);
    await Promise.resolve();
    reading--;
    if (runId === "run-07") throw new RangeError("Maximum call stack size exceeded");
    return asking(runId, 1_000 - Number(runId.slice(4)));
  };
  const answer = await openGates(view, listing(ids), { runMs: 50 });
  expect(answer.ok && answer.value.map(({ runId }) => runId)).toEqual(
    ids.filter((runId) => !silent.has(runId) && runId !== "run-07").reverse(),
  );
  expect(answer.unreadable).toEqual([...silent, "run-07"]);
  expect(most).toBeLessThanOrEqual(8);
});

test("a run that vanished is left out, and a server that does not answer is told", async () => {
  const gone = async (): Promise<Result<RunAnswer>> => ({
    ok: false,
    problems: [{ code: "run-not-found", at: "r", message: "gone" }],
  });
  expect(await openGates(gone, listing(["r"]))).toEqual({ ok: true, value: [] });
  const away = async (): Promise<Result<RunAnswer>> => ({
    ok: false,
    problems: [{ code: "temporal-unreachable", at: "r", message: "away" }],
  });
  expect(await openGates(away, listing(["r", "s"]))).toMatchObject({ ok: false });
});

test("however many runs answer never, the reading ends: those that were not read are named", async () => {
  const ids = Array.from({ length: 90 }, (_, index) => `run-${String(index).padStart(2, "0")}`);
  let asked = 0;
  const view = async (): Promise<Result<RunAnswer>> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  const answer = await openGates(view, listing(ids), { runMs: 40, allMs: 100 });
  expect(answer).toEqual({ ok: true, value: [], unreadable: ids });
  expect(asked).toBeLessThan(ids.length);
});
