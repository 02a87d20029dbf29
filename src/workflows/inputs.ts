/** The input of a workflow that anyone may have started. Loaded by the workflow sandbox: imports only what the bundle test lists. */
import { ApplicationFailure } from "@temporalio/workflow";
import { beyondBounds, INPUT_BOUNDS } from "../core/bounds.js";

/** Ends the workflow with a code where its input cannot be looked at: whatever walks such a value would throw for ever. */
export function refuseUnreadable(input: unknown, workflow: string): void {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw ApplicationFailure.nonRetryable(`${workflow} takes one object as its input`, "field-invalid");
  }
  const beyond = beyondBounds(input, INPUT_BOUNDS);
  if (beyond !== undefined) {
    throw ApplicationFailure.nonRetryable(`the input of ${workflow} ${beyond}`, "document-too-large");
  }
}
