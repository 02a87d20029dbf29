/** What the façade answers, for its OpenAPI description: what callers may rely on. More may stand beside it. */
import { z } from "zod";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import { ROLES } from "../vocabulary/roles.js";
import { writesAnswer } from "./api-writes.js";

const ms = z.number().meta({ description: "milliseconds since the epoch" });

export const problemSchema = z.object({
  code: z.string(),
  at: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});
/** RFC 9457. */
export const problemDocumentSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().meta({ description: "one of docs/codes.md" }),
  hint: z.string().optional(),
  problems: z.array(problemSchema),
});

const graphAnswer = z.looseObject({ id: z.string(), nodes: z.array(z.looseObject({ id: z.string() })) });
export const planAnswer = z.looseObject({ graph: graphAnswer, notices: z.array(problemSchema) });
export const previewAnswer = z.looseObject({ graph: graphAnswer, notices: z.array(problemSchema) });
export const playbooksAnswer = z.object({ playbooks: z.array(z.looseObject({ id: z.string(), title: z.string() })) });

export const startedAnswer = z.looseObject({ runId: z.string(), runKey: z.string(), isNew: z.boolean() });
const summary = z.looseObject({
  runId: z.string(),
  runKey: z.string(),
  status: z.string(),
  name: z.string(),
  pendingApprovals: z.int(),
  startedAtMs: ms,
  endedAtMs: ms.optional(),
});
export const runsAnswer = z.looseObject({ runs: z.array(summary), next: z.string().optional() });
export const runAnswer = z.looseObject({
  view: z.looseObject({ runId: z.string() }),
  source: z.enum(["worker", "history"]),
  waitsForWorker: z.boolean(),
});
export const reportAnswer = z.looseObject({ outcome: z.string(), text: z.string() });
export const stillRunningAnswer = z.object({ status: z.literal("running") });
export const cancelledAnswer = z.looseObject({ runId: z.string() });
export const inboxAnswer = z.object({
  gates: z.array(z.looseObject({ runId: z.string(), nodeId: z.string() })),
  unreadable: z.array(z.string()).optional().meta({ description: "runs that ask too, and could not be read in time" }),
  writes: writesAnswer.optional(),
});
export const decidedAnswer = z.looseObject({
  runId: z.string(),
  node: z.string(),
  decision: z.enum(DECISION_WORDS),
  counted: z.boolean().meta({ description: "whether it changed anything" }),
  result: z
    .string()
    .optional()
    .meta({ description: "accepted, edited, or repeated: the same person had approved before" }),
  approvals: z.object({ given: z.int(), required: z.int() }).optional(),
  message: z.string().optional(),
});
export const sessionAnswer = z.object({
  required: z.boolean(),
  subject: z.string().optional(),
  groups: z.array(z.string()).optional(),
  roles: z.array(z.enum(ROLES)).optional(),
  expiresAtMs: ms.optional(),
});
const keyAnswer = z.looseObject({ prefix: z.string(), subject: z.string(), groups: z.array(z.string()) });
export const apiKeysAnswer = z.object({ keys: z.array(keyAnswer) });
export const apiKeyAnswer = keyAnswer;
export const statusAnswer = z.object({ status: z.literal("ok") });
