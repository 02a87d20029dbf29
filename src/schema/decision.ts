/** A person's answer to a gate, as it arrives by signal, update, HTTP or CLI. */
import { z } from "zod";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import { APPROVER_MAX_CHARS, COMMENT_MAX_CHARS } from "../vocabulary/limits.js";
import { GATE_NODE_PATTERN } from "../vocabulary/names.js";
import { jsonObjectSchema } from "./json.js";

/** The payload of the signals `approve`, `reject` and `skip`. */
export const answerSchema = z.strictObject({
  node_id: z.string().regex(GATE_NODE_PATTERN, "a node id"),
  /** SHA-256 in hex of the action that is meant; without it the decision is for whatever the gate asks now. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
    .optional(),
  approver: z.string().min(1).max(APPROVER_MAX_CHARS),
  comment: z.string().max(COMMENT_MAX_CHARS).optional(),
  /** Which way it came: cli, http, page, slack … Told by the sender, shown to people, trusted for nothing. */
  channel: z.string().max(40).optional(),
  /** The same on every delivery of one decision, so that a repeated delivery counts once. */
  decision_id: z.string().min(8).max(64).optional(),
  /** A signed decision (compact JWS). */
  token: z.string().max(4_000).optional(),
  /** With an approval: other params for the action. It is checked and asked about anew, and nothing is approved yet. */
  params: jsonObjectSchema.optional(),
});
export type Answer = z.infer<typeof answerSchema>;

/** The payload of the update `decide`. */
export const decisionSchema = answerSchema.extend({ decision: z.enum(DECISION_WORDS) });
export type Decision = z.infer<typeof decisionSchema>;
