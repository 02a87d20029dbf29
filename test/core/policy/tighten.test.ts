/** Configuration in code: whatever it says, the policy only becomes stricter. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { tighten } from "../../../src/core/policy/tighten.js";
import { DEFAULT_POLICY, type Policy } from "../../../src/core/policy.js";

const names = fc.option(fc.subarray(["echo", "rollback", "log_collector", "summary"]), { nil: undefined });
const limit = fc.option(fc.oneof(fc.integer({ min: -5, max: 10_000 }), fc.constant(Number.NaN)), { nil: undefined });
const READ_ONLY = ["echo", "log_collector", "summary"];

const asked = fc.record({
  safety: fc.record({ allowedTools: names, blockedTools: names, requireApproval: names }),
  planner: fc.record({ enableRemediation: fc.option(fc.boolean(), { nil: undefined }), maxNodes: limit }),
  executor: fc.record({
    maxConcurrency: limit,
    workflowTimeoutSeconds: limit,
    dryRun: fc.option(fc.boolean(), { nil: undefined }),
  }),
});

const policies = fc.record({ remediation: fc.boolean(), dryRun: fc.boolean(), allowed: names }).map(
  ({ remediation, dryRun, allowed }): Policy => ({
    ...DEFAULT_POLICY,
    execution: { ...DEFAULT_POLICY.execution, enable_remediation: remediation, dry_run: dryRun },
    tools: { allowed, blocked: ["custom_script"], require_approval: [] },
  }),
);

test("code cannot allow what the file does not", () => {
  fc.assert(
    fc.property(policies, asked, (policy, wish) => {
      const tight = tighten(policy, wish, READ_ONLY);
      const before = policy.execution;
      const after = tight.execution;
      expect(after.enable_remediation && !before.enable_remediation).toBe(false);
      expect(before.dry_run && !after.dry_run).toBe(false);
      expect(after.max_concurrency).toBeLessThanOrEqual(before.max_concurrency);
      expect(after.max_concurrency).toBeGreaterThanOrEqual(1);
      expect(after.max_nodes_per_workflow).toBeLessThanOrEqual(before.max_nodes_per_workflow);
      const allowedBefore = policy.tools.allowed ?? READ_ONLY;
      expect((tight.tools.allowed ?? READ_ONLY).every((name) => allowedBefore.includes(name))).toBe(true);
      expect(tight.tools.blocked).toEqual(expect.arrayContaining(policy.tools.blocked));
    }),
  );
});

test("a list in code narrows the built-in list", () => {
  const tight = tighten(DEFAULT_POLICY, { safety: { allowedTools: ["echo", "rollback"] } }, READ_ONLY);
  expect(tight.tools.allowed).toEqual(["echo"]);
});
