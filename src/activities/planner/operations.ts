/**
 * Whether a goal is about operations at all. Words that mean nothing else (`redis`, `p99`, an alert's name) count whole;
 * ordinary words that operators use too (`memory`, `node`, `queue`) count a third, so that one alone decides nothing;
 * words of everyday life, of school and of writing count against it.
 */
import { lazily } from "../../platform/data-file.js";
import { goalWords } from "./goal-words.js";
import { wordsOf } from "./words.js";

const known = lazily(() => {
  const { ordinary, telling, empty, everyday } = goalWords();
  const set = (words: readonly string[]) => wordsOf(words.join(" "));
  return { ordinary: set(ordinary), telling: set(telling), empty: set(empty), everyday: set(everyday) };
});

/**
 * Evidence that the goal is about operations; from 1 on there is enough. `inPlaybooks` says which words
 * any playbook has, `meant` gives the known word for a misspelt one, `phrases` is how many symptoms of several words the goal has whole.
 */
export function operationsEvidence(
  goal: string,
  inPlaybooks: (word: string) => boolean,
  meant: (word: string) => string | undefined,
  phrases = 0,
): number {
  const { weights, marks, errands, private: own, orders } = goalWords();
  const { telling, empty, everyday } = known();
  let evidence = weights.phrase * Math.min(2, phrases);
  for (const word of wordsOf(goal)) {
    if (empty.has(word)) continue;
    if (everyday.has(word) && !telling.has(word)) evidence -= weights.everyday;
    else if (inPlaybooks(word) || telling.has(word)) evidence += weightOf(word);
    else {
      // A word that was corrected may have been another.
      const other = isOrdinary(word) ? undefined : meant(word);
      if (other !== undefined) evidence += weights.corrected * weightOf(other);
    }
  }
  for (const mark of marks) if (mark.test(goal)) evidence += weights.mark;
  if (errands.some((errand) => errand.test(goal))) evidence -= weights.errand;
  if (own.test(goal)) evidence -= weights.everyday;
  if (orders.test(goal)) evidence -= weights.everyday;
  return Math.max(0, evidence);
}

function weightOf(word: string): number {
  const { weights } = goalWords();
  if (known().telling.has(word)) return weights.telling;
  return known().ordinary.has(word) ? weights.ordinary : 1;
}

/** Words that are right as they are, whether or not a playbook has them. */
export const isOrdinary = (word: string): boolean => known().everyday.has(word) || known().ordinary.has(word);
