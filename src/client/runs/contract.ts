/** What the calls about runs take and give: types alone, so that the page may see them too. */
import type { DraftResult } from "../../activities/contract.js";
import type { GateView, RunStatus, RunView } from "../../core/report/view.js";
import type { Report } from "../../core/report.js";
import type { DecisionResult } from "../../core/run/state.js";
import type { GraphInput } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { GoalInput } from "../../schema/run-input.js";
import type { DecisionWord } from "../../vocabulary/decisions.js";
import type { Environment } from "../../vocabulary/node-types.js";
import type { Result } from "../../vocabulary/result.js";

export interface StartRun {
  graph: GraphInput;
  requester: string;
  dryRun?: boolean;
  /** Cli, http, demo …: the search attribute `AutoopsTrigger`. */
  trigger: string;
  /** The same key gives the same run: the workflow id is derived from it. */
  idempotencyKey?: string;
  /** What the key stands for: another value under the same key is refused. Default: graph, requester and dry run. */
  request?: unknown;
}

export interface StartedRun {
  runId: string;
  /** Run id of the first execution. */
  runKey: string;
  /** False where the idempotency key had started it before. */
  isNew: boolean;
  /** Present where nothing will be executed, because the call or this shell asks for it; the worker's policy may, too. */
  dryRun?: true;
  /** The run in the Temporal Web UI, where its address is known. */
  webUrl?: string;
}

/** A run in a list, from search attributes alone: no worker is asked. */
export interface RunSummary {
  runId: string;
  runKey: string;
  /** `terminated`: ended by an operator of Temporal; such a run has no report. */
  status: RunStatus | "dry_run" | "terminated";
  name: string;
  requester?: string;
  environment?: Environment;
  risk?: string;
  playbook?: string;
  pendingApprovals: number;
  startedAtMs: number;
  endedAtMs?: number;
}

export interface RunAnswer {
  view: RunView;
  /** `history`: no worker answered, so the view was rebuilt from history. */
  source: "worker" | "history";
  /** Present where no worker polls the run's queue. */
  waitsForWorker: boolean;
  /** Present where a worker takes the run up and cannot go on: what it said. It is tried again and again. */
  failing?: string;
  webUrl?: string;
}

/** One thing that happened in a run, from its history; `id` orders them and resumes a stream. */
export interface RunHappening {
  id: string;
  atMs: number;
  kind:
    | "run-started"
    | "graph-checked"
    | "node-started"
    | "node-retried"
    | "node-succeeded"
    | "node-failed"
    | "node-cancelled"
    | "node-skipped"
    | "gate-asked"
    | "gate-opened"
    | "gate-closed"
    | "decided"
    | "cancel-requested"
    | "run-ended";
  node?: string;
  /** One line for people. */
  text: string;
  /** The node's or gate's new status, the decision's result, the run's outcome. */
  status?: string;
}

export interface Decide {
  runId: string;
  node: string;
  decision: DecisionWord;
  /** Absent: the decision is for what the gate asks now. */
  digest?: string;
  approver: string;
  /** Absent: nobody signed in, and the policy of this machine says. */
  groups?: string[];
  comment?: string;
  /** With an approval: other params, about which the gate then asks anew. */
  params?: JsonObject;
  channel: string;
  /** The same for every delivery of one decision; default: a new one. 8 to 64 characters. */
  decisionId?: string;
}

/** `repeated`: the same person had approved the same before, and nothing changed. */
export type Became = DecisionResult | "repeated";

export interface Decided {
  /** What became of it; refusals too are results. Absent: it is only recorded, and no worker has taken it in yet. */
  result?: Became;
  /** Whether it changed anything. */
  counted: boolean;
  /** After an approval or a skip: how many people have said so, as far as is known, and how many must. */
  approvals?: { given: number; required: number };
  /** Name of the policy's rule that the gate follows; absent where the policy's defaults hold, or there is no gate. */
  rule?: string;
  runId: string;
  node: string;
}

export interface OpenGate extends GateView {
  runId: string;
  runName: string;
  goal: string;
  requester: string;
  findings: RunView["findings"];
  answer?: RunView["answer"];
}

/** The gates that wait. `unreadable`: runs that ask as well, and could not be read in time. */
export type InboxAnswer = Result<OpenGate[]> & { unreadable?: string[] };

export interface Runs {
  start(input: StartRun): Promise<Result<StartedRun>>;
  /** Plans through the worker; its policy, playbooks and model decide. Aborting cancels the plan. */
  plan(input: GoalInput, signal?: AbortSignal): Promise<Result<DraftResult>>;
  list(options: {
    limit: number;
    cursor?: string;
    openOnly?: boolean;
    status?: RunSummary["status"];
  }): Promise<Result<{ runs: RunSummary[]; next?: string }>>;
  view(runId: string): Promise<Result<RunAnswer>>;
  /** Waits until the run has ended, at most `waitMs`; `undefined` where it still goes on. */
  report(runId: string, waitMs: number): Promise<Result<Report | undefined>>;
  /**
   * What happened after `after` (exclusive), then what happens, until the run ends or `signal` aborts. Nothing where
   * there is no such run; throws where Temporal does not answer.
   */
  happenings(runId: string, options: { after?: string; signal?: AbortSignal }): AsyncIterable<RunHappening>;
  inbox(): Promise<InboxAnswer>;
  decide(input: Decide): Promise<Result<Decided>>;
  cancel(runId: string): Promise<Result<{ runId: string }>>;
  hasWorker(): Promise<Result<boolean>>;
}
