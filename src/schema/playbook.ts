/** A playbook: an offline plan with typed parameters, chosen by goal. Its graph is checked like any other once filled. */
import { z } from "zod";
import { DESCRIPTION_MAX_CHARS, NAME_MAX_CHARS } from "../vocabulary/limits.js";
import { CHANGE_SOURCE_KINDS, LOG_SOURCE_KINDS, TRACE_SOURCE_KINDS } from "./config/sources.js";
import { ACTION_NAMES } from "./config.js";
import { FACT_NAMES } from "./facts.js";
import { type Json, jsonObjectSchema } from "./json.js";

const phraseSchema = z.string().min(2).max(200);
const phrases = z.array(phraseSchema).max(100);
const SOURCE_KINDS = [
  "files",
  "prometheus",
  "exposition",
  "deployments",
  ...LOG_SOURCE_KINDS,
  ...TRACE_SOURCE_KINDS,
  ...CHANGE_SOURCE_KINDS,
] as const;

type SourceKind = (typeof SOURCE_KINDS)[number];
/** Words for all kinds that a tool reads alike: `log_collector`, `trace_collector`, `change_history`. Files come first. */
const SOURCE_GROUPS: Record<"logs" | "traces" | "changes", readonly SourceKind[]> = {
  logs: ["files", ...LOG_SOURCE_KINDS],
  traces: TRACE_SOURCE_KINDS,
  changes: ["deployments", "kubernetes", ...CHANGE_SOURCE_KINDS],
};
const kindsSchema = z
  .array(z.enum([...SOURCE_KINDS, "logs", "traces", "changes"]))
  .min(1)
  .transform((kinds): SourceKind[] => [
    ...new Set(
      kinds.flatMap((kind) =>
        Object.hasOwn(SOURCE_GROUPS, kind) ? SOURCE_GROUPS[kind as "logs"] : [kind as SourceKind],
      ),
    ),
  ]);

const GOAL_FACTS = FACT_NAMES.map((name) => `goal.${name}` as const);

const common = {
  /** Told to people when the value is missing. */
  description: z.string().min(1).max(300),
  required: z.boolean().default(true),
};
const fromGoal = z.enum(GOAL_FACTS).optional();

const parameterSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("string"), from: fromGoal, default: z.string().max(200).optional(), ...common }),
  z.strictObject({ type: z.literal("duration"), from: fromGoal, default: z.string().max(20).optional(), ...common }),
  z.strictObject({ type: z.literal("boolean"), default: z.boolean().optional(), ...common }),
  z.strictObject({
    type: z.literal("number"),
    min: z.number().optional(),
    max: z.number().optional(),
    default: z.number().optional(),
    /** A default for each kind that the source in another parameter may be of. */
    default_by_kind: z
      .strictObject({ parameter: z.string(), kinds: z.partialRecord(z.enum(SOURCE_KINDS), z.number()) })
      .optional(),
    ...common,
  }),
  /** The name of a declared source of one of these kinds; `config` takes the only one that fits the goal's service. */
  z.strictObject({
    type: z.literal("source"),
    /** Of several sources that fit, one of a kind that comes earlier goes before. */
    kinds: kindsSchema,
    from: z.literal("config").optional(),
    ...common,
  }),
  /** The name of a declared target that knows the action. */
  z.strictObject({
    type: z.literal("target"),
    action: z.enum(ACTION_NAMES),
    from: z.literal("config").optional(),
    ...common,
  }),
]);
export type Parameter = z.output<typeof parameterSchema>;

/** In `only_with`: the node belongs to the remedy. No parameter may be called so. */
export const REMEDY = "remedy";

const PARAMETER_NAME_PATTERN = /^[a-z][a-z0-9_]{0,40}$/;

export const playbookSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,46}$/, "1 to 47 small letters, digits or -"),
  title: z.string().min(1).max(NAME_MAX_CHARS),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version such as "1.0.0"'),
  description: z.string().max(DESCRIPTION_MAX_CHARS).optional(),
  /** Goals as people would write them. */
  goals: phrases.min(1),
  /** What people see when it is this; each one that a goal names counts. */
  symptoms: phrases,
  /** Names of alerts that this is the answer to. */
  alerts: z.array(z.string().min(1).max(100)).max(80).default([]),
  tags: z
    .array(z.string().regex(/^[a-z0-9-]{1,40}$/))
    .max(20)
    .default([]),
  parameters: z.record(z.string().regex(PARAMETER_NAME_PATTERN, "a name such as error_ratio"), parameterSchema),
  /**
   * A graph whose strings hold `${parameter}`; id, goal and metadata are added when it is filled. A node may say
   * `only_with: [name, …]`: without a value for one of these optional parameters, or where `remedy` stands in it and
   * no remedy is asked for, it is left out with its edges and the facts of a summary that refer to it.
   */
  graph: z.strictObject({
    name: z.string().min(1).max(NAME_MAX_CHARS),
    nodes: z.array(jsonObjectSchema).min(1).max(100),
    edges: z.array(jsonObjectSchema).max(500),
  }),
});
export type Playbook = z.output<typeof playbookSchema>;

/** A parameter as a form offers it. */
export interface ParameterOffer {
  name: string;
  type: Parameter["type"];
  description: string;
  required: boolean;
  default?: Json;
  /** The declared names among which it must be. */
  choices?: string[];
}

/** A playbook as a form offers it. */
export interface PlaybookOffer {
  id: string;
  title: string;
  version: string;
  description?: string;
  /** Goals as people would write them. */
  goals: string[];
  /** Whether following it may change production. */
  writes: boolean;
  parameters: ParameterOffer[];
}
