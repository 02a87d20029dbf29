/**
 * What a run hands over when it continues as new: its state, without outputs that nothing will read again.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { JsonObject } from "../../schema/json.js";
import { OUTPUT_CARRIED_MAX_CHARS } from "../../vocabulary/limits.js";
import { checkTemplates } from "../condition/template.js";
import { parseCondition, parseExpression, referencesOf } from "../condition.js";
import { isFinal, type Run, stateOf } from "./run.js";
import type { NodeState, RunState } from "./state.js";

/** A copy of the state that fits one payload: a large output is kept only if a node that has not run refers to it. */
export function carriedState(run: Run): RunState {
  const needed = stillReferred(run);
  const nodes: Record<string, NodeState> = {};
  for (const [id, own] of Object.entries(run.state.nodes)) {
    const isLarge = own.output !== undefined && JSON.stringify(own.output).length > OUTPUT_CARRIED_MAX_CHARS;
    nodes[id] = isLarge && !needed.has(id) ? { ...own, output: undefined } : own;
  }
  return { ...run.state, nodes };
}

function stillReferred(run: Run): Set<string> {
  const names = new Set<string>();
  const add = (more: string[]) => {
    for (const name of more) names.add(name);
  };
  const addExpression = (text: string) => {
    const parsed = parseExpression(text);
    if (parsed.ok) add(referencesOf(parsed.expression));
  };
  const addTemplates = (params: JsonObject = {}) => {
    for (const { names: found } of checkTemplates(params, "").references) add(found);
  };
  for (const { node } of run.plan.nodes.values()) {
    // A finished effect may still have to be taken back, with the params of both.
    if (node.undo !== undefined) for (const params of [node.params, node.undo.params]) addTemplates(params);
    if (isFinal(stateOf(run, node.id))) continue;
    addTemplates(node.params);
    for (const call of [...(node.preconditions ?? []), ...(node.verify === undefined ? [] : [node.verify])]) {
      addTemplates(call.params);
      addExpression(call.expect);
    }
    if (node.withdraw_when !== undefined) addExpression(node.withdraw_when);
    if (node.type !== "decision") continue;
    addExpression(String(node.params.expression));
  }
  for (const [position, edge] of run.plan.graph.edges.entries()) {
    if (run.state.edges[position] !== undefined || !edge.condition) continue;
    const parsed = parseCondition(edge.condition);
    if (parsed.ok) add(referencesOf(parsed.expression));
  }
  return names;
}
