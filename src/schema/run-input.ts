/** The one input object of each workflow. Anyone with a Temporal client may start them with it. */
import { z } from "zod";
import { APPROVER_MAX_CHARS, GOAL_MAX_CHARS } from "../vocabulary/limits.js";
import { FEEDBACK_MAX_CHARS } from "../vocabulary/model-limits.js";
import { FACT_NAMES } from "./facts.js";
import { jsonObjectSchema } from "./json.js";

const requesterSchema = z.string().min(1).max(APPROVER_MAX_CHARS);

/** What the caller asks for beyond the worker's policy: it can add a gate or take an effect away, never the other way. */
export const stricterSchema = z.strictObject({
  require_approval_all: z.literal(true).optional(),
  enable_remediation: z.literal(false).optional(),
});
export type Stricter = z.infer<typeof stricterSchema>;

/** `runGraph`: runs a graph exactly as given. The graph itself is parsed apart, for problems with their own paths. */
export const runGraphInputSchema = z.strictObject({
  graph: z.unknown(),
  requester: requesterSchema,
  dry_run: z.boolean().optional(),
  stricter: stricterSchema.optional(),
});

export const PLANNERS = ["model", "playbook"] as const;

/** `planGoal` and `runGoal`: a goal, and values for the parameters of the playbook that fits it. */
export const goalInputSchema = z.strictObject({
  goal: z.string().min(1).max(GOAL_MAX_CHARS),
  requester: requesterSchema,
  playbook: z.string().max(100).optional(),
  params: jsonObjectSchema.optional(),
  /** Whether a remedy belongs in the plan; without it, what the goal asks for. */
  remedy: z.boolean().optional(),
  /** What is known beside the goal's text, such as an alert's labels; it comes before what the text tells. */
  facts: z.partialRecord(z.enum(FACT_NAMES), z.string().min(1).max(500)).optional(),
  /** True: nothing is taken from the goal's text, which an alert may have written. */
  only_facts: z.literal(true).optional(),
  dry_run: z.boolean().optional(),
  stricter: stricterSchema.optional(),
  /** Default: the model where its key is set, except where a playbook is named. */
  planner: z.enum(PLANNERS).optional(),
  /** False asks the model although an answer to the same question is kept. */
  cache: z.boolean().optional(),
  /** A graph to change, and what is wanted; the planner is the model. */
  refine: z.strictObject({ graph: jsonObjectSchema, feedback: z.string().min(1).max(FEEDBACK_MAX_CHARS) }).optional(),
});
export type PlannerName = (typeof PLANNERS)[number];
export type GoalInput = z.infer<typeof goalInputSchema>;
export type RunGraphInput = z.infer<typeof runGraphInputSchema>;
