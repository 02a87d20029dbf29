/** The report of a run that has ended: its result, or what was kept of it outside Temporal. */
import { setTimeout as pause } from "node:timers/promises";
import type { Report } from "../../core/report.js";
import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import type { Ending } from "./fold/ending.js";
import { endingOf } from "./fold/ending.js";
import type { Histories } from "./histories.js";
import { opened } from "./opened.js";
import { attempt, refusal, runNotFound } from "./temporal-errors.js";

/** `HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT` */
const CLOSE_EVENT = 2;
/** Where Temporal has forgotten a run, or does not answer, what was kept of it tells how it ended. */
const KEPT_HELPS: ReadonlySet<string> = new Set(["run-not-found", "temporal-unreachable"]);

export async function reportOfRun(
  runId: string,
  waitMs: number,
  histories: Histories,
  options: RunsOptions,
): Promise<Result<Report | undefined>> {
  const answer = await attempt(runId, async () => {
    const chain = await histories.chain(runId);
    const newest = chain?.at(-1);
    if (newest === undefined) return refusal(runNotFound(runId));
    // Asked for the closing event of a run that goes on, the server waits whatever one says.
    if (newest.isOpen && waitMs <= 0) return { ok: true, value: undefined };
    return ofEnding(runId, await endingWithin(runId, newest.executionId, waitMs, options));
  });
  if (answer.ok || !answer.problems.some(({ code }) => KEPT_HELPS.has(code))) return answer;
  const kept = await options.reports?.get(runId);
  return kept === undefined ? answer : { ok: true, value: kept };
}

function ofEnding(runId: string, ending: Ending | undefined): Result<Report | undefined> {
  if (ending === undefined || ending.kind === "continued") return { ok: true, value: undefined };
  if (ending.kind !== "completed") {
    const { code, text: message, problems } = ending;
    return refusal(...(problems.length > 0 ? problems : [{ code, at: runId, message }]));
  }
  if (ending.report !== undefined) return { ok: true, value: ending.report };
  return refusal({ code: "internal", at: runId, message: `the result of ${runId} is not a report` });
}

/** Waits on the server, so that no worker is needed; follows a run that continues as new. */
async function endingWithin(runId: string, first: string, waitMs: number, options: RunsOptions) {
  const { client, namespace } = options;
  const untilMs = Date.now() + waitMs;
  let executionId = first;
  for (let isFirst = true; isFirst || Date.now() < untilMs; isFirst = false) {
    const waitNewEvent = waitMs > 0;
    const ask = () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId: runId, runId: executionId },
        historyEventFilterType: CLOSE_EVENT,
        waitNewEvent,
      });
    const given = waitNewEvent ? within(ask, untilMs, client) : ask();
    const events = (await opened(await given, client))?.history?.events ?? [];
    const ending = events.map(endingOf).find((found) => found !== undefined);
    if (ending?.kind !== "continued" && ending !== undefined) return ending;
    if (ending !== undefined) executionId = ending.nextRunId;
    if (!waitNewEvent && ending === undefined) return undefined;
  }
  return undefined;
}

/** Ends the wait in time without an error: that a run still goes on is an answer. */
async function within<T>(
  ask: () => Promise<T>,
  untilMs: number,
  client: RunsOptions["client"],
): Promise<T | undefined> {
  const stop = new AbortController();
  const answered = client.withAbortSignal(stop.signal, ask);
  const late = pause(Math.max(1, untilMs - Date.now()), undefined, { signal: stop.signal }).catch(() => undefined);
  try {
    return await Promise.race([answered, late]);
  } finally {
    stop.abort();
    answered.catch(() => undefined);
  }
}
