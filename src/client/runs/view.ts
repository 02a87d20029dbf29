/** One run as it is now: from its worker where one answers, else rebuilt from history. */

import type { RunView } from "../../core/report/view.js";
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

export async function viewRun(
  runId: string,
  histories: Histories,
  workers: Workers,
  options: RunsOptions,
): Promise<Result<RunAnswer>> {
  const found = await find(runId, histories);
  if (!found.ok) return found;
  const { fold, newest, runKey } = found.value;
  const honest = (view: RunView) => withoutForged(view, { runId, runKey });
  const url = webUrl(options, runId, newest.executionId);
  const rebuilt: RunAnswer = { view: honest(fold.view()), source: "history", waitsForWorker: false, webUrl: url };
  if (fold.ending !== undefined) return { ok: true, value: rebuilt };
  // To ask would only wait: what answers queries is what fails.
  if (fold.failing !== undefined) return { ok: true, value: { ...rebuilt, failing: fold.failing } };
  return attempt(runId, async () => {
    const view = (await workers.seen()) ? await workers.ask(runId, newest.executionId) : undefined;
    if (view === undefined) return { ok: true, value: { ...rebuilt, waitsForWorker: true } };
    if (view === null) return { ok: true, value: rebuilt };
    return { ok: true, value: { ...rebuilt, view: honest(view), source: "worker" } };
  });
}
