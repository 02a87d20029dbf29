/** The words of a goal in one form, so that texts can be compared: small, without endings, spellings joined. */
import { PHRASES, PROPER_NAMES, WORD_FORMS } from "./word-forms.js";

const STOP_WORDS = new Set(
  "a about above after again all also am an and any are as at be because been before being below between both but by can could did do does doing done during each every few for from further get gets go goes going got had has have having he her here him his how i if in into is it its itself just let may me might more most much must my nor of off on once one only or other our out over own please pls same she should since so some soon still such than that the their them then there these they this those through to too under until up us very via was way we were what when where which while who whom will with within would you your yours".split(
    " ",
  ),
);

/** Small letters, spellings of one idea joined; what stands between the words is kept. */
export function normalised(text: string): string {
  let result = unjoined(text).toLowerCase().normalize("NFKC").replace(/[’`]/g, "'");
  for (const [spelling, word] of PHRASES) result = result.replace(spelling, word);
  return result;
}

/** `KubePodCrashLooping` → `Kube Pod Crash Looping`; `read_only` → `read only`. */
function unjoined(text: string): string {
  return text
    .replace(PROPER_NAMES, (name) => name.toLowerCase())
    .replace(/(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})/g, " ")
    .replace(/_/g, " ");
}

/** The words that carry meaning, in their order. */
export function termsOf(text: string): string[] {
  const words = normalised(text).match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu) ?? [];
  return words
    .map((word) => word.replace(/'s$/, ""))
    .filter((word) => !STOP_WORDS.has(word) && (word === "500" || !/^\d/.test(word)))
    .map((word) => stem(formOf(word)));
}

/** The same, each once. */
export const wordsOf = (text: string): Set<string> => new Set(termsOf(text));

const formOf = (word: string): string => (Object.hasOwn(WORD_FORMS, word) ? (WORD_FORMS[word] ?? word) : word);

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
