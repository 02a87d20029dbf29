/**
 * Names that cross a boundary: task queues, workflow types and ids, signals, search attributes.
 * Loaded by the workflow sandbox: imports nothing but numbers.
 */
import { WORKFLOW_ID_MAX_CHARS } from "./limits.js";

export const RUN_QUEUE = "autoops";
/** Planner calls have their own queue, so that the server can bound their rate for all workers. */
export const PLANNER_QUEUE = "autoops-planner";

export const WORKFLOWS = {
  runGraph: "runGraph",
  planGoal: "planGoal",
  runGoal: "runGoal",
  narrate: "narrateFindings",
  keepRates: "keepRates",
  keepLedger: "keepLedger",
  incident: "incident",
  runScheduled: "runScheduled",
  watchRollouts: "watchRollouts",
} as const;

/** Activities that are not tools. A tool's activity type is the tool's own name. */
export const ACTIVITIES = {
  checkGraph: "check_graph",
  checkEdit: "check_edit",
  askApproval: "ask_approval",
  tellApprovers: "tell_approvers",
  draftGraph: "draft_graph",
  narrate: "narrate_findings",
  storeReport: "store_report",
  verifyVote: "verify_vote",
  verifyOrder: "verify_order",
  sealState: "seal_state",
  proveState: "prove_state",
  planIncident: "plan_incident",
  readRun: "look_at_run",
  tellIncident: "tell_incident",
  lookAtRollouts: "look_at_rollouts",
  takeRollout: "take_rollout",
} as const;
export const RESERVED_TOOL_NAMES: readonly string[] = Object.values(ACTIVITIES);

export const SIGNALS = { approve: "approve", reject: "reject", skip: "skip" } as const;
/** `patched` id of runs that know the answer skip; what was sent to older ones changed nothing. */
export const SKIPS = "decision-skip";
/** Brings news from outside (`{ name, … }`), which `withdraw_when` looks at. */
export const EVENT_SIGNAL = "event";
/** How a precondition or verification calls what it read, and `withdraw_when` what arrived. */
export const READ_NAME = "output";
export const EVENT_NAME = "event";
export const UPDATES = { decide: "decide" } as const;
/** What the keeper of rates is asked and told. */
export const RATES = { take: "take", hold: "hold", count: "count" } as const;
/** What an incident is told and asked. */
export const INCIDENT = { take: "alerts", view: "incidentView" } as const;
/** The memo in which an incident shows how it stands, also where no worker runs. */
export const INCIDENT_MEMO = "autoops_incident";
/** The id of the incident of a hook and a group; `hash` is of the values that its alerts share. */
export const incidentId = (hook: string, hash: string): string => `alert-${hook}-${hash}`;
export const isIncidentId = (id: string): boolean => /^alert-[a-z0-9][a-z0-9_-]{0,40}-[0-9a-f]{24}$/.test(id);
/** The id of the watch over the rollouts of a hook. */
export const rolloutsId = (hook: string): string => `rollouts-${hook}`;
/** The memo in which it shows how each target stands, also where no worker runs. */
export const ROLLOUTS_MEMO = "autoops_rollouts";
/** The id of the one keeper of all workers of a queue. */
export function ratesId(queue: string): string {
  return queue === RUN_QUEUE ? "autoops-rates" : `autoops-rates-${queue}`;
}
/** What the ledger of writes is told and asked. */
export const LEDGER = { pause: "pause", resume: "resume", override: "override", startWrite: "start_write" } as const;
/** The memo in which the ledger shows what is paused, also where no worker runs. */
export const LEDGER_MEMO = "autoops_writes";
/** The id of the one ledger of all workers of a queue. */
export function ledgerId(queue: string): string {
  return queue === RUN_QUEUE ? "autoops-ledger" : `autoops-ledger-${queue}`;
}
export const QUERIES = { runView: "runView" } as const;

/** Changes by the page carry this header: no form and no link of another site can. */
export const PAGE_HEADER = "x-autoops-page";

/** Search attributes within SQL visibility's budget; no secrets, no e-mail addresses. */
export const SEARCH_ATTRIBUTES = {
  AutoopsStatus: "Keyword",
  AutoopsEnvironment: "Keyword",
  AutoopsRisk: "Keyword",
  AutoopsRequester: "Keyword",
  AutoopsPlaybook: "Keyword",
  AutoopsTrigger: "Keyword",
  AutoopsTargets: "KeywordList",
  AutoopsPendingApprovals: "Int",
} as const;

/**
 * The workflow id of a run that a person starts: `<slug of the goal or graph name>-<unique tail>`.
 * `tail` is 8 to 26 lower-case letters and digits.
 */
export function runId(title: string, tail: string): string {
  const room = WORKFLOW_ID_MAX_CHARS - tail.length - 1;
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, Math.min(room, 48))
    .replace(/^-+|-+$/g, "");
  return `${slug === "" ? "run" : slug}-${tail}`;
}

/** The id of the run that a `runGoal` workflow starts as its child. */
export function childRunId(goalWorkflowId: string): string {
  return `${goalWorkflowId}.run`;
}

/** The activity id of the call that asks for a node's approval: Temporal wants it to differ from the node's own. */
export function askId(nodeId: string, round: number): string {
  return `ask:${nodeId}:${round}`;
}
export function nodeOfAskId(activityId: string): string | undefined {
  return /^ask:([a-zA-Z0-9_.-]+):\d+$/.exec(activityId)?.[1];
}

/** The activity id of a notice about a gate; `what` is the place of a reminder or step, or `closed`. */
export function tellId(nodeId: string, round: number, what: string): string {
  return `tell:${nodeId}:${round}:${what}`;
}
export function nodeOfTellId(activityId: string): string | undefined {
  return /^tell:([a-zA-Z0-9_.-]+):\d+:\w+$/.exec(activityId)?.[1];
}

/** The activity ids of the reads around an effect, which run one after another. */
export function readId(nodeId: string, purpose: "precondition" | "verify", count: number): string {
  return `${purpose}:${nodeId}:${count}`;
}
export function nodeOfReadId(activityId: string): string | undefined {
  return /^(?:precondition|verify):([a-zA-Z0-9_-]+):\d+$/.exec(activityId)?.[1];
}

/** What a decision may be about: a node of the graph, or what takes its effect back. */
export const GATE_NODE_PATTERN = /^[a-zA-Z0-9_-]{1,64}(?:\.undo)?$/;

/** The id of the node that takes a node's effect back. Not a name that a graph can give: no dot may stand there. */
export function undoId(nodeId: string): string {
  return `${nodeId}.undo`;
}

/** The workflow that a run belongs to for budgets: of a `runGoal` and the run that it starts, the first. */
export function baseRunId(workflowId: string): string {
  return workflowId.replace(/\.run$/, "");
}

/** Of the façade: where the codec server is, and the port where nothing else is said. */
export const CODEC_PATH = "/codec";
export const DEFAULT_PORT = 8080;
