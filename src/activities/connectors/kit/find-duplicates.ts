/**
 * One for one key: what an earlier attempt made is looked for first, and after making one it is looked again, since the
 * request of an attempt that was lost may arrive late.
 */
import { createHash } from "node:crypto";
import { redact } from "../../../core/redact.js";
import { DUPLICATE_CHECKS, DUPLICATE_WAIT_MS } from "../../../vocabulary/ticket-limits.js";
import { type ToolContext, ToolFailure } from "../../define-tool.js";
import { pause } from "../../tools/kit/pause.js";
import { mayHaveHappened } from "./vendor-calls.js";

/** A sign of the idempotency key that tickets and comments carry: it tells nothing of the key. */
export function markOf(key: string): string {
  return `autoops-${createHash("sha256").update(key).digest("hex").slice(0, 24)}`;
}

export interface Steps<T> {
  /** What carries our mark, the oldest first. `made` was made just now: an index may not know it yet. */
  find(made?: T): Promise<T[]>;
  make(): Promise<T>;
  /** What makes two of them the same. */
  id(one: T): string;
  /** The vendor's index lags: look again before taking what a lost answer left behind for not there. */
  lags?: boolean;
}
export interface Outcome<T> {
  one: T;
  /** Made by this attempt. */
  made: boolean;
  /** Others with the same mark. */
  others: T[];
  /** What could not be looked at. */
  remarks: string[];
}

/** `T` made at most once as far as looking can tell. */
export async function withoutDuplicates<T>(
  steps: Steps<T>,
  context: ToolContext,
  settleMs = DUPLICATE_WAIT_MS,
): Promise<Outcome<T>> {
  const [first, ...others] = await before(steps, context, settleMs);
  if (first !== undefined) return { one: first, made: false, others, remarks: [] };
  let one: T;
  try {
    one = await steps.make();
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    // The next attempt would look, too; where there is none, this one still finds what it made.
    const [found, ...rest] = await afterLoss(steps, context, settleMs, error);
    return { one: found as T, made: true, others: rest, remarks: ["the answer was lost; it was found by its mark"] };
  }
  return { one, made: true, ...(await beside(steps, one)) };
}

async function before<T>(steps: Steps<T>, context: ToolContext, settleMs: number): Promise<T[]> {
  const looks = context.attempt > 1 && steps.lags === true ? DUPLICATE_CHECKS : 1;
  return findLater(steps, context, looks, settleMs);
}

async function afterLoss<T>(steps: Steps<T>, context: ToolContext, settleMs: number, error: unknown): Promise<T[]> {
  if (context.signal.aborted) throw error;
  const found = await findLater(steps, context, steps.lags === true ? DUPLICATE_CHECKS : 1, settleMs).catch(() => []);
  if (found.length === 0) throw error;
  return found;
}

async function findLater<T>(steps: Steps<T>, context: ToolContext, looks: number, settleMs: number): Promise<T[]> {
  for (let look = 1; ; look++) {
    const found = await steps.find();
    if (found.length > 0 || look >= looks) return found;
    await pause(settleMs, context, "looking for what an earlier attempt made");
  }
}

async function beside<T>(steps: Steps<T>, one: T): Promise<{ others: T[]; remarks: string[] }> {
  try {
    const found = await steps.find(one);
    return { others: found.filter((each) => steps.id(each) !== steps.id(one)), remarks: [] };
  } catch (error) {
    const why = error instanceof ToolFailure ? redact(error.message) : "the look failed";
    return { others: [], remarks: [`duplicates were not looked for: ${why}`] };
  }
}
