/** What the page asks of the façade. A problem is thrown as what the façade calls it. */

import type { Report } from "../../core/report.js";
import type { Graph } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { PlaybookOffer } from "../../schema/playbook.js";
import type { DecisionWord } from "../../vocabulary/decisions.js";
import { PAGE_HEADER } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Role } from "../../vocabulary/roles.js";
import type { ListedIncident } from "../incidents.js";
import type { OpenGate, RunAnswer, RunSummary, StartedRun } from "../runs/contract.js";
import type { PlannedGoal, PlanPreview } from "../runs/plan-preview.js";
import type { ScheduleRequest, ScheduleView } from "../schedules.js";
import type { WritesView } from "../writes.js";

/** A problem document, or the façade's silence. */
export class Failure extends Error {
  override readonly name = "Trouble";
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    /** All that the façade found wrong; the first one is the message. */
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }
}

interface ProblemDocument {
  code?: string;
  detail?: string;
  hint?: string;
  problems?: Problem[];
}

interface Decision {
  decision: DecisionWord;
  comment?: string;
  digest?: string;
}

/** What became of a decision. Without a result it waits for a worker; `message` says what else is to be known. */
export interface DecisionAnswer {
  counted: boolean;
  result?: string;
  message?: string;
}

const base = "/api/v1";
const runPath = (runId: string): string => `${base}/runs/${encodeURIComponent(runId)}`;

/** Dispatched on the window when the façade no longer knows who is asking. */
export const SIGNED_OUT = "autoops-signed-out";

/** Who acts by this page; `subject` is absent where somebody must sign in first. */
export interface WebSession {
  required: boolean;
  subject?: string;
  roles?: Role[];
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    const headers = { accept: "application/json", [PAGE_HEADER]: "1", ...init.headers };
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Failure(
      "facade-unreachable",
      "the façade does not answer",
      "look whether autoops serve still runs; the page tries again by itself",
    );
  }
  const body = (await response.json().catch(() => undefined)) as ProblemDocument | undefined;
  if (response.ok) return body as T;
  // Whoever was signed in no longer is: the frame asks them to sign in again.
  if (response.status === 401) dispatchEvent(new Event(SIGNED_OUT));
  const { code = "internal", detail = `the façade answered ${response.status}`, hint, problems } = body ?? {};
  throw new Failure(code, detail, hint, problems);
}

const post = (body: object, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

export interface GoalWish {
  goal: string;
  planner?: "model" | "playbook";
  playbook?: string;
  params?: JsonObject;
}

export const planGoal = (wish: GoalWish): Promise<PlannedGoal> => ask(`${base}/plans`, post(wish));

/** A graph that somebody wrote, as text. */
export const previewGraph = (graph: string): Promise<PlanPreview> => ask(`${base}/plans/preview`, post({ graph }));

export const listPlaybooks = (): Promise<{ playbooks: PlaybookOffer[] }> => ask(`${base}/playbooks`);

/** Starts exactly this graph; the same key starts it once, however often it is sent. */
export const startRun = (graph: Graph, dryRun: boolean, key: string): Promise<StartedRun> =>
  ask(`${base}/runs`, post({ graph, ...(dryRun ? { dry_run: true } : {}) }, { "idempotency-key": key }));

export const readSession = (): Promise<WebSession> => ask(`${base}/session`);
export const beginSession = (key: string): Promise<WebSession> => ask(`${base}/session`, post({ key: key.trim() }));
export const endSession = (): Promise<void> => ask(`${base}/session`, { method: "DELETE" });

interface Listing {
  cursor?: string;
  status?: string;
}

export function listRuns({ cursor, status }: Listing): Promise<{ runs: RunSummary[]; next?: string }> {
  const query = new URLSearchParams({ limit: "30" });
  if (cursor !== undefined) query.set("cursor", cursor);
  if (status !== undefined) query.set("status", status);
  return ask(`${base}/runs?${query}`);
}

export const readRun = (runId: string, signal?: AbortSignal): Promise<RunAnswer> => ask(runPath(runId), { signal });

/** Undefined while the run goes on. */
export async function readReport(runId: string): Promise<Report | undefined> {
  const answer = await ask<Report | { status: "running" }>(`${runPath(runId)}/report`);
  return "outcome" in answer ? answer : undefined;
}

export interface Inbox {
  gates: OpenGate[];
  /** Runs that ask too, and could not be read in time. */
  unreadable?: string[];
  /** What holds writes back; absent where the façade cannot tell. */
  writes?: WritesView;
}
export const readInbox = (): Promise<Inbox> => ask(`${base}/inbox`);

/** The digest says which action is meant: another one is refused. */
export function decide(runId: string, node: string, { digest, ...decision }: Decision): Promise<DecisionAnswer> {
  const headers: Record<string, string> = digest === undefined ? {} : { "if-match": `"${digest}"` };
  const path = `${runPath(runId)}/approvals/${encodeURIComponent(node)}`;
  return ask(path, post({ ...decision, channel: "page" }, headers));
}

export const cancelRun = (runId: string): Promise<{ runId: string }> => ask(`${runPath(runId)}/cancel`, post({}));

export const listIncidents = (): Promise<{ incidents: ListedIncident[] }> => ask(`${base}/incidents?limit=100`);
export const readIncident = (id: string): Promise<ListedIncident> => ask(`${base}/incidents/${encodeURIComponent(id)}`);

const schedules = `${base}/schedules`;
export type ScheduleWish = Omit<ScheduleRequest, "graph"> & { graph?: string; preview?: boolean };
export const listSchedules = (): Promise<{ schedules: ScheduleView[] }> => ask(schedules);
export const createSchedule = (wish: ScheduleWish): Promise<ScheduleView> => ask(schedules, post(wish));
export const changeSchedule = (name: string, change: "pause" | "resume" | "trigger"): Promise<ScheduleView> =>
  ask(`${schedules}/${encodeURIComponent(name)}/${change}`, post({}));
export const deleteSchedule = (name: string): Promise<{ name: string }> =>
  ask(`${schedules}/${encodeURIComponent(name)}`, { method: "DELETE" });

export const eventsPath = (runId: string): string => `${runPath(runId)}/events`;

/** What the page shows of a problem; a code may be of a façade newer than the page. */
export interface ShownProblem extends Pick<Problem, "message" | "hint"> {
  code: string;
  at?: string;
}

export function problemsOf(error: unknown): readonly ShownProblem[] {
  if (!(error instanceof Failure)) {
    return [{ code: "internal", message: "the page met an error of its own", hint: "load it again" }];
  }
  const { code, message, hint, problems } = error;
  return problems.length > 0 ? problems : [{ code, message, hint }];
}
