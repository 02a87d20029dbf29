/**
 * What the search for signs reads instead of the text as written: compatible forms, look-alike letters, accents and
 * spread-out letters made plain.
 */
import { lazily, readData } from "../platform/data-file.js";
import { disguisesSchema } from "../schema/goal-data.js";

export const disguiseWords = lazily(() => readData("goal-disguises.yaml", disguisesSchema));
const common = lazily(() => new Set(disguiseWords().common));

/** Lower case, one space between words, letters without disguise. Other scripts stay as they are. */
export function plainText(text: string): string {
  const { look_alikes: lookAlikes } = disguiseWords();
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/(?<=[a-zα-ω])[\u0300-\u036f]{1,8}/g, "")
    .normalize("NFC")
    .replace(/[’‘`´]/g, "'")
    .replace(/(?<=[a-z])\p{L}|\p{L}(?=[a-z])/gu, (char) => lookAlikes[char] ?? char)
    .replace(/(?<![\p{L}\p{N}])(?:\p{L}[ .\-_*|]){3,60}\p{L}(?![\p{L}\p{N}])/gu, (run) => run.replace(/[ .\-_*|]/g, ""))
    .replace(/\s+/g, " ");
}

/** How many different common English words a text has, and how many words at all; single letters are none. */
export function commonWords(text: string): { common: number; words: number } {
  const words = text.toLowerCase().match(/(?<![a-z])[a-z]{2,20}(?![a-z])/g) ?? [];
  return { common: new Set(words.filter((word) => common().has(word))).size, words: words.length };
}

/** Whether a text is a sentence of English: at least four words, a third of them common. */
export function readsAsSentence(text: string): boolean {
  const { common, words } = commonWords(text);
  return words >= 4 && common >= 2 && common * 3 >= words;
}
