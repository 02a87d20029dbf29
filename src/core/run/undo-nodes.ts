/**
 * What takes effects back, as nodes. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { undoId } from "../../vocabulary/names.js";
import type { CheckedGraph, CheckedNode } from "../check.js";
import { checkTemplates } from "../condition/template.js";

/** The nodes that would take effects back, by the id of the node they belong to. */
export function undoNodesOf(graph: CheckedGraph): Map<string, CheckedNode> {
  const nodes = new Map<string, CheckedNode>();
  for (const node of graph.nodes) {
    const facts = graph.verdict.undo?.nodes[node.id];
    if (node.undo === undefined || facts === undefined) continue;
    const { type, reason, rule } = facts;
    const { environment, signed } = node.gate ?? {};
    const where = environment === undefined ? {} : { environment, signed };
    const gate = {
      reason,
      ...where,
      target: node.gate?.target ? node.gate.target : undefined,
      rule,
    };
    nodes.set(node.id, {
      id: undoId(node.id),
      name: `undo: ${node.name}`,
      description: "",
      type,
      tool: node.undo.tool,
      params: node.undo.params ?? {},
      requires_human_approval: true,
      // That one cannot be taken back must not keep the run from saying how it ended.
      continue_on_failure: true,
      join: "all",
      effect: "write",
      timeoutSeconds: node.timeoutSeconds,
      retries: 0,
      seesRun: false,
      undoes: node.id,
      gate: isShownBefore(node) ? undefined : gate,
    });
  }
  return nodes;
}

/** Whether what it will do is known when people are asked about the effect: its params do not hang on the effect's output. */
export function isShownBefore({ id, undo }: Pick<CheckedNode, "id" | "undo">): boolean {
  if (undo === undefined) return false;
  return checkTemplates(undo.params ?? {}, "").references.every(({ names }) => !names.includes(id));
}
