/**
 * A graph is changed by naming what changes: nodes that the answer does not name are the very values that were given, so
 * a model cannot touch them by mistake or on purpose.
 */

import { digestOf } from "../../../platform/digest.js";
import { type Graph, graphSchema } from "../../../schema/graph.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import { parseWith } from "../../../schema/problems.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type Accepted, accept, type Draft, draftIn, type Judge } from "./accept.js";
import { isObject, type WireGraph } from "./wire-graph.js";

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const idOf = (node: Json): string | undefined => (isObject(node) && typeof node.id === "string" ? node.id : undefined);

/** The graph after the changes that an answer names. `base` is a graph in its file's form, parsed before. */
export function changedGraph(
  base: Json,
  answer: JsonObject,
  wire: WireGraph,
  metadata: JsonObject,
  judge: Judge,
): Accepted {
  if (!isObject(base)) return refusedBase("the graph to change must be a mapping");
  const before = parseWith(graphSchema, base, { at: "graph" });
  if (!before.ok) return { ok: false, problems: before.problems, final: true };
  const put = draftIn({ nodes: listOf(answer.put_nodes), edges: listOf(answer.put_edges) }, "", wire);
  const problems = unknownRemovals(before.value, answer);
  if (problems.length > 0) return { ok: false, problems };
  const draft: Draft = {
    name: before.value.name,
    goal_description: before.value.goal_description,
    nodes: nodesAfter(listOf(base.nodes), listOf(put.nodes), listOf(answer.remove_nodes)),
    edges: edgesAfter(listOf(base.edges), listOf(put.edges), answer),
    version: nextVersion(before.value.version),
  };
  const unchanged = digestOf([draft.nodes, draft.edges]) === digestOf([base.nodes, base.edges]);
  if (unchanged) {
    const message = "the answer changes nothing";
    return { ok: false, problems: [{ code: "model-answer-invalid", at: "", message, hint: "name what changes" }] };
  }
  const provenance = { ...metadata, refines: { id: before.value.id, digest: digestOf(base) } };
  const accepted = accept(draft, provenance, judge);
  // As given, not as parsed: what was left out in the file stays left out.
  return accepted.ok
    ? { ...accepted, graph: { ...accepted.graph, nodes: draft.nodes, edges: draft.edges } as Graph }
    : accepted;
}

function refusedBase(message: string): Accepted {
  return { ok: false, problems: [{ code: "field-invalid", at: "graph", message }], final: true };
}

/** A put node takes the place of the one with its id; one that says the same leaves it as it was. */
function nodesAfter(base: readonly Json[], put: readonly Json[], removed: readonly Json[]): Json[] {
  const gone = new Set(removed);
  const puts = new Map(put.map((node) => [idOf(node), node]));
  const kept = base.filter((node) => !gone.has(idOf(node) ?? ""));
  const ids = new Set(kept.map(idOf));
  const added = put.filter((node) => !ids.has(idOf(node)));
  return [...kept.map((node) => changed(node, puts.get(idOf(node)))), ...added];
}

/** Equal once defaults are filled in: then it is no change. */
function changed(node: Json, put: Json | undefined): Json {
  if (put === undefined) return node;
  const schema = graphSchema.shape.nodes.element;
  const [a, b] = [schema.safeParse(node), schema.safeParse(put)];
  return a.success && b.success && digestOf(a.data) === digestOf(b.data) ? node : put;
}

function edgesAfter(base: readonly Json[], put: readonly Json[], answer: JsonObject): Json[] {
  const ends = (edge: Json): string => (isObject(edge) ? JSON.stringify([edge.from_node_id, edge.to_node_id]) : "");
  const gone = new Set(listOf(answer.remove_edges).map(ends));
  const removedNodes = new Set(listOf(answer.remove_nodes));
  const touches = (edge: Json): boolean =>
    isObject(edge) && (removedNodes.has(edge.from_node_id ?? null) || removedNodes.has(edge.to_node_id ?? null));
  const schema = graphSchema.shape.edges.element;
  const textOf = (edge: Json): string => {
    const parsed = schema.safeParse(edge);
    return parsed.success ? digestOf({ ...parsed.data, condition: parsed.data.condition ?? null }) : digestOf(edge);
  };
  const kept = base.filter((edge) => !gone.has(ends(edge)) && !touches(edge));
  const known = new Set(kept.map(textOf));
  return [...kept, ...put.filter((edge) => !known.has(textOf(edge)))];
}

function unknownRemovals(graph: Graph, answer: JsonObject): Problem[] {
  const ids = new Set<Json>(graph.nodes.map(({ id }) => id));
  return listOf(answer.remove_nodes)
    .filter((id) => !ids.has(id))
    .map((id): Problem => {
      const message = `remove_nodes names ${JSON.stringify(id).slice(0, 80)}, which is not a node of the graph`;
      return { code: "model-answer-invalid", at: "remove_nodes", message, hint: "name the id of a node" };
    });
}

/** `1` → `2`, `1.4.0` → `1.4.1`; without one it is the second. */
function nextVersion(version: string | undefined): string {
  if (version === undefined) return "2";
  const last = /^(.*?)(\d{1,9})$/.exec(version);
  return last === null ? `${version}-2` : `${last[1]}${Number(last[2]) + 1}`;
}
