/** Lines of the audit log and its signed checkpoints, as they stand in their files. */
import { z } from "zod";
import { jsonObjectSchema } from "./json.js";

/** Everything that gets an audit line. */
export const AUDIT_EVENTS = [
  "plan-made",
  "goal-cleaned",
  "goal-refused",
  "graph-checked",
  "graph-refused",
  "run-started",
  "run-ended",
  "node-started",
  "node-finished",
  "tool-called",
  "gate-requested",
  "gate-reminded",
  "gate-escalated",
  "vote-recorded",
  "gate-closed",
  "signature-refused",
  "decision-refused",
  "grant-refused",
  "policy-changed",
  "registry-changed",
  "keys-changed",
  "login-refused",
  "access-refused",
  "api-key-created",
  "api-key-revoked",
  "export",
  "memory-changed",
  "playbook-accepted",
  "tool-package-approved",
  "writes-paused",
  "writes-resumed",
  "write-refused",
  "override-given",
  "override-used",
  "order-refused",
  "alerts-taken",
  "incident-planned",
  "incident-told",
  "rollout-seen",
  "schedule-created",
  "schedule-paused",
  "schedule-resumed",
  "schedule-triggered",
  "schedule-deleted",
  // About the log itself: a line that a crash left incomplete, and lines that could not be written.
  "line-torn",
  "lines-lost",
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const sequence = z.int().min(1);
const time = z.iso.datetime({ precision: 3 });

/** One line. `hash` is SHA-256 over the canonical JSON of all the rest, `previous` the hash of the line before. */
export const auditRecordSchema = z.strictObject({
  v: z.literal(1),
  sequence,
  time,
  event: z.enum(AUDIT_EVENTS),
  actor: z.string().optional(),
  channel: z.string().optional(),
  run: z.string().optional(),
  run_key: z.string().optional(),
  node: z.string().optional(),
  digest: z.string().optional(),
  code: z.string().optional(),
  details: jsonObjectSchema.optional(),
  previous: hash,
  hash,
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;

/** What is to be recorded; number, time and hashes come with the writing. */
export interface AuditEntry {
  event: AuditEvent;
  /** Who asked, decided or was refused. */
  actor?: string;
  /** How it came in: cli, http, slack, worker. */
  channel?: string;
  /** Workflow id. */
  run?: string;
  runKey?: string;
  node?: string;
  digest?: string;
  /** A problem code, where something was refused or failed. */
  code?: string;
  details?: object;
}

/** What the log was at one moment. With a token it proves itself; a copy kept elsewhere is trusted as it is. */
export const checkpointSchema = z.strictObject({ sequence, hash, time, token: z.string().max(4_000).optional() });
export type Checkpoint = z.infer<typeof checkpointSchema>;
