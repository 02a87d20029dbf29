/** What every tool returns that acts on a declared target. */
import { z } from "zod";
import { findingsSchema } from "../finding.js";

export const actionOutputSchema = z.strictObject({
  target: z.string(),
  action: z.string(),
  /** What the target's state read before and after; null where it declares none or could not be read. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** This attempt acted, and no state says that nothing changed. Of a workload: the action changed something. */
  changed: z.boolean(),
  attempts: z.int(),
  request: z.union([z.strictObject({ method: z.string(), url: z.string() }), z.strictObject({ program: z.string() })]),
  findings: findingsSchema,
  /** Of a workload alone: where it is, and what takes the action back. */
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  previous_replicas: z.int().optional(),
  /** As `rollback` takes it: `revision:4`. */
  previous_revision: z.string().optional(),
  previous_values: z.record(z.string(), z.string()).optional(),
  /** Settings that were not there before. */
  added: z.array(z.string()).optional(),
  /** Settings whose value before is kept nowhere. */
  withheld: z.array(z.string()).optional(),
});

export type ActionOutput = z.infer<typeof actionOutputSchema>;
