/** What the façade takes: bodies, queries, headers and parts of paths. Strict; nothing is coerced but digits in a query. */
import { z } from "zod";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import {
  COMMENT_MAX_CHARS,
  GOAL_MAX_CHARS,
  IDEMPOTENCY_KEY_MAX_CHARS,
  LIST_DEFAULT,
  LIST_MAX,
  WORKFLOW_ID_MAX_CHARS,
} from "../vocabulary/limits.js";
import { GATE_NODE_PATTERN } from "../vocabulary/names.js";
import { jsonObjectSchema } from "./json.js";
import { PLANNERS } from "./run-input.js";

const goalSchema = z.string().min(1).max(GOAL_MAX_CHARS);
const playbookSchema = z.string().min(1).max(100);
const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");

/** `POST /api/v1/plans` */
export const planBodySchema = z.strictObject({
  goal: goalSchema,
  playbook: playbookSchema.optional(),
  params: jsonObjectSchema.optional(),
  planner: z.enum(PLANNERS).optional(),
});

/** `POST /api/v1/plans/preview`: a graph as it stands (a mapping, or a document as text). */
export const previewBodySchema = z.strictObject({
  graph: z.union([jsonObjectSchema, z.string()], { error: "a graph" }),
});

/** `POST /api/v1/runs`: a graph as it stands (a mapping, or a document as text), or a goal that is planned first. */
export const runBodySchema = z
  .strictObject({
    graph: z.union([jsonObjectSchema, z.string()], { error: "a graph" }).optional(),
    goal: goalSchema.optional(),
    playbook: playbookSchema.optional(),
    params: jsonObjectSchema.optional(),
    dry_run: z.boolean().optional(),
  })
  .refine((body) => (body.graph === undefined) !== (body.goal === undefined), "given exactly one of graph and goal")
  .refine(
    (body) => body.graph === undefined || (body.playbook === undefined && body.params === undefined),
    "given playbook and params only together with a goal",
  );
export type RunBody = z.infer<typeof runBodySchema>;

/** `POST /api/v1/runs/:id/approvals/:node` */
export const decisionBodySchema = z.strictObject({
  decision: z.enum(DECISION_WORDS),
  comment: z.string().max(COMMENT_MAX_CHARS).optional(),
  digest: digestSchema.optional(),
  /** With an approval: other params for the action, which is then asked about anew. */
  params: jsonObjectSchema.optional(),
  /** Which way it came; shown to people, trusted for nothing. */
  channel: z.enum(["http", "page"]).default("http"),
});

export const emptyBodySchema = z.strictObject({}, { error: "empty" }).optional();

const RUN_STATUSES = [
  "waiting",
  "running",
  "succeeded",
  "failed",
  "rejected",
  "expired",
  "cancelled",
  "timed_out",
  "terminated",
  "dry_run",
] as const;

const limitRule = `a whole number from 1 to ${LIST_MAX}`;
export const listQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]|[1-9][0-9]|1[0-9]{2}|200)$/, limitRule)
    .transform(Number)
    .default(LIST_DEFAULT),
  cursor: z.string().min(1).max(4_000).optional(),
  open: z.enum(["true", "false"]).optional(),
  /** As a list shows it. */
  status: z.enum(RUN_STATUSES).optional(),
});

export const runPathSchema = z.object({ id: z.string().min(1).max(WORKFLOW_ID_MAX_CHARS) });
export const gatePathSchema = runPathSchema.extend({ node: z.string().regex(GATE_NODE_PATTERN, "a node id") });

export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "visible characters without spaces")
  .max(IDEMPOTENCY_KEY_MAX_CHARS)
  .optional();

/** `POST /api/v1/session`: an API key or a token, given once for a session. */
export const sessionBodySchema = z.strictObject({ key: z.string().min(1).max(16_000) });

export const keyPathSchema = z.object({ prefix: z.string().min(1).max(40) });

/** The digest of the action that is meant, as an entity tag: `"<64 hexadecimal digits>"`. */
export const ifMatchSchema = z
  .string()
  .regex(/^"[0-9a-f]{64}"$/, "a digest in quotes")
  .transform((tag) => tag.slice(1, -1))
  .optional();

/** Where an event stream is taken up. */
export const eventIdSchema = z
  .string()
  .regex(/^([0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?)?$/, "the id of an event of this stream")
  .optional();

/** What Slack sends: one field that holds JSON. */
export const slackFormSchema = z.object({ payload: z.string() });
export const slackHeaderSchema = z.string().max(200);
