/**
 * What differs between two graphs, by the ids of nodes and the ends of edges, in the words that people are shown.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Graph, Node } from "../../schema/graph.js";

export interface GraphDiff {
  added: string[];
  removed: string[];
  changed: Array<{ id: string; fields: FieldChange[] }>;
  edgesAdded: string[];
  edgesRemoved: string[];
}

export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

export function diffGraphs(before: Graph, after: Graph): GraphDiff {
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  const now = new Map(after.nodes.map((node) => [node.id, node]));
  const [oldEdges, newEdges] = [before.edges.map(edgeText), after.edges.map(edgeText)];
  return {
    added: after.nodes.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: before.nodes.filter(({ id }) => !now.has(id)).map(({ id }) => id),
    changed: after.nodes.flatMap((node) => {
      const earlier = old.get(node.id);
      const fields = earlier === undefined ? [] : changedFields(earlier, node);
      return fields.length === 0 ? [] : [{ id: node.id, fields }];
    }),
    edgesAdded: newEdges.filter((text) => !oldEdges.includes(text)),
    edgesRemoved: oldEdges.filter((text) => !newEdges.includes(text)),
  };
}

function edgeText({ from_node_id, to_node_id, on, condition }: Graph["edges"][number]): string {
  const when = on === "success" ? "" : ` on ${on}`;
  return `${from_node_id} → ${to_node_id}${when}${condition ? ` if ${condition}` : ""}`;
}

/** Params one by one, everything else as a whole. */
function changedFields(before: Node, after: Node): FieldChange[] {
  const flat = ({ params, ...rest }: Node): Map<string, string> => {
    const own = Object.entries(params).map(([key, value]): [string, unknown] => [`params.${key}`, value]);
    const all: Array<[string, unknown]> = [...Object.entries(rest), ...own];
    return new Map(all.filter(([, value]) => value !== undefined).map(([key, value]) => [key, textOf(value)]));
  };
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field) ?? "absent", after: now.get(field) ?? "absent" }));
}

/** The same value, whatever the order of its keys, has the same text. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "absent";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`).join(",")}}`;
}
