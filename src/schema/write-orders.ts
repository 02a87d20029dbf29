/** What a signed order about writes says: a pause, its end, or an override of the change windows. */
import { z } from "zod";
import { ENVIRONMENTS } from "../vocabulary/node-types.js";
import { PAUSES_MAX, REASON_MAX_CHARS, SCOPE_MAX_CHARS } from "../vocabulary/write-limits.js";

const reason = z.string().max(REASON_MAX_CHARS);

export const writeOrderSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pause"), scope: z.string().max(SCOPE_MAX_CHARS), reason }),
  /** `pauses`: the ids of those that it ends, and no others. */
  z.object({ kind: z.literal("resume"), pauses: z.array(z.string().max(64)).max(PAUSES_MAX), reason }),
  z.object({ kind: z.literal("override"), environment: z.enum(ENVIRONMENTS), reason, untilMs: z.int() }),
]);
export type WriteOrder = z.infer<typeof writeOrderSchema>;

/** Who gave it, as the signing façade or CLI knows them. */
export const orderedBySchema = z.object({
  sub: z.string().min(1),
  groups: z.array(z.string()),
  channel: z.string(),
  jti: z.string().min(1),
  iat: z.number(),
});
