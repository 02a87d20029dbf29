/** What Temporal's errors mean for a caller: problems, never a stack. */
import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  NamespaceNotFoundError,
  WorkflowNotFoundError,
} from "@temporalio/client";
import { ToolFailure } from "../../platform/failure.js";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import type { Refused, Result } from "../../vocabulary/result.js";

const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNAUTHENTICATED = 16;

/** Does one call to Temporal; an error that is foreseen becomes a problem about `runId`, any other is `internal`. */
export async function attempt<T>(runId: string, call: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await call();
  } catch (error) {
    return refusal(problemOf(error, runId));
  }
}

export function refusal(...problems: Problem[]): Refused {
  return { ok: false, problems };
}

export function runNotFound(runId: string): Problem {
  const hint = "list the runs with `autoops status`";
  return { code: "run-not-found", at: runId, message: `there is no run ${runId.slice(0, 80)}`, hint };
}

/** Whether Temporal says that there is no such execution, or none that is open. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;
}

export function isTimeOut(error: unknown): boolean {
  const cause = causeOf(error);
  return isGrpcDeadlineError(cause) || isGrpcCancelledError(cause);
}

function causeOf(error: unknown): unknown {
  if (isGrpcServiceError(error)) return error;
  const cause = (error as { cause?: unknown } | null)?.cause;
  return cause === undefined ? error : cause;
}

export function grpcCodeOf(error: unknown): number | undefined {
  const cause = causeOf(error);
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

export function problemOf(error: unknown, at: string): Problem {
  if (error instanceof NamespaceNotFoundError) {
    const message = `the Temporal server has no namespace ${error.namespace}`;
    return { code: "temporal-unreachable", at, message, hint: "set TEMPORAL_NAMESPACE to one that it has" };
  }
  if (isNotFound(error)) return runNotFound(at);
  const foreseen = foreseenIn(error);
  if (foreseen !== undefined) {
    return { code: foreseen.code, at, message: foreseen.message, hint: foreseen.hint || undefined };
  }
  const code = grpcCodeOf(error);
  if (code === UNAUTHENTICATED || code === PERMISSION_DENIED) {
    return { code: "not-signed-in", at, message: "the Temporal server does not let this client in", hint: KEY_HINT };
  }
  if (code === INVALID_ARGUMENT) return saying("field-invalid", at, "Temporal refuses the request", error);
  if (code === RESOURCE_EXHAUSTED) return saying("too-many-requests", at, "Temporal asks to slow down", error);
  if (code !== undefined) {
    const hint = "is it running? `autoops dev` starts one on this machine";
    return { ...saying("temporal-unreachable", at, "the Temporal server does not answer", error), hint };
  }
  return saying("internal", at, "the request could not be carried out", error);
}

/** What we said ourselves, below Temporal's own errors. */
function foreseenIn(error: unknown): ToolFailure | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof ToolFailure) return cause;
  }
  return undefined;
}

const KEY_HINT = "check TEMPORAL_API_KEY and the TLS settings of the profile";

function saying(code: ProblemCode, at: string, message: string, error: unknown): Problem {
  const cause = causeOf(error);
  const details = isGrpcServiceError(cause) ? cause.details : cause instanceof Error ? cause.message : "";
  return { code, at, message: details ? `${message}: ${details.slice(0, 300)}` : message };
}
