/**
 * The part of the check that looks at what stands around an effect: preconditions, verification, undo, and what
 * withdraws its gate. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Node } from "../../schema/graph.js";
import type { Environment } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import { judge } from "../policy.js";
import { asCalled } from "./catalogue.js";
import type { CheckContext } from "./context.js";
import { checkNode, type NodeFacts } from "./node.js";

export interface GuardFacts {
  problems: Problem[];
  /** Of what it reads. */
  environments: Environment[];
  /** Type and effect by which the undo is judged. */
  undo?: { type: Node["type"]; gate?: string };
}

type Call = { tool: string; params?: Node["params"] };

/** `own` is what the check says of the node itself. */
export function checkEffects(node: Node, own: NodeFacts, at: string, context: CheckContext): GuardFacts {
  const { preconditions = [], verify, undo } = node;
  const problems = checkPlaces(node, own, at);
  const reads = preconditions.map((call, index) => checkRead(node, call, `${at}.preconditions[${index}]`, context));
  if (verify !== undefined) reads.push(checkRead(node, verify, `${at}.verify`, context));
  for (const read of reads) problems.push(...read.problems);
  const environments = reads.flatMap((read) => read.environment ?? []);
  if (undo === undefined) return { problems, environments };
  const taken = checkUndo(node, own, undo, `${at}.undo`, context);
  return { problems: [...problems, ...taken.problems], environments, undo: taken };
}

function checkPlaces(node: Node, own: NodeFacts, at: string): Problem[] {
  const { preconditions, verify, undo, withdraw_when } = node;
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries({ preconditions, verify, undo })) {
    if (value === undefined || own.effect === "write") continue;
    const message = `${at}.${key} may stand only where something is changed; ${node.id} changes nothing`;
    problems.push({ code: "guard-misplaced", at: `${at}.${key}`, message, hint: "use a node of its own for it" });
  }
  if (withdraw_when !== undefined && own.gate === undefined) {
    const message = `${at}.withdraw_when may stand only on a node with a gate; ${node.id} has none`;
    problems.push({ code: "guard-misplaced", at: `${at}.withdraw_when`, message, hint: "remove it" });
  }
  return problems;
}

/** The call as a node of its own, of the first type that its tool fits and the policy lets pass. */
function callNode(node: Node, { tool, params = {} }: Call, context: CheckContext): Node {
  const found = context.catalogue.find(tool);
  const facts = found && asCalled(found, context.catalogue.reach(tool, params, ""));
  const types = facts?.nodeTypes ?? [];
  const passes = (type: Node["type"]): boolean => {
    if (facts === undefined) return false;
    const subject = { type, tool: facts, effect: facts.effect, environment: "production" as const };
    return judge(context.policy, subject, "").problems.length === 0;
  };
  const type = types.find(passes) ?? types[0] ?? "analysis";
  const { id, name } = node;
  const rest = { description: "", requires_human_approval: false, continue_on_failure: false, join: "all" as const };
  return { id, name, type, tool, params, ...rest };
}

function checkRead(node: Node, call: Call, at: string, context: CheckContext): NodeFacts {
  const facts = checkNode(callNode(node, call, context), at, context);
  if (facts.problems.length > 0) return facts;
  if (facts.effect !== "none" && facts.effect !== "read") {
    const message = `${at}.tool ${call.tool} must only read; its effect is ${facts.effect}`;
    facts.problems.push({ code: "guard-misplaced", at: `${at}.tool`, message, hint: "name a tool that reads" });
  } else if (facts.gate !== undefined) {
    const message = `${at}.tool ${call.tool} needs an approval of its own (${facts.gate}), and inside ${node.id} nobody is asked`;
    facts.problems.push({ code: "tool-not-allowed", at: `${at}.tool`, message, hint: "use a node of its own for it" });
  }
  return facts;
}

function checkUndo(node: Node, own: NodeFacts, call: Call, at: string, context: CheckContext) {
  const asNode = callNode(node, call, context);
  const { problems, effect, target, gate } = checkNode(asNode, at, context);
  if (problems.length === 0 && effect !== "write") {
    const message = `${at}.tool ${call.tool} must change something; its effect is ${effect}`;
    problems.push({ code: "guard-misplaced", at: `${at}.tool`, message, hint: "name the tool that takes it back" });
  } else if (problems.length === 0 && target !== own.target) {
    const message = `${at} must act on the node's own target ${own.target ?? "(none)"}, got ${target ?? "(none)"}`;
    problems.push({ code: "guard-misplaced", at, message, hint: "use a node of its own for another target" });
  }
  return { problems, type: asNode.type, gate };
}
