/**
 * The state of a run: one JSON value, the same in the workflow, in a query's answer and across continue-as-new.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json, JsonObject } from "../../schema/json.js";
import type { Question } from "../../schema/question.js";
import type { DecisionWord } from "../../vocabulary/decisions.js";
import type { Failure, Problem } from "../../vocabulary/problems.js";
import type { NodeGate } from "../gate/node-gate.js";

/**
 * Where a node is. `succeeded` and after are final; `planned` is the end of a node in a dry run, which starts nothing.
 */
export type NodeStatus =
  | "pending"
  | "asking"
  | "approved"
  | "running"
  | "succeeded"
  | "failed"
  | "rejected"
  | "expired"
  | "skipped"
  | "cancelled"
  | "planned";

/** How a run ended. */
export type Outcome = "succeeded" | "failed" | "rejected" | "expired" | "cancelled" | "timed_out";

export type EdgeState = "open" | "taken" | "not_taken" | "neutral";

export interface Vote {
  decision: DecisionWord;
  approver: string;
  comment?: string;
  channel?: string;
  atMs: number;
  /** Whether a signature was checked; an unsigned vote is recorded as unverified. */
  verified: boolean;
  token?: string;
  /** When a verified token says that it was signed. */
  issuedMs?: number;
  /** Groups of the person, by a verified token. */
  groups?: string[];
  decisionId?: string;
  /** Other params that came with it. */
  params?: JsonObject;
  /** It carried a token that did not hold. */
  signatureRefused?: true;
}

/** A decision that did not count. */
export interface RefusedDecision extends Pick<Vote, "decision" | "approver" | "channel" | "atMs" | "signatureRefused"> {
  result: DecisionResult;
}

/** What became of a decision. */
export type DecisionResult =
  | "accepted"
  | "already-decided"
  | "late"
  | "not-allowed"
  | "comment-required"
  /** Other params were taken: the action is asked about anew, and nothing is approved yet. */
  | "edited"
  | "edit-refused"
  | "stale-digest"
  | "gate-not-open"
  | "node-not-found";

export type GateStatus = "asking" | "open" | "approved" | "rejected" | "skipped" | "expired" | "withdrawn";

/** What the action would change, as its target read when people were asked; `problem` where it could not be read. */
export interface GatePreview {
  before: string | null;
  after: string | null;
  problem?: string;
  /** What hangs on the target, as config.yaml declares it. */
  affects?: string[];
}

/** A gate: a question to people about one action of one node. Times are milliseconds since the epoch. */
export interface Gate {
  status: GateStatus;
  /** 1 for the first question about this node; a run that was reset asks again. */
  round: number;
  openedAtMs: number;
  deadlineMs: number;
  reason: string;
  required: number;
  signed: boolean;
  nonce?: string;
  digest?: string;
  /** Run id in which people were asked. */
  askedIn?: string;
  /** What the digest is of; absent on gates of earlier versions. */
  question?: Question;
  /** Redacted params, as people were shown them. */
  shown?: JsonObject;
  /** Redacted params of the undo that was shown with them. */
  shownUndo?: JsonObject;
  preview?: GatePreview;
  votes: Vote[];
  /** Decisions that did not count, by result, and the first of them in detail. */
  refused: Partial<Record<DecisionResult, number>>;
  refusals?: RefusedDecision[];
  notices: Array<{ channel: string; ok: boolean; problem?: string; ref?: string }>;
  closedAtMs?: number;
}

export interface NodeState {
  status: NodeStatus;
  /** Edges that lead here, by state; the rest are open. */
  taken: number;
  notTaken: number;
  neutral: number;
  /** A taken failure edge leads here, directly or through others: a write may start after a failure. */
  viaFailure?: boolean;
  startedAtMs?: number;
  endedAtMs?: number;
  output?: Json;
  failure?: Failure;
  /** Why it was skipped, in words. */
  reason?: string;
  gate?: Gate;
  /** Other params than the graph's, given by a person at the gate. Times are those of the first question. */
  edited?: {
    params: JsonObject;
    by: string;
    atMs: number;
    before: JsonObject;
    openedAtMs: number;
    deadlineMs?: number;
    /** How it is asked about with these params, where that is not as the graph's check said. */
    gate?: NodeGate;
  };
  /** Where a running node with checks around its effect is; `count` is from 1, `busy` while something is on its way. */
  progress?: { phase: "precondition" | "effect" | "settle" | "verify"; count: number; busy: boolean };
  /** What the check after the effect said; absent where there is none. */
  verification?: { verdict: "verified" | "not_verified" | "inconclusive"; why?: string };
}

/** A decision that met no gate. */
export interface StrayDecision {
  decision: Vote["decision"];
  /** As far as it could be read. */
  node?: string;
  approver?: string;
  channel?: string;
  atMs: number;
  result: "unreadable" | "gate-not-open" | "node-not-found";
  /** In words, for people. */
  why: string;
}

/** Something that a node found out, with the evidence it stands on. */
export interface Finding {
  node: string;
  statement: string;
  evidence: string[];
}

export interface RunState {
  semantics: number;
  startedAtMs: number;
  /** By node id; own properties of an object without prototype keys. */
  nodes: Record<string, NodeState>;
  /** By position in the graph's list of edges; absent while open. */
  edges: Record<number, EdgeState>;
  /** Conditions and templates that could not be evaluated, notices of the check. At most `PROBLEMS_MAX`. */
  problems: Problem[];
  findings: Finding[];
  /** The node that failed without `continue_on_failure` first, if one did. */
  failedNode?: string;
  /** Decisions that arrived before their gate and name a digest. */
  early: Array<{ node: string; digest: string; vote: Vote }>;
  /** Decisions that could not be read or fit no gate at all. */
  strayDecisions: number;
  /** The first of them in detail; absent in older states and where there were none. */
  strays?: StrayDecision[];
  /** What arrived from outside, the latest last; a gate that opens later is withdrawn by it too. */
  arrived?: Json[];
  /** Milliseconds of working time used up before `workingSinceMs`. */
  workedMs: number;
  workingSinceMs?: number;
  /** Run ids of the executions that this run has continued from; none of them was reset, or its own id would stand here. */
  lineage: string[];
  ending?: "cancelled" | "timed_out";
  outcome?: Outcome;
  endedAtMs?: number;
}

/** What asking people gives: the gate's nonce and digest, what they were shown, and how each notice went. */
export interface AskedGate {
  nonce: string;
  digest: string;
  /** Run id in which people were asked, as the activity sees it. */
  askedIn: string;
  question?: Question;
  /** Redacted params. */
  shown: JsonObject;
  shownUndo?: JsonObject;
  preview?: GatePreview;
  notices: Gate["notices"];
}

/** What happened; each event is applied once, in order. Times are milliseconds since the epoch. */
export type RunEvent =
  | { kind: "node-started"; node: string; atMs: number }
  | { kind: "node-succeeded"; node: string; output: Json; atMs: number }
  | { kind: "node-failed"; node: string; failure: Failure; atMs: number }
  | { kind: "node-cancelled"; node: string; atMs: number }
  /** What was due of a running node is on its way. */
  | { kind: "step-started"; node: string; atMs: number }
  /** The pause before a verification is over. */
  | { kind: "settled"; node: string; atMs: number }
  /** `openedAtMs` where the question was put before, about other params. */
  | { kind: "gate-asked"; node: string; deadlineMs: number; openedAtMs?: number; atMs: number }
  | ({ kind: "gate-opened"; node: string; atMs: number } & AskedGate)
  /** A signed decision came; its signature is looked at. The gate does not expire over that. */
  | { kind: "vote-arrived"; node: string; atMs: number }
  | { kind: "vote-settled"; node: string; atMs: number }
  | { kind: "decided"; node: string; vote: Vote; digest?: string; atMs: number }
  /** A person gave other params, and they passed the check. */
  | { kind: "edited"; node: string; params: JsonObject; by: string; gate?: NodeGate; atMs: number }
  | { kind: "deadline-passed"; node: string; atMs: number }
  | { kind: "run-was-reset"; node: string; atMs: number }
  /** People were reminded of a gate, or further people asked. */
  | { kind: "gate-told"; node: string; notices: Gate["notices"]; atMs: number }
  /** News from outside, for `withdraw_when`. */
  | { kind: "event-arrived"; event: Json; atMs: number }
  /** What would be asked about needs no decision any more. */
  | { kind: "withdrawn"; node: string; reason: string; atMs: number }
  | { kind: "cancel-requested"; atMs: number }
  | { kind: "time-ran-out"; atMs: number };
