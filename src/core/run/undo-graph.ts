/**
 * A graph that takes the finished effects of a run back, the latest first. It is an ordinary graph: it is checked, read
 * and approved as any other. Imports no package and reads no clock.
 */
import type { Graph, Node } from "../../schema/graph.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { wasCarriedOut } from "../../vocabulary/carried-out.js";
import { NAME_MAX_CHARS } from "../../vocabulary/limits.js";
import type { NodeType } from "../../vocabulary/node-types.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import { render } from "../condition/template.js";
import type { NodeView, RunView } from "../report/view.js";

export type UndoGraph = { ok: true; graph: Graph } | Refused;

/** `typeOf` is the node type by which a tool is run; undefined where no tool of that name is registered. */
export function undoGraph(
  graph: Graph,
  view: Pick<RunView, "runId" | "nodes">,
  typeOf: (tool: string) => NodeType | undefined,
): UndoGraph {
  const outputs: Record<string, Json> = {};
  for (const { id, output } of view.nodes) if (output !== undefined) outputs[id] = output;
  const problems: Problem[] = [];
  const nodes = effectsToUndo(graph, view).flatMap((node) => {
    const made = undoNode(node, outputs, typeOf);
    if (made.ok) return [made.node];
    problems.push(made.problem);
    return [];
  });
  if (problems.length > 0) return { ok: false, problems };
  if (nodes.length === 0) return { ok: false, problems: [nothing(view.runId)] };
  const edges = nodes.slice(1).map(({ id }, index) => ({
    from_node_id: nodes[index]?.id ?? "",
    to_node_id: id,
    on: "success" as const,
  }));
  const name = `Undo of ${view.runId}`.slice(0, NAME_MAX_CHARS);
  return {
    ok: true,
    graph: { id: "undo", name, goal_description: `take back what ${view.runId} changed`, nodes, edges },
  };
}

/** Carried out, states an undo, and was not taken back: the one that ended last first. */
export function effectsToUndo(graph: Graph, { nodes }: Pick<RunView, "nodes">): Node[] {
  const shown = new Map<string, NodeView>(nodes.map((node) => [node.id, node]));
  const undone = new Set(nodes.flatMap((node) => (node.undoes && node.status === "succeeded" ? [node.undoes] : [])));
  const endOf = (id: string): number => shown.get(id)?.endedAtMs ?? 0;
  return graph.nodes
    .filter(({ id, undo }) => {
      const own = shown.get(id);
      const isDone = own?.status === "succeeded" || wasCarriedOut(own?.failure?.code);
      return undo !== undefined && isDone && !undone.has(id);
    })
    .reverse()
    .sort((a, b) => endOf(b.id) - endOf(a.id));
}

type Made = { ok: true; node: Node } | { ok: false; problem: Problem };

function undoNode(node: Node, outputs: Record<string, Json>, typeOf: (tool: string) => NodeType | undefined): Made {
  const { id, name, undo } = node;
  const tool = undo?.tool ?? "";
  const type = typeOf(tool);
  if (type === undefined) {
    const message = `${id} is taken back by ${tool}, which is not registered`;
    return { ok: false, problem: { code: "unknown-tool", at: id, message, hint: "list them with `autoops tools`" } };
  }
  const rendered = render(undo?.params ?? {}, outputs);
  if (!rendered.ok) {
    const message = `${id}: what takes it back could not be rendered: ${rendered.problems[0]?.message ?? "unknown"}`;
    return { ok: false, problem: { code: "template-failed", at: id, message } };
  }
  return {
    ok: true,
    node: {
      id,
      name: `undo: ${name}`.slice(0, NAME_MAX_CHARS),
      description: "",
      type,
      tool,
      params: rendered.value as JsonObject,
      requires_human_approval: true,
      continue_on_failure: false,
      join: "all",
    },
  };
}

function nothing(runId: string): Problem {
  const message = `${runId} has nothing to take back: no effect of it that states an undo is in force`;
  return {
    code: "nothing-to-undo",
    at: runId,
    message,
    hint: "autoops status RUN lists its nodes".replace("RUN", runId),
  };
}
