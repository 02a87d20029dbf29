/** Params that a person gives at a gate pass the same check as those of a graph, and keep the target. */
import { expect, test } from "vitest";
import type { EditToCheck } from "../../../src/activities/contract.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createCheckEdit } from "../../../src/activities/gates/check-edit.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";

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
