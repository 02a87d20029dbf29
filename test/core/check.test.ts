/** The check: every problem in one pass, each with a path and a way out; what passes is gated as it must be. */
import { describe, expect, test } from "vitest";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import { withDefaults } from "../../src/core/check/graph.js";
import { checkAgainst } from "../../src/core/check.js";
import type { Policy } from "../../src/core/policy.js";
import { type Graph, graphSchema } from "../../src/schema/graph.js";
import { contextWith, graphOf, openPolicy, write } from "../support/graphs.js";

const codes = (graph: Graph, policy: Policy = openPolicy()): string[] => {
  const result = checkAgainst(graph, contextWith(policy));
  return result.ok ? [] : result.problems.map((problem) => `${problem.code} ${problem.at}`);
};

describe("the shape of a graph", () => {
  const cases: Array<[string, Graph, string[]]> = [
    ["a duplicate id", graphOf(["a", "a", "b"], ["a>b"]), ["duplicate-node-id nodes[1].id"]],
    ["an edge to nowhere", graphOf(["a", "b"], ["a>b", "a>x"]), ["edge-to-nowhere edges[1].to_node_id"]],
    ["a self-loop", graphOf(["a", "b"], ["a>b", "b>b"]), ["self-loop edges[1]"]],
    ["the same edge twice", graphOf(["a", "b"], ["a>b", "a>b"]), ["duplicate-edge edges[1]"]],
    ["an orphan", graphOf(["a", "b", "c"], ["a>b"]), ["orphan-node nodes[2]"]],
    ["a join that can never be met", graphOf(["a", { id: "b", join: 2 }], ["a>b"]), ["join-impossible nodes[1].join"]],
    ["more nodes than the policy allows", graphOf(["a", "b"], ["a>b"]), ["too-many-nodes nodes"]],
  ];
  test.each(cases)("%s is a problem with its path", (name, graph, expected) => {
    const policy = name.startsWith("more nodes") ? openPolicy({ max_nodes_per_workflow: 1 }) : openPolicy();
    expect(codes(graph, policy)).toEqual(expected);
  });

  test("a cycle is named", () => {
    const graph = graphOf(["start", "a", "b", "c"], ["start>a", "a>b", "b>c", "c>a"]);
    const result = checkAgainst(graph, contextWith(openPolicy()));
    expect(result.ok ? "" : result.problems[0]?.message).toBe("the nodes wait for one another: a → b → c → a");
  });

  test("a single node without edges is no orphan", () => {
    expect(codes(graphOf(["a"]))).toEqual([]);
  });

  test("all problems come in one pass", () => {
    const graph = graphOf(["a", "a", { id: "b", tool: "nobody" }], ["a>b", "b>x"]);
    expect(codes(graph)).toEqual([
      "duplicate-node-id nodes[1].id",
      "edge-to-nowhere edges[1].to_node_id",
      "unknown-tool nodes[2].tool",
    ]);
  });
});

describe("tools and types", () => {
  const cases: Array<[string, Graph, string[]]> = [
    ["an unregistered tool", graphOf([{ id: "a", tool: "toString" }]), ["unknown-tool nodes[0].tool"]],
    ["no tool where one is needed", graphOf([{ id: "a", tool: null }]), ["tool-missing nodes[0].tool"]],
    [
      "a harmless type with a tool that writes",
      graphOf([{ id: "a", tool: "rollback" }]),
      ["tool-type-mismatch nodes[0].type"],
    ],
    [
      "a tool on a type that needs none",
      graphOf([{ id: "a", type: "wait", tool: "reader", params: { seconds: 1 } }]),
      ["tool-missing nodes[0].tool"],
    ],
    [
      "a wait of no length",
      graphOf([{ id: "a", type: "wait", params: {} }]),
      ["params-invalid nodes[0].params.seconds"],
    ],
    [
      "a param that a review does not know",
      graphOf([{ id: "a", type: "human_review", params: { prompt: "ok?", approve: true } }]),
      ["params-invalid nodes[0].params.approve"],
    ],
  ];
  test.each(cases)("%s is refused", (_, graph, expected) => {
    expect(codes(graph)).toEqual(expected);
  });
});

describe("conditions and templates", () => {
  const edge = (condition: string) => ({ from_node_id: "b", to_node_id: "c", condition });
  const cases: Array<[string, string, string[]]> = [
    ["a condition on its source", "b.n > 1", []],
    ["a condition on an ancestor of its source", "a.n > 1 and b.n > 1", []],
    ["a condition on a node that does not surely run before", "c.n > 1", ["reference-not-ancestor edges[1].condition"]],
    ["a condition on a sibling of its source", "d.n > 1", ["reference-not-ancestor edges[1].condition"]],
    ["a condition that does not parse", "b.n >", ["condition-invalid edges[1].condition"]],
    ["a condition on no node", "secrets.DB == 1", ["reference-not-ancestor edges[1].condition"]],
  ];
  test.each(cases)("%s", (_, condition, expected) => {
    expect(codes(graphOf(["a", "b", "c", "d"], ["a>b", edge(condition), "a>d"]))).toEqual(expected);
  });

  test("a template may refer to ancestors only", () => {
    const good = graphOf(["a", { id: "b", params: { q: "{{ a.x }}" } }], ["a>b"]);
    const bad = graphOf(["a", { id: "b", params: { q: "{{ b.x }}" } }], ["a>b"]);
    expect(codes(good)).toEqual([]);
    expect(codes(bad)).toEqual(["reference-not-ancestor nodes[1].params.q"]);
  });

  test("a literal secret in params is refused and not repeated in the message", () => {
    const token = `ghp_${"Z".repeat(36)}`;
    const result = checkAgainst(graphOf([{ id: "a", params: { token } }]), contextWith(openPolicy()));
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).toContain("secret-in-params");
    expect(JSON.stringify(result)).not.toContain(token);
  });
});

describe("gates", () => {
  const verdict = (graph: Graph, policy = openPolicy()) => {
    const result = checkAgainst(graph, contextWith(policy));
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return result.verdict;
  };

  test("a write is gated although the graph clears the flag, and a notice says so", () => {
    const found = verdict(graphOf([write("w", { requires_human_approval: false })]));
    expect(found.gates.w?.reason).toContain("always asked");
    expect(found.notices.map((notice) => notice.code)).toContain("approval-forced");
  });

  test("the flag adds a gate to a node that needs none", () => {
    expect(Object.keys(verdict(graphOf([{ id: "a", requires_human_approval: true }])).gates)).toEqual(["a"]);
  });

  test("require_approval gates a tool that only reads", () => {
    const policy = openPolicy();
    const stricter = { ...policy, tools: { ...policy.tools, require_approval: ["reader"] } };
    expect(Object.keys(verdict(graphOf(["a"]), stricter).gates)).toEqual(["a"]);
  });

  test("require_approval_all gates every action but not waits and decisions", () => {
    const graph = graphOf(["a", { id: "w", type: "wait", params: { seconds: 1 } }], ["a>w"]);
    expect(Object.keys(verdict(graph, openPolicy({ require_approval_all: true })).gates)).toEqual(["a"]);
  });

  test("the strictest environment of a graph wins, and an undeclared one is production", () => {
    expect(verdict(graphOf([write("w")])).environment).toBe("staging");
    expect(verdict(graphOf([{ id: "r", type: "human_review", params: { prompt: "ok?" } }])).environment).toBe(
      "production",
    );
  });

  test("a write is refused while remediation is disabled", () => {
    expect(codes(graphOf([write("w")]), openPolicy({ enable_remediation: false }))).toEqual([
      "remediation-disabled nodes[0]",
    ]);
  });
});

test("the sandbox fills in the same defaults as the schema", () => {
  const input = {
    id: "g",
    name: "n",
    goal_description: "",
    nodes: [{ id: "a", name: "a", type: "analysis" as const, tool: "thinker" }],
    edges: [{ from_node_id: "a", to_node_id: "b" }],
  };
  expect(withDefaults(input)).toEqual(graphSchema.parse(input));
});

test("retries default to none for a write and to two for a read", () => {
  const graph = graphOf(["a", write("w")], ["a>w"]);
  const result = checkAgainst(graph, contextWith(openPolicy()));
  const nodes = result.ok ? checkedGraph(graph, result.verdict).nodes : [];
  expect(nodes.map((node) => [node.id, node.retries, node.timeoutSeconds])).toEqual([
    ["a", 2, 60],
    ["w", 0, 60],
  ]);
});

describe("a literal secret outside the params", () => {
  const token = `ghp_${"Z".repeat(36)}`;
  const cases: Array<[string, Partial<Graph>, string]> = [
    ["goal", { goal_description: `log in with ${token}` }, "goal_description"],
    ["name", { name: token }, "name"],
    ["metadata", { metadata: { note: { token } } }, "metadata.note.token"],
    [
      "description of a node",
      { nodes: graphOf([{ id: "a", description: `use ${token}` }]).nodes },
      "nodes[0].description",
    ],
  ];
  test.each(cases)("in the %s is refused with its path and not repeated", (_, more, at) => {
    const result = checkAgainst({ ...graphOf(["a"]), ...more }, contextWith(openPolicy()));
    expect(result.ok ? [] : result.problems.map((problem) => `${problem.code} ${problem.at}`)).toEqual([
      `secret-in-params ${at}`,
    ]);
    expect(JSON.stringify(result)).not.toContain(token);
  });
});

describe("names that nothing has", () => {
  test.each([
    ["Reader", "did you mean reader?"],
    ["readr", "did you mean reader?"],
    ["zzzzzz", "list them with `autoops tools`"],
  ])("the tool %s", (tool, hint) => {
    const result = checkAgainst(graphOf([{ id: "a", tool }]), contextWith(openPolicy()));
    expect(result.ok ? undefined : result.problems[0]?.hint).toContain(hint);
  });

  test.each([
    ["-a.count < 0", "no minus stands before a name"],
    ["A.count < 0", "did you mean a?"],
    ["nobody.count < 0", "refer to a node from which edges lead here"],
  ])("the condition %s", (condition, hint) => {
    const graph = {
      ...graphOf(["a", "b"]),
      edges: [{ from_node_id: "a", to_node_id: "b", condition, on: "success" as const }],
    };
    const result = checkAgainst(graph, contextWith(openPolicy()));
    expect(result.ok ? undefined : result.problems[0]?.hint).toContain(hint);
  });
});
