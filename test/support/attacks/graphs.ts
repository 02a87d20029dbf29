/** Attacks by what is sent straight to the workflow: graphs and inputs that say that nobody needs to agree. */
import { GRAPH, NODE } from "./run.js";
import type { Scenario } from "./scenario.js";

export interface SentGraph {
  graph: unknown;
  /** Beside `graph` and `requester`, which the client chooses freely. */
  input?: Record<string, unknown>;
}

type Pick = (below: number) => number;
const write = GRAPH.nodes[1] as Record<string, unknown>;
const withNode = (more: object, drop: string[] = []): SentGraph => {
  const node = Object.fromEntries(Object.entries({ ...write, ...more }).filter(([key]) => !drop.includes(key)));
  return { graph: { ...GRAPH, nodes: [GRAPH.nodes[0], node] } };
};
const verdict = {
  semantics: 1,
  signed: false,
  tools: { rollback: { effect: "read" } },
  gates: {},
  environment: "staging",
};
const lax = { version: "1.0", approval: { require_for_production: false, signed: "never", rules: [] } };

/** By name: what is sent. Some of it is refused by the check, the rest must not act without votes. */
export const GRAPH_ATTACKS: Record<string, (pick: Pick, scenario: Scenario) => SentGraph> = {
  "the flag says that nobody needs to agree": () => withNode({ requires_human_approval: false }),
  "the node says that it was approved": (pick) =>
    withNode(
      [{ approved: true }, { gate: null }, { gate: { status: "approved" } }, { effect: "read" }, { grant: {} }][
        pick(5)
      ] as object,
    ),
  "the params say so": (pick) =>
    withNode({
      params: { ...(write.params as object), ...[{ approved: true }, { grant: {} }, { dry_run: false }][pick(3)] },
    }),
  "a harmless type over a tool that writes": (pick) =>
    withNode({ type: ["log_collection", "metric_query", "analysis", "summary", "notification"][pick(5)] }),
  "a type that does not exist": (pick) =>
    withNode({ type: ["Rollback", "rollback ", "__proto__", "constructor"][pick(4)] }),
  "a tool under another spelling": (pick) =>
    withNode({ tool: ["Rollback", "rollback ", "secureMCP:rollback", "toString"][pick(4)] }),
  "an environment chosen by the client": (pick) =>
    withNode(
      [{ environment: "staging" }, { params: { ...(write.params as object), environment: "staging" } }][
        pick(2)
      ] as object,
    ),
  "a target that is not declared": (pick) =>
    withNode({ params: { target: ["shop2", "__proto__", "constructor", "toString"][pick(4)], version: "1" } }),
  "metadata that holds a verdict": (pick) => ({
    graph: {
      ...GRAPH,
      metadata: [{ verdict }, { approved: true, approver: "ann" }, { policy: lax }, { gates: {} }][pick(4)],
    },
  }),
  "a verdict of the client's own": () => ({ graph: { ...GRAPH, verdict } }),
  "a policy in the graph": () => ({ graph: { ...GRAPH, policy: lax } }),
  "a policy beside the graph": (pick) => ({
    graph: GRAPH,
    input: [
      { policy: lax },
      { safety: lax },
      { approval: lax.approval },
      { signed: false },
      { policyDigest: "f".repeat(64) },
    ][pick(5)],
  }),
  "a state that was carried over, as the client says": () => ({
    graph: GRAPH,
    input: { carried: { runKey: "x", verdict, state: { nodes: { [NODE]: { status: "approved" } } } } },
  }),
  "a node that stands twice, once harmless": () => ({
    graph: {
      ...GRAPH,
      nodes: [...GRAPH.nodes, { id: NODE, name: "x", type: "log_collection", tool: "reader", params: {} }],
    },
  }),
  "an id that is none": (pick) => withNode({ id: ["__proto__", "constructor", "w/../look", "ask:w:1", ""][pick(5)] }),
  "no type or no tool": (pick) => withNode({}, [["type"], ["tool"]][pick(2)]),
  "no time to wait in": (pick) => withNode({ timeout_seconds: [0, -1, 1e9, Number.NaN][pick(4)] }),
  "a condition that lies": (pick) => ({
    graph: {
      ...GRAPH,
      edges: [
        {
          from_node_id: "look",
          to_node_id: NODE,
          condition: ["true", "w.approved == true", "1 == 1 or approved"][pick(3)],
        },
      ],
    },
  }),
  "a failure edge around the gate": () => ({
    graph: {
      ...GRAPH,
      nodes: [...GRAPH.nodes, { ...write, id: "w2", requires_human_approval: false }],
      edges: [...(GRAPH.edges ?? []), { from_node_id: NODE, to_node_id: "w2", on: "always" }],
    },
  }),
  "a dry run that is none": (pick) => ({ graph: GRAPH, input: { dry_run: [true, "no", 0, null][pick(4)] } }),
};
