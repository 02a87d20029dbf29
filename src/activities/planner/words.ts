/** The words of a goal in one form, so that texts can be compared: small, without endings, spellings joined. */
import { goalWords } from "./goal-words.js";

/** Small letters, spellings of one idea joined; what stands between the words is kept. */
export function normalised(text: string): string {
  let result = unjoined(text).toLowerCase().normalize("NFKC").replace(/[’`]/g, "'");
  for (const [spelling, word] of goalWords().phrases) result = result.replace(spelling, word);
  return result;
}

/** `KubePodCrashLooping` → `Kube Pod Crash Looping`; `read_only` → `read only`. */
function unjoined(text: string): string {
  return text
    .replace(goalWords().properNames, (name) => name.toLowerCase())
    .replace(/(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})/g, " ")
    .replace(/_/g, " ");
}

/** The words that carry meaning, in their order. */
export function termsOf(text: string): string[] {
  const { stop } = goalWords();
  const words = normalised(text).match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu) ?? [];
  return words
    .map((word) => word.replace(/'s$/, ""))
    .filter((word) => !stop.has(word) && (word === "500" || !/^\d/.test(word)))
    .map((word) => stem(formOf(word)));
}

/** The same, each once. */
export const wordsOf = (text: string): Set<string> => new Set(termsOf(text));

const formOf = (word: string): string => goalWords().forms.get(word) ?? word;

/** Without the endings of number, time and manner; short words stay whole. */
function stem(word: string): string {
  if (word.length < 4) return word;
  let root = word;
  if (root.endsWith("ies") && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (/(?:ss|x|ch|sh)es$/.test(root)) root = root.slice(0, -2);
  else if (root.endsWith("s") && !/(?:ss|us|is|dns|tls|sqs|sms)$/.test(root)) root = root.slice(0, -1);
  const ending = ["ing", "ed", "ly"].find((one) => root.endsWith(one)) ?? "";
  const cut = root.slice(0, root.length - ending.length);
  if (ending !== "" && cut.length >= 4) root = /([b-df-hj-km-np-rtv-y])\1$/.test(cut) ? cut.slice(0, -1) : cut;
  return root.length > 4 && root.endsWith("e") ? root.slice(0, -1) : root;
}
