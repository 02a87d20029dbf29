/** What crosses the border to Slack: its section of config.yaml, the people in the policy, buttons, and what Slack sends back. */
import { z } from "zod";
import { DECISION_WORDS } from "../vocabulary/decisions.js";
import { SLACK_USERS_MAX } from "../vocabulary/facade-limits.js";
import { COMMENT_MAX_CHARS, WORKFLOW_ID_MAX_CHARS } from "../vocabulary/limits.js";
import { subjectSchema } from "./api-keys.js";

const referenceSchema = z.string().regex(/^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a reference such as env:NAME");

/** The section `slack` of config.yaml. */
export const slackSettingsSchema = z.strictObject({
  /** The bot's token. */
  token: referenceSchema,
  /** What Slack signs its requests with; absent: people are told in Slack and answer elsewhere. */
  signing_secret: referenceSchema.optional(),
  api_url: z
    .url({ protocol: /^https?$/, error: "an http or https URL" })
    .max(2_000)
    .regex(/\/$/, "a URL that ends with /")
    .default("https://slack.com/api/"),
});
export type SlackSettings = z.infer<typeof slackSettingsSchema>;

/** The section `slack` of safety.yaml: who the members of the workspace are. */
export const slackPolicySchema = z.strictObject({
  /** By Slack's own id of the person: names and e-mail addresses can be changed by people themselves. */
  users: z
    .record(
      z.string().regex(/^[UW][A-Z0-9]{2,30}$/, "a Slack member id such as U024BE7LH"),
      z.strictObject({
        name: subjectSchema,
        groups: z.array(z.string().min(1).max(100)).max(100).default([]),
      }),
    )
    .refine((users) => Object.keys(users).length <= SLACK_USERS_MAX, `at most ${SLACK_USERS_MAX} people`),
});
export type SlackPolicy = z.infer<typeof slackPolicySchema>;

/** What a button carries: the one question that it answers. At most 2,000 characters, by Slack's own limit. */
export const slackQuestionSchema = z.strictObject({
  run: z.string().min(1).max(WORKFLOW_ID_MAX_CHARS),
  node: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Whether an approval needs a comment; rejections and skips are always asked for one. */
  comment: z.literal("always").optional(),
});
export type SlackQuestion = z.infer<typeof slackQuestionSchema>;

/** By these the interactions of our own messages are known from others of the same app. */
export const SLACK_ACTIONS = { approve: "autoops_approve", reject: "autoops_reject", skip: "autoops_skip" } as const;
export const SLACK_COMMENT_VIEW = "autoops_comment";
export const SLACK_COMMENT_INPUT = "comment";

/** What the form of a comment carries while somebody fills it in. */
export const slackPendingSchema = slackQuestionSchema.extend({
  decision: z.enum(DECISION_WORDS),
  /** Where the question stands: there the answer is told. */
  channel: z.string().min(1).max(50),
  thread: z.string().max(50).optional(),
});
export type SlackPending = z.infer<typeof slackPendingSchema>;

const userSchema = z.object({ id: z.string().min(1).max(50) });
/** The parts of Slack's payloads that are used; Slack adds keys as it likes. */
export const slackInteractionSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("block_actions"),
    user: userSchema,
    trigger_id: z.string().max(500).optional(),
    channel: z.object({ id: z.string().min(1).max(50) }).optional(),
    container: z.object({ thread_ts: z.string().max(50).optional() }).optional(),
    actions: z
      .array(z.object({ action_id: z.string().max(255), value: z.string().max(2_000).optional() }))
      .min(1)
      .max(20),
  }),
  z.object({
    type: z.literal("view_submission"),
    user: userSchema,
    view: z.object({
      callback_id: z.string().max(255),
      private_metadata: z.string().max(3_000),
      state: z.object({
        values: z.record(
          z.string(),
          z.record(z.string(), z.object({ value: z.string().max(COMMENT_MAX_CHARS).nullish() })),
        ),
      }),
    }),
  }),
]);
export type SlackInteraction = z.infer<typeof slackInteractionSchema>;
