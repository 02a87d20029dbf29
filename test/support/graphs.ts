/** Graphs, a policy and a catalogue for tests of core, without a registered tool behind them. */
import type { Catalogue, ToolFacts } from "../../src/core/check/catalogue.js";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import type { CheckContext } from "../../src/core/check/context.js";
import { type CheckedGraph, checkAgainst } from "../../src/core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../src/core/policy.js";
import { type Graph, graphSchema } from "../../src/schema/graph.js";

type NodeInput = Partial<Graph["nodes"][number]> & { id: string };
type EdgeInput = Partial<Graph["edges"][number]> & { from_node_id: string; to_node_id: string };

const FACTS: ToolFacts[] = [
  fact("reader", "log_collection", "read"),
  fact("thinker", "analysis", "none"),
  fact("teller", "notification", "notify"),
  fact("rollback", "rollback", "write"),
];

function fact(name: string, type: ToolFacts["nodeTypes"][number], effect: ToolFacts["effect"]): ToolFacts {
  return {
    name,
    aliases: [],
    description: name,
    nodeTypes: [type],
    effect,
    seesRun: false,
    builtIn: true,
  };
}

/** Four tools, one of each effect; their params are not checked. Writes act on the target `shop` in staging. */
export const catalogue: Catalogue = {
  find: (name) => FACTS.find((tool) => tool.name === name),
  list: () => FACTS,
  checkParams: () => [],
  reach: (name) =>
    name === "rollback"
      ? { urls: [], target: "shop", environment: "staging", problems: [] }
      : { urls: [], environment: "staging", problems: [] },
};

/** Everything in the catalogue is allowed, remediation is on. */
export function openPolicy(changes: Partial<Policy["execution"]> = {}): Policy {
  return {
    ...DEFAULT_POLICY,
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: true, max_nodes_per_workflow: 1_000, ...changes },
    tools: { allowed: FACTS.map((tool) => tool.name), blocked: [], require_approval: [] },
    node_types: {
      allowed: ["log_collection", "analysis", "notification", "rollback", "wait", "decision", "human_review"],
      blocked: [],
    },
  };
}

export function contextWith(policy: Policy): CheckContext {
  return { policy, policyDigest: "0".repeat(64), catalogue, checkUrl: () => undefined };
}

/** A graph as it comes out of the parser. Edges may be written `a>b`. */
export function graphOf(nodes: Array<string | NodeInput>, edges: Array<string | EdgeInput> = []): Graph {
  return graphSchema.parse({
    id: "graph",
    name: "A graph",
    goal_description: "find out",
    nodes: nodes.map((node) => {
      const given: NodeInput = typeof node === "string" ? { id: node } : node;
      const isBuiltIn = ["wait", "decision", "human_review"].includes(given.type ?? "");
      return { name: `node ${given.id}`, type: "log_collection", ...(isBuiltIn ? {} : { tool: "reader" }), ...given };
    }),
    edges: edges.map((edge) => {
      if (typeof edge !== "string") return edge;
      const [from_node_id, to_node_id] = edge.split(">");
      return { from_node_id, to_node_id };
    }),
  });
}

export const write = (id: string, more: Partial<NodeInput> = {}): NodeInput => ({
  id,
  type: "rollback",
  tool: "rollback",
  ...more,
});

/** Checks and joins; throws where the graph has problems, since the test meant it to be fine. */
export function checked(graph: Graph, policy: Policy = openPolicy()): CheckedGraph {
  const result = checkAgainst(graph, contextWith(policy));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return checkedGraph(graph, result.verdict);
}
