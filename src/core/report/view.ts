/**
 * What people are shown of a run: one shape for the query `runView`, the CLI, the façade and the page.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import type { Json, JsonObject } from "../../schema/json.js";
import type { Question } from "../../schema/question.js";
import type { Effect, Environment, NodeType } from "../../vocabulary/node-types.js";
import type { Failure, Problem } from "../../vocabulary/problems.js";
import type { Answer } from "../answer/answer.js";
import { answerOf } from "../answer/build.js";
import type { CheckedNode } from "../check.js";
import { gateEnvironment, gateOf } from "../gate/gate-of.js";
import type { GateRule } from "../policy/approval-rule.js";
import { type Run, stateOf } from "../run/run.js";
import type {
  EdgeState,
  Finding,
  Gate,
  GateStatus,
  NodeState,
  NodeStatus,
  Outcome,
  StrayDecision,
  Vote,
} from "../run/state.js";
import { straysOf } from "../run/stray-decisions.js";

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
  /** What the check after its effect said; absent where it has none. */
  verification?: NodeState["verification"];
  /** The node whose effect it takes back. */
  undoes?: string;
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
  /** What the digest is of; absent on gates of earlier versions. Whoever signs holds it against the rest. */
  question?: Question;
  params: JsonObject;
  /** A person gave other params than the graph has; `before` is what was asked first. */
  edited?: { by: string; atMs: number; before: JsonObject };
  /** What it would change, where the tool can tell. */
  preview?: Gate["preview"];
  /** What would take it back, shown with the question: its approval covers this too. */
  undo?: { tool: string; params: JsonObject };
  required: number;
  signed: boolean;
  /** Name of the rule that it follows; absent where the policy's defaults hold. */
  rule?: string;
  /** Who may answer from the start; absent: whoever the defaults let. */
  groups?: string[];
  forbidRequester?: boolean;
  commentRequired?: GateRule["comment"];
  /** Who may answer too, from when on. */
  escalations?: Array<{ atMs: number; groups: string[]; channel?: string }>;
  onTimeout?: GateRule["onTimeout"];
  openedAtMs: number;
  deadlineMs: number;
  closedAtMs?: number;
  votes: Array<Omit<Vote, "token">>;
  refused: Gate["refused"];
  refusals?: Gate["refusals"];
  notices: Gate["notices"];
}

export interface RunView {
  /** What a person reads first; absent in views of earlier versions. */
  answer?: Answer;
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
  /** Decisions that fit no gate at all, or could not be read; absent where there were none. */
  strayDecisions?: number;
  /** The first of them in detail, and at the end those whose gate never came; absent where there were none. */
  strays?: StrayDecision[];
}

/** Who asked for the run and where it runs: what the state does not hold. */
export interface RunFacts {
  runId: string;
  runKey: string;
  requester: string;
}

/** Projects a run for people. */
export function viewOf(run: Run, facts: RunFacts): RunView {
  const { graph } = run.plan;
  const { state } = run;
  const strays = straysOf(state);
  const nodes = [...run.plan.nodes.values()].map((entry) => entry.node);
  const view: RunView = {
    runId: facts.runId,
    runKey: facts.runKey,
    status: statusOf(run),
    dryRun: graph.verdict.dryRun,
    goal: graph.goal_description,
    name: graph.name,
    requester: facts.requester,
    environment: graph.verdict.environment,
    policyDigest: graph.verdict.policyDigest,
    startedAtMs: state.startedAtMs,
    endedAtMs: state.endedAtMs,
    nodes: nodes.map((node) => nodeView(run, node)),
    edges: graph.edges.map((edge, position) => ({
      from: edge.from_node_id,
      to: edge.to_node_id,
      on: edge.on,
      condition: edge.condition || undefined,
      state: state.edges[position] ?? "open",
    })),
    gates: nodes.flatMap((node) => gateView(run, node)),
    findings: state.findings,
    problems: [...graph.verdict.notices, ...state.problems],
    strayDecisions: state.strayDecisions === 0 ? undefined : state.strayDecisions,
    strays: strays.length === 0 ? undefined : strays,
  };
  return { ...view, answer: answerOf({ ...view, outcome: state.outcome }) };
}

export function statusOf(run: Run): RunStatus {
  if (run.state.outcome !== undefined) return run.state.outcome;
  return run.running === 0 && run.gates > 0 ? "waiting" : "running";
}

function nodeView(run: Run, node: CheckedNode): NodeView {
  const own = stateOf(run, node.id);
  return {
    id: node.id,
    name: node.name,
    type: node.type,
    tool: node.tool || undefined,
    effect: node.effect,
    gated: node.gate !== undefined,
    status: own.status,
    startedAtMs: own.startedAtMs,
    endedAtMs: own.endedAtMs,
    reason: own.reason,
    failure: own.failure,
    output: own.output,
    verification: own.verification,
    undoes: node.undoes,
  };
}

function gateView(run: Run, node: CheckedNode): GateView[] {
  const { gate } = stateOf(run, node.id);
  const asked = gateOf(run, node.id);
  if (gate === undefined || asked === undefined) return [];
  return [
    {
      nodeId: node.id,
      nodeName: node.name,
      nodeType: node.type,
      tool: node.tool || undefined,
      status: gate.status,
      reason: gate.reason,
      environment: gateEnvironment(run, node.id),
      target: asked.target,
      digest: gate.digest,
      question: gate.question,
      params: gate.shown ?? {},
      ...editedView(stateOf(run, node.id)),
      preview: gate.preview,
      undo: node.undo !== undefined && gate.shownUndo ? { tool: node.undo.tool, params: gate.shownUndo } : undefined,
      required: gate.required,
      signed: gate.signed,
      openedAtMs: gate.openedAtMs,
      deadlineMs: gate.deadlineMs,
      closedAtMs: gate.closedAtMs,
      ...ruleView(asked.rule, gate.openedAtMs),
      votes: gate.votes.map(({ token: _, ...vote }) => vote),
      refused: gate.refused,
      ...(gate.refusals === undefined ? {} : { refusals: gate.refusals }),
      notices: gate.notices,
    },
  ];
}

/** What people are shown of the rule that a gate follows. */
export function ruleView(rule: GateRule | undefined, openedAtMs: number): Partial<GateView> {
  if (rule === undefined) return {};
  const { name, groups, forbidRequester, comment, escalate, onTimeout } = rule;
  return {
    rule: name,
    groups,
    forbidRequester,
    commentRequired: comment,
    onTimeout,
    escalations: escalate.map(({ afterSeconds, ...rung }) => ({ atMs: openedAtMs + afterSeconds * 1_000, ...rung })),
  };
}

function editedView({ edited }: NodeState): Pick<GateView, "edited"> {
  if (edited === undefined) return {};
  const { by, atMs, before } = edited;
  return { edited: { by, atMs, before } };
}
