/** Whether a goal is written in English, as playbooks are. Names, alerts and log lines say nothing of it. */
import { lazily, readData } from "../../platform/data-file.js";
import { goalLanguagesSchema } from "../../schema/goal-data.js";
import { goalWords } from "./goal-words.js";

const languages = lazily(() =>
  readData("goal-languages.yaml", goalLanguagesSchema).languages.map(({ language, common }) => ({
    language,
    common: new Set(common),
  })),
);
/** Small words of English that say nothing alone: other languages have them too, or they are left out in notes. */
const english = lazily(() => {
  const { stop, empty, telling, ordinary, everyday } = goalWords();
  return { small: new Set([...stop, "not"]), all: new Set([...stop, ...empty, ...telling, ...ordinary, ...everyday]) };
});

/** The language of a goal that is not in English, in words; undefined for one that is, or may be. */
export function foreignLanguage(goal: string): string | undefined {
  const letters = goal.match(/\p{L}/gu)?.length ?? 0;
  const others = goal.match(/(?!\p{Script=Latin})\p{L}/gu)?.length ?? 0;
  if (others > 2 && others * 3 > letters) return "another script";
  const words = new Set(
    goal.match(/(?<![\p{L}\p{N}_./:=@-])[\p{L}']{1,30}(?![\p{L}\p{N}_/=@-]|\.\p{L})/gu)?.map(small),
  );
  const { small: plain, all } = english();
  const own = [...words].filter((word) => plain.has(word)).length;
  let best: { language: string; count: number } | undefined;
  for (const { language, common } of languages()) {
    const found = [...words].filter((word) => common.has(word));
    // One at least that English does not have.
    if (!found.some((word) => !all.has(word))) continue;
    if (found.length > Math.max(own, best?.count ?? 0)) best = { language, count: found.length };
  }
  return best?.language;
}

/** Capitals alone are a name or a code: LA, DE. */
const small = (word: string): string => (word.length > 1 && word === word.toUpperCase() ? "" : word.toLowerCase());
