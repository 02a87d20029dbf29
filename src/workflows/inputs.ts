/**
 * The first look at what a workflow is started with: anyone with a Temporal client may start one, with anything. What is
 * no object, or is nested or sized beyond reading, would otherwise hang the run in retries; the rest is read by the
 * activities, with a schema. Loaded by the workflow sandbox: imports only what the bundle test lists.
 */
import { ApplicationFailure } from "@temporalio/workflow";
import { beyondBounds, INPUT_BOUNDS } from "../core/bounds.js";
import type { Problem, ProblemCode } from "../vocabulary/problems.js";

/** Ends the workflow with a code unless its input is an object within bounds; `mustBe` says what it should hold. */
export function refuseUnreadable(input: unknown, mustBe: string): void {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw malformed(`must be ${mustBe}, got ${kindOf(input)}`);
  }
  const beyond = beyondBounds(input, INPUT_BOUNDS);
  if (beyond !== undefined) throw malformed(beyond, "document-too-large");
}

export function malformed(message: string, code: ProblemCode = "field-invalid"): ApplicationFailure {
  const problem: Problem = { code, at: "input", message: `input ${message}` };
  return ApplicationFailure.nonRetryable(problem.message, problem.code, { problems: [problem] });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "none";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
