/** The `model` section: what holds where nothing is said, and how long one call may take. */
import { expect, test } from "vitest";
import { modelSchema } from "../../src/schema/model.js";
import { DRAFT_TIMEOUT_SECONDS } from "../../src/vocabulary/limits.js";
import { MODEL_TIMEOUT_MAX_SECONDS, PLAN_TIMEOUT_SECONDS, REPAIRS_MAX } from "../../src/vocabulary/model-limits.js";

test("two sentences are told to the model by default, and none where the list is empty", () => {
  expect(modelSchema.parse({}).default_constraints).toEqual([
    "Prioritize investigation before remediation",
    "All remediation actions require human approval",
  ]);
  expect(modelSchema.parse({ default_constraints: [] }).default_constraints).toEqual([]);
});

test("a call may take ten minutes, its activity longer than that, and a plan with its repairs longer than all of them", () => {
  expect(modelSchema.safeParse({ timeout_seconds: 600 }).success).toBe(true);
  expect(modelSchema.safeParse({ timeout_seconds: 601 }).success).toBe(false);
  expect(DRAFT_TIMEOUT_SECONDS).toBeGreaterThan(MODEL_TIMEOUT_MAX_SECONDS);
  expect(PLAN_TIMEOUT_SECONDS).toBeGreaterThan(DRAFT_TIMEOUT_SECONDS * (1 + REPAIRS_MAX));
});
