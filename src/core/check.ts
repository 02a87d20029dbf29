/**
 * The check of a graph against the catalogue and the policy: every problem in one pass, each with a path and a way
 * out. What passes is a verdict, small enough for history; graph and verdict together are the checked graph.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */

import type { Graph, Node } from "../schema/graph.js";
import { PROBLEMS_MAX, SEMANTICS } from "../vocabulary/limits.js";
import { type Effect, type Environment, type NodeType, strictest } from "../vocabulary/node-types.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import type { Catalogue } from "./check/catalogue.js";
import type { CheckContext } from "./check/context.js";
import { checkEffects, type GuardFacts } from "./check/effect-checks.js";
import { checkExpressions } from "./check/expressions.js";
import { checkNode, type NodeFacts } from "./check/node.js";
import { checkShape } from "./check/shape.js";
import { planGateId } from "./check/whole-plan.js";
import { type NodeGate, nodeGate } from "./gate/node-gate.js";
import { type GateRule, ruleFor, wantsSignedVotes } from "./policy/approval-rule.js";
import { type Policy, unknownNames } from "./policy.js";
import { secretsIn } from "./redact.js";
import { targetProblems } from "./writes/limits.js";

/** What the interpreter needs to know beyond the graph; pinned in history when the run starts. */
export interface Verdict {
  semantics: number;
  policyDigest: string;
  dryRun: boolean;
  environment: Environment;
  targets: string[];
  limits: { concurrency: number; runSeconds: number; nodeSeconds: number; approvalSeconds: number };
  /** Whether votes must be signed. */
  signed: boolean;
  /** By tool name as the graph writes it. */
  tools: Record<string, { effect: Effect; seesRun?: true }>;
  /** By node id: the effect of a call that does more than its tool declares; absent where there is none. */
  effects?: Record<string, Effect>;
  /** By node id: why a person must agree, and what the action would touch. Only gated nodes stand here. */
  gates: Record<string, NodeGate>;
  /** Id of the review that stands before the whole plan; it is in `gates` too. Absent where the policy wants none. */
  wholePlan?: string;
  /** Effects that can be taken back, by node id; absent where there are none. */
  undo?: {
    onFailure: boolean;
    onFailedVerification: boolean;
    /** Also where the run is cancelled; absent where not. */
    onCancel?: true;
    nodes: Record<string, { type: NodeType; reason: string; rule?: GateRule }>;
  };
  notices: Problem[];
}

export interface CheckedNode extends Node {
  effect: Effect;
  timeoutSeconds: number;
  retries: number;
  seesRun: boolean;
  gate?: NodeGate;
  /** On a node that takes an effect back: the id of the node that had it. No graph holds such a node. */
  undoes?: string;
}

/** A graph that may run. Only `checkedGraph` makes one, from a verdict. */
export interface CheckedGraph extends Omit<Graph, "nodes"> {
  nodes: CheckedNode[];
  verdict: Verdict;
}

export type CheckOutcome = { ok: true; verdict: Verdict } | Refused;

/** Checks a parsed graph. Problems are complete up to `PROBLEMS_MAX`, then one says how many more there are. */
export function checkAgainst(graph: Graph, context: CheckContext): CheckOutcome {
  const problems: Problem[] = checkShape(graph, context.policy);
  const notices: Problem[] = unknownNames(context.policy, context.catalogue);
  const facts = graph.nodes.map((node, position) => checkNode(node, `nodes[${position}]`, context));
  const guards = graph.nodes.map((node, position) =>
    checkEffects(node, facts[position] as NodeFacts, `nodes[${position}]`, context),
  );
  for (const node of facts) {
    problems.push(...node.problems);
    notices.push(...node.notices);
  }
  for (const guard of guards) problems.push(...guard.problems);
  problems.push(
    ...checkExpressions(graph, context.catalogue),
    ...secretsInTexts(graph),
    ...tooManyTargets(facts, context.policy),
  );
  if (problems.length > 0) return { ok: false, problems: capped(problems) };
  return { ok: true, verdict: verdictOf(graph, facts, guards, notices, context) };
}

function tooManyTargets(facts: readonly NodeFacts[], { limits }: Policy): Problem[] {
  const writes = facts.flatMap(({ effect, target, environment = "production" }, position) =>
    effect === "write" && target !== undefined ? [{ at: `nodes[${position}]`, target, environment }] : [],
  );
  return targetProblems(limits, writes);
}

/** Params are looked at with their node; names, descriptions and metadata enter history and the page all the same. */
function secretsInTexts({ name, goal_description, metadata = {}, nodes }: Graph): Problem[] {
  const texts = { name, goal_description, metadata, nodes: nodes.map((node) => [node.name, node.description]) };
  return secretsIn(texts, "").map(({ at, kind }) => {
    const where = at.replace(
      /^(nodes\[\d+\])\[([01])\]$/,
      (_, node, field) => `${node}.${field === "0" ? "name" : "description"}`,
    );
    const message = `${where} holds a literal secret (${kind})`;
    return {
      code: "secret-in-params",
      at: where,
      message,
      hint: "leave it out, and name it as env:NAME in config.yaml",
    };
  });
}

function verdictOf(
  graph: Graph,
  facts: NodeFacts[],
  guards: GuardFacts[],
  notices: Problem[],
  context: CheckContext,
): Verdict {
  const { policy, policyDigest, catalogue } = context;
  const read = guards.flatMap((guard) => guard.environments);
  const environment = environmentOf([...facts, ...read.map((each) => ({ environment: each }))]);
  const tools: Verdict["tools"] = {};
  const gates: Verdict["gates"] = {};
  const effects: NonNullable<Verdict["effects"]> = {};
  graph.nodes.forEach((node, position) => {
    const tool = node.tool ? catalogue.find(node.tool) : undefined;
    if (tool !== undefined && node.tool) {
      tools[node.tool] = {
        effect: tool.effect,
        seesRun: tool.seesRun ? (true as const) : undefined,
      };
    }
    const own = facts[position];
    if (own === undefined) return;
    if (tool !== undefined && own.tool?.effect !== tool.effect) effects[node.id] = own.effect;
    if (own.gate === undefined) return;
    gates[node.id] = nodeGate({ ...own, reason: own.gate, type: node.type }, policy, environment);
  });
  const wholePlan = planGateId(
    graph,
    facts.map(({ effect }) => effect),
    policy,
  );
  if (wholePlan !== undefined) {
    const reason = `approval.whole_plan is ${policy.approval.whole_plan}: the plan is asked about before anything of it runs`;
    gates[wholePlan] = nodeGate({ reason, type: "human_review", effect: "none" }, policy, environment);
    notices.push({ code: "approval-forced", at: "nodes", message: `the whole plan waits for approval (${reason})` });
  }
  return {
    semantics: SEMANTICS,
    policyDigest,
    dryRun: policy.execution.dry_run,
    environment,
    targets: [...new Set(facts.flatMap((node) => (node.target === undefined ? [] : [node.target])))],
    limits: {
      concurrency: policy.execution.max_concurrency,
      runSeconds: policy.execution.workflow_timeout_seconds,
      nodeSeconds: policy.execution.default_timeout_seconds,
      approvalSeconds: policy.approval.timeout_seconds,
    },
    signed: wantsSignedVotes(policy, environment),
    ...undoOf(graph, guards, policy, environment, catalogue),
    tools,
    effects: Object.keys(effects).length === 0 ? undefined : effects,
    gates,
    wholePlan,
    notices: capped(notices),
  };
}

/** What is pinned of the effects that can be taken back; nothing where there are none. */
function undoOf(
  graph: Graph,
  guards: GuardFacts[],
  policy: Policy,
  environment: Environment,
  catalogue: Catalogue,
): Pick<Verdict, "undo"> {
  const nodes: NonNullable<Verdict["undo"]>["nodes"] = {};
  graph.nodes.forEach(({ id, undo }, position) => {
    const facts = guards[position]?.undo;
    if (undo === undefined || facts === undefined) return;
    const tool = catalogue.find(undo.tool);
    const names = tool === undefined ? [] : [tool.name, ...tool.aliases];
    const rule = ruleFor(policy, { type: facts.type, names, effect: "write", environment });
    nodes[id] = {
      type: facts.type,
      reason: facts.gate ?? "it changes what runs: always asked",
      rule,
    };
  });
  if (Object.keys(nodes).length === 0) return {};
  const { undo_on_failure: onFailure, undo_on_failed_verification: onFailedVerification } = policy.execution;
  const onCancel = policy.execution.undo_on_cancel ? { onCancel: true as const } : {};
  return { undo: { onFailure, onFailedVerification, ...onCancel, nodes } };
}

/** The strictest that the nodes reach; one that reaches nothing declared counts as production. */
export function environmentOf(facts: readonly Pick<NodeFacts, "environment">[]): Environment {
  const reached = facts.flatMap((node) => (node.environment === undefined ? [] : [node.environment]));
  return reached.length === 0 ? "production" : reached.reduce(strictest);
}

function capped(problems: Problem[]): Problem[] {
  if (problems.length <= PROBLEMS_MAX) return problems;
  const message = `${problems.length - PROBLEMS_MAX + 1} more problems are not shown`;
  const hint = "mend these first, then check again";
  return [...problems.slice(0, PROBLEMS_MAX - 1), { code: "too-many-problems", at: "", message, hint }];
}
