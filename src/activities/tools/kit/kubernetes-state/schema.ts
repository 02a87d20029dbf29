/** Params and output of `kubernetes_state`. */
import { z } from "zod";
import { kubernetesLabelSchema } from "../../../../schema/config/clusters.js";
import { LOG_CHOICES } from "../../../connectors/kubernetes/state/pod-logs.js";
import { findingsSchema } from "../finding.js";
import { declaredNameSchema } from "../names.js";

/** Of each list in the output; all of it is in the blob. */
export const CAUSES_SHOWN = 10;
export const ROWS_SHOWN = 40;
export const AFFECTED_SHOWN = 10;
export const CHANGES_SHOWN = 20;
const NEAR_MAX = 5;
export const EVERYWHERE = "*";

const workloadSchema = z
  .string()
  .max(300)
  .regex(
    /^(?:deployment|statefulset|daemonset|job|cronjob|pod|service)\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    "KIND/NAME such as deployment/checkout",
  );

export const paramsSchema = z
  .strictObject({
    /** A source of kind `kubernetes`: its cluster and namespace … */
    source: declaredNameSchema.optional(),
    /** … or a declared cluster. */
    cluster: declaredNameSchema.optional(),
    /** Default: that of the source, else all; `*` stands for all. */
    namespace: z.union([kubernetesLabelSchema, z.literal(EVERYWHERE)]).optional(),
    /** Only what has to do with it is told. */
    workload: workloadSchema.optional(),
    /** Names of workloads, services or pods, gone ones too: what concerns them comes first. */
    near: z.array(z.string().min(1).max(253)).max(NEAR_MAX).optional(),
    logs: z.enum(LOG_CHOICES).default("all"),
  })
  .refine(({ source, cluster }) => (source === undefined) !== (cluster === undefined), {
    error: "given exactly one of source and cluster",
  });
export type StateParams = z.output<typeof paramsSchema>;

const causeSchema = z.strictObject({
  /** Of docs/cluster-causes.md. */
  code: z.string(),
  family: z.string(),
  /** What is to mend. */
  object: z.strictObject({ kind: z.string(), namespace: z.string().nullable(), name: z.string() }),
  what: z.string(),
  /** The code in one sentence. */
  means: z.string().optional(),
  score: z.number(),
  affects: z.array(z.string()).max(AFFECTED_SHOWN),
  affected: z.int(),
  evidence: z.array(z.strictObject({ object: z.string(), from: z.string(), text: z.string() })),
  confirm: z.string(),
  next: z.string(),
  /** What changed last of the object, or else of whom it hits. */
  changed: z.string().nullable().optional(),
  /** The cause that explains it. */
  explained_by: z.string().nullable(),
});
const countSchema = z.record(z.string(), z.int());
export const outputSchema = z.strictObject({
  cluster: z.string(),
  namespace: z.string().nullable(),
  workload: z.string().nullable(),
  at: z.string(),
  /** Nothing is wrong with what was read. */
  healthy: z.boolean(),
  /** The likeliest first. */
  causes: z.array(causeSchema).max(CAUSES_SHOWN),
  symptoms: z.array(causeSchema).max(CAUSES_SHOWN),
  notices: z.array(causeSchema).max(CAUSES_SHOWN),
  /** Causes and symptoms as `CODE of KIND NAMESPACE/NAME`: a later look tells by them what is gone. */
  named: z.array(z.string()).max(4 * CAUSES_SHOWN),
  /** Of a Deployment that was asked for: the kept revision before the one in force. */
  rollback_to: z.string().nullable(),
  /** Newest first. */
  changes: z
    .array(z.strictObject({ at: z.string(), target: z.string(), what: z.string(), by: z.string().nullable() }))
    .max(CHANGES_SHOWN),
  workloads: z
    .array(
      z.strictObject({
        workload: z.string(),
        desired: z.int().nullable(),
        ready: z.int(),
        restarts: z.int(),
        images: z.array(z.string()),
        pods: countSchema,
        changed: z.string().nullable(),
      }),
    )
    .max(ROWS_SHOWN),
  services: z
    .array(
      z.strictObject({
        service: z.string(),
        ports: z.array(z.string()),
        selects: z.string(),
        pods: z.int(),
        ready_endpoints: z.int().nullable(),
      }),
    )
    .max(ROWS_SHOWN),
  nodes: z
    .array(
      z.strictObject({
        node: z.string(),
        ready: z.boolean(),
        schedulable: z.boolean(),
        conditions: z.array(z.string()),
      }),
    )
    .max(ROWS_SHOWN),
  warnings: z
    .array(
      z.strictObject({
        object: z.string(),
        reason: z.string(),
        message: z.string(),
        count: z.int(),
        last: z.string().nullable(),
      }),
    )
    .max(ROWS_SHOWN),
  counts: countSchema,
  truncated: z.boolean(),
  unreadable: z
    .array(
      z.strictObject({ kind: z.string(), namespace: z.string().nullable(), code: z.string(), message: z.string() }),
    )
    .max(ROWS_SHOWN),
  query: z.string(),
  /** All causes, and the overview without cuts, as JSON. */
  blob: z.string(),
  findings: findingsSchema,
});
export type StateOutput = z.infer<typeof outputSchema>;
