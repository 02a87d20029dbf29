/** The graphs that are measured. Each of them stands in `by-hand/` too, written as plain Temporal code. */
import type { GraphInput } from "../src/schema/graph.js";

export const CHAIN_NODES = 10;
export const FAN_NODES = 20;
export const LAYER_WIDTH = 4;
/** What the policy of the benchmark lets run at once. */
export const AT_ONCE = 5;

type NodeInput = GraphInput["nodes"][number];

const noop = (id: string, params: NodeInput["params"] = {}): NodeInput => ({
  id,
  name: `node ${id}`,
  type: "analysis",
  tool: "noop",
  params,
});

function graphOf(name: string, nodes: NodeInput[], edges: Array<[string, string]>): GraphInput {
  const listed = edges.map(([from_node_id, to_node_id]) => ({ from_node_id, to_node_id }));
  return { id: name, name, goal_description: `measure a ${name}`, nodes, edges: listed };
}

/** One after the other; each node takes what the one before it returned. */
export function chain(length = CHAIN_NODES): GraphInput {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  const nodes = ids.map((id, index) => noop(id, index === 0 ? { n: 0 } : { n: `{{ n${index - 1}.n }}` }));
  return graphOf("chain", nodes, pairs(ids));
}

const pairs = (ids: string[]): Array<[string, string]> =>
  ids.slice(1).map((id, index): [string, string] => [ids[index] as string, id]);

/** 1 → 20 → 1. */
export function diamond(): GraphInput {
  const fan = Array.from({ length: FAN_NODES }, (_, index) => `f${index}`);
  const edges = fan.flatMap(
    (id): Array<[string, string]> => [
      ["first", id],
      [id, "last"],
    ],
  );
  return graphOf(
    "diamond",
    ["first", ...fan, "last"].map((id) => noop(id)),
    edges,
  );
}

/** Layers of four; each node follows two nodes of the layer before. */
export function layered(count: number): GraphInput {
  const ids = Array.from({ length: count }, (_, index) => layeredId(index));
  const edges = ids
    .slice(LAYER_WIDTH)
    .flatMap((id, index) => parentsOf(index + LAYER_WIDTH).map((parent): [string, string] => [layeredId(parent), id]));
  return graphOf(
    "layered",
    ids.map((id) => noop(id)),
    edges,
  );
}

const layeredId = (index: number): string => `n${index}`;

/** Positions of the two nodes that the node at `index` follows. */
function parentsOf(index: number): [number, number] {
  const column = index % LAYER_WIDTH;
  const above = index - column - LAYER_WIDTH;
  return [above + column, above + ((column + 1) % LAYER_WIDTH)];
}

/** One write that a person must approve. */
export function gated(): GraphInput {
  const write: NodeInput = { id: "act", name: "act", type: "rollback", tool: "act", params: {} };
  return graphOf("gated", [write], []);
}
