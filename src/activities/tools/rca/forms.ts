/**
 * What causes are read from, of each kind of output. The output of one of our tools is read by that tool's own schema; the
 * form below stands for tools that we do not know: it asks for the members that tell the kind, and takes others as they come.
 */
import { z } from "zod";

const text = z.string().min(1).optional().catch(undefined);
const number = z.number().catch(0);
const anything = z.unknown();
const mapping = z.record(z.string(), anything);
/** Items of another form are left out. */
const listOf = <T>(item: z.ZodType<T>) =>
  z.array(anything).transform((items): T[] =>
    items.flatMap((one) => {
      const read = item.safeParse(one);
      return read.success ? [read.data] : [];
    }),
  );
const anyListOf = <T>(item: z.ZodType<T>) => listOf(item).catch([]);
const optional = <T>(form: z.ZodType<T>) => form.optional().catch(undefined);

export const metricForm = z.object({
  query: text,
  kind: z.string(),
  series: listOf(mapping),
  points: optional(z.array(anything)),
  blob: optional(z.string()),
  signal: optional(z.object({ name: text, service: text })),
});
export type MetricForm = z.output<typeof metricForm>;

/** What is drawn of a metric; whoever wrote it need not say of which kind it is. */
export const courseForm = z.object({
  source: text,
  query: text,
  kind: text,
  points: optional(z.array(anything)),
  signal: optional(z.object({ name: text, service: text })),
});
export type CourseForm = z.output<typeof courseForm>;

const stateItem = z.object({
  code: z.string().min(1),
  object: z.object({ kind: text, name: z.string().min(1) }),
  what: text,
  changed: text.nullable(),
  score: number,
  affects: anyListOf(z.string()),
  explained_by: text.nullable(),
});
export const stateForm = z.object({
  healthy: z.boolean(),
  causes: listOf(stateItem),
  symptoms: anyListOf(stateItem),
  changes: anyListOf(z.object({ at: z.string(), target: z.string().min(1), what: text })),
  counts: z.record(z.string(), number).catch({}),
});
export type StateForm = z.output<typeof stateForm>;

export const traceForm = z.object({
  service: text,
  total: number,
  failed: number,
  error_origins: listOf(
    z.object({
      service: text,
      operation: text,
      message: text,
      traces: number,
      reached_root: number,
      path: anyListOf(z.string()),
    }),
  ),
  services: anyListOf(z.object({ service: text, share: number })),
  calls: anyListOf(z.object({ caller: text, callee: text })),
  spans_blob: text,
});
export type TraceForm = z.output<typeof traceForm>;

export const logForm = z.object({
  by_level: mapping,
  blob: z.string(),
  since: text,
  until: text,
  truncated: z.boolean().catch(false),
});
export type LogForm = z.output<typeof logForm>;

export const analysisForm = z.object({
  templates: z.array(anything),
  total: number,
  correlates_with_change: z.boolean().catch(false),
  verdict: text.nullable(),
  shifts: z
    .object({
      split: z.object({ at: text, kind: text }).nullish().catch(null),
      appeared: anyListOf(
        z.object({ template: text, level: text, count: number, at: text, sure: z.boolean().catch(false) }),
      ),
      rate_changes: anyListOf(z.object({ template: text, level: text, factor: number })),
    })
    .nullish()
    .catch(null),
});
export type AnalysisForm = z.output<typeof analysisForm>;

export const probeForm = z.object({ url: z.string(), ok: z.boolean(), status: z.unknown().optional() });
export type ProbeForm = z.output<typeof probeForm>;

/** Histories differ in their words: `read-changes.ts` knows which. */
export const changesForm = z
  .object({
    changes: optional(z.array(anything)),
    deployments: optional(z.array(anything)),
    sources: optional(anyListOf(z.object({ source: text, query: text }))),
  })
  .refine(({ changes, deployments }) => changes !== undefined || deployments !== undefined);
export type ChangesForm = z.output<typeof changesForm>;
