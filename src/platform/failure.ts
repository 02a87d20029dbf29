/** How the machine and the tools say that something foreseen went wrong. Thrown; the activity turns it into a failure. */
import type { Failure, ProblemCode } from "../vocabulary/problems.js";

/** A failure that a tool foresees. `retryable` overrides what the table of codes says. */
export class ToolFailure extends Error implements Failure {
  override readonly name = "ToolFailure";
  /** Milliseconds for which the other side wants to be left alone, as it said. */
  retryAfterMs?: number;
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly hint?: string,
    readonly retryable?: boolean,
  ) {
    super(message);
  }
}
