/**
 * The last look before a write starts, in the activity that acts: caps on the rendered params, change windows, and the
 * ledger that all workers share (what is paused, how many writes have started). No answer, no write.
 */

import type { Override, WriteAnswer, WriteStart } from "../../core/writes/ledger.js";
import { reachProblems, stepProblem } from "../../core/writes/limits.js";
import { frozenBecause } from "../../core/writes/windows.js";
import { digestOf } from "../../platform/digest.js";
import { ToolFailure, toolFailure } from "../../platform/failure.js";
import { wallClockAt } from "../../platform/wall-clock.js";
import { undoId } from "../../vocabulary/names.js";
import type { ProblemCode } from "../../vocabulary/problems.js";
import type { ToolContext } from "../define-tool.js";
import type { Dependencies } from "../dependencies.js";
import { verifyWriteOrder } from "../gates/verify-order.js";
import type { Acting } from "./action.js";
import { mustBeRecorded } from "./audit-node.js";

export interface Guarded {
  acting: Acting;
  /** Parsed. */
  params: unknown;
  context: ToolContext;
  /** Milliseconds that the attempt has left. */
  leftMs: number;
}

/** Throws unless the write may start now. What does not write is not asked about. */
export async function guardWrite(guarded: Guarded, dependencies: Dependencies): Promise<void> {
  const { acting, context } = guarded;
  if (!mustBeRecorded(acting.definition)) return;
  try {
    await guard(guarded, dependencies);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    if (context.attempt === 1) throw toolFailure(error.code, error.message, { hint: error.hint, retryable: false });
    // An earlier attempt was let pass and may have acted; that this one was refused must not hide it.
    const message = `attempt ${context.attempt} did not act: ${error.message}; an earlier attempt may have acted`;
    throw toolFailure("outcome-unknown", message, {
      hint: "look at the target before anything is tried again",
      retryable: false,
    });
  }
}

async function guard(guarded: Guarded, dependencies: Dependencies): Promise<void> {
  const { acting, params, context } = guarded;
  const { definition, call, nodeId } = acting;
  const current = await dependencies.policy();
  if (!current.ok) throw refuse("policy-invalid", "the safety policy cannot be used", "mend the policy file");
  const { policy } = current;
  const reach = definition.reach?.(call.params, dependencies.config, "params");
  const environment = reach?.environment ?? "production";
  const { target, namespace, replicas } = reach ?? {};
  const [beyond] = reachProblems(policy.limits, { environment, namespace, replicas }, nodeId);
  if (beyond !== undefined) throw refuse(beyond.code, beyond.message, beyond.hint);
  if (policy.limits[environment].max_scale_step !== undefined && definition.replicas !== undefined) {
    const tooFar = stepProblem(policy.limits, environment, await definition.replicas(params, context), nodeId);
    if (tooFar !== undefined) throw refuse(tooFar.code, tooFar.message, tooFar.hint);
  }
  const frozen = frozenBecause(
    policy.changes.windows,
    environment,
    dependencies.now(),
    wallClockAt(dependencies.now()),
  );
  const limits = policy.limits[environment];
  const write: WriteStart = {
    key: digestOf(context.idempotencyKey).slice(0, 32),
    runKey: call.runKey ?? "none",
    environment,
    target,
    namespace,
    perHour: limits.actions_per_hour,
    targetsPerRun: limits.targets_per_run,
    takesBack: isUndoOfOwn(acting) ? true : undefined,
  };
  await start(guarded, write, frozen, dependencies);
}

/** It takes back what the same approval let happen. */
const isUndoOfOwn = ({ call, nodeId }: Acting): boolean => nodeId === undoId(call.grant?.question?.node ?? "");

async function start(
  { acting, leftMs }: Guarded,
  write: WriteStart,
  frozen: string | undefined,
  dependencies: Dependencies,
) {
  const { ledger } = dependencies;
  const waitMs = Math.max(1_000, leftMs - 1_000);
  const answer = await ledger.start(frozen === undefined ? write : { ...write, frozen: true }, waitMs);
  if (answer.ok) return;
  if (answer.why !== "frozen") throw refusal(answer, acting.nodeId, write);
  const override = await overrideOf(answer.overrides, write.environment, dependencies);
  if (override === undefined) {
    const hint =
      "wait for the window; whoever the policy names may override it: autoops override --environment NAME --reason …";
    throw refuse("writes-frozen", `${acting.nodeId} did not start: ${frozen}`, hint);
  }
  const again = await ledger.start(write, waitMs);
  if (!again.ok) throw refusal(again, acting.nodeId, write);
  const { id, by, reason, untilMs } = override;
  await dependencies.audit.record({
    event: "override-used",
    actor: by,
    channel: "worker",
    runKey: acting.call.runKey,
    node: acting.nodeId,
    details: { order: id, reason, until: new Date(untilMs).toISOString(), frozen },
  });
}

/** The first that a known key signed for this environment and that the policy still gives its signer. */
async function overrideOf(overrides: Override[], environment: string, dependencies: Dependencies) {
  for (const override of overrides) {
    const verified = await verifyWriteOrder(override.token, dependencies);
    if (!verified.ok || verified.order.kind !== "override" || verified.order.environment !== environment) continue;
    const { reason, untilMs } = verified.order;
    return { id: verified.jti, by: verified.subject, reason, untilMs };
  }
  return undefined;
}

function refusal(answer: Exclude<WriteAnswer, { ok: true }>, nodeId: string, write: WriteStart): ToolFailure {
  const { environment } = write;
  if (answer.why === "paused") {
    const { scope, by, reason } = answer.pause;
    const message = `${nodeId} did not start: writes are paused (${scope}) by ${by}: ${reason}`;
    return refuse("writes-paused", message, "run it again once they are resumed: autoops status says whether they are");
  }
  if (answer.why === "too-many") {
    const again = new Date(answer.againMs).toISOString();
    const message = `${nodeId} did not start: ${answer.limit} writes an hour are allowed in ${environment}, and they have started`;
    return refuse(
      "too-many-writes",
      message,
      `the next may start at ${again}; limits.${environment}.actions_per_hour says how many`,
    );
  }
  if (answer.why === "targets") {
    const message = `${nodeId} is one target too many: the run has changed ${answer.targets.slice(0, 10).join(", ")}, at most ${answer.limit} are allowed in ${environment}`;
    return refuse(
      "cap-exceeded",
      message,
      `split the graph, or change limits.${environment}.targets_per_run in the safety policy`,
    );
  }
  return refuse("writes-frozen", `${nodeId} did not start: no change window is open`, "wait for the window");
}

const refuse = (code: ProblemCode, message: string, hint?: string): ToolFailure =>
  toolFailure(code, message, { hint, retryable: false });
