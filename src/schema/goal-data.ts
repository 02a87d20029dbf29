/** The words by which a goal is read: signs of injection, the same in other languages, disguises (`data/goal-*.yaml`). */
import { z } from "zod";

const text = z.string().min(1).max(4_000);
const words = z.array(text).min(1).max(200);

export const goalSignsSchema = z.strictObject({
  /** Stand in patterns as `${name}`. A list has alternatives. */
  parts: z.record(z.string().regex(/^[a-z_]{2,20}$/), z.union([text, words])),
  signs: z.array(
    z.strictObject({
      code: z.string().regex(/^injection-[a-z]{3,20}$/),
      message: text,
      patterns: words,
    }),
  ),
  squashed: text,
  clues: z.strictObject({
    enough: z.int().positive(),
    kinds: z.array(z.strictObject({ weight: z.int().positive(), pattern: text })),
  }),
});

const languageSchema = z.strictObject({
  language: text,
  /** Words by which a goal in that language is known; languages in a script of their own need none. */
  common: words.default([]),
  set_aside: words,
  orders: words,
  all_said: words,
  asks: words,
  prompt: words,
  secret: words,
  ungated: words,
  becomes: words,
});
export type Language = z.infer<typeof languageSchema>;
export const goalLanguagesSchema = z.strictObject({ languages: z.array(languageSchema) });

export const disguisesSchema = z.strictObject({
  keywords: words,
  common: words,
  look_alikes: z.record(z.string().length(1), text),
  leet: z.record(z.string().length(1), z.string().length(1)),
  morse: z.record(z.string().regex(/^[.-]{1,5}$/), z.string().length(1)),
});

const list = z.array(text).min(1).max(2_000);
const weight = z.number().positive().max(2);
export const goalWordsSchema = z.strictObject({
  stop: list,
  proper_names: list,
  phrases: z.array(z.tuple([text, text])).min(1),
  forms: z.record(z.string().regex(/^[a-z]{2,30}$/), list),
  ordinary: list,
  telling: list,
  empty: list,
  everyday: list,
  weights: z.strictObject({
    ordinary: weight,
    telling: weight,
    mark: weight,
    everyday: weight,
    errand: weight,
    phrase: weight,
    corrected: weight,
  }),
  /** `(?i)` in front: in any case of letters. */
  marks: list,
  errands: list,
  private: text,
  orders: text,
  loss: text,
  tidied: text,
  asides: list,
  no_service: list,
  no_name: list,
});
