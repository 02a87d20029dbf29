/** One run as it is now: from its worker where one answers, else rebuilt from history. */

import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import type { RunAnswer } from "./contract.js";
import type { Fold } from "./fold.js";
import { withoutForged } from "./genuine.js";
import type { Execution, Histories } from "./histories.js";
import { webUrl } from "./start.js";
import { attempt, refusal, runNotFound } from "./temporal-errors.js";
import type { Workers } from "./workers.js";

export interface Found {
  /** Of the first execution. */
  runKey: string;
  newest: Execution;
  fold: Fold;
}

/** Finds a run and folds what its newest execution did; the executions before it left their state there. */
export async function find(runId: string, histories: Histories): Promise<Result<Found>> {
  return attempt(runId, async () => {
    const chain = await histories.chain(runId);
    const newest = chain?.at(-1);
    if (chain === undefined || newest === undefined) return refusal(runNotFound(runId));
    const fold = await histories.fold(runId, newest.executionId, chain.length - 1);
    return { ok: true, value: { runKey: newest.start.facts.runKey, newest, fold } };
  });
}

/** A run as its history tells of it. Nobody is asked, so that no run can keep its reader waiting. */
export async function rebuildRun(
  runId: string,
  histories: Histories,
  options: RunsOptions,
): Promise<Result<Found & { answer: RunAnswer }>> {
  const found = await find(runId, histories);
  if (!found.ok) return found;
  const { fold, newest, runKey } = found.value;
  const url = webUrl(options, runId, newest.executionId);
  const view = withoutForged(fold.view(), { runId, runKey });
  return {
    ok: true,
    value: { ...found.value, answer: { view, source: "history", waitsForWorker: false, webUrl: url } },
  };
}

export async function viewRun(
  runId: string,
  histories: Histories,
  workers: Workers,
  options: RunsOptions,
): Promise<Result<RunAnswer>> {
  const found = await rebuildRun(runId, histories, options);
  if (!found.ok) return found;
  const { fold, newest, runKey, answer } = found.value;
  if (fold.ending !== undefined) return { ok: true, value: answer };
  // To ask would only wait: what answers queries is what fails.
  if (fold.failing !== undefined) return { ok: true, value: { ...answer, failing: fold.failing } };
  return attempt(runId, async () => {
    const { executionId, start } = newest;
    const view = (await workers.seen()) ? await workers.ask(runId, executionId, start.queue) : undefined;
    if (view === undefined) return { ok: true, value: { ...answer, waitsForWorker: true } };
    if (view === null) return { ok: true, value: answer };
    return { ok: true, value: { ...answer, view: withoutForged(view, { runId, runKey }), source: "worker" } };
  });
}
