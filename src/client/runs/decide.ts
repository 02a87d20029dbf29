/**
 * Delivers one decision: as the update `decide`, which tells what became of it, and where no worker answers in time as
 * a signal with the same id, which is durable and counts once a worker runs.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from "@temporalio/client";
import { readAnswer } from "../../core/gate/answer.js";
import { redact } from "../../core/redact.js";
import type { DecisionResult } from "../../core/run/state.js";
import { digestOf } from "../../platform/digest.js";
import type { Answer } from "../../schema/decision.js";
import type { JsonObject } from "../../schema/json.js";
import { UPDATE_TIMEOUT_SECONDS } from "../../vocabulary/limits.js";
import { SIGNALS, UPDATES } from "../../vocabulary/names.js";
import type { Result } from "../../vocabulary/result.js";
import { becameOf, decided } from "./became.js";
import type { RunsOptions } from "./context.js";
import type { Decide, Decided } from "./contract.js";
import { promptly } from "./deadline.js";
import { closedResult, stateOfGate } from "./gate-state.js";
import { isGenuine, isGenuineAnswer, questionForged } from "./genuine.js";
import type { Histories } from "./histories.js";
import { attempt, grpcCodeOf, isNotFound, isTimeOut, refusal } from "./temporal-errors.js";
import { type Found, find } from "./view.js";
import type { Workers } from "./workers.js";

const FAILED_PRECONDITION = 9;
const UNAVAILABLE = 14;
const RETRY_MS = 200;

export async function decideGate(
  input: Decide,
  histories: Histories,
  workers: Workers,
  options: RunsOptions,
): Promise<Result<Decided>> {
  const found = await find(input.runId, histories);
  if (!found.ok) return found;
  const gate = found.value.fold.view().gates.find(({ nodeId }) => nodeId === input.node);
  const known = (result: DecisionResult): Result<Decided> => decided(input, becameOf(input, result, gate), gate);
  const early = stateOfGate(found.value.fold, input.node);
  if (early !== undefined) return known(early);
  return attempt(input.runId, async () => {
    const answer = await answerOf(input, found.value, options);
    if (answer === undefined) return refusal(questionForged(input.runId, input.node));
    // The run takes no other; a signal that it drops would tell nobody.
    const fits = readAnswer(answer);
    if (!fits.ok)
      return refusal({ code: "field-invalid", at: fits.at, message: fits.message, hint: "make it shorter" });
    const sentMs = options.now();
    const result = (await workers.seen()) ? await update(input, answer, found.value, options) : undefined;
    if (result === "ended") return afterEnd(input, histories);
    if (result !== undefined) return known(result);
    workers.missed(sentMs, found.value.newest.start.queue);
    const closed = closedResult(found.value.fold, input.node);
    if (closed !== undefined) return known(closed);
    return signal(input, answer, found.value, histories, options);
  });
}

/** The payload of both deliveries; signed for the digest that is meant, or that the gate asks now. Undefined where that is a forgery. */
async function answerOf(input: Decide, found: Found, options: RunsOptions): Promise<Answer | undefined> {
  const { runKey, fold } = found;
  const { node, decision, approver, channel } = input;
  const groups = input.groups ?? (await options.localGroups?.(approver)) ?? [];
  // It goes into history and before many eyes.
  const comment = input.comment === undefined ? undefined : redact(input.comment);
  const digest = input.digest ?? fold.digestOf(node) ?? gateDigest(fold.view(), node);
  const params = decision === "approve" && input.params !== undefined ? { params: input.params } : {};
  const common = { node_id: node, approver, channel, comment, ...params };
  const named = digest === undefined ? common : { ...common, digest };
  if (options.signer === undefined || digest === undefined)
    return { ...named, decision_id: input.decisionId ?? randomUUID() };
  const genuine = isOfShown(input, digest, found);
  if (genuine === false) return undefined;
  const form = genuine ? { v: 2 as const } : {};
  const claims = {
    ...form,
    runKey,
    nodeId: node,
    digest,
    decision,
    subject: approver,
    groups,
    channel,
    ...editOf(params),
  };
  const { token, jti } = await options.signer.sign(claims, options.now(), input.decisionId);
  return { ...named, token, decision_id: jti };
}

/** Whether the digest follows from what people are shown; undefined for a question that is none now, or of an earlier version. */
function isOfShown({ runId, node }: Decide, digest: string, { runKey, fold }: Found): boolean | undefined {
  const view = fold.view();
  const gate = view.gates.find((known) => known.nodeId === node);
  if (gate?.digest === digest) return isGenuine(gate, { runId, runKey, requester: view.requester });
  const asked = fold.askedOf(node);
  return asked?.digest === digest ? isGenuineAnswer(asked, { runId, runKey }) : undefined;
}

function editOf({ params }: { params?: JsonObject }): { edit?: string } {
  return params === undefined ? {} : { edit: digestOf(params) };
}

function gateDigest(view: ReturnType<Found["fold"]["view"]>, node: string): string | undefined {
  return view.gates.find((gate) => gate.nodeId === node)?.digest;
}

/** Undefined where no worker answered in time: what was sent may still be applied, or lost with the server. */
async function update(
  input: Decide,
  answer: Answer,
  { runKey }: Found,
  { client }: RunsOptions,
): Promise<DecisionResult | "ended" | undefined> {
  const untilMs = Date.now() + UPDATE_TIMEOUT_SECONDS * 1_000;
  const handle = client.workflow.getHandle(input.runId, undefined, { firstExecutionRunId: runKey });
  const payload = { ...answer, decision: input.decision };
  for (;;) {
    try {
      return await client.withDeadline(untilMs, () =>
        handle.executeUpdate<DecisionResult, [typeof payload]>(UPDATES.decide, {
          args: [payload],
          updateId: answer.decision_id,
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isTimeOut(error)) return undefined;
      if (isNotFound(error)) return "ended";
      if (error instanceof WorkflowUpdateFailedError) return undefined;
      const code = grpcCodeOf(error);
      if (code === UNAVAILABLE) return undefined;
      // The run is about to continue as new: the same update is for the next execution.
      if (code !== FAILED_PRECONDITION) throw error;
      if (Date.now() + RETRY_MS >= untilMs) return undefined;
      await pause(RETRY_MS);
    }
  }
}

/** To the newest execution of exactly this run; another run that took over the id is not meant. */
async function signal(
  input: Decide,
  answer: Answer,
  { runKey }: Found,
  histories: Histories,
  { client }: RunsOptions,
): Promise<Result<Decided>> {
  for (let tries = 0; tries < 2; tries++) {
    const newest = (await histories.chain(input.runId))?.at(-1);
    if (newest === undefined || newest.start.facts.runKey !== runKey) break;
    try {
      const handle = client.workflow.getHandle(input.runId, newest.executionId);
      await promptly(client, () => handle.signal(SIGNALS[input.decision], answer));
      return decided(input);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return afterEnd(input, histories);
}

/** The run ended before the decision reached it. */
async function afterEnd(input: Decide, histories: Histories): Promise<Result<Decided>> {
  const found = await find(input.runId, histories);
  if (!found.ok) return found;
  const result = stateOfGate(found.value.fold, input.node);
  if (result !== undefined) return decided(input, result);
  const message = `${input.runId} could not be reached: the decision was not recorded`;
  return refusal({ code: "temporal-unreachable", at: input.runId, message, hint: "try again" });
}
