/** `safety.yaml`: the format that users of the original know, strict, with our additions beside its keys. */
import { z } from "zod";
import {
  APPROVAL_TIMEOUT_MAX_SECONDS,
  APPROVAL_TIMEOUT_MIN_SECONDS,
  CONCURRENCY_MAX,
  NODE_TIMEOUT_MAX_SECONDS,
  NODE_TIMEOUT_MIN_SECONDS,
  NODES_HARD_MAX,
  RUN_TIMEOUT_MAX_SECONDS,
} from "../vocabulary/limits.js";
import { ROLES } from "../vocabulary/roles.js";
import { approvalRulesSchema, channelNameSchema, localGroupsSchema, signedSchema } from "./approval-rules.js";
import { slackPolicySchema } from "./slack.js";
import { changesSchema, limitsSchema } from "./write-limits.js";

const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const names = z.array(z.string().min(1).max(200)).max(1_000);
const hosts = z.array(z.string().min(1).max(253)).max(1_000);

const roleSchema = z.enum(ROLES, { error: `one of ${ROLES.join(", ")}` });

export const executionPolicySchema = z.strictObject({
  enable_remediation: z.boolean().optional(),
  max_nodes_per_workflow: whole(1, NODES_HARD_MAX).optional(),
  default_timeout_seconds: whole(NODE_TIMEOUT_MIN_SECONDS, NODE_TIMEOUT_MAX_SECONDS).optional(),
  workflow_timeout_seconds: whole(1, RUN_TIMEOUT_MAX_SECONDS).optional(),
  max_concurrency: whole(1, CONCURRENCY_MAX).optional(),
  dry_run: z.boolean().optional(),
  require_approval_all: z.boolean().optional(),
  rate_limit_llm_per_minute: whole(1, 10_000).optional(),
  undo_on_failure: z.boolean().optional(),
  undo_on_failed_verification: z.boolean().optional(),
  undo_on_cancel: z.boolean().optional(),
});

/** The file as written. Every section and key is optional; what is absent has the default of `core/policy`. */
export const policyFileSchema = z.strictObject({
  version: z.literal("1.0", { error: '"1.0" (in quotes)' }),
  execution: executionPolicySchema.optional(),
  tools: z
    .strictObject({ allowed: names.optional(), blocked: names.optional(), require_approval: names.optional() })
    .optional(),
  node_types: z.strictObject({ allowed: names.optional(), blocked: names.optional() }).optional(),
  network: z
    .strictObject({
      allowed_hosts: hosts.optional(),
      blocked_hosts: hosts.optional(),
      /** CIDR ranges of private, loopback or link-local addresses that may be reached. */
      allowed_private: z
        .array(z.union([z.cidrv4(), z.cidrv6()], { error: "an address range such as 10.0.0.0/8" }))
        .max(100)
        .optional(),
    })
    .optional(),
  approval: z
    .strictObject({
      timeout_seconds: whole(APPROVAL_TIMEOUT_MIN_SECONDS, APPROVAL_TIMEOUT_MAX_SECONDS).optional(),
      require_for_production: z.boolean().optional(),
      notify_channel: channelNameSchema.optional(),
      /** Whether votes must carry a verified signature; rules may only tighten it. */
      signed: signedSchema.optional(),
      comment_required: z.enum(["never", "reject", "always"]).optional(),
      /** Whether a plan is asked about whole before anything of it runs. Its own gates stand all the same. */
      whole_plan: z.enum(["never", "writes", "always"]).optional(),
      rules: approvalRulesSchema.optional(),
      /** Groups by the name that the operating system gives a person, for decisions that this machine signs. */
      local_groups: localGroupsSchema.optional(),
    })
    .optional(),
  /** What the members of a group may do through the façade: one role or several. */
  roles: z
    .record(z.string().min(1).max(200), z.union([roleSchema, z.array(roleSchema).min(1).max(ROLES.length)]))
    .optional(),
  /** How far writes may reach, by environment. */
  limits: limitsSchema.optional(),
  /** When writes may start, and who may override that. */
  changes: changesSchema.optional(),
  /** Who people in Slack are; nobody else decides there. */
  slack: slackPolicySchema.optional(),
});
export type PolicyFile = z.infer<typeof policyFileSchema>;
