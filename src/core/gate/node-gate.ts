/**
 * How one node is asked about: where it acts, by which rule of the policy, and whether votes must be signed.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { type Effect, type Environment, type NodeType, strictest } from "../../vocabulary/node-types.js";
import type { ToolFacts } from "../check/catalogue.js";
import { type GateRule, ruleFor, stricterRule, wantsSignedVotes } from "../policy/approval-rule.js";
import type { Policy } from "../policy.js";

export interface NodeGate {
  reason: string;
  target?: string;
  /** Where it is stricter than the run's own, and whether votes must then be signed. */
  environment?: Environment;
  signed?: boolean;
  /** Absent where no rule of the policy matches: then one person is enough, and the verdict's limits hold. */
  rule?: GateRule;
}

/** What the check of a node found. */
interface Gated {
  reason: string;
  type: NodeType;
  effect: Effect;
  tool?: ToolFacts;
  target?: string;
  environment?: Environment;
}

/** `environment`: of the whole graph. */
export function nodeGate(
  { reason, type, effect, tool, target, environment: own }: Gated,
  policy: Policy,
  environment: Environment,
): NodeGate {
  const acts = effect === "write" || effect === "notify";
  // An effect on nothing declared counts as production, whatever the rest of the graph reaches.
  const reached = own ?? (acts ? "production" : environment);
  const where = strictest(reached, environment);
  const names = tool === undefined ? [] : [tool.name, ...tool.aliases];
  const rule = ruleFor(policy, { type, names, effect, environment: where });
  return {
    reason,
    target: target || undefined,
    ...(where === environment ? {} : { environment: where, signed: wantsSignedVotes(policy, where) }),
    rule,
  };
}

/** The stricter of both in every part; undefined where nobody could answer by both rules. */
export function stricterGate(before: NodeGate, after: NodeGate, environment: Environment): NodeGate | undefined {
  const rule = stricterRule(before.rule, after.rule);
  if (rule === "nobody") return undefined;
  const where = strictest(before.environment ?? environment, after.environment ?? environment);
  const signed = before.signed === true || after.signed === true;
  return {
    reason: before.reason === after.reason ? before.reason : `${before.reason}; ${after.reason}`,
    target: after.target,
    environment: where === environment ? undefined : where,
    signed: signed || undefined,
    rule,
  };
}
