/** Each bundled playbook, filled from the demo's own configuration, passes the check under the demo's own policy. */
import { expect, test } from "vitest";
import {
  checkUnder,
  DEMO_GOAL,
  demoPolicy,
  draftFor,
  RESTART_GOAL,
  restartConfig,
  restartPolicy,
} from "../../support/demo-plan.js";

test("the demo's plan passes, with one gate, on the rollback of a staging target", async () => {
  const outcome = checkUnder(await draftFor(DEMO_GOAL));
  expect(outcome).toMatchObject({ ok: true, verdict: { environment: "staging", targets: ["checkout"], notices: [] } });
  expect(outcome.ok && Object.keys(outcome.verdict.gates)).toEqual(["rollback"]);
});

test("the plan that only looks passes, without a gate and under a policy without remediation", async () => {
  const graph = await draftFor("why does checkout return 500s?");
  const outcome = checkUnder(graph, { ...demoPolicy, execution: { enable_remediation: false } });
  expect(outcome.ok ? outcome.verdict.gates : outcome.problems).toEqual({});
});

test("the plan that restarts passes where the target can be restarted, with one gate", async () => {
  const outcome = checkUnder(await draftFor(RESTART_GOAL, restartConfig), restartPolicy, restartConfig);
  expect(outcome.ok ? Object.keys(outcome.verdict.gates) : outcome.problems).toEqual(["restart"]);
});

test("under the product's defaults the demo's plan is refused: remediation is off", async () => {
  const outcome = checkUnder(await draftFor(DEMO_GOAL), { version: "1.0" });
  expect(outcome.ok ? [] : outcome.problems.map(({ code }) => code)).toContain("remediation-disabled");
});
