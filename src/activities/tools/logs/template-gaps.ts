/** Joins templates that differ in one place only, where values of several words stand: names, lists, free text. */
import type { Sliced } from "../../../platform/slices.js";
import { hasLetters, isSeparator, isStatementWord } from "./statement-words.js";
import { WILDCARD } from "./tokens.js";

/** Words of the longest value. */
const GAP_MAX = 7;
/** Words that two templates have in common at least. */
const COMMON_MIN = 2;
const ROUNDS_MAX = 6;
/** Templates with the same beginning or end that one is compared with, so that the work grows with their number alone. */
const COMPARED_MAX = 60;

export interface Template<T> {
  words: readonly string[];
  of: T[];
  count: number;
}

export function* joinGaps<T>(templates: ReadonlyArray<Template<T>>): Sliced<Array<Template<T>>> {
  let list = [...templates].sort((a, b) => b.count - a.count);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const joined = yield* joinPass(list);
    if (joined.length === list.length) return joined;
    list = joined;
  }
  return list;
}

function* joinPass<T>(templates: ReadonlyArray<Template<T>>): Sliced<Array<Template<T>>> {
  const kept: Array<Template<T>> = [];
  const buckets = new Map<string, number[]>();
  for (const template of templates) {
    yield;
    const keys = [`^${template.words[0]}`, `$${template.words.at(-1)}`];
    const near = keys.flatMap((key) => buckets.get(key) ?? []);
    const at = near.find((index) => commonTemplate(kept[index]?.words ?? [], template.words) !== undefined);
    const other = at === undefined ? undefined : kept[at];
    if (at !== undefined && other !== undefined) {
      const words = commonTemplate(other.words, template.words) ?? other.words;
      for (const one of template.of) other.of.push(one);
      kept[at] = { words, of: other.of, count: other.count + template.count };
      continue;
    }
    kept.push({ ...template, of: [...template.of] });
    for (const key of keys) {
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [kept.length - 1]);
      else if (bucket.length < COMPARED_MAX) bucket.push(kept.length - 1);
    }
  }
  return kept;
}

/** The template that both are of, where they differ in one place in nothing but values. */
function commonTemplate(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (start + end === shorter) {
    // One has nothing there: then a value beside it has more words in the other.
    if (a[start - 1] === WILDCARD) start--;
    else if (a[a.length - end] === WILDCARD) end--;
    else return undefined;
  }
  const gaps = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  // Single words were told apart by their columns.
  if (gaps.every((gap) => gap.length === 1 && gap[0] !== WILDCARD)) return undefined;
  if (!gaps.every(isValue)) return undefined;
  const around = [...a.slice(0, start), ...a.slice(a.length - end)].filter(isWord).length;
  if (around < COMMON_MIN || gaps.some((gap) => gap.filter(isWord).length > 2 * around)) return undefined;
  return withoutTwins([...a.slice(0, start), WILDCARD, ...a.slice(a.length - end)]);
}

const isWord = (token: string): boolean => token !== WILDCARD && hasLetters(token);

function isValue(gap: readonly string[]): boolean {
  return (
    gap.length <= GAP_MAX &&
    gap.every((token) => (isSeparator(token) ? token === "," : !isWord(token) || !isStatementWord(token)))
  );
}

/** Several values beside each other are shown as one. */
export function withoutTwins(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== WILDCARD || words[index - 1] !== WILDCARD);
}
