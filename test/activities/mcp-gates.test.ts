/** Gates of calls to MCP servers follow from config.yaml: no graph, and no server, makes a write pass for a read. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { describe, expect, test } from "vitest";
import { createToolActivity } from "../../src/activities/acting/tool-activity.js";
import type { Grant, ToolCall } from "../../src/activities/contract.js";
import type { Dependencies } from "../../src/activities/dependencies.js";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { checkedGraph } from "../../src/core/check/checked-graph.js";
import { type CheckOutcome, checkAgainst } from "../../src/core/check.js";
import { DEFAULT_POLICY, type Policy } from "../../src/core/policy.js";
import { explainGraph } from "../../src/core/report/explain.js";
import { mcpServersSchema } from "../../src/schema/config/mcp.js";
import type { Graph } from "../../src/schema/graph.js";
import type { JsonObject } from "../../src/schema/json.js";
import { parseGraph } from "../../src/schema/parse-graph.js";
import type { Question } from "../../src/schema/question.js";
import { callerStub, grantOf, questionAbout, recordsStub } from "../support/approvals.js";
import { auditStub } from "../support/audit.js";
import { ledgerStub } from "../support/ledger.js";
import { configOf } from "../support/tool-context.js";

const url = "https://mcp.example.com/";
const servers = mcpServersSchema.parse({
  jira: {
    transport: "http",
    url,
    environment: "staging",
    tools: {
      get_issue: { effect: "read" },
      create_issue: { effect: "notify", node_types: ["mcp_action", "ticket_create"] },
      delete_project: { effect: "write" },
    },
  },
  other: { transport: "http", url, tools: { look: { effect: "read" } } },
});
const CONFIG = configOf({ mcp: { servers, pins: "/nowhere" } });
const REGISTRY = createDefaultRegistry(CONFIG);
const policyOf = (tools: Partial<Policy["tools"]> = {}): Policy => ({
  ...DEFAULT_POLICY,
  execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
  tools: { allowed: ["secureMCP"], blocked: [], require_approval: [], ...tools },
  node_types: { allowed: ["mcp_action", "ticket_create", "rollback"], blocked: [] },
});

const contextOf = (policy: Policy) => ({
  policy,
  policyDigest: "",
  catalogue: REGISTRY,
  checkUrl: () => undefined,
});

function graphOf(...nodes: JsonObject[]): Graph {
  const full = nodes.map((node, index) => ({ id: `n${index}`, name: "n", type: "mcp_action", ...node }));
  const edges = full.slice(1).map(({ id }) => ({ from_node_id: "n0", to_node_id: id }));
  const parsed = parseGraph({ id: "g", name: "g", goal_description: "g", nodes: full, edges });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.graph;
}
const check = (graph: Graph, policy = policyOf()): CheckOutcome => checkAgainst(graph, contextOf(policy));
const codes = (outcome: CheckOutcome): string[] => (outcome.ok ? [] : outcome.problems.map(({ code }) => code));
const call = (action: string, more: JsonObject = {}) => ({ tool: "secureMCP:jira", params: { action }, ...more });

describe("a graph", () => {
  test("has a gate where a declared write is called, under either name, and none where reads are", () => {
    const graph = graphOf(
      call("get_issue"),
      call("delete_project", { requires_human_approval: false }),
      { tool: "secureMCP", params: { server: "jira", action: "delete_project" } },
      { tool: "secureMCP", params: { server: "jira", action: "get_issue" } },
      call("create_issue", { type: "ticket_create" }),
    );
    const outcome = check(graph);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const { verdict } = outcome;
    expect(Object.keys(verdict.gates)).toEqual(["n1", "n2"]);
    expect(verdict.gates.n1?.target).toBe("mcp:jira/delete_project");
    expect(checkedGraph(graph, verdict).nodes.map(({ effect }) => effect)).toEqual([
      "read",
      "write",
      "write",
      "read",
      "notify",
    ]);
    expect(explainGraph(graph, contextOf(policyOf())).map(({ effect }) => effect)).toEqual([
      "read",
      "write",
      "write",
      "read",
      "notify",
    ]);
  });

  test("may not write while remediation is off, nor tell where only reading is allowed", () => {
    const off = { ...policyOf(), execution: DEFAULT_POLICY.execution };
    expect(codes(check(graphOf(call("delete_project")), off))).toEqual(["remediation-disabled"]);
    expect(codes(check(graphOf(call("create_issue")), DEFAULT_POLICY))).toEqual(["tool-not-allowed"]);
    expect(check(graphOf(call("get_issue")), DEFAULT_POLICY).ok).toBe(true);
  });

  test.each([
    ["an action that is not declared", call("drop_table"), ["mcp-tool-not-declared"]],
    [
      "an action that a template will name",
      { tool: "secureMCP:jira", params: { action: "{{ n0.x }}" } },
      ["params-invalid"],
    ],
    [
      "a server that a template will name",
      { tool: "secureMCP", params: { server: "{{ n0.x }}", action: "look" } },
      ["params-invalid"],
    ],
    ["no server", { tool: "secureMCP", params: { action: "look" } }, ["params-invalid"]],
    [
      "another server than its name",
      { tool: "secureMCP:jira", params: { server: "other", action: "look" } },
      ["params-invalid"],
    ],
    [
      "a server that is not declared",
      { tool: "secureMCP", params: { server: "nope", action: "look" } },
      ["source-not-configured"],
    ],
    [
      "a name that the mapping inherits",
      { tool: "secureMCP", params: { server: "constructor", action: "look" } },
      ["source-not-configured"],
    ],
    ["a tool of an undeclared server", { tool: "secureMCP:nope", params: { action: "look" } }, ["unknown-tool"]],
    [
      "a node type that its declaration does not name",
      call("get_issue", { type: "ticket_create" }),
      ["tool-type-mismatch"],
    ],
  ])("is refused with %s", (_, node, expected) => {
    const found = codes(check(graphOf(node as JsonObject)));
    for (const code of expected) expect(found).toContain(code);
  });

  test("may not hide a write among the reads around an effect", () => {
    const verify = { tool: "secureMCP:jira", params: { action: "delete_project" }, expect: "true" };
    expect(codes(check(graphOf(call("delete_project", { verify }))))).toEqual(["guard-misplaced"]);
    expect(codes(check(graphOf(call("delete_project", { preconditions: [verify] }))))).toEqual(["guard-misplaced"]);
    const read = { ...verify, params: { action: "get_issue" } };
    expect(codes(check(graphOf(call("delete_project", { verify: read }))))).toEqual([]);
  });
});

describe("the policy's lists", () => {
  const generic = graphOf({ tool: "secureMCP", params: { server: "jira", action: "get_issue" } });
  const other = graphOf({ tool: "secureMCP", params: { server: "other", action: "look" } });

  test("block one server by its name, whichever name the graph uses", () => {
    const policy = policyOf({ blocked: ["secureMCP:jira"] });
    expect(codes(check(generic, policy))).toEqual(["tool-not-allowed"]);
    expect(codes(check(graphOf(call("get_issue")), policy))).toEqual(["tool-not-allowed"]);
    expect(check(other, policy).ok).toBe(true);
  });

  test("allow one server by its name, and no other by that", () => {
    const policy = policyOf({ allowed: ["secureMCP:jira"] });
    expect(check(generic, policy).ok).toBe(true);
    expect(codes(check(other, policy))).toEqual(["tool-not-allowed"]);
  });

  test("ask for approval of every call of one server", () => {
    const outcome = check(generic, policyOf({ require_approval: ["secureMCP:jira"] }));
    expect(outcome.ok && outcome.verdict.gates.n0?.reason).toBe("tools.require_approval names secureMCP:jira");
  });
});

describe("the activity that acts", () => {
  const RUN = "00000000-0000-0000-0000-000000000000";
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const unused = (): never => {
    throw new Error("not used here");
  };
  const audit = auditStub();
  const records = recordsStub();
  /** May be tightened by a test. */
  let policy = policyOf();
  const dependencies = {
    config: CONFIG,
    registry: REGISTRY,
    policy: async () => ({ ok: true, policy }),
    checkUrl: () => undefined,
    fetch: unused,
    secret: unused,
    blobs: { put: unused, get: unused },
    reports: { put: unused, get: unused },
    signer: { verify: unused },
    ledger: ledgerStub(),
    records,
    askCaller: callerStub(),
    audit,
    draft: unused,
    log,
    now: () => Date.now(),
  } as unknown as Dependencies;

  /** What it ends in: nobody has accepted the tools, so a call that gets past the grant is told apart by that. */
  async function asked(action: string, grant?: Partial<Question>, server = "jira"): Promise<string | undefined> {
    const definition = REGISTRY.definition("secureMCP");
    if (definition === undefined) throw new Error("no secureMCP");
    const activity = createToolActivity(definition, "secureMCP", dependencies);
    const params = { server, action, arguments: {} };
    const about = {
      runKey: RUN,
      node: "n",
      tool: "secureMCP",
      target: "mcp:jira/delete_project",
      nodeType: "mcp_action" as const,
      run: "w",
    };
    const question = await questionAbout(params, records, { ...about, ...grant });
    const whole: Grant = grantOf(question, [{ approver: "olga", atMs: 1 }]);
    const input: ToolCall = { params, requester: "rita", retries: 0, runKey: RUN, ...(grant && { grant: whole }) };
    const info = { activityId: "n", workflowExecution: { workflowId: "w", runId: RUN } };
    try {
      await new MockActivityEnvironment(info).run(activity, input);
      return undefined;
    } catch (error) {
      return (error as { type?: string }).type;
    }
  }

  test("does not call a declared write without an approval, and lets a declared read pass", async () => {
    expect(await asked("delete_project")).toBe("grant-invalid");
    expect(await asked("drop_table")).toBe("mcp-tool-not-declared");
    expect(await asked("get_issue")).toBe("mcp-tool-not-accepted");
  });

  test("calls a write that was approved, for its own target alone, by the environment of its server", async () => {
    expect(await asked("delete_project", {})).toBe("mcp-tool-not-accepted");
    expect(await asked("delete_project", { target: "mcp:other/look" })).toBe("grant-invalid");
    expect(await asked("delete_project", { tool: "secureMCP:jira" })).toBe("grant-invalid");
    // In production votes must be signed, whatever the grant says.
    expect(await asked("delete_project", { environment: "production" })).toBe("grant-invalid");
  });

  test("with two node types runs without an approval only where none of them wants one", async () => {
    expect(await asked("create_issue")).toBe("mcp-tool-not-accepted");
    policy = policyOf({ require_approval: ["ticket_create"] });
    expect(await asked("create_issue")).toBe("grant-invalid");
    policy = policyOf();
  });

  test("writes the line about a declared write before it calls, and none like it for a read", async () => {
    audit.entries.length = 0;
    await asked("delete_project", { nonce: "c".repeat(32) });
    await asked("get_issue");
    const called = audit.entries.filter(({ event }) => event === "tool-called");
    expect(called.map(({ details }) => (details as { effect?: string }).effect)).toEqual(["write", "read"]);
  });
});
