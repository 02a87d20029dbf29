/** The words by which goals are read (`data/goal-words.yaml`), as sets and patterns. */
import { lazily, readData } from "../../platform/data-file.js";
import { goalWordsSchema } from "../../schema/goal-data.js";

const anyCase = (pattern: string): RegExp => new RegExp(pattern, "i");
const marked = (pattern: string): RegExp =>
  pattern.startsWith("(?i)") ? anyCase(pattern.slice("(?i)".length)) : new RegExp(pattern);

export const goalWords = lazily(() => {
  const words = readData("goal-words.yaml", goalWordsSchema);
  return {
    ...words,
    stop: new Set(words.stop),
    properNames: new RegExp(`\\b(?:${words.proper_names.join("|")})(?=[^a-z]|$)`, "g"),
    phrases: words.phrases.map(([pattern, word]) => [new RegExp(pattern, "g"), word] as const),
    forms: new Map(Object.entries(words.forms).flatMap(([word, forms]) => forms.map((form) => [form, word] as const))),
    marks: words.marks.map(marked),
    errands: words.errands.map(anyCase),
    private: anyCase(words.private),
    orders: anyCase(words.orders),
    loss: new RegExp(words.loss),
    tidied: new RegExp(words.tidied),
    asides: words.asides.map((pattern) => new RegExp(pattern, "giu")),
    noService: new Set(words.no_service),
    noName: new Set(words.no_name),
  };
});
