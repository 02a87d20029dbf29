/**
 * What the policy says of each node of a graph, also of one that is refused: a check's answer in detail.
 * Imports no package and reads no clock.
 */
import type { Graph } from "../../schema/graph.js";
import type { JsonObject } from "../../schema/json.js";
import type { Effect, Environment, NodeType } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { CheckContext } from "../check/context.js";
import { checkNode, type NodeFacts } from "../check/node.js";
import { environmentOf } from "../check.js";
import { type GateRule, ruleFor } from "../policy/approval-rule.js";
import { redactValue } from "../redact.js";
import type { WriteLimits } from "../writes/limits.js";

export interface Explained {
  node: string;
  type: NodeType;
  tool?: string;
  effect: Effect;
  /** Redacted; templates stand in it as they are. */
  params: JsonObject;
  /** Whether nothing stands against the node itself; its graph may be refused all the same. */
  allowed: boolean;
  gated: boolean;
  /** The rules that let it pass, or do not. */
  rule: string;
  /** Why a person must agree first. */
  gate?: string;
  target?: string;
  environment?: Environment;
  /** On a write: how far it may reach in its environment. */
  limits?: WriteLimits;
  /** Who may answer, by which rule of the policy; absent where its defaults hold. */
  approval?: GateRule;
  problems: Problem[];
}

/** One answer a node, in the graph's order. Problems of the graph as a whole (cycles, edges …) are the check's. */
export function explainGraph(graph: Graph, context: CheckContext): Explained[] {
  const facts = graph.nodes.map((node, position) => checkNode(node, `nodes[${position}]`, context));
  const reached = environmentOf(facts);
  return graph.nodes.map((node, position) => {
    const { problems, gate, rule, target, environment, tool, effect } = facts[position] as NodeFacts;
    const names = tool === undefined ? [] : [tool.name, ...tool.aliases];
    const approval = ruleFor(context.policy, { type: node.type, names, effect, environment: reached });
    return {
      node: node.id,
      type: node.type,
      tool: node.tool || undefined,
      effect,
      params: redactValue(node.params) as JsonObject,
      allowed: problems.length === 0,
      gated: gate !== undefined,
      rule,
      gate,
      approval: gate === undefined || approval === undefined ? undefined : approval,
      limits: effect === "write" ? context.policy.limits[environment ?? "production"] : undefined,
      target,
      environment,
      problems,
    };
  });
}
