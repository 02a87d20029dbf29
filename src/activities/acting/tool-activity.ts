/**
 * A tool as an activity: params are checked, the grant is verified, the tool runs within its time, and what it
 * returns is checked, redacted and capped before it enters history.
 */

import { ApplicationFailure, Context } from "@temporalio/activity";
import { beyondBounds } from "../../core/bounds.js";
import { asCalled } from "../../core/check/catalogue.js";
import { redact, redactValue } from "../../core/redact.js";
import { ToolFailure, toolFailure } from "../../platform/failure.js";
import { withoutSecrets, withoutSecretsIn } from "../../platform/secrets.js";
import type { Json, JsonObject } from "../../schema/json.js";
import { parseWith } from "../../schema/problems.js";
import { DOCUMENT_MAX_VALUES, OUTPUT_MAX_BYTES } from "../../vocabulary/limits.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { factsOf } from "../../vocabulary/problems.js";
import type { ToolCall } from "../contract.js";
import type { ToolContext, ToolDefinition } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";
import type { Acting } from "./action.js";
import { auditNode, type NodeLines } from "./audit-node.js";
import { verifyGrant } from "./grant.js";
import { whileHeartbeating } from "./heartbeat.js";
import { contextOf } from "./tool-context.js";
import { useApproval } from "./use-approval.js";
import { guardWrite } from "./write-gate.js";

/** Milliseconds kept back from the node's time-out, so that the tool ends in words and not in silence. */
const CLOSING_MS = 500;

/** The activity for one tool, registered under the tool's name and each alias. */
export function createToolActivity(declared: ToolDefinition, toolName: string, dependencies: Dependencies) {
  return async (given: ToolCall): Promise<Json> => {
    const call = callOf(given);
    const { definition, unread } = asGiven(declared, call, dependencies);
    const info = Context.current().info;
    const { workflowId, runId } = info.workflowExecution ?? { workflowId: "", runId: "" };
    const fields = { run: workflowId, node: info.activityId, requester: call.requester, operation: toolName };
    const log = dependencies.log.child({ ...fields, attempt: info.attempt });
    const endsMs = dependencies.now() + info.startToCloseTimeoutMs - CLOSING_MS;
    const lines = auditNode(dependencies.audit, { definition, toolName, call, info });
    log.info("node started");
    lines.started();
    try {
      if (unread !== undefined) throw toolFailure("params-invalid", `params ${unread}`, { retryable: false });
      const acting = { nodeId: info.activityId, workflowId, runId, definition, toolName, call };
      const output = await act(acting, dependencies, log, lines, endsMs);
      log.info("node succeeded");
      await lines.finished();
      return output;
    } catch (error) {
      const failure = toFailure(error, info.attempt, call.retries, dependencies.secretValues ?? [], log);
      await lines.finished(failure);
      throw failure;
    }
  };
}

/** What arrives may be anything: whoever writes to the namespace can send it. */
function callOf(given: Partial<ToolCall> | undefined): ToolCall {
  const { params, requester, retries, runKey, ...rest } = given ?? {};
  const isObject = typeof params === "object" && params !== null && !Array.isArray(params);
  return {
    ...rest,
    runKey: typeof runKey === "string" ? runKey : undefined,
    params: isObject ? params : {},
    requester: typeof requester === "string" ? requester : "",
    retries: typeof retries === "number" && retries > 0 ? Math.trunc(retries) : 0,
  };
}

/** Levels beyond those of a graph: a template may have put an output in. */
const CALL_BOUNDS = { depth: 200, values: DOCUMENT_MAX_VALUES, chars: 4 * OUTPUT_MAX_BYTES };

/** The tool as these params call it; where they cannot even be looked at, as it is declared, and why. */
function asGiven(declared: ToolDefinition, { params }: ToolCall, { config }: Pick<Dependencies, "config">) {
  const beyond = beyondBounds(params, CALL_BOUNDS);
  if (beyond !== undefined) return { definition: declared, unread: beyond };
  try {
    return { definition: asCalled(declared, declared.reach?.(params, config, "params")) };
  } catch {
    return { definition: declared, unread: "are none that can be read" };
  }
}

/** Checks all there is to check, uses the approval up, and does it. */
async function act(
  acting: Acting,
  dependencies: Dependencies,
  log: ToolContext["log"],
  lines: NodeLines,
  endsMs: number,
): Promise<Json> {
  const { definition, call } = acting;
  const params = readParams(definition, call.params);
  const agreed = await verifyGrant(acting, dependencies);
  const use = agreed && (await useApproval(acting, agreed.grant, Context.current().info, dependencies));
  try {
    if (use?.done !== undefined) return use.done;
    await allowWrite(acting, params, dependencies, log, endsMs);
    await lines.called(agreed);
    const output = await runWithin(definition, params, call, dependencies, log, endsMs - dependencies.now());
    await use?.finish(output);
    return output;
  } finally {
    use?.release();
  }
}

/** Looks at a write once more before it starts; the look ends with the node's time, and with its cancellation. */
async function allowWrite(
  acting: Acting,
  params: unknown,
  dependencies: Dependencies,
  log: ToolContext["log"],
  endsMs: number,
): Promise<void> {
  const leftMs = Math.max(1, endsMs - dependencies.now());
  const signal = AbortSignal.any([AbortSignal.timeout(leftMs), Context.current().cancellationSignal]);
  const context = contextOf(acting.call, dependencies, signal, log);
  await guardWrite({ acting, params, context, leftMs }, dependencies);
}

function readParams(definition: ToolDefinition, params: JsonObject): unknown {
  const parsed = parseWith(definition.params, params, { at: "params" });
  if (parsed.ok) return parsed.value;
  throw toolFailure("params-invalid", parsed.problems[0]?.message ?? "the params do not fit", { retryable: false });
}

async function runWithin(
  definition: ToolDefinition,
  params: unknown,
  call: ToolCall,
  dependencies: Dependencies,
  log: ToolContext["log"],
  leftMs: number,
): Promise<Json> {
  const activity = Context.current();
  const { startToCloseTimeoutMs } = activity.info;
  // Past its time another attempt may run: one that waited so long for its audit line must not act as well.
  if (leftMs <= 0) throw toolFailure("timed-out", `${definition.name} was not called: its time was up before`);
  const limitMs = Math.min(leftMs, startToCloseTimeoutMs);
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), limitMs);
  // What the tool said last stays to be read: a bare sign of life would take it away.
  let said: string | undefined;
  const signal = AbortSignal.any([slow.signal, activity.cancellationSignal]);
  try {
    const heartbeat = (detail?: string): void => {
      said = detail ?? said;
      activity.heartbeat(said);
    };
    const context = { ...contextOf(call, dependencies, signal, log), heartbeat };
    const output = await whileHeartbeating(
      () => definition.run(params, context),
      () => said,
    );
    return checkedOutput(definition, output, dependencies.secretValues ?? []);
  } catch (error) {
    // That an effect has or may have happened outweighs everything else; else a cancelled activity ends as cancelled.
    if (error instanceof ToolFailure && ["outcome-unknown", "rollout-unfinished"].includes(error.code)) throw error;
    if (activity.cancellationSignal.aborted) await activity.cancelled;
    if (slow.signal.aborted) throw timedOut(definition, limitMs);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(definition: ToolDefinition, limitMs: number): ToolFailure {
  const message = `${definition.name} took longer than ${Math.round(limitMs / 100) / 10} s`;
  if (definition.effect !== "write")
    return toolFailure("timed-out", message, { hint: "raise timeout_seconds, or look at why it is slow" });
  return toolFailure("outcome-unknown", `${message}: it may or may not have acted`, {
    hint: "look at the target",
    retryable: false,
  });
}

/** Before redaction, which may take most of a text away; what is larger still is not even read. */
const READ_BOUNDS = { depth: 100, values: DOCUMENT_MAX_VALUES, chars: 4 * OUTPUT_MAX_BYTES };

function checkedOutput(definition: ToolDefinition, value: unknown, secrets: readonly string[]): Json {
  const beyond = beyondBounds(value, READ_BOUNDS);
  if (beyond !== undefined) {
    const hint = "ask for less: a shorter time range, fewer lines";
    throw toolFailure("output-too-large", `what ${definition.name} returned ${beyond}`, { hint, retryable: false });
  }
  const parsed = parseWith(definition.output, value, { at: "output", shows: false });
  if (!parsed.ok) throw toolFailure("output-invalid", parsed.problems[0]?.message ?? "the output is not as declared");
  // A log may hold a source's key in a form that no pattern knows.
  const output = withoutSecretsIn(redactValue(parsed.value as Json), secrets);
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes <= OUTPUT_MAX_BYTES) return output;
  const message = `${definition.name} returned ${bytes} bytes, more than the ${OUTPUT_MAX_BYTES} that history may carry`;
  throw toolFailure("output-too-large", message, {
    hint: "ask for less: a shorter time range, fewer lines",
    retryable: false,
  });
}

/** A tool's own failure is tried again `retries` times; the attempts beyond them are for workers that were lost. */
function toFailure(
  error: unknown,
  attempt: number,
  retries: number,
  secrets: readonly string[],
  log: ToolContext["log"],
): unknown {
  if (!(error instanceof ToolFailure)) {
    if (isCancellation(error)) {
      log.info("node cancelled");
      return error;
    }
    const message = withoutSecrets(redact(messageOf(error)), secrets);
    log.warn("node failed", { code: "tool-failed", reason: message });
    return failure("tool-failed", message, undefined, attempt > retries);
  }
  const mayRetry = error.retryable ?? factsOf(error.code).retryable;
  const message = withoutSecrets(redact(error.message), secrets);
  log.warn("node failed", { code: error.code, reason: message });
  const isFinal = !mayRetry || attempt > retries;
  return failure(error.code, message, error.hint, isFinal, error.retryAfterMs);
}

function failure(
  type: string,
  message: string,
  hint: string | undefined,
  nonRetryable: boolean,
  nextRetryDelay?: number,
): ApplicationFailure {
  const wait = nextRetryDelay === undefined ? {} : { nextRetryDelay };
  const details = hint === undefined ? [] : [{ hint }];
  return ApplicationFailure.create({ type, message, nonRetryable, details, ...wait });
}

const isCancellation = (error: unknown): boolean => error instanceof Error && error.name === "CancelledFailure";
