/** What a replay may do: declared steps and nothing else. No step holds code. */
import { z } from "zod";
import {
  BROWSER_SELECTOR_MAX_CHARS,
  BROWSER_STEP_DEFAULT_SECONDS,
  BROWSER_STEP_MAX_SECONDS,
  BROWSER_STEPS_MAX,
} from "../../../../vocabulary/browser-limits.js";
import { declaredNameSchema } from "../names.js";

/** CSS, `text=…`, `role=…` or XPath; in the page itself, not in its frames. */
const selectorSchema = z
  .string()
  .min(1)
  .max(BROWSER_SELECTOR_MAX_CHARS)
  .refine((text) => !/(?:internal:|_react=|_vue=)/i.test(text), "a CSS, text=, role= or xpath= selector");
/** As a keyboard names them: a character, or a named key behind Control, Shift, Alt or Meta. */
const keySchema = z
  .string()
  .regex(
    /^(?:(?:Control|Shift|Alt|Meta)\+){0,3}(?:[\x21-\x7e]|Enter|Tab|Escape|Space|Backspace|Delete|Home|End|PageUp|PageDown|Arrow(?:Up|Down|Left|Right)|F(?:[1-9]|1[0-2]))$/,
    "a key such as Enter or Control+a",
  );
const textSchema = z.string().min(1).max(1_000);
const common = {
  timeout_seconds: z.int().min(1).max(BROWSER_STEP_MAX_SECONDS).default(BROWSER_STEP_DEFAULT_SECONDS),
};

const stepSchema = z.discriminatedUnion(
  "do",
  [
    z.strictObject({
      do: z.literal("goto"),
      url: z.url({ protocol: /^https?$/, error: "an http or https URL" }).max(2_000),
      ...common,
    }),
    z.strictObject({ do: z.literal("click"), selector: selectorSchema, ...common }),
    /** Exactly one of a text and the name of a secret of config.yaml. */
    z
      .strictObject({
        do: z.literal("fill"),
        selector: selectorSchema,
        value: z.string().max(4_000).optional(),
        secret: declaredNameSchema.optional(),
        ...common,
      })
      .refine(
        ({ value, secret }) => (value === undefined) !== (secret === undefined),
        "given exactly one of value and secret",
      ),
    z.strictObject({ do: z.literal("press"), key: keySchema, selector: selectorSchema.optional(), ...common }),
    z.strictObject({ do: z.literal("select"), selector: selectorSchema, value: textSchema, ...common }),
    z.strictObject({
      do: z.literal("wait_for"),
      selector: selectorSchema,
      state: z.enum(["visible", "hidden", "attached", "detached"]).default("visible"),
      ...common,
    }),
    /** Text that is to be seen, in any case of its letters. */
    z.strictObject({ do: z.literal("expect_text"), text: textSchema, selector: selectorSchema.optional(), ...common }),
    /** Of the page that was loaded last. */
    z.strictObject({
      do: z.literal("expect_status"),
      status: z.array(z.int().min(100).max(599)).min(1).max(20),
      ...common,
    }),
    z.strictObject({ do: z.literal("screenshot"), name: declaredNameSchema.optional(), ...common }),
  ],
  { error: "a step with do: goto, click, fill, press, select, wait_for, expect_text, expect_status or screenshot" },
);
export type Step = z.output<typeof stepSchema>;

export const paramsSchema = z.strictObject({ steps: z.array(stepSchema).min(1).max(BROWSER_STEPS_MAX) });

/** The URLs that steps name, as far as they are written out. */
export const urlsOf = (steps: unknown): string[] => textsOf(steps, "url");

/** The secrets that steps name, likewise. */
export const secretsOf = (steps: unknown): string[] => textsOf(steps, "secret");

function textsOf(steps: unknown, key: "url" | "secret"): string[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: Record<string, unknown> | null) => {
    const text = step?.[key];
    return typeof text === "string" && !text.includes("{{") ? [text] : [];
  });
}
