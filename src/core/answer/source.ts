/**
 * What an answer is made from: the part of a run that its view, its report and a tool's look at the run have in common.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import type { Failure } from "../../vocabulary/problems.js";
import type { Finding, GatePreview, GateStatus, NodeState, NodeStatus, Outcome, Vote } from "../run/state.js";

export interface AnswerNode {
  id: string;
  name: string;
  type?: string;
  tool?: string;
  status: NodeStatus;
  effect?: string;
  startedAtMs?: number;
  endedAtMs?: number;
  reason?: string;
  failure?: Failure;
  output?: Json;
  verification?: NodeState["verification"];
  undoes?: string;
}

export interface AnswerGate {
  nodeId: string;
  status: GateStatus;
  preview?: GatePreview;
  closedAtMs?: number;
  votes: Array<Pick<Vote, "decision" | "approver" | "atMs" | "verified" | "comment">>;
}

export interface AnswerSource {
  runId: string;
  goal: string;
  dryRun: boolean;
  /** Absent while the run goes on. */
  outcome?: Outcome;
  startedAtMs: number;
  nodes: readonly AnswerNode[];
  edges: ReadonlyArray<{ from: string; to: string }>;
  gates: readonly AnswerGate[];
  findings: readonly Finding[];
}
