/**
 * What Temporal's history proves of a run: who decided, and what was done. Read from every execution of the run, those
 * before a reset included, to be held against the audit log.
 */

import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import { promptly } from "./deadline.js";
import { EvidenceInTheMaking, type RunEvidence } from "./evidence/collect.js";
import { Histories } from "./histories.js";
import { opened } from "./opened.js";
import type { HistoryEvent } from "./payloads.js";
import { attempt, grpcCodeOf, isNotFound, refusal, runNotFound } from "./temporal-errors.js";

type Where = Pick<RunsOptions, "client" | "namespace">;

const UNIMPLEMENTED = 12;
/** Executions of one run: a run that was reset so often is not held against the log. */
const EXECUTIONS_MAX = 200;

export async function evidenceOf(runId: string, options: Where): Promise<Result<RunEvidence>> {
  return attempt(runId, async () => {
    const chain = await new Histories(options).chain(runId);
    const newest = chain?.at(-1);
    if (chain === undefined || newest === undefined) return refusal(runNotFound(runId));
    const { runKey } = newest.start.facts;
    const evidence = new EvidenceInTheMaking(runId, runKey);
    const ids = new Set([...chain.map(({ executionId }) => executionId), ...(await listed(runId, runKey, options))]);
    for (const executionId of ids) {
      const events = await eventsOf(runId, executionId, options);
      if (events === undefined) evidence.isWhole = false;
      else for (const event of events) evidence.add(executionId, event);
    }
    // The first execution has the run's key for its id; without it, what it did cannot be told.
    if (!ids.has(runKey)) evidence.isWhole = false;
    return { ok: true, value: evidence.done(newest.isOpen) };
  });
}

/** Those that the chain does not lead to: a run that was reset left its former self behind. */
async function listed(runId: string, runKey: string, { client, namespace }: Where): Promise<string[]> {
  const query = `WorkflowId = '${runId.replaceAll("'", "''")}'`;
  try {
    const request = { namespace, query, pageSize: EXECUTIONS_MAX };
    const { executions } = await promptly(client, () => client.workflowService.listWorkflowExecutions(request));
    const own = (executions ?? []).filter(({ firstRunId, execution }) => (firstRunId || execution?.runId) === runKey);
    return own.flatMap(({ execution }) => execution?.runId ?? []);
  } catch (error) {
    // The test server has no lists, and no resets either.
    if (grpcCodeOf(error) === UNIMPLEMENTED) return [];
    throw error;
  }
}

async function eventsOf(
  workflowId: string,
  runId: string,
  { client, namespace }: Where,
): Promise<HistoryEvent[] | undefined> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  try {
    do {
      const request = { namespace, execution: { workflowId, runId }, nextPageToken };
      const page = await promptly(client, () => client.workflowService.getWorkflowExecutionHistory(request));
      events.push(...((await opened(page, client)).history?.events ?? []));
      nextPageToken = page.nextPageToken && page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
    } while (nextPageToken !== undefined);
    return events;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
