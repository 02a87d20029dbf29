/** What memory keeps of a run, and what may come in from a file. Strict: what the format does not know is not kept. */
import { z } from "zod";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import {
  APPROVER_MAX_CHARS,
  COMMENT_MAX_CHARS,
  FINDING_MAX_CHARS,
  FINDINGS_MAX,
  GOAL_MAX_CHARS,
  NAME_MAX_CHARS,
  NODES_HARD_MAX,
} from "../vocabulary/limits.js";
import { MEMORY_DECISIONS_MAX, MEMORY_SYMPTOMS_MAX } from "../vocabulary/memory-limits.js";
import { ENVIRONMENTS } from "../vocabulary/node-types.js";
import { NODE_ID_PATTERN } from "./graph.js";
import { jsonObjectSchema } from "./json.js";

/** Workflow ids that hold no path. */
export const RUN_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

const nodeId = z.string().regex(NODE_ID_PATTERN);
const name = z.string().max(NAME_MAX_CHARS);
const time = z.iso.datetime({ precision: 3 });
const statement = z.string().max(FINDING_MAX_CHARS);

/**
 * `verified`: something was changed, and every decision that looked at it afterwards came out true; `failed`: one came
 * out false; `none`: nothing was changed, or nothing looked.
 */
export const VERIFICATIONS = ["verified", "failed", "none"] as const;

export const memoryEntrySchema = z.strictObject({
  v: z.literal(1),
  run: z.string().regex(RUN_ID_PATTERN, "a run id: letters, digits, dots, _ and -"),
  run_key: z.string().max(NAME_MAX_CHARS),
  goal: z.string().max(GOAL_MAX_CHARS),
  name,
  requester: z.string().max(APPROVER_MAX_CHARS),
  environment: z.enum(ENVIRONMENTS),
  service: name.optional(),
  /** What people would see: statements of the nodes that looked. */
  symptoms: z.array(statement).max(MEMORY_SYMPTOMS_MAX),
  outcome: z.enum(["succeeded", "failed", "rejected", "expired", "cancelled", "timed_out"]),
  verification: z.strictObject({ status: z.enum(VERIFICATIONS), checks: z.array(nodeId).max(NODES_HARD_MAX) }),
  /** SHA-256 over the graph as it was run; absent where it could not be read. */
  graph_digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  playbook: z.strictObject({ id: name, version: name.optional() }).optional(),
  decisions: z
    .array(
      z.strictObject({
        node: nodeId,
        status: z.enum(["asking", "open", "approved", "rejected", "skipped", "expired", "withdrawn"]),
        votes: z
          .array(
            z.strictObject({
              decision: z.enum(DECISION_WORDS),
              approver: z.string().max(APPROVER_MAX_CHARS),
              verified: z.boolean(),
              at: time,
              comment: z.string().max(COMMENT_MAX_CHARS).optional(),
            }),
          )
          .max(MEMORY_DECISIONS_MAX),
      }),
    )
    .max(MEMORY_DECISIONS_MAX),
  /** What was to be changed, and what became of it. */
  writes: z
    .array(z.strictObject({ node: nodeId, name, status: z.string().max(40), target: name.optional() }))
    .max(MEMORY_DECISIONS_MAX),
  findings: z.array(z.strictObject({ node: nodeId, statement, evidence: z.array(statement).max(5) })).max(FINDINGS_MAX),
  started_at: time,
  ended_at: time,
  duration_ms: z.int().min(0),
});
export type MemoryEntry = z.output<typeof memoryEntrySchema>;

/** One line of an exported file. The graph stands apart: it is kept only where it is small enough. */
export const memoryLineSchema = z.strictObject({
  memory: z.literal(1),
  entry: memoryEntrySchema,
  graph: jsonObjectSchema.optional(),
});
export type MemoryLine = z.output<typeof memoryLineSchema>;

/** What a person may set; values are data for plans, checked like a parameter that is typed in. */
export const PREFERENCES = {
  service: {
    says: "the service, where a goal names none",
    schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "a name of 1 to 63 letters, digits, _, . or -"),
  },
  window: {
    says: "how far back to look, where a goal does not say",
    schema: z.string().regex(/^\d{1,5}[smhdw]$/, "a duration such as 15m or 2h"),
  },
  similar_runs: {
    says: "past runs that `autoops plan` shows",
    schema: z.string().regex(/^(?:\d|10)$/, "a number from 0 to 10"),
  },
} as const;
export type PreferenceKey = keyof typeof PREFERENCES;
export type Preferences = Partial<Record<PreferenceKey, string>>;

export function isPreference(text: string): text is PreferenceKey {
  return Object.hasOwn(PREFERENCES, text);
}

/** `memory` in config.yaml. */
export const memorySettingsSchema = z.strictObject({
  enabled: z.boolean(),
  keep_days: z.int().min(1).max(3_650).default(365),
  max_entries: z.int().min(1).max(10_000).default(2_000),
});
export type MemorySettings = z.output<typeof memorySettingsSchema>;
