/** Graphs drawn at random, with what becomes of each of their nodes: for core alone and for the real interpreter. */
import fc from "fast-check";
import type { Graph } from "../../src/schema/graph.js";
import type { Ending } from "./driver.js";
import { graphOf, write } from "./graphs.js";

export interface Drawn {
  graph: Graph;
  concurrency: number;
  /** How each node ends, and how its gate is answered. Default: it succeeds and is approved. */
  ends: Record<string, Ending[]>;
  /** What a tool returns. */
  outputs: Record<string, { ok: boolean }>;
  /** Which of the open things ends next. */
  picks: number[];
  /** After how many steps the run is cancelled. */
  cancelAt: number | undefined;
}

const CONDITIONS = [undefined, undefined, undefined, "true", "false", "SOURCE.ok == true", "SOURCE.missing > 1"];
const ENDINGS: Ending[][] = [[], [], [], ["fail"], ["reject"], ["expire"], ["fail", "reject"]];

const nodeArbitrary = fc.record({
  kind: fc.constantFrom("read", "read", "read", "write", "decision", "review"),
  join: fc.constantFrom<Graph["nodes"][number]["join"]>("all", "all", "any", 1, 2),
  continues: fc.boolean(),
  ending: fc.constantFrom(...ENDINGS),
  ok: fc.boolean(),
});

export const drawnArbitrary: fc.Arbitrary<Drawn> = fc
  .record({
    nodes: fc.array(nodeArbitrary, { minLength: 2, maxLength: 12 }),
    edges: fc.array(
      fc.record({
        from: fc.nat(11),
        to: fc.nat(11),
        on: fc.constantFrom<Graph["edges"][number]["on"]>(
          "success",
          "success",
          "success",
          "failure",
          "skipped",
          "always",
        ),
        condition: fc.constantFrom(...CONDITIONS),
      }),
      { minLength: 1, maxLength: 24 },
    ),
    concurrency: fc.integer({ min: 1, max: 4 }),
    picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
    cancelAt: fc.option(fc.nat(12), { freq: 4, nil: undefined }),
  })
  .map(({ nodes, edges, concurrency, picks, cancelAt }) => {
    const graph = acyclic(nodes, edges);
    const ends: Record<string, Ending[]> = {};
    const outputs: Record<string, { ok: boolean }> = {};
    nodes.forEach((node, index) => {
      ends[`n${index}`] = node.ending;
      outputs[`n${index}`] = { ok: node.ok };
    });
    return { graph, concurrency, ends, outputs, picks, cancelAt };
  });

type DrawnNodes = Array<{ kind: string; join: Graph["nodes"][number]["join"]; continues: boolean }>;
type DrawnEdge = { from: number; to: number; on: Graph["edges"][number]["on"]; condition: string | undefined };

/** What a decision or a review can have in its output, in place of what a tool has. */
function ofKind(kind: string | undefined, condition: string | undefined): string | undefined {
  if (kind === "decision") return condition?.replace(/SOURCE\.\w+/, "SOURCE.value");
  if (kind !== "review") return condition;
  return condition
    ?.replace("SOURCE.ok == true", "SOURCE.decision == 'approve'")
    .replace("SOURCE.missing", "SOURCE.comment");
}

/** Edges point from a lower to a higher node; each node is touched, and joins ask for no more edges than there are. */
function acyclic(nodes: DrawnNodes, drawn: DrawnEdge[]): Graph {
  const seen = new Set<string>();
  const edges = drawn.flatMap(({ from, to, on, condition }) => {
    const [low, high] = [from % nodes.length, to % nodes.length].sort((a, b) => a - b) as [number, number];
    const key = `${low} ${high} ${on} ${condition}`;
    if (low === high || seen.has(key)) return [];
    seen.add(key);
    const text = ofKind(nodes[low]?.kind, condition)?.replace("SOURCE", `n${low}`);
    return [
      { from_node_id: `n${low}`, to_node_id: `n${high}`, on, ...(text === undefined ? {} : { condition: text }) },
    ];
  });
  nodes.forEach((_, index) => {
    if (edges.some((edge) => edge.from_node_id === `n${index}` || edge.to_node_id === `n${index}`)) return;
    const [low, high] = index === 0 ? [0, 1] : [index - 1, index];
    edges.push({ from_node_id: `n${low}`, to_node_id: `n${high}`, on: "success" });
  });
  return graphOf(
    nodes.map((node, index) => {
      const id = `n${index}`;
      const into = edges.filter((edge) => edge.to_node_id === id).length;
      const join = typeof node.join === "number" ? Math.max(1, Math.min(node.join, into)) : node.join;
      const common = { join, continue_on_failure: node.continues };
      if (node.kind === "write") return write(id, common);
      if (node.kind === "decision") return { id, type: "decision", params: { expression: "1 == 1" }, ...common };
      if (node.kind === "review") return { id, type: "human_review", params: { prompt: "well?" }, ...common };
      return { id, ...common };
    }),
    edges,
  );
}
