/** The graph's file format, `workflow.yaml`: snake_case, strict. An unknown key is a problem; nothing is coerced. */
import { z } from "zod";
import {
  CONDITION_MAX_CHARS,
  DESCRIPTION_MAX_CHARS,
  EDGES_HARD_MAX,
  GOAL_MAX_CHARS,
  NAME_MAX_CHARS,
  NODE_TIMEOUT_MAX_SECONDS,
  NODE_TIMEOUT_MIN_SECONDS,
  NODES_HARD_MAX,
  PRECONDITIONS_MAX,
  RETRY_MAX,
  VERIFY_ATTEMPTS_MAX,
  VERIFY_PAUSE_MAX_SECONDS,
} from "../vocabulary/limits.js";
import { NODE_TYPE_NAMES, type NodeType } from "../vocabulary/node-types.js";
import { jsonObjectSchema } from "./json.js";

export const NODE_ID_PATTERN = /^[a-zA-Z0-9_-]{1,64}$/;
const ID_RULE = "1 to 64 letters, digits, _ or -";

/** Ids become keys of objects: the names that JavaScript reserves there are taken. */
const RESERVED_IDS = new Set(["__proto__", "constructor", "prototype"]);
const idSchema = z
  .string()
  .regex(NODE_ID_PATTERN, ID_RULE)
  .refine((id) => !RESERVED_IDS.has(id), "a name that is not reserved");
const nameSchema = z.string().min(1).max(NAME_MAX_CHARS);
const descriptionSchema = z.string().max(DESCRIPTION_MAX_CHARS);

const wholeSeconds = `a whole number from ${NODE_TIMEOUT_MIN_SECONDS} to ${NODE_TIMEOUT_MAX_SECONDS}`;
const timeoutSchema = z
  .int({ error: wholeSeconds })
  .min(NODE_TIMEOUT_MIN_SECONDS, { error: wholeSeconds })
  .max(NODE_TIMEOUT_MAX_SECONDS, { error: wholeSeconds });

const callShape = { tool: z.string().min(1).max(NAME_MAX_CHARS), params: jsonObjectSchema.optional() };
const expectSchema = z.string().min(1).max(CONDITION_MAX_CHARS);
const wholeNumber = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** A fresh read and what it must show; `expect` is a condition that sees it as `output`. */
const preconditionSchema = z.strictObject({ ...callShape, expect: expectSchema });
const verifySchema = z.strictObject({
  ...callShape,
  expect: expectSchema,
  /** Seconds before each attempt. */
  settle_seconds: wholeNumber(0, VERIFY_PAUSE_MAX_SECONDS).optional(),
  attempts: wholeNumber(1, VERIFY_ATTEMPTS_MAX).optional(),
});
const undoSchema = z.strictObject(callShape);

/** A node. `tool` and `params` may be left out only where the node's type needs no tool. */
export const nodeSchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  description: descriptionSchema.default(""),
  type: z.enum(NODE_TYPE_NAMES as [NodeType, ...NodeType[]]),
  tool: z.string().min(1).max(NAME_MAX_CHARS).nullish(),
  params: jsonObjectSchema.default({}),
  requires_human_approval: z.boolean().default(false),
  timeout_seconds: timeoutSchema.optional(),
  retry_count: z.int().min(0).max(RETRY_MAX).optional(),
  continue_on_failure: z.boolean().default(false),
  join: z
    .union([z.enum(["all", "any"]), z.int().min(1).max(EDGES_HARD_MAX)], {
      error: '"all", "any" or a whole number of edges',
    })
    .default("all"),
  /** Read after the approval, right before the effect; one that does not hold leaves the node out. */
  preconditions: z.array(preconditionSchema).min(1).max(PRECONDITIONS_MAX).optional(),
  /** Read after the effect: whether it worked. */
  verify: verifySchema.optional(),
  /** What takes the effect back. */
  undo: undoSchema.optional(),
  /** A condition over `event`, which arrives by signal: where it holds the open gate closes as withdrawn. */
  withdraw_when: expectSchema.optional(),
});

export const edgeSchema = z.strictObject({
  from_node_id: idSchema,
  to_node_id: idSchema,
  condition: z.string().max(CONDITION_MAX_CHARS).nullish(),
  on: z.enum(["success", "failure", "skipped", "always"]).default("success"),
});

export const graphSchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  goal_description: z.string().max(GOAL_MAX_CHARS),
  nodes: z.array(nodeSchema).min(1).max(NODES_HARD_MAX),
  edges: z.array(edgeSchema).max(EDGES_HARD_MAX),
  version: z.string().max(NAME_MAX_CHARS).optional(),
  metadata: jsonObjectSchema.optional(),
  created_at: z.string().max(NAME_MAX_CHARS).nullish(),
});

/** A graph as written: what may be left out may be absent. */
export type GraphInput = z.input<typeof graphSchema>;
/** A graph after parsing: defaults that do not depend on the policy are filled in. */
export type Graph = z.output<typeof graphSchema>;
export type Node = Graph["nodes"][number];
export type Edge = Graph["edges"][number];
