/**
 * The question that a gate asks, as a vote binds it: all that people are shown of an action. Its digest is what they sign;
 * whoever signs makes it anew from what is shown, and the activity that acts from what it is about to do.
 */
import { z } from "zod";
import { RETRY_MAX } from "../vocabulary/limits.js";
import { EFFECTS, ENVIRONMENTS, NODE_TYPE_NAMES, type NodeType } from "../vocabulary/node-types.js";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(1_000);
const count = z.int().min(0);

const gateRuleSchema = z.strictObject({
  name: text,
  groups: z.array(text),
  required: count,
  forbidRequester: z.boolean(),
  seconds: z.number(),
  onTimeout: z.enum(["reject", "skip", "escalate"]),
  remindAfter: z.array(z.number()),
  escalate: z.array(z.strictObject({ afterSeconds: z.number(), groups: z.array(text), channel: text.optional() })),
  comment: z.enum(["never", "reject", "always"]),
  signed: z.boolean(),
});

export const questionSchema = z.strictObject({
  v: z.literal(2),
  /** Workflow id. */
  run: text,
  /** Run id of its first execution, and of the one in which people were asked. */
  runKey: text,
  askedIn: text,
  /** Where the approval can be used up: the store of the worker that asked. */
  store: text,
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  node: text,
  nodeType: z.enum(NODE_TYPE_NAMES as [NodeType, ...NodeType[]]),
  tool: text.nullable(),
  /** Digests of the rendered params, and of what people are shown of them, which holds no secret. */
  params: sha256,
  shown: sha256,
  target: text.nullable(),
  environment: z.enum(ENVIRONMENTS),
  effect: z.enum(EFFECTS),
  rule: gateRuleSchema.nullable(),
  required: count.min(1),
  signed: z.boolean(),
  requester: text,
  /** Failures of the tool itself after which it is tried again. */
  retries: count.max(RETRY_MAX),
  policyDigest: text,
  /** Milliseconds since the epoch. */
  openedAtMs: z.number(),
  deadlineMs: z.number(),
  /** What it would change, where the target could tell. */
  preview: sha256.nullable(),
  /** What takes it back, where that was shown and is approved with it. */
  undo: z
    .strictObject({
      tool: text,
      nodeType: z.enum(NODE_TYPE_NAMES as [NodeType, ...NodeType[]]),
      params: sha256,
      shown: sha256,
    })
    .nullable(),
});
export type Question = z.infer<typeof questionSchema>;

/** The approval of exactly one action, as the run hands it to the activity that acts. */
export const grantSchema = z.object({
  digest: sha256,
  question: questionSchema,
  votes: z
    .array(z.object({ approver: text, token: z.string().max(4_000).optional(), atMs: z.number().optional() }))
    .max(100),
});
