/** Lists of runs, from visibility alone: no worker is asked and no history is read. */
import { createHash } from "node:crypto";
import type { temporal } from "@temporalio/proto";
import { LIST_MAX } from "../../vocabulary/limits.js";
import { WORKFLOWS } from "../../vocabulary/names.js";
import type { Environment } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Result } from "../../vocabulary/result.js";
import type { RunsOptions } from "./context.js";
import type { RunSummary } from "./contract.js";
import { promptly } from "./deadline.js";
import { opened } from "./opened.js";
import { msOf, payloadValue } from "./payloads.js";
import { MEMO } from "./start.js";
import { attempt, refusal } from "./temporal-errors.js";

type Listed = temporal.api.workflow.v1.IWorkflowExecutionInfo;

export interface ListOptions {
  limit: number;
  cursor?: string;
  openOnly?: boolean;
  /** Only runs with a gate that waits. */
  asking?: boolean;
  /** Only runs that a list shows with this status. */
  status?: RunSummary["status"];
}

export async function listRuns(
  { limit, cursor, openOnly, asking, status }: ListOptions,
  { client, namespace }: RunsOptions,
): Promise<Result<{ runs: RunSummary[]; next?: string }>> {
  const damaged = cursorProblem(cursor);
  if (damaged !== undefined) return refusal(damaged);
  const from = cursor === undefined ? undefined : tokenOf(cursor);
  const conditions = [`WorkflowType = '${WORKFLOWS.runGraph}'`, "ExecutionStatus != 'ContinuedAsNew'"];
  if (openOnly === true || asking === true) conditions.push("ExecutionStatus = 'Running'");
  if (asking === true) conditions.push("AutoopsPendingApprovals > 0");
  if (status !== undefined) conditions.push(`(${conditionOf(status)})`);
  return attempt("runs", async () => {
    const request = {
      namespace,
      query: conditions.join(" AND "),
      pageSize: Math.min(Math.max(1, limit), LIST_MAX),
      nextPageToken: from,
    };
    const answer = await promptly(client, () => client.workflowService.listWorkflowExecutions(request));
    const token = answer.nextPageToken;
    const next = token && token.length > 0 ? cursorOf(token) : undefined;
    const runs = await Promise.all((answer.executions ?? []).map((info) => summaryOf(info, client)));
    return { ok: true, value: { runs, next: next || undefined } };
  });
}

/** Bytes of a digest before the server's own token: one that was cut or changed is known here, and never sent. */
const CHECK_BYTES = 6;

const checkOf = (token: Uint8Array): Buffer => createHash("sha256").update(token).digest().subarray(0, CHECK_BYTES);

/** What is wrong with a cursor, told without asking any server. */
export function cursorProblem(cursor: string | undefined): Problem | undefined {
  if (cursor === undefined || tokenOf(cursor) !== undefined) return undefined;
  const message = "cursor must be one that a list gave, whole and unchanged";
  return { code: "field-invalid", at: "cursor", message, hint: "begin again without a cursor" };
}

function cursorOf(token: Uint8Array): string {
  return Buffer.concat([checkOf(token), token]).toString("base64url");
}

function tokenOf(cursor: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]{1,4000}$/.test(cursor)) return undefined;
  const bytes = Buffer.from(cursor, "base64url");
  const token = bytes.subarray(CHECK_BYTES);
  return token.length > 0 && checkOf(token).equals(bytes.subarray(0, CHECK_BYTES)) ? token : undefined;
}

async function summaryOf(info: Listed, client: RunsOptions["client"]): Promise<RunSummary> {
  const attribute = (name: string): unknown => payloadValue(info.searchAttributes?.indexedFields?.[name]);
  const text = (name: string): string | undefined => {
    const value = attribute(name);
    return typeof value === "string" ? value : undefined;
  };
  const runId = info.execution?.workflowId ?? "";
  // A name that cannot be read hides no run.
  const memo = await opened(info.memo, client).catch(() => undefined);
  const name = payloadValue(memo?.fields?.[MEMO.name]);
  return {
    runId,
    runKey: info.firstRunId || info.execution?.runId || "",
    status: statusOf(info.status, text("AutoopsStatus")),
    name: typeof name === "string" ? name.slice(0, NAME_SHOWN_CHARS) : runId,
    requester: text("AutoopsRequester"),
    environment: text("AutoopsEnvironment") as Environment | undefined,
    risk: text("AutoopsRisk"),
    playbook: text("AutoopsPlaybook"),
    pendingApprovals: info.status === RUNNING ? Number(attribute("AutoopsPendingApprovals") ?? 0) : 0,
    startedAtMs: msOf(info.startTime),
    endedAtMs: info.closeTime ? msOf(info.closeTime) : undefined,
  };
}

/** The inverse of `statusOf`, for the server to choose by. */
function conditionOf(status: RunSummary["status"]): string {
  const told = `AutoopsStatus = '${status}'`;
  switch (status) {
    case "running":
    case "waiting":
      return `ExecutionStatus = 'Running' AND ${told}`;
    case "dry_run":
      return `ExecutionStatus IN ('Running', 'Completed') AND ${told}`;
    case "terminated":
      return "ExecutionStatus = 'Terminated'";
    case "failed":
      return `ExecutionStatus = 'Failed' OR (ExecutionStatus = 'Completed' AND ${told})`;
    case "cancelled":
      return `ExecutionStatus = 'Canceled' OR (ExecutionStatus = 'Completed' AND ${told})`;
    case "timed_out":
      return `ExecutionStatus = 'TimedOut' OR (ExecutionStatus = 'Completed' AND ${told})`;
    case "succeeded":
    case "rejected":
    case "expired":
      return `ExecutionStatus = 'Completed' AND ${told}`;
  }
}

/** Whoever started the run wrote its name, at any length. */
const NAME_SHOWN_CHARS = 200;
/** Temporal's statuses of an execution. */
const RUNNING = 1;
const COMPLETED = 2;
const ENDED: Record<number, RunSummary["status"]> = { 3: "failed", 4: "cancelled", 5: "terminated", 7: "timed_out" };

function statusOf(status: number | null | undefined, told: string | undefined): RunSummary["status"] {
  const ended = ENDED[status ?? 0];
  if (ended !== undefined) return ended;
  if (told !== undefined) return told as RunSummary["status"];
  return status === COMPLETED ? "succeeded" : "running";
}
