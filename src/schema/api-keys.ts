/** API keys as they stand in their file: who each one is, and a hash; never the key itself. */
import { z } from "zod";
import { APPROVER_MAX_CHARS, GROUPS_MAX } from "../vocabulary/limits.js";
import { visible } from "../vocabulary/visible.js";

/** Who acts: a name that decisions and runs carry. No control characters, no blanks at its ends. */
export const subjectSchema = z
  .string()
  .max(APPROVER_MAX_CHARS)
  .regex(/^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u, "a name without control characters")
  .refine((name) => visible(name) === name, "a name without characters that nobody sees");
export const groupSchema = z.string().min(1).max(200);
export const groupsSchema = z.array(groupSchema).max(GROUPS_MAX);

const time = z.iso.datetime({ precision: 3 });

export const apiKeySchema = z.strictObject({
  /** The part of the key that is shown: it finds the entry. */
  prefix: z.string().regex(/^autoops_[0-9a-z]{10}$/, "the beginning of a key, as `autoops api-keys list` shows it"),
  /** SHA-256 of the whole key, in hex: a key has 256 random bits, so that nothing slower is needed. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  subject: subjectSchema,
  groups: groupsSchema,
  created_at: time,
  created_by: z.string().min(1).max(APPROVER_MAX_CHARS),
  expires_at: time.optional(),
  revoked_at: time.optional(),
});
export type ApiKeyEntry = z.infer<typeof apiKeySchema>;

export const apiKeysFileSchema = z.strictObject({ version: z.literal(1), keys: z.array(apiKeySchema).max(10_000) });
