/**
 * The seam between workflows and activities: types only, so that the workflow sandbox may see it.
 * What an activity takes and returns is in history; keep both small.
 */
import type { Answer } from "../core/answer/answer.js";
import type { Verdict } from "../core/check.js";
import type { VerifiedToken } from "../core/gate/answer.js";
import type { NodeGate } from "../core/gate/node-gate.js";
import type { GateRule } from "../core/policy/approval-rule.js";
import type { Report } from "../core/report.js";
import type { RunContext } from "../core/run/context.js";
import type { AskedGate, Finding, GatePreview, Vote } from "../core/run/state.js";
import type { LedgerView, Pause } from "../core/writes/ledger.js";
import type { TakenOut } from "../goal/prompt-text.js";
import type { Graph } from "../schema/graph.js";
import type { JsonObject } from "../schema/json.js";
import type { Question } from "../schema/question.js";
import type { GoalInput, PlannerName, RunGraphInput } from "../schema/run-input.js";
import type { WriteOrder } from "../schema/write-orders.js";
import type { Effect, Environment, NodeType } from "../vocabulary/node-types.js";
import type { Problem, ProblemCode } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import type { IncidentPlan, IncidentToPlan, IncidentToTell } from "./incident/contract.js";
import type { RolloutActivities } from "./rollout/contract.js";

/** Input of every activity whose type is a tool's name. */
export interface ToolCall {
  /** Rendered: no templates are left in it. */
  params: JsonObject;
  requester: string;
  /**
   * Run id of the first execution; with the gate's nonce and the node it makes the idempotency key. Absent where the
   * tool only reads and nobody was asked: it would be repeated in history for every node.
   */
  runKey?: string;
  /** Failures of the tool itself that are tried again. */
  retries: number;
  /** For tools that are told what the run has found and done so far. */
  soFar?: RunContext;
  /** Present on a node that was gated: what the activity verifies before it acts. */
  grant?: Grant;
}

/** The approval of exactly one action, verified by the activity that acts. */
export interface Grant {
  digest: string;
  /** What people were asked, which `digest` is of. Absent on approvals of earlier versions: they are asked about again. */
  question?: Question;
  votes: Array<{ approver: string; token?: string; atMs?: number }>;
}

/** Input of `ask_approval`. */
export interface AskCall {
  nodeId: string;
  nodeName: string;
  nodeType: string;
  tool?: string;
  params: JsonObject;
  target?: string;
  environment: string;
  reason: string;
  requester: string;
  runKey: string;
  policyDigest: string;
  /** Milliseconds since the epoch. `openedAtMs` is when the question was put first. Absent in older histories, as the next three. */
  openedAtMs?: number;
  /** People who must approve, whether votes must be signed, and failures of the tool itself that are tried again. */
  required?: number;
  signed?: boolean;
  retries?: number;
  /** Absolute, milliseconds since the epoch. */
  deadlineMs: number;
  findings: Finding[];
  /** What the run found out so far, as people read it; absent in older histories. */
  answer?: Answer;
  /** Present where a rule of the policy says who may answer. */
  rule?: GateRule;
  /** What would take it back: approved with it. */
  undo?: ApprovedUndo;
  /** A person gave other params than were asked about before. */
  edited?: { by: string; before: JsonObject };
}

/** Input of `check_edit`: an action as a person would have it. */
export interface EditToCheck {
  tool: string;
  nodeType: NodeType;
  params: JsonObject;
  target?: string;
  /** How it is asked about until now: the stricter of before and after holds. */
  gate?: NodeGate;
  environment?: Environment;
  signed?: boolean;
  effect?: Effect;
}
/** `gate`: how the action with these params is to be asked about; absent in older histories. */
export type EditVerdict = { ok: true; gate?: NodeGate } | Refused;

/** Rendered params; part of the digest. */
export interface ApprovedUndo {
  tool: string;
  /** By which the policy judges it. */
  nodeType?: NodeType;
  params: JsonObject;
}

export type AskResult = AskedGate;

/** How one notice went; `ref` is by what the channel knows the message, to change it later. */
export interface NoticeResult {
  channel: string;
  ok: boolean;
  problem?: string;
  ref?: string;
}

/** Input of `tell_approvers`. */
export interface TellCall {
  event: "gate-reminder" | "gate-escalated" | "gate-closed";
  nodeId: string;
  nodeName: string;
  digest?: string;
  /** Names as in the policy; absent: the policy's own. */
  channels?: string[];
  /** The messages that tell of the gate so far, by channel: to be changed, or answered below. */
  refs?: Record<string, string>;
  /** Who may answer too from now on. */
  groups?: string[];
  /** How it closed, and who decided. */
  status?: string;
  by?: string[];
  deadlineMs?: number;
  /** The question itself, redacted: with `gate-escalated`. */
  nodeType?: string;
  tool?: string;
  target?: string;
  environment?: string;
  reason?: string;
  params?: JsonObject;
  preview?: GatePreview;
  answer?: Answer;
  rule?: GateRule;
  /** What the digest is of. */
  question?: Question;
}

export type CheckResult = { ok: true; verdict: Verdict } | Refused;
export type DraftResult =
  | {
      ok: true;
      graph: Graph;
      /** Absent in results of earlier versions: the playbooks. */
      planner?: PlannerName;
      /** Of a plan by playbook. */
      playbook?: string;
      score?: number;
      notices: Problem[];
      /** What was taken out of the texts that the plan was made from, or escaped in the prompt. */
      removed?: TakenOut[];
    }
  | {
      ok: false;
      problems: Problem[];
      /** The model may be asked again, with this. */
      repair?: Repair;
      /** The model's last draft, as it was refused. */
      draft?: string;
    };

/** What a further call of the model needs to know of the calls before it. */
export interface Repair {
  /** 1 for the first repair. */
  round: number;
  /** The answer with the problems: identifiers masked, secrets redacted. */
  answer: string;
  problems: Problem[];
  spent: { input: number; output: number; cost?: number; calls: number };
  /** The past runs that the first question told of. */
  past: Array<{ id: string; text: string }>;
  /** Of the first question, under which an accepted answer is kept. */
  key: string;
}

/** Sentences over findings: each names those it tells of, by their number from 1. */
export interface Narrative {
  sentences: Array<{ text: string; citations: number[] }>;
  /** Sentences that the model wrote and that were not kept. */
  dropped: number;
}

/** The activities that are not tools. */
export interface Activities extends RolloutActivities {
  check_graph(input: RunGraphInput, atMs?: number): Promise<CheckResult & RequestTime>;
  ask_approval(call: AskCall): Promise<AskResult>;
  tell_approvers(call: TellCall): Promise<{ notices: NoticeResult[] }>;
  draft_graph(input: GoalInput, repair?: Repair): Promise<DraftResult>;
  /** `run`: whose budget it counts to. Undefined where there is nothing to tell, or no budget or model to tell it. */
  narrate_findings(run: string, findings: Finding[]): Promise<Narrative | undefined>;
  store_report(report: Report): Promise<void>;
  check_edit(edit: EditToCheck, atMs?: number): Promise<EditVerdict & RequestTime>;
  verify_vote(vote: VoteToVerify, atMs?: number): Promise<VoteVerdict & RequestTime>;
  verify_order(order: OrderToVerify): Promise<OrderVerdict>;
  plan_incident(incident: IncidentToPlan): Promise<IncidentPlan>;
  tell_incident(told: IncidentToTell): Promise<void>;
  /** Without an outcome it goes on. */
  look_at_run(runId: string): Promise<{ outcome?: string; answer?: string }>;
  /** The seal of what the calling execution hands over. */
  seal_state(state: unknown): Promise<{ seal: string }>;
  /** Whether the execution `from` of the calling workflow id handed it over. */
  prove_state(state: unknown, from: string, seal: unknown): Promise<{ proven: boolean }>;
}

/** A signed order about writes, or a pause, which needs no signature to hold. */
export type OrderToVerify = { token: string; pause?: undefined } | { pause: Pause; token?: string };
export type OrderVerdict =
  | { ok: true; order: WriteOrder; subject: string; jti: string }
  | { ok: false; code: ProblemCode; reason: string };
/** What the ledger answers to an order. */
export type OrderAnswer =
  | { ok: true; view: LedgerView; ended: Pause[] }
  | { ok: false; code: ProblemCode; reason: string };

/** The workflow's time when it asked, given back: it is in history, unlike the time at which the answer is handled. */
export interface RequestTime {
  atMs?: number;
}

/** A vote with a token, to be verified before it counts. */
export interface VoteToVerify {
  token: string;
  runKey: string;
  nodeId: string;
  digest: string;
  decision: Vote["decision"];
  /** The token must bind all that was shown. Absent for gates of earlier versions. */
  v?: 2;
  /** Other params that came with the decision: the token must name them. */
  params?: JsonObject;
}
export type VoteVerdict = VerifiedToken | { ok: false; reason: string };
