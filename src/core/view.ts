/**
 * What people are shown of a run: one shape for the query `runView`, the CLI, the façade and the page.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json, JsonObject } from "../schema/json.js";
import type { Effect, Environment, NodeType } from "../vocabulary/node-types.js";
import type { Failure, Problem } from "../vocabulary/problems.js";
import type { EdgeState, Gate, GateStatus, NodeStatus, Outcome, Vote } from "./run/state.js";

/** `waiting`: nothing runs and at least one gate is open. */
export type RunStatus = "running" | "waiting" | Outcome;

export interface NodeView {
  id: string;
  name: string;
  type: NodeType;
  tool?: string;
  effect: Effect;
  gated: boolean;
  status: NodeStatus;
  startedAtMs?: number;
  endedAtMs?: number;
  reason?: string;
  failure?: Failure;
  output?: Json;
}

export interface GateView {
  nodeId: string;
  nodeName: string;
  nodeType: NodeType;
  tool?: string;
  status: GateStatus;
  reason: string;
  environment: Environment;
  target?: string;
  digest?: string;
  params: JsonObject;
  required: number;
  signed: boolean;
  openedAtMs: number;
  deadlineMs: number;
  closedAtMs?: number;
  votes: Array<Omit<Vote, "token">>;
  refused: Gate["refused"];
  notices: Gate["notices"];
}

/** Something that a node found out, with the evidence it stands on. */
export interface Finding {
  node: string;
  statement: string;
  evidence: string[];
}

export interface RunView {
  runId: string;
  runKey: string;
  status: RunStatus;
  dryRun: boolean;
  goal: string;
  name: string;
  requester: string;
  environment: Environment;
  policyDigest: string;
  startedAtMs: number;
  endedAtMs?: number;
  nodes: NodeView[];
  edges: Array<{ from: string; to: string; on: string; condition?: string; state: EdgeState }>;
  gates: GateView[];
  findings: Finding[];
  problems: Problem[];
}
