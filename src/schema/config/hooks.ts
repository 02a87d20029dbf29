/** The section `hooks` of config.yaml: where alerts come in, who may send them, and what they start. */
import { z } from "zod";
import { HOOK_REQUESTS_PER_MINUTE, HOOK_SECRETS_MAX } from "../../vocabulary/delivery-limits.js";
import {
  ALL_RUNS_PER_HOUR,
  COOLDOWN_DEFAULT_SECONDS,
  COOLDOWN_MAX_SECONDS,
  DEBOUNCE_DEFAULT_SECONDS,
  DEBOUNCE_MAX_SECONDS,
  HOOK_GROUP_LABELS_MAX,
  HOOK_RULES_MAX,
  HOOK_RUNS_PER_HOUR,
  HOOK_TELL_MAX,
  ROLLOUT_LOOK_DEFAULT_SECONDS,
  RUNS_PER_HOUR_MAX,
} from "../../vocabulary/hook-limits.js";
import { GOAL_MAX_CHARS } from "../../vocabulary/limits.js";
import { ENVIRONMENTS } from "../../vocabulary/node-types.js";
import {
  ROLLOUT_LOOK_MAX_SECONDS,
  ROLLOUT_LOOK_MIN_SECONDS,
  ROLLOUT_SETTLE_DEFAULT_SECONDS,
  ROLLOUT_STALL_DEFAULT_SECONDS,
  ROLLOUT_STALL_MAX_SECONDS,
  ROLLOUT_TARGETS_MAX,
} from "../../vocabulary/rollout-limits.js";
import { FACT_NAMES } from "../facts.js";
import { secretReferenceSchema } from "./keys.js";

/** Kinds whose alerts are sent to the façade; `kubernetes` is looked at. */
export const HOOK_KINDS = [
  "alertmanager",
  "grafana",
  "pagerduty",
  "datadog",
  "opsgenie",
  "github",
  "known",
  "generic",
] as const;
export type HookKind = (typeof HOOK_KINDS)[number];

export const HOOK_MODES = ["plan", "investigate", "run"] as const;

const labelNameSchema = z.string().min(1).max(200);
/** Equal to the text, or, with `*` in it, like it. */
const patternSchema = z.string().max(500);
const headerSchema = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "a header's name");
/** Templates over `labels`, `name` and `says` of the alert. */
const templateSchema = z.string().max(2_000);

const ruleSchema = z
  .strictObject({
    /** All must fit; of a list one. `alertname` is the alert's name. Without it every alert fits. */
    match: z.record(labelNameSchema, patternSchema.or(z.array(patternSchema).min(1).max(50))).optional(),
    playbook: z.string().min(1).max(100).optional(),
    goal: z.string().min(1).max(GOAL_MAX_CHARS).optional(),
    params: z.record(z.string().max(100), z.union([templateSchema, z.number(), z.boolean()])).optional(),
    /** What the alert's labels may state. Default: everything but an address; with mode run nothing. */
    take: z.array(z.enum(FACT_NAMES)).max(FACT_NAMES.length).optional(),
    environment: z.enum(ENVIRONMENTS).optional(),
    /** Channels of config.yaml that hear of a run that was started, and of its answer. */
    tell: z.array(z.string().max(63)).min(1).max(HOOK_TELL_MAX).optional(),
    mode: z.enum(HOOK_MODES).default("investigate"),
  })
  .refine(
    ({ playbook, goal }) => playbook === undefined || goal === undefined,
    "given at most one of playbook and goal",
  );
export type HookRule = z.infer<typeof ruleSchema>;

/** Of every hook. */
const shared = {
  cooldown_seconds: z.number().min(0).max(COOLDOWN_MAX_SECONDS).default(COOLDOWN_DEFAULT_SECONDS),
  runs_per_hour: z.int().min(1).max(RUNS_PER_HOUR_MAX).default(HOOK_RUNS_PER_HOUR),
  description: z.string().max(400).optional(),
};
const common = {
  ...shared,
  /** One, or several while they change: any of them counts. */
  secret: secretReferenceSchema.or(z.array(secretReferenceSchema).min(1).max(HOOK_SECRETS_MAX)),
  /** The first that fits. What fits none is listed, and starts nothing. */
  rules: z.array(ruleSchema).max(HOOK_RULES_MAX).default([]),
  /** Alerts with the same values of these labels are one incident. */
  group_by: z.array(labelNameSchema).min(1).max(HOOK_GROUP_LABELS_MAX).default(["alertname"]),
  debounce_seconds: z.number().min(0).max(DEBOUNCE_MAX_SECONDS).default(DEBOUNCE_DEFAULT_SECONDS),
  requests_per_minute: z.int().min(1).max(100_000).default(HOOK_REQUESTS_PER_MINUTE),
};
/** The secret as a bearer token, as the password of basic sign-in, or, where it is named, in a header of its own. */
const token = { header: headerSchema.optional() };

export const hookSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("alertmanager"), ...token, ...common }),
    z.strictObject({
      kind: z.literal("grafana"),
      ...token,
      ...common,
      /** Signatures over the body, or with `timestamp_header` over time and body; else the token. */
      signature_header: headerSchema.default("X-Grafana-Alerting-Signature"),
      timestamp_header: headerSchema.optional(),
    }),
    z.strictObject({ kind: z.literal("pagerduty"), ...common }),
    z.strictObject({ kind: z.literal("datadog"), ...token, ...common }),
    z.strictObject({ kind: z.literal("opsgenie"), ...token, ...common }),
    z.strictObject({ kind: z.literal("github"), ...common }),
    // Any sender whose alerts can be read, told by their keys: those of clouds and others have no signature that is checked.
    z.strictObject({ kind: z.literal("known"), ...token, ...common }),
    z.strictObject({
      kind: z.literal("generic"),
      ...token,
      ...common,
      /** Templates over `body`, and with `each` over `item`, what stands at that place. */
      map: z.strictObject({
        /** Names on the way to the alerts, such as `groups.alerts`: lists on it are walked through. Without it the body is one. */
        each: z
          .string()
          .regex(
            /^[A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9_-]{1,100}){0,9}$/,
            "names with dots between, such as groups.alerts",
          )
          .optional(),
        name: templateSchema,
        id: templateSchema.optional(),
        says: templateSchema.optional(),
        status: templateSchema.optional(),
        /** Values of `status` that end an alert. */
        resolved: z.array(z.string().max(100)).max(20).default(["resolved", "ok", "recovered", "closed", "up"]),
        labels: z.record(labelNameSchema, templateSchema).default({}),
      }),
    }),
  ],
  { error: `one of ${HOOK_KINDS.join(", ")}` },
);
export type Hook = z.infer<typeof hookSchema>;
export type HookOf<K extends HookKind> = Extract<Hook, { kind: K }>;
/** Nothing is sent to it: a worker looks at the workloads, and each rollout that ended counts as an alert. */
const rolloutHookSchema = z.strictObject({
  kind: z.literal("kubernetes"),
  ...shared,
  /** Names under `targets`, of kind kubernetes. */
  targets: z.array(z.string().min(1).max(63)).min(1).max(ROLLOUT_TARGETS_MAX),
  every_seconds: z
    .number()
    .min(ROLLOUT_LOOK_MIN_SECONDS)
    .max(ROLLOUT_LOOK_MAX_SECONDS)
    .default(ROLLOUT_LOOK_DEFAULT_SECONDS),
  stalled_after_seconds: z.number().min(1).max(ROLLOUT_STALL_MAX_SECONDS).default(ROLLOUT_STALL_DEFAULT_SECONDS),
  /** How long it waits after the end of a rollout. */
  debounce_seconds: z.number().min(0).max(DEBOUNCE_MAX_SECONDS).default(ROLLOUT_SETTLE_DEFAULT_SECONDS),
  /** Without a playbook or goal the rollout is validated, with a roll-back behind its gate. */
  rules: z
    .array(ruleSchema)
    .min(1)
    .max(HOOK_RULES_MAX)
    .default(() => [{ mode: "run" as const }]),
});
export type RolloutHook = z.infer<typeof rolloutHookSchema>;

export const declaredHookSchema = z.discriminatedUnion("kind", [hookSchema, rolloutHookSchema], {
  error: `one of ${HOOK_KINDS.join(", ")}, kubernetes`,
});
export type DeclaredHook = Hook | RolloutHook;

export const isRolloutHook = (hook: DeclaredHook | undefined): hook is RolloutHook => hook?.kind === "kubernetes";

/** Those that have an address: nothing is sent to the others. */
export const sentHooks = (hooks: Record<string, DeclaredHook>): Record<string, Hook> =>
  Object.fromEntries(
    Object.entries(hooks).flatMap(([name, hook]) => (isRolloutHook(hook) ? [] : [[name, hook] as const])),
  );

export const hookNameSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,40}$/, "1 to 41 small letters, digits, - or _");

/** Of all hooks together. */
export const incidentSettingsSchema = z.strictObject({
  runs_per_hour: z.int().min(1).max(RUNS_PER_HOUR_MAX).default(ALL_RUNS_PER_HOUR),
});
export type IncidentSettings = z.infer<typeof incidentSettingsSchema>;

/** Channels that rules tell and nobody declared, each with its way in the file. */
export function undeclaredChannels(
  hooks: Record<string, DeclaredHook>,
  channels: object,
): Array<{ path: Array<string | number>; message: string }> {
  return Object.entries(hooks).flatMap(([name, { rules }]) =>
    rules.flatMap(({ tell = [] }, rule) =>
      tell.flatMap((channel, at) =>
        Object.hasOwn(channels, channel)
          ? []
          : [
              {
                path: ["hooks", name, "rules", rule, "tell", at],
                message: `a channel that is declared under channels, got ${channel}`,
              },
            ],
      ),
    ),
  );
}

/** Targets that a hook watches and that are no declared workload, each with its way in the file. */
export function unwatchableTargets(
  hooks: Record<string, DeclaredHook>,
  targets: Record<string, { kind: string }>,
): Array<{ path: Array<string | number>; message: string }> {
  return Object.entries(hooks).flatMap(([name, hook]) =>
    (isRolloutHook(hook) ? hook.targets : []).flatMap((target, at) =>
      Object.hasOwn(targets, target) && targets[target]?.kind === "kubernetes"
        ? []
        : [
            {
              path: ["hooks", name, "targets", at],
              message: `a target of kind kubernetes that is declared under targets, got ${target}`,
            },
          ],
    ),
  );
}
