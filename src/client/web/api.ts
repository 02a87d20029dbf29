/** What the page asks of the façade. A problem is thrown as what the façade calls it. */
import type { Report } from "../../core/report.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { OpenGate, RunAnswer, RunSummary } from "../runs/contract.js";

/** A problem document, or the façade's silence. */
export class Trouble extends Error {
  override readonly name = "Trouble";
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

interface Decision {
  decision: "approve" | "reject";
  comment?: string;
  digest?: string;
}

/** What became of a decision. `counted` is false where it waits for a worker. */
export interface DecisionAnswer {
  counted: boolean;
}

const base = "/api/v1";
const runPath = (runId: string): string => `${base}/runs/${encodeURIComponent(runId)}`;

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { accept: "application/json", ...init.headers } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Trouble("facade-unreachable", "the façade does not answer", "is it still running?");
  }
  const body = (await response.json().catch(() => undefined)) as { code?: string; detail?: string; hint?: string };
  if (response.ok) return body as T;
  throw new Trouble(body?.code ?? "internal", body?.detail ?? `the façade answered ${response.status}`, body?.hint);
}

const post = (body: object, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

export const listRuns = (cursor?: string): Promise<{ runs: RunSummary[]; next?: string }> =>
  ask(`${base}/runs?limit=30${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);

export const readRun = (runId: string, signal?: AbortSignal): Promise<RunAnswer> => ask(runPath(runId), { signal });

/** Undefined while the run goes on. */
export async function readReport(runId: string): Promise<Report | undefined> {
  const answer = await ask<Report | { status: "running" }>(`${runPath(runId)}/report`);
  return "outcome" in answer ? answer : undefined;
}

export const readInbox = (): Promise<{ gates: OpenGate[] }> => ask(`${base}/inbox`);

/** The digest says which action is meant: another one is refused. */
export function decide(runId: string, node: string, { digest, ...decision }: Decision): Promise<DecisionAnswer> {
  const headers: Record<string, string> = digest === undefined ? {} : { "if-match": `"${digest}"` };
  const path = `${runPath(runId)}/approvals/${encodeURIComponent(node)}`;
  return ask(path, post({ ...decision, channel: "page" }, headers));
}

export const cancelRun = (runId: string): Promise<{ runId: string }> => ask(`${runPath(runId)}/cancel`, post({}));

export const eventsPath = (runId: string): string => `${runPath(runId)}/events`;

export function asProblem(error: unknown): Pick<Problem, "message" | "hint"> & { code: string } {
  if (error instanceof Trouble) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "internal", message: "the page met an error of its own", hint: "load it again" };
}
