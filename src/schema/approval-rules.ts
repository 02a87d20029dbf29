/** `approval.rules[]` of `safety.yaml`: who may answer for which nodes, how many, how long, and what silence does. */
import { z } from "zod";
import {
  APPROVAL_GROUPS_MAX,
  APPROVAL_RULES_MAX,
  APPROVAL_TIMEOUT_MAX_SECONDS,
  APPROVAL_TIMEOUT_MIN_SECONDS,
  APPROVER_MAX_CHARS,
  ESCALATIONS_MAX,
  REMINDERS_MAX,
  VOTES_REQUIRED_MAX,
} from "../vocabulary/limits.js";
import { EFFECTS, ENVIRONMENTS, NODE_TYPE_NAMES, type NodeType } from "../vocabulary/node-types.js";

const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const seconds = whole(APPROVAL_TIMEOUT_MIN_SECONDS, APPROVAL_TIMEOUT_MAX_SECONDS);
const groups = z.array(z.string().min(1).max(100)).min(1).max(APPROVAL_GROUPS_MAX);
const names = z.array(z.string().min(1).max(200)).min(1).max(200);

/** Where notices go. */
export const channelNameSchema = z.string().regex(/^(?:slack:#|webhook:|pagerduty:|email:)[\w.-]{1,80}$/, {
  error: "slack:#channel, webhook:name, pagerduty:service or email:name",
});
export const signedSchema = z.enum(["always", "production", "never"]);

const rungSchema = z.strictObject({
  /** Seconds after the gate opened. */
  after_seconds: seconds,
  /** May answer from then on, beside those who could before. */
  groups: groups.optional(),
  channel: channelNameSchema.optional(),
});

/** Absent lists match everything. */
const matchSchema = z.strictObject({
  node_types: z
    .array(z.enum(NODE_TYPE_NAMES as [NodeType, ...NodeType[]]))
    .min(1)
    .optional(),
  tools: names.optional(),
  environments: z.array(z.enum(ENVIRONMENTS)).min(1).optional(),
  effects: z.array(z.enum(EFFECTS)).min(1).optional(),
});

const ruleSchema = z
  .strictObject({
    name: z.string().regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, "1 to 63 letters, digits, _, . or -"),
    match: matchSchema.default({}),
    groups: groups.optional(),
    required: whole(1, VOTES_REQUIRED_MAX).optional(),
    forbid_requester: z.boolean().optional(),
    timeout_seconds: seconds.optional(),
    on_timeout: z.enum(["reject", "skip", "escalate"]).optional(),
    remind_after_seconds: z.array(seconds).max(REMINDERS_MAX).optional(),
    escalate: z.array(rungSchema).max(ESCALATIONS_MAX).optional(),
    comment_required: z.enum(["never", "reject", "always"]).optional(),
    signed: signedSchema.optional(),
  })
  .superRefine((rule, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const rungs = rule.escalate ?? [];
    const isRising = (times: number[]) => times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0));
    if (!isRising(rungs.map((rung) => rung.after_seconds))) refuse("escalate", "in order of after_seconds");
    if (!isRising(rule.remind_after_seconds ?? [])) refuse("remind_after_seconds", "a list of rising seconds");
    if (rule.on_timeout === "escalate" && rungs.length === 0)
      refuse("escalate", "a list with somebody to ask, since on_timeout is escalate");
    if (rungs.some((rung) => rung.groups === undefined && rung.channel === undefined))
      refuse("escalate", "a list of entries that each name groups, a channel, or both");
    if (rungs.some((rung) => rung.groups !== undefined) && rule.groups === undefined)
      refuse("groups", "given where escalate names groups: without it everybody may answer already");
  });

export const approvalRulesSchema = z
  .array(ruleSchema)
  .max(APPROVAL_RULES_MAX)
  .refine(
    (rules) => new Set(rules.map((rule) => rule.name)).size === rules.length,
    "a list of rules with names of their own",
  );
/** A rule as the file has it. */
export type ApprovalRule = z.infer<typeof ruleSchema>;

/** Groups of people whom the operating system names: they decide by CLI, or on the page of their own machine. */
export const localGroupsSchema = z.record(z.string().min(1).max(APPROVER_MAX_CHARS), groups);
