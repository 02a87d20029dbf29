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

/** What is known of a failure beyond its code. */
export interface FailureDetails {
  /** The way out. */
  hint?: string | undefined;
  /** Overrides what the table of codes says. */
  retryable?: boolean | undefined;
  /** For how long the other side wants to be left alone. */
  retryAfterMs?: number | undefined;
}

/** The one way in which our own code makes a failure. The class's own constructor stays for tools written against it. */
export function toolFailure(code: ProblemCode, message: string, details: FailureDetails = {}): ToolFailure {
  const failure = new ToolFailure(code, message, details.hint, details.retryable);
  if (details.retryAfterMs !== undefined) failure.retryAfterMs = details.retryAfterMs;
  return failure;
}
