/** Params and output of `autoRCA`. */
import { z } from "zod";
import { jsonSchema } from "../../../schema/json.js";
import { CERTAINTIES } from "../../../vocabulary/certainty.js";
import { NAME_MAX_CHARS } from "../../../vocabulary/limits.js";
import { findingsSchema } from "../kit/finding.js";
import { isoMs } from "../kit/instant.js";

const EDGES_MAX = 2_000;
const INPUTS_MAX = 100;

const nameSchema = z.string().min(1).max(NAME_MAX_CHARS);
const nodeIdSchema = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "a node's id");
const isoSchema = z
  .string()
  .max(64)
  .refine((text) => isoMs(text) !== undefined, "an ISO time such as 2026-11-22T10:00:00Z");

export const paramsSchema = z.strictObject({
  /** The service in trouble; without it, the one whose metrics turned worse and that no other such service calls. */
  service: nameSchema.optional(),
  /** The metric that was noticed, as the search names it, or as `about` does. */
  metric: nameSchema.optional(),
  statistic: nameSchema.optional(),
  /** When it was noticed. */
  at: isoSchema.nullish(),
  /** Outputs by the id of the node that they are from: `{ p99: "{{ p99 }}" }`. Without it, all that the run has so far. */
  inputs: z
    .record(nodeIdSchema, jsonSchema)
    .refine((inputs) => Object.keys(inputs).length <= INPUTS_MAX, `at most ${INPUTS_MAX} outputs`)
    .optional(),
  /** Nodes that are not looked at, such as those that measure again after an action. */
  without: z.array(nodeIdSchema).max(INPUTS_MAX).optional(),
  /** What a node's output is about, where it does not say so itself. */
  about: z
    .record(
      nodeIdSchema,
      z.strictObject({
        service: nameSchema.optional(),
        metric: nameSchema.optional(),
        statistic: nameSchema.optional(),
      }),
    )
    .optional(),
  /** Who calls whom, beside what traces show and config.yaml declares: pairs, the caller first. */
  graph: z
    .array(z.tuple([nameSchema, nameSchema]))
    .max(EDGES_MAX)
    .optional(),
});
export type AutoRcaParams = z.output<typeof paramsSchema>;

const citedSchema = { node: z.string(), query: z.string() };
/** What a cause is shown with, whichever looks it was found by. */
export const causeSchema = z.strictObject({
  cause: z.string(),
  service: z.string(),
  score: z.number(),
  /** Something tells that it began there, and not only that something is wrong there. */
  located: z.boolean(),
  evidence: z
    .array(
      z.strictObject({
        kind: z.enum(["metric", "trace", "log", "change", "probe", "state", "alert", "health", "series"]),
        text: z.string(),
        at: z.string().nullable(),
        ...citedSchema,
      }),
    )
    .min(1),
});
export const outputSchema = z.strictObject({
  certainty: z.enum(CERTAINTIES),
  /** Which rule gave the certainty. */
  rule: z.string(),
  trouble: z
    .strictObject({
      service: z.string(),
      text: z.string(),
      /** It began by then, and not before that. */
      began: z.string().nullable(),
      not_before: z.string().nullable().optional(),
      ...citedSchema,
    })
    .nullable(),
  /** The likeliest first; each cites at least one node and query. */
  causes: z.array(causeSchema).max(5),
  /** What looked like a cause and is none, with the reason. */
  set_aside: z.array(z.strictObject({ what: z.string(), why: z.string(), ...citedSchema })).max(15),
  /** What would confirm it, or find it. */
  next: z.array(z.strictObject({ tool: z.string(), params: jsonSchema, why: z.string() })).max(6),
  looked_at: z.array(z.strictObject({ node: z.string(), what: z.string() })).max(200),
  not_looked_at: z.array(z.strictObject({ node: z.string(), why: z.string() })).max(200),
  /** Calls between services that were known, and from where. */
  graph: z.strictObject({ calls: z.int(), from: z.array(z.string()) }),
  /** By the model, over the findings by their number from 1; absent where narratives are off. */
  narrative: z.array(z.strictObject({ text: z.string(), findings: z.array(z.int()) })).optional(),
  findings: findingsSchema,
});
export type AutoRcaOutput = z.infer<typeof outputSchema>;
