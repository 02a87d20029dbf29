/** Params that a person gives at a gate pass the same check as those of a graph, and keep the target. */

import { describe, expect, test } from "vitest";
import type { EditToCheck } from "../../../src/activities/contract.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createCheckEdit } from "../../../src/activities/gates/check-edit.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import type { NodeGate } from "../../../src/core/gate/node-gate.js";
import { type GateRule, ruleFor } from "../../../src/core/policy/approval-rule.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";
import { mcpServersSchema } from "../../../src/schema/config/mcp.js";
import { configOf } from "../../support/tool-context.js";

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const policy: Policy = {
  ...DEFAULT_POLICY,
  execution: { ...DEFAULT_POLICY.execution, enable_remediation: true },
  tools: { allowed: ["rollback"], blocked: [], require_approval: [] },
  node_types: { allowed: ["rollback"], blocked: [] },
};
const action = {
  method: "POST" as const,
  url: "http://127.0.0.1/",
  expect_status: [200],
  idempotency: "none" as const,
};
const target = { kind: "http" as const, actions: { rollback: action } };
const registry = createDefaultRegistry({
  files: { roots: [] },
  sources: {},
  targets: { shop: target, other: target },
  channels: {},
});

const checking = (params: EditToCheck["params"], now = policy) =>
  createCheckEdit({
    policy: async () => ({ ok: true, policy: now }),
    registry,
    checkUrl: () => undefined,
    log: silent,
  } as unknown as Dependencies)({ tool: "rollback", nodeType: "rollback", params, target: "shop" });

test("what fits the tool and keeps the target is accepted", async () => {
  expect(await checking({ target: "shop", version: "2" })).toEqual({ ok: true });
});

test.each([
  ["a value that does not fit", { target: "shop", version: 2 }, "params-invalid"],
  ["a param that the tool does not know", { target: "shop", version: "2", force: true }, "params-invalid"],
  ["a literal secret", { target: "shop", version: `ghp_${"A".repeat(36)}` }, "secret-in-params"],
  ["another target", { target: "other", version: "2" }, "edit-refused"],
])("%s is refused", async (_, params, code) => {
  const result = await checking(params);
  expect(!result.ok && result.problems.map((problem) => problem.code)).toContain(code);
});

test("what the policy refuses by now is refused", async () => {
  const result = await checking({ target: "shop", version: "2" }, DEFAULT_POLICY);
  expect(!result.ok && result.problems.map((problem) => problem.code)).toContain("remediation-disabled");
});

describe("an edit that reaches another environment is judged like a new node", () => {
  const tools = { say: { effect: "notify" as const }, erase: { effect: "write" as const } };
  const url = "https://mcp.example.com/";
  const servers = mcpServersSchema.parse({
    mstage: { transport: "http", url, environment: "staging", tools },
    mprod: { transport: "http", url, tools },
  });
  const strict: Policy = {
    ...policy,
    tools: { allowed: ["secureMCP"], blocked: [], require_approval: ["secureMCP"] },
    node_types: { allowed: ["mcp_action"], blocked: [] },
    approval: {
      ...policy.approval,
      rules: [
        { name: "prod", match: { environments: ["production"] }, groups: ["sre"], required: 2, forbid_requester: true },
      ],
    },
  };
  const check = createCheckEdit({
    policy: async () => ({ ok: true, policy: strict }),
    registry: createDefaultRegistry(configOf({ mcp: { servers, pins: "/nowhere" } })),
    checkUrl: () => undefined,
    log: silent,
  } as unknown as Dependencies);
  const edit = (server: string, gate: NodeGate, action = "say") =>
    check({
      tool: "secureMCP",
      nodeType: "mcp_action",
      params: { server, action },
      gate,
      environment: "staging",
      signed: false,
      effect: "notify",
    });
  const RULE = ruleFor(strict, { type: "mcp_action", names: [], effect: "notify", environment: "production" });

  test("its votes, groups and signatures are those of the other environment, and people are shown so", async () => {
    const result = await edit("mprod", { reason: "listed" });
    expect(result).toMatchObject({
      ok: true,
      gate: {
        environment: "production",
        signed: true,
        rule: { name: "prod", required: 2, groups: ["sre"], signed: true, forbidRequester: true },
      },
    });
  });

  test("back to where it was, what was stricter still holds", async () => {
    const before = { reason: "listed", environment: "production" as const, signed: true, rule: RULE as GateRule };
    expect(await edit("mstage", before)).toMatchObject({
      ok: true,
      gate: { environment: "production", signed: true, rule: { required: 2, groups: ["sre"] } },
    });
  });

  test("where nobody could answer by both rules, or the effect is another, it is refused", async () => {
    const others = { ...(RULE as GateRule), name: "stage", groups: ["dev"] };
    expect(await edit("mprod", { reason: "listed", rule: others })).toMatchObject({
      ok: false,
      problems: [{ code: "edit-refused" }],
    });
    const result = await edit("mstage", { reason: "listed" }, "erase");
    expect(!result.ok && result.problems.map(({ code }) => code)).toContain("edit-refused");
  });
});
