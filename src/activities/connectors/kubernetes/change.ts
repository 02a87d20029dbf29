/**
 * Makes a planned change exactly once. The request names the version of the object that was read and carries a stamp
 * with the action's key: of two requests for one version the API server takes one, and whoever reads the object sees
 * whether it was ours. So a lost answer is settled by looking, and asking again is safe.
 */
import { z } from "zod";
import { HttpFailure } from "../../../platform/http/failure.js";
import type { JsonObject } from "../../../schema/json.js";
import { messageOf } from "../../../vocabulary/message-of.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { pause } from "../../tools/kit/pause.js";
import { KubernetesFailure } from "./answers.js";
import type { KubernetesClient } from "./client.js";
import type { Plan } from "./plans.js";
import { type Before, type Stamp, stampKey, stampOf, withStamp } from "./stamps.js";

export const FIELD_MANAGER = "autoops";
/** Conflicts with those who only write the status, until it is given up; of lost answers, fewer. */
const TRIES_MAX = 6;
const LOST_MAX = 3;
const PAUSE_MS = 500;

export type Stamped = JsonObject & { metadata: JsonObject };

export interface Changed {
  /** Of the object. */
  path: string;
  did: string;
  after: string;
  /** What was there before the action; undefined where an earlier attempt made it and could not keep that. */
  before: Before | undefined;
  /** Nothing had to be changed. */
  asWanted: boolean;
  remarks: string[];
}

/** What is changed, and how it is planned anew each time that the object has changed. */
export interface Changing {
  cluster: KubernetesClient;
  action: string;
  path: string;
  plan(): Promise<Plan>;
}

/**
 * Throws `conflict` where somebody else has changed the object between two looks, `outcome-unknown` where it cannot be
 * told whether the change was made, and whatever the plan refuses. An attempt that finds the key asks nothing more.
 */
export async function makeChange(changing: Changing, context: ToolContext): Promise<Changed> {
  const key = stampKey(context.idempotencyKey);
  let fingerprint: string | undefined;
  let lost: ToolFailure | undefined;
  for (let tries = 1; ; tries++) {
    const done = await doneBefore(changing, key, lost, context);
    if (done !== undefined) return done;
    const plan = await changing.plan();
    // The look before may have failed, or a lost request may have come through since.
    const stamp = stampOf(plan.subject.annotations, key);
    if (stamp !== undefined) return changedEarlier(plan.subject.path, stamp, lost, context);
    if (plan.patch === undefined) return changedBy(plan, true);
    if (fingerprint !== undefined && fingerprint !== plan.subject.fingerprint) throw changedMeanwhile(plan);
    fingerprint = plan.subject.fingerprint;
    if (context.signal.aborted) throw toolFailure("cancelled", "it was cancelled before it acted");
    const failure = await send(changing.cluster, plan, patchOf(plan, changing.action, key, context));
    if (failure === undefined) return changedBy(plan, false);
    if (tries >= TRIES_MAX) throw failure;
    if (failure.code === "conflict") continue;
    lost = failure;
    if (tries >= LOST_MAX) return resolveLost(changing, plan, key, failure, context);
    await pause(PAUSE_MS * tries, context, "asking again").catch(() => undefined);
  }
}

/** Nothing came of several requests: the last look decides. Where the server itself answered, it has made no change. */
async function resolveLost(
  changing: Changing,
  plan: Plan,
  key: string,
  failure: ToolFailure,
  context: ToolContext,
): Promise<Changed> {
  const done = await doneBefore(changing, key, failure, context);
  if (done !== undefined) return done;
  if (failure instanceof KubernetesFailure) throw failure;
  const message = `${plan.subject.what} may or may not have been changed: ${failure.message}`;
  throw toolFailure("outcome-unknown", message, { hint: LOOK, retryable: true });
}

const changedBy = ({ subject, did, after, before, remarks }: Plan, asWanted: boolean): Changed => ({
  path: subject.path,
  did,
  after,
  before,
  asWanted,
  remarks,
});

function changedEarlier(path: string, stamp: Stamp, lost: ToolFailure | undefined, { attempt }: ToolContext): Changed {
  const how =
    lost === undefined
      ? `attempt ${attempt} found it done by an earlier one`
      : `the answer was lost (${lost.message}); the object shows that it was done`;
  const { did, after, before } = stamp;
  return { path, did, after, before: before ?? undefined, asWanted: false, remarks: [how] };
}

const stampedSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
});

/** Whether the object carries the key already. After a lost answer a look that fails leaves the outcome open. */
async function doneBefore(
  { cluster, path }: Changing,
  key: string,
  lost: ToolFailure | undefined,
  context: ToolContext,
): Promise<Changed | undefined> {
  try {
    const { metadata } = stampedSchema.parse(await cluster.call("GET", path));
    const stamp = stampOf(metadata.annotations, key);
    return stamp === undefined ? undefined : changedEarlier(path, stamp, lost, context);
  } catch (error) {
    // Without a lost answer nothing was asked yet: the plan says better what is wrong with the object.
    if (lost === undefined) return undefined;
    const why = messageOf(error);
    const message = `the change may or may not have been made: ${lost.message}; and it could not be looked at: ${why}`;
    throw toolFailure("outcome-unknown", message, { hint: LOOK, retryable: true });
  }
}

export function patchOf(plan: Plan, action: string, key: string, context: ToolContext): Stamped {
  const { subject, patch, did, after, before } = plan;
  const at = new Date(context.now()).toISOString();
  const annotations = withStamp(subject.annotations, { key, action, run: context.runId, at, did, after, before });
  return { ...patch, metadata: { resourceVersion: subject.resourceVersion, annotations } };
}

/** The failure that leaves something to do: a conflict, or an answer that was lost. Others are thrown. */
async function send(cluster: KubernetesClient, { subject }: Plan, body: JsonObject): Promise<ToolFailure | undefined> {
  try {
    await cluster.call("PATCH", subject.path, { query: { fieldManager: FIELD_MANAGER }, body });
    return undefined;
  } catch (error) {
    if (error instanceof KubernetesFailure && error.code === "conflict") return error;
    // Asking again is safe, so a server that is busy or failing is asked again, too.
    const isLost =
      error instanceof KubernetesFailure
        ? error.status >= 500 || error.status === 429
        : error instanceof HttpFailure && error.sent;
    if (isLost) return error as ToolFailure;
    throw error;
  }
}

function changedMeanwhile({ subject }: Plan): ToolFailure {
  const message = `somebody else has changed ${subject.what} at the same moment; nothing was overwritten`;
  return toolFailure("conflict", message, { hint: "look at what was changed, then ask again", retryable: false });
}

const LOOK = "look at the object before anything is tried again";
