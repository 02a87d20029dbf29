/**
 * The part of the check that looks at one node: its tool, type and params, what it would reach, what the policy says.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Node } from "../../schema/graph.js";
import { CONDITION_MAX_CHARS, DESCRIPTION_MAX_CHARS, WAIT_MAX_SECONDS } from "../../vocabulary/limits.js";
import { type Effect, type Environment, isBuiltIn, NODE_TYPES, riskier } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import { judge } from "../policy.js";
import { secretsIn } from "../redact.js";
import { reachProblems } from "../writes/limits.js";
import { asCalled, type Reach, type ToolFacts } from "./catalogue.js";
import type { CheckContext } from "./context.js";
import { nearestName } from "./nearest-name.js";

export interface NodeFacts {
  problems: Problem[];
  notices: Problem[];
  gate?: string;
  rule: string;
  target?: string;
  environment?: Environment;
  effect: Effect;
  /** As this node calls it. */
  tool?: ToolFacts;
}

/** Looks at one node. `at` is its path in the graph. */
export function checkNode(node: Node, at: string, context: CheckContext): NodeFacts {
  const problems: Problem[] = [];
  const notices: Problem[] = [];
  const reach = node.tool ? context.catalogue.reach(node.tool, node.params, `${at}.params`) : undefined;
  const tool = findTool(node, at, context, problems, reach);
  if (isBuiltIn(node.type)) problems.push(...checkBuiltInParams(node, `${at}.params`));
  for (const secret of secretsIn(node.params, `${at}.params`)) {
    if (reach?.namedSecrets?.includes(secret.at)) continue;
    const message = `${secret.at} holds a literal secret (${secret.kind})`;
    problems.push({ code: "secret-in-params", at: secret.at, message, hint: "name it in config.yaml as env:NAME" });
  }
  const effect = riskier(NODE_TYPES[node.type], tool?.effect ?? "none");
  const facts: NodeFacts = { problems, notices, rule: "", effect, tool };
  if (tool !== undefined && node.tool && reach !== undefined) {
    problems.push(...context.catalogue.checkParams(node.tool, node.params, `${at}.params`));
    problems.push(...reach.problems);
    facts.target = reach.target;
    facts.environment = reach.environment;
    if (effect === "write") {
      const { environment: where = "production", namespace, replicas } = reach;
      problems.push(...reachProblems(context.policy.limits, { environment: where, namespace, replicas }, at));
    }
    for (const url of reach.urls) {
      const refused = context.checkUrl(url);
      if (refused !== undefined) problems.push({ ...refused, at: `${at}.params` });
    }
  }
  const environment = facts.environment ?? "production";
  const ruling = judge(context.policy, { type: node.type, tool, effect, environment }, at);
  problems.push(...ruling.problems);
  facts.rule = ruling.rule;
  facts.gate = ruling.gate ?? (node.requires_human_approval ? "the graph asks for approval" : undefined);
  if (effect === "write" && !node.requires_human_approval) {
    const message = `${at} ${node.id} changes production; it waits for approval whatever requires_human_approval says`;
    notices.push({ code: "approval-forced", at: `${at}.requires_human_approval`, message });
  }
  return facts;
}

function findTool(
  node: Node,
  at: string,
  context: CheckContext,
  problems: Problem[],
  reach: Reach | undefined,
): ToolFacts | undefined {
  const named = node.tool ?? undefined;
  if (isBuiltIn(node.type)) {
    if (named !== undefined) {
      const message = `${at}.tool must be absent: a ${node.type} node needs no tool, got ${named}`;
      problems.push({ code: "tool-missing", at: `${at}.tool`, message, hint: "remove tool, or change the type" });
    }
    return undefined;
  }
  if (named === undefined) {
    const message = `${at}.tool must name a tool: a ${node.type} node cannot run without one`;
    problems.push({ code: "tool-missing", at: `${at}.tool`, message, hint: "list them with `autoops tools`" });
    return undefined;
  }
  const found = context.catalogue.find(named);
  if (found === undefined) {
    const message = `${at}.tool ${named.slice(0, 60)} is not registered`;
    problems.push({ code: "unknown-tool", at: `${at}.tool`, message, hint: nearestTool(named, node, context) });
    return undefined;
  }
  const tool = asCalled(found, reach);
  if (!tool.nodeTypes.includes(node.type)) {
    const message = `${at}.tool ${named} cannot be used in ${/^[aeiou]/.test(node.type) ? "an" : "a"} ${node.type} node; it fits ${tool.nodeTypes.join(", ")}`;
    problems.push({ code: "tool-type-mismatch", at: `${at}.type`, message, hint: "change the type or the tool" });
  }
  return tool;
}

/** Of those that fit the node's type first. */
function nearestTool(named: string, node: Node, { catalogue }: CheckContext): string {
  const all = catalogue.list();
  const fitting = all.filter(({ nodeTypes }) => nodeTypes.includes(node.type));
  const namesOf = (tools: typeof all): string[] => tools.flatMap(({ name, aliases }) => [name, ...aliases]);
  const nearest = nearestName(named, namesOf(fitting)) ?? nearestName(named, namesOf(all));
  const lists = "list them with `autoops tools`";
  return nearest === undefined ? lists : `did you mean ${nearest}? Else ${lists}`;
}

/** The params of the three types that need no tool: `seconds`, `expression`, `prompt`. */
function checkBuiltInParams(node: Node, at: string): Problem[] {
  const keys: Record<string, { key: string; rule: string; fits(value: unknown): boolean }> = {
    wait: {
      key: "seconds",
      rule: `a whole number from 1 to ${WAIT_MAX_SECONDS}`,
      fits: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= WAIT_MAX_SECONDS,
    },
    decision: {
      key: "expression",
      rule: `an expression of at most ${CONDITION_MAX_CHARS} characters`,
      fits: (value) => typeof value === "string" && value.length > 0 && value.length <= CONDITION_MAX_CHARS,
    },
    human_review: {
      key: "prompt",
      rule: `text of 1 to ${DESCRIPTION_MAX_CHARS} characters`,
      fits: (value) => typeof value === "string" && value.length > 0 && value.length <= DESCRIPTION_MAX_CHARS,
    },
  };
  const expected = keys[node.type];
  if (expected === undefined) return [];
  const problems: Problem[] = [];
  const value = Object.hasOwn(node.params, expected.key) ? node.params[expected.key] : undefined;
  if (!expected.fits(value)) {
    const where = `${at}.${expected.key}`;
    problems.push({ code: "params-invalid", at: where, message: `${where} must be ${expected.rule}` });
  }
  for (const key of Object.keys(node.params)) {
    if (key === expected.key) continue;
    const where = `${at}.${key.slice(0, 60)}`;
    problems.push({
      code: "params-invalid",
      at: where,
      message: `${where} is not a param of a ${node.type} node`,
      hint: "remove it",
    });
  }
  return problems;
}
