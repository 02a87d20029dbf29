/** The words of a goal in one form, so that phrases can be compared: small, singular, spellings joined. */

const STOP_WORDS = new Set(
  "a an and are as at be been by can could do does for from had has have i if in into is it its me my of on or our please so that the their them then there these this to was we were what when which who will with you your".split(
    " ",
  ),
);

/** Spellings of one idea. */
const JOINED: ReadonlyArray<[RegExp, string]> = [
  [/\b(?:roll(?:ed|ing|s)?\s+(?:\w+\s+){0,3}?back|rollback|revert(?:ed|ing|s)?)\b/g, "rollback"],
  [/\b(?:5xx|50[0-9])(?:'?s)?\b|\binternal server errors?\b|\bserver errors?\b/g, "500"],
  [/\b(?:deploy(?:ed|s|ment|ments|ing)?|releas(?:e|es|ed|ing)|roll(?:ed)?[ -]?out|rollouts?|shipped)\b/g, "deploy"],
  [/\b(?:restart(?:ed|ing|s)?|reboot(?:ed|ing|s)?|bounce)\b/g, "restart"],
  [
    /\b(?:unreachable|not reachable|cannot be reached|can't be reached|not responding|no response|does(?: not|n't) (?:respond|answer)|do(?: not|n't) (?:respond|answer)|offline)\b/g,
    "unreachable",
  ],
  [
    /\b(?:root cause|reason|why|cause|causes|investigat(?:e|ion|ing)|diagnos(?:e|is)|troubleshoot|analy[sz]e|find out)\b/g,
    "why",
  ],
  [/\b(?:failing|failed|fails|failures?|failed)\b/g, "fail"],
  [/\b(?:error|failure) (?:rate|ratio)s?\b/g, "error rate"],
];

function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss") && !word.endsWith("us")) return word.slice(0, -1);
  return word;
}

export function normalised(text: string): string {
  let result = text.toLowerCase().normalize("NFKC").replace(/[’`]/g, "'");
  for (const [spelling, word] of JOINED) result = result.replace(spelling, word);
  return result;
}

/** The words that carry meaning, each once. */
export function wordsOf(text: string): Set<string> {
  const words = normalised(text).match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? [];
  return new Set(words.filter((word) => !STOP_WORDS.has(word)).map(stem));
}
