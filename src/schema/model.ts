/** `model` in config.yaml: which model plans, within which limits. Strict; the key only as a reference. */
import { z } from "zod";
import {
  MODEL_BUDGET_DAY_TOKENS,
  MODEL_BUDGET_PLAN_TOKENS,
  MODEL_BUDGET_RUN_TOKENS,
  MODEL_CACHE_ENTRIES,
  MODEL_CACHE_HOURS,
  MODEL_CONSTRAINTS_MAX,
  MODEL_OUTPUT_TOKENS,
  MODEL_TIMEOUT_MAX_SECONDS,
  MODEL_TIMEOUT_SECONDS,
} from "../vocabulary/model-limits.js";

const whole = (min: number, max: number) => {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const money = z.number().min(0).max(1_000_000);
const tokens = whole(1_000, 1_000_000_000);
const urlSchema = z.url({ protocol: /^https?$/, error: "an http or https URL" }).max(2_000);
const referenceSchema = z.string().regex(/^env:[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a reference such as env:NAME");

/** Told to the model where nothing else is said; `[]` tells it the policy's rules alone. */
const DEFAULT_CONSTRAINTS = [
  "Prioritize investigation before remediation",
  "All remediation actions require human approval",
] as const;

export const modelSchema = z
  .strictObject({
    /** Default: `AUTOOPS_MODEL`, else `MODEL_DEFAULT_NAME`. */
    name: z.string().min(1).max(200).optional(),
    /** Of any server that speaks OpenAI's chat completions, up to and with `/v1`. */
    base_url: urlSchema.optional(),
    api_key: referenceSchema.default("env:OPENAI_API_KEY"),
    timeout_seconds: whole(1, MODEL_TIMEOUT_MAX_SECONDS).default(MODEL_TIMEOUT_SECONDS),
    max_output_tokens: whole(256, 128_000).default(MODEL_OUTPUT_TOKENS),
    /** Not sent unless given: some models refuse it. */
    temperature: z.number().min(0).max(2).optional(),
    /** Told to the model beside the policy's own rules. */
    default_constraints: z
      .array(z.string().min(1).max(500))
      .max(MODEL_CONSTRAINTS_MAX)
      .default([...DEFAULT_CONSTRAINTS]),
    /** Only `false` has an effect: remediation is switched on by the policy alone. */
    enable_remediation: z.boolean().default(true),
    /** Money for a million tokens, in any currency. Without it costs are unknown. */
    price: z.strictObject({ input_per_million: money, output_per_million: money }).optional(),
    budget: z
      .strictObject({
        plan_tokens: tokens.default(MODEL_BUDGET_PLAN_TOKENS),
        run_tokens: tokens.default(MODEL_BUDGET_RUN_TOKENS),
        day_tokens: tokens.default(MODEL_BUDGET_DAY_TOKENS),
        plan_cost: money.optional(),
        run_cost: money.optional(),
        day_cost: money.optional(),
      })
      .prefault({}),
    cache: z
      .strictObject({
        /** 0 keeps no answers. */
        entries: whole(0, 10_000).default(MODEL_CACHE_ENTRIES),
        hours: whole(1, 720).default(MODEL_CACHE_HOURS),
      })
      .prefault({}),
    /** Whether summaries carry a narrative over their findings. */
    narrative: z.boolean().default(false),
  })
  .refine(
    ({ price, budget }) =>
      price !== undefined || [budget.plan_cost, budget.run_cost, budget.day_cost].every((cost) => cost === undefined),
    "given a price where its budget limits costs",
  );
type ModelFile = z.infer<typeof modelSchema>;

/** The model as the code uses it; present only where its key is set. */
export interface ModelSettings extends Omit<ModelFile, "name" | "base_url"> {
  name: string;
  base_url: string;
}

/** The settings where a key is set, variables before the file; undefined where there is none. */
export function modelSettings(
  file: ModelFile | undefined,
  variables: { name?: string; baseUrl?: string; hasSecret(reference: string): boolean },
): ModelSettings | undefined {
  const given = file ?? modelSchema.parse({});
  if (!variables.hasSecret(given.api_key)) return undefined;
  return {
    ...given,
    name: variables.name ?? given.name ?? MODEL_DEFAULT_NAME,
    base_url: (variables.baseUrl ?? given.base_url ?? MODEL_DEFAULT_URL).replace(/\/+$/, ""),
  };
}

export const MODEL_DEFAULT_NAME = "gpt-4.1-mini";
export const MODEL_DEFAULT_URL = "https://api.openai.com/v1";
