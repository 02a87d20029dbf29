/** Params and output of `analysis`. */
import { z } from "zod";
import { CHANGES_MAX, GAPS_MAX, SERIES_POINTS_MAX } from "../../../vocabulary/analysis-limits.js";
import { findingsSchema } from "../kit/finding.js";
import { isoMs } from "../kit/instant.js";

export const LINES_MAX = 50_000;
const ISO_RULE = "an ISO time such as 2026-11-22T10:00:00Z";
const isoSchema = z
  .string()
  .max(64)
  .refine((text) => isoMs(text) !== undefined, ISO_RULE);

/** A change as `deployment_history` and other histories tell it; what is not needed here is let through. */
const changeSchema = z
  .looseObject({ at: isoSchema.optional(), time: isoSchema.optional(), deployed_at: isoSchema.optional() })
  .refine((change) => (change.at ?? change.time ?? change.deployed_at) !== undefined, {
    error: "a change with at, time or deployed_at",
  });

export const paramsSchema = z
  .strictObject({
    /** The reference that `log_collector` returns, or the lines themselves. */
    logs: z
      .union([z.string().regex(/^blob:sha256:[0-9a-f]{64}$/), z.array(z.string().max(65_536)).max(LINES_MAX)], {
        error: "a reference such as blob:sha256:…, as log_collector returns it, or a list of lines",
      })
      .optional(),
    /** The `points` of a `metric_query` over a range: times and values. */
    points: z
      .array(z.tuple([isoSchema, z.number().nullable()]))
      .max(SERIES_POINTS_MAX)
      .optional(),
    /** What the points measure, in words. */
    metric: z.string().min(1).max(200).optional(),
    /** The length of a season of the metric, if it is not a day. */
    period_seconds: z.int().min(60).max(31_536_000).optional(),
    change_at: isoSchema.nullish(),
    /** What changed, in words, such as `version 2`. */
    change: z.string().min(1).max(200).optional(),
    /** Further changes that the metric is held against, such as the `changes` of a `change_history` or the `deployments` of a `deployment_history`. */
    changes: z.array(changeSchema).max(CHANGES_MAX).optional(),
    /** The span that was collected; without it, the first and last line or point. */
    since: isoSchema.nullish(),
    until: isoSchema.nullish(),
    max_templates: z.int().min(1).max(50).default(20),
  })
  .refine(({ logs, points }) => logs !== undefined || points !== undefined, "given logs, or points, or both");
export type AnalysisParams = z.output<typeof paramsSchema>;

const count = z.int().min(0);
const templateSchema = z.strictObject({
  template: z.string(),
  count,
  level: z.string(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  example: z.string(),
  before: count.nullable(),
  after: count.nullable(),
});
const unpairedSchema = z.strictObject({
  template: z.string(),
  level: z.string(),
  count,
  /** When it was first seen, or last where it is gone. */
  at: z.string(),
  /** How often it would be missing on one side by chance alone; `sure` up to 1 %. */
  chance: z.number(),
  sure: z.boolean(),
});
const shiftsSchema = z.strictObject({
  /** The moment that both sides are compared around: of the change, or the one the log itself shows. */
  split: z.strictObject({ at: z.string(), kind: z.enum(["given", "found"]) }).nullable(),
  appeared: z.array(unpairedSchema).max(10),
  vanished: z.array(unpairedSchema).max(10),
  rate_changes: z
    .array(
      z.strictObject({
        template: z.string(),
        level: z.string(),
        per_minute_before: z.number(),
        per_minute_after: z.number(),
        factor: z.number(),
        deviations: z.number(),
      }),
    )
    .max(10),
  level_shifts: z.array(
    z.strictObject({
      level: z.enum(["error", "warn", "all"]),
      at: z.string(),
      per_minute_before: z.number(),
      per_minute_after: z.number(),
      confidence: z.number(),
    }),
  ),
});

const nullable = z.number().nullable();
const metricSchema = z.strictObject({
  name: z.string().nullable(),
  points: count,
  from: z.string().nullable(),
  to: z.string().nullable(),
  step_seconds: nullable,
  missing: z.strictObject({
    points: count,
    share: z.number(),
    gaps: z.array(z.strictObject({ from: z.string(), to: z.string().nullable(), points: count })).max(GAPS_MAX),
  }),
  baseline: z.strictObject({ kind: z.enum(["constant", "seasonal"]), period_seconds: nullable, strength: nullable }),
  level: nullable,
  deviation: nullable,
  change_points: z.array(
    z.strictObject({
      at: z.string(),
      not_before: z.string(),
      before: z.number(),
      after: z.number(),
      size: z.number(),
      factor: nullable,
      confidence: z.number(),
      deviations: z.number(),
    }),
  ),
  anomalies: z.array(
    z.strictObject({ at: z.string(), value: z.number(), expected: z.number(), deviations: z.number() }),
  ),
  changes: z.array(
    z.strictObject({
      at: z.string(),
      what: z.string(),
      nearest: z.string().nullable(),
      seconds_after: nullable,
      coincides: z.boolean(),
      by_chance: nullable,
    }),
  ),
});

export const outputSchema = z.strictObject({
  total: count,
  templates: z.array(templateSchema).max(50),
  errors: z.strictObject({
    total: count,
    before: count.nullable(),
    after: count.nullable(),
    per_minute_before: nullable,
    per_minute_after: nullable,
  }),
  error_ratio_before: nullable,
  error_ratio_after: nullable,
  correlates_with_change: z.boolean(),
  /** Why it is said to correlate or not; null where no change was given. */
  verdict: z.string().nullable(),
  /** Error templates that began with the change. */
  new_templates: count,
  /** What was looked at, for who cites it. */
  query: z.string(),
  /** Of the log: null where none was given. */
  shifts: shiftsSchema.nullable(),
  /** Of the points: null where none were given. */
  metric: metricSchema.nullable(),
  findings: findingsSchema,
});
export type AnalysisOutput = z.infer<typeof outputSchema>;
