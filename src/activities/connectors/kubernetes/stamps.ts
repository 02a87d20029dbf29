/**
 * What an action leaves on the object that it changes, in the same request: its key, and what was there before. So a
 * later attempt sees that an earlier one acted, and still knows how to take it back.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type JsonObject, jsonObjectSchema } from "../../../schema/json.js";

/** The annotation that holds the stamps of the last actions, as JSON, the newest first. */
export const ACTIONS = "autoops.dev/actions";
/** Enough for the actions that may come between two attempts of one. */
const KEPT_MAX = 5;
/** Of what was there before, in characters: an object's annotations may have 262,144 bytes in all. */
const BEFORE_MAX_CHARS = 16_000;
/** Of each of the words. */
const SAID_MAX_CHARS = 500;

const stampSchema = z.object({
  key: z.string(),
  action: z.string(),
  run: z.string(),
  at: z.string(),
  /** What it did, and what is there since, in words. */
  did: z.string(),
  after: z.string(),
  /** What was there before, for people and for the undo; null where it was too long to keep. */
  before: z.object({ says: z.string(), facts: jsonObjectSchema }).nullable(),
});
export type Stamp = z.infer<typeof stampSchema>;
export type Before = NonNullable<Stamp["before"]>;

/** The key that stands in the object: short, and telling nothing of the run. */
export const stampKey = (idempotencyKey: string): string =>
  createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 32);

/** The stamp of this key, where an earlier attempt has left it. */
export function stampOf(annotations: Record<string, string> | undefined, key: string): Stamp | undefined {
  return stampsOf(annotations).find((stamp) => stamp.key === key);
}

/** The annotation's value with one more stamp. */
export function withStamp(annotations: Record<string, string> | undefined, stamp: Stamp): JsonObject {
  const before = JSON.stringify(stamp.before).length > BEFORE_MAX_CHARS ? null : stamp.before;
  const [did, after] = [stamp.did.slice(0, SAID_MAX_CHARS), stamp.after.slice(0, SAID_MAX_CHARS)];
  // What was there before is needed only until the action has ended.
  const earlier = stampsOf(annotations).map((other) => ({ ...other, before: shortened(other.before) }));
  return { [ACTIONS]: JSON.stringify([{ ...stamp, did, after, before }, ...earlier].slice(0, KEPT_MAX)) };
}

/** A stamp that is long gives room to the next ones. */
const shortened = (before: Stamp["before"]): Stamp["before"] => (JSON.stringify(before).length > 2_000 ? null : before);

/** None where the annotation is missing or not ours. */
function stampsOf(annotations: Record<string, string> | undefined): Stamp[] {
  const text = annotations?.[ACTIONS];
  if (text === undefined) return [];
  try {
    return z.array(stampSchema).parse(JSON.parse(text));
  } catch {
    return [];
  }
}
