/** A write never acts twice: what each kind of idempotency allows on a first and on a later attempt. */
import type { HttpAction } from "../../../../schema/config.js";
import { messageOf } from "../../../../vocabulary/message-of.js";
import { type ToolContext, ToolFailure, toolFailure } from "../../../define-tool.js";
import { pause } from "../pause.js";
import { type Executor, LostAnswer } from "./executor.js";

export interface Performed {
  /** What the state read before and after; null where the target declares no state. */
  before: string | null;
  after: string | null;
  /** The action was asked for by this attempt. */
  acted: boolean;
  /** What a person should know beside the states. */
  remarks: string[];
}

/** How often and how far apart a state is read until it is as wanted, and a keyed request is sent again. */
export interface Patience {
  reads: number;
  sends: number;
  pauseMs: number;
}
const PATIENCE: Patience = { reads: 6, sends: 3, pauseMs: 1_000 };

/**
 * Performs the effect. `key`: every attempt asks, and the target acts once for the key. `probe`: every attempt after
 * the first reads the state and stops if it is as wanted. `none`: an attempt after the first does not act.
 * Ends in `outcome-unknown` where the answer was lost and nothing can settle whether the target acted.
 */
export async function perform(
  doer: Executor,
  idempotency: HttpAction["idempotency"],
  context: ToolContext,
  patience: Patience = PATIENCE,
): Promise<Performed> {
  try {
    return await attempt(doer, idempotency, context, patience);
  } catch (error) {
    // A second attempt would not act, so it must not be made: it could only hide what went wrong in this one.
    if (idempotency !== "none" || !(error instanceof ToolFailure) || error.retryable === false) throw error;
    throw toolFailure(error.code, error.message, { hint: error.hint, retryable: false });
  }
}

async function attempt(
  doer: Executor,
  idempotency: HttpAction["idempotency"],
  context: ToolContext,
  patience: Patience,
): Promise<Performed> {
  const isLater = context.attempt > 1;
  if (isLater && idempotency === "none") throw await doesNotActAgain(doer, context);
  const before = (await doer.state?.read()) ?? null;
  if (isLater && idempotency === "probe" && before !== null && before === doer.state?.wanted) {
    const remark = `attempt ${context.attempt} found the state as wanted and did not act again`;
    return { before, after: before, acted: false, remarks: [remark] };
  }
  if (context.signal.aborted) throw toolFailure("cancelled", "it was cancelled before it acted");
  const remarks: string[] = [];
  try {
    await doer.act();
  } catch (error) {
    if (!(error instanceof LostAnswer)) throw error;
    remarks.push(await resolveLost(doer, idempotency, before, error.message, context, patience));
  }
  const after = await readAfter(doer, context, patience, remarks);
  return { before, after, acted: true, remarks };
}

async function doesNotActAgain(doer: Executor, context: ToolContext): Promise<ToolFailure> {
  const state = await doer.state?.read().catch(() => undefined);
  const reads = state === undefined ? "" : `; the state reads ${shown(state)}, wanted is ${shown(doer.state?.wanted)}`;
  return unknown(`attempt ${context.attempt} did not act: an earlier one may have, and the target cannot tell${reads}`);
}

/** Finds out whether the target acted although its answer was lost; returns how that is known. */
async function resolveLost(
  doer: Executor,
  idempotency: HttpAction["idempotency"],
  before: string | null,
  reason: string,
  context: ToolContext,
  patience: Patience,
): Promise<string> {
  if (idempotency === "key" && (await sendAgain(doer, context, patience))) {
    return `the first answer was lost (${reason}); the same request with the same key was answered`;
  }
  // A state that was as wanted before tells nothing, unless the target declares that it is all there is to know.
  const isTelling = doer.state !== undefined && (idempotency === "probe" || before !== doer.state.wanted);
  if (isTelling && doer.state !== undefined) {
    const after = await readUntilWanted(doer.state, context, patience).catch(() => undefined);
    if (after === doer.state.wanted) return `the answer was lost (${reason}); the state shows that it happened`;
  }
  throw unknown(`the target may or may not have acted: ${reason}`);
}

async function sendAgain(doer: Executor, context: ToolContext, patience: Patience): Promise<boolean> {
  for (let sent = 1; sent < patience.sends && !context.signal.aborted; sent++) {
    try {
      await pause(patience.pauseMs, context, "sending the request again");
      await doer.act();
      return true;
    } catch {
      // The first request is what matters: whatever this one says, that one may have acted.
    }
  }
  return false;
}

async function readAfter(
  doer: Executor,
  context: ToolContext,
  patience: Patience,
  remarks: string[],
): Promise<string | null> {
  if (doer.state === undefined) return null;
  try {
    const after = await readUntilWanted(doer.state, context, patience);
    if (after !== doer.state.wanted) {
      remarks.push(`the state reads ${shown(after)} and not yet ${shown(doer.state.wanted)}`);
    }
    return after;
  } catch (error) {
    remarks.push(`the state could not be read afterwards: ${messageOf(error)}`);
    return null;
  }
}

async function readUntilWanted(
  state: NonNullable<Executor["state"]>,
  context: ToolContext,
  patience: Patience,
): Promise<string> {
  for (let reads = 1; ; reads++) {
    const value = await state.read();
    if (value === state.wanted || reads >= patience.reads) return value;
    await pause(patience.pauseMs, context, "waiting for the state");
  }
}

const unknown = (message: string): ToolFailure =>
  toolFailure("outcome-unknown", message, {
    hint: "look at the target before anything is tried again",
    retryable: false,
  });

const shown = (text: string | undefined): string => JSON.stringify((text ?? "").slice(0, 60));
