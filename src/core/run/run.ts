/**
 * A run at hand: its state, and what can be derived from it, with the bookkeeping that every rule shares.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Json } from "../../schema/json.js";
import { PROBLEMS_MAX } from "../../vocabulary/limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { CheckedGraph, CheckedNode } from "../check.js";
import { joinOf } from "./join.js";
import { type PlanNode, planOf, type RunPlan } from "./plan.js";
import type { GateStatus, NodeState, RunState } from "./state.js";

/** The state with what can be derived from it. Only `state` is ever stored. */
export interface Run {
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Who asked for the run. */
  readonly requester: string;
  /** Outputs by node id, as conditions and templates see them. */
  readonly outputs: Record<string, Json>;
  /** Ids whose join holds, in file order, waiting for a slot or to be asked about. */
  ready: string[];
  /** Ids of running nodes whose next read, pause or effect is due, in the order in which it became so. */
  due: string[];
  /** Signed decisions by node that are being looked at, and gates whose deadline passed meanwhile, with when. */
  readonly verifying: Map<string, number>;
  readonly overdue: Map<string, number>;
  running: number;
  /** Gates being asked or open. */
  gates: number;
  /** Nodes that are not final. */
  unsettled: number;
}

export function createRun(graph: CheckedGraph, startedAtMs: number, requester = ""): Run {
  const plan = planOf(graph);
  const nodes: Record<string, NodeState> = {};
  for (const id of plan.nodes.keys()) nodes[id] = { status: "pending", taken: 0, notTaken: 0, neutral: 0 };
  const state: RunState = {
    semantics: graph.verdict.semantics,
    startedAtMs,
    nodes,
    edges: {},
    problems: [],
    findings: [],
    early: [],
    strayDecisions: 0,
    lineage: [],
    workedMs: 0,
  };
  return resumeRun(graph, state, requester, plan);
}

/** Takes up a state that was carried over; nothing may be running in it. */
export function resumeRun(graph: CheckedGraph, state: RunState, requester = "", plan: RunPlan = planOf(graph)): Run {
  const run: Run = {
    plan,
    state,
    requester,
    outputs: {},
    ready: [],
    due: [],
    verifying: new Map(),
    overdue: new Map(),
    running: 0,
    gates: 0,
    unsettled: 0,
  };
  for (const node of plan.undo.values()) if (state.nodes[node.id] !== undefined) adopt(run, node);
  for (const entry of plan.nodes.values()) {
    const own = stateOf(run, entry.node.id);
    if (own.output !== undefined) run.outputs[entry.node.id] = own.output;
    if (isFinal(own)) continue;
    run.unsettled++;
    if (own.status === "asking") run.gates++;
    else if (own.status === "approved" || joinHolds(entry, own)) run.ready.push(entry.node.id);
  }
  return run;
}

/** Puts an undo node among the nodes of the run. */
export function adopt(run: Run, node: CheckedNode): void {
  const entry = { node, position: run.plan.nodes.size, incoming: [], outgoing: [] };
  run.plan.nodes.set(node.id, entry);
}

/** The state of a node that the plan knows. */
export function stateOf(run: Run, id: string): NodeState {
  return run.state.nodes[id] as NodeState;
}

const FINAL = new Set(["succeeded", "failed", "rejected", "expired", "skipped", "cancelled", "planned"]);
export function isFinal(own: NodeState): boolean {
  return FINAL.has(own.status);
}

function joinHolds(entry: PlanNode, own: NodeState): boolean {
  return joinOf(entry.node.join, entry.incoming.length, own.taken, own.notTaken, own.neutral) === "start";
}

/** Inserts by place in the file. */
export function makeReady(run: Run, id: string): void {
  const position = run.plan.nodes.get(id)?.position ?? 0;
  let index = run.ready.length;
  while (index > 0 && (run.plan.nodes.get(run.ready[index - 1] as string)?.position ?? 0) > position) index--;
  run.ready.splice(index, 0, id);
}

/** Takes a node from the start line. */
export function take(run: Run, id: string): void {
  const index = run.ready.indexOf(id);
  if (index >= 0) run.ready.splice(index, 1);
}

export function startWork(run: Run, atMs: number): void {
  if (run.running === 0) run.state.workingSinceMs = atMs;
  run.running++;
}

export function stopWork(run: Run, atMs: number): void {
  run.running--;
  if (run.running > 0 || run.state.workingSinceMs === undefined) return;
  run.state.workedMs += Math.max(0, atMs - run.state.workingSinceMs);
  run.state.workingSinceMs = undefined;
}

/** Milliseconds of working time used up; waiting at a gate is none. */
export function workedMs(run: Run, nowMs: number): number {
  const since = run.state.workingSinceMs;
  return run.state.workedMs + (since === undefined ? 0 : Math.max(0, nowMs - since));
}

/** Closes the node's gate, if one is being asked or open. */
export function closeGate(run: Run, id: string, status: GateStatus, atMs: number): void {
  const gate = stateOf(run, id).gate;
  if (gate === undefined || (gate.status !== "asking" && gate.status !== "open")) return;
  gate.status = status;
  gate.closedAtMs = atMs;
  run.gates--;
}

export function addProblem(run: Run, problem: Problem): void {
  if (run.state.problems.length < PROBLEMS_MAX) run.state.problems.push(problem);
}
