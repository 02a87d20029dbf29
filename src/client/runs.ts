/**
 * All that talks to Temporal about runs from outside; the façade, the CLI and the page stand on it and on nothing
 * below it. Every call returns problems as values.
 */

import type { Result } from "../vocabulary/result.js";
import { cancelRun } from "./runs/cancel.js";
import type { RunsOptions } from "./runs/context.js";
import type { RunAnswer, Runs } from "./runs/contract.js";
import { decideGate } from "./runs/decide.js";
import { happeningsOf } from "./runs/happenings.js";
import { Histories } from "./runs/histories.js";
import { openGates } from "./runs/inbox.js";
import { listRuns } from "./runs/list.js";
import { planGoal } from "./runs/plan.js";
import { reportOfRun } from "./runs/report.js";
import { startRun } from "./runs/start.js";
import { attempt } from "./runs/temporal-errors.js";
import { rebuildRun, viewRun } from "./runs/view.js";
import { createWorkers } from "./runs/workers.js";

export type { Result as Answered } from "../vocabulary/result.js";
export type { RunsOptions } from "./runs/context.js";
export type {
  Became,
  Decide,
  Decided,
  OpenGate,
  RunAnswer,
  RunHappening,
  RunSummary,
  Runs,
  StartedRun,
  StartRun,
} from "./runs/contract.js";

/** The calls about runs, over one connection to Temporal. */
export function createRuns(options: RunsOptions): Runs {
  const histories = new Histories(options);
  const workers = createWorkers(options);
  const view = (runId: string) => viewRun(runId, histories, workers, options);
  const rebuilt = async (runId: string): Promise<Result<RunAnswer>> => {
    const found = await rebuildRun(runId, histories, options);
    return found.ok ? { ok: true, value: found.value.answer } : found;
  };
  return {
    start: (input) => startRun(input, options),
    plan: (input, signal) => planGoal(input, workers, options, signal),
    list: (input) => listRuns(input, options),
    view,
    report: (runId, waitMs) => reportOfRun(runId, waitMs, histories, options),
    happenings: (runId, input) => happeningsOf(runId, histories, input),
    inbox: () => openGates(rebuilt, options),
    decide: (input) => decideGate(input, histories, workers, options),
    cancel: (runId) => cancelRun(runId, histories, options),
    hasWorker: () => attempt("worker", async () => ({ ok: true, value: await workers.live() })),
  };
}
