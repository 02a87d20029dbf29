/** `check_graph`: whatever starts a run, its input is taken strictly and judged by the worker's own policy. */
import { describe, expect, test } from "vitest";
import { createCheckGraph } from "../../src/activities/check-graph.js";
import { createDefaultRegistry } from "../../src/activities/registry.js";
import { DEFAULT_POLICY } from "../../src/core/policy.js";

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const GRAPH = {
  id: "g",
  name: "A graph",
  goal_description: "find out",
  nodes: [{ id: "a", name: "say", type: "analysis", tool: "echo", params: { message: "hi" } }],
  edges: [],
};

// biome-ignore lint/suspicious/noExplicitAny: anyone with a Temporal client may send anything
async function told(input: any, broken = false): Promise<string[]> {
  const check = createCheckGraph({
    policy: async () =>
      broken
        ? { ok: false, problems: [{ code: "policy-invalid", at: "safety.yaml:3:1 execution", message: "broken" }] }
        : { ok: true, policy: DEFAULT_POLICY },
    registry: createDefaultRegistry(),
    checkUrl: () => undefined,
    log,
  } as unknown as Parameters<typeof createCheckGraph>[0]);
  const result = await check(input);
  return result.ok ? [] : result.problems.map((problem) => `${problem.code} ${problem.at}`);
}

test("a graph within the policy is accepted", async () => {
  expect(await told({ graph: GRAPH, requester: "rita" })).toEqual([]);
});

describe("an input that is not what it must be is refused", () => {
  test.each([
    ["no requester", { graph: GRAPH }, ["field-invalid requester"]],
    ["a dry run that is no boolean", { graph: GRAPH, requester: "rita", dry_run: "yes" }, ["field-invalid dry_run"]],
    ["a key that nobody knows", { graph: GRAPH, requester: "rita", policy: {} }, ["unknown-key policy"]],
    [
      "a wish to loosen the policy",
      { graph: GRAPH, requester: "rita", stricter: { require_approval_all: false, enable_remediation: true } },
      ["field-invalid stricter.require_approval_all", "field-invalid stricter.enable_remediation"],
    ],
    ["no graph", { requester: "rita" }, ["field-invalid graph"]],
    ["nothing at all", null, ["field-invalid "]],
  ])("%s", async (_, input, expected) => {
    expect(await told(input)).toEqual(expected);
  });
});

test("a policy that broke while the worker runs lets no graph pass", async () => {
  expect(await told({ graph: GRAPH, requester: "rita" }, true)).toEqual(["policy-invalid safety.yaml:3:1 execution"]);
});
